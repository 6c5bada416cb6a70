"""Commands on drafts: answers saved page by page until they are sent, or until a day has passed.

A draft is reached by a 256-bit token that only the requester's browser holds. Drafts are scratch
paper, not requests, so they leave no entry in the audit log.
"""

from __future__ import annotations

import io
import logging
import secrets
from datetime import timedelta
from typing import Any, BinaryIO, Final

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from sar.access.passwords import fingerprint
from sar.foundation import blobs, throttle
from sar.foundation.actors import PUBLIC
from sar.foundation.admission import Kind
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone, Refused, StoreFull
from sar.foundation.keys import erase_scope, new_scope
from sar.intake.answers import Channel
from sar.intake.identity_copies import read_photo
from sar.intake.models import Draft
from sar.intake.questions import answers_from, first_open
from sar.intake.service import NOT_STORED, Receipt, receive, repeat_receipt

DRAFT_HOURS: Final = 24
# A hostel, a library or a prison can be one address, so these stop a machine, not a queue of people.
MAX_STARTS, MAX_PHOTOS, MAX_SENDS = 120, 60, 30
_HOUR: Final = timedelta(hours=1)
NO_DRAFT: Final = "We do not have your answers any more. Please start again."
_log = logging.getLogger(__name__)
_NOT_SAVED: Final = "We could not save this answer. Your earlier answers are safe. Try again in a while."
_PHOTO_NOT_STORED: Final = (
    "We could not store your photo. Your other answers are safe. Try again in a while, or go on without a photo."
)


def start(address: str, *, for_other: bool = False) -> str:
    """A new draft, begun from a network address by someone who asks for themselves, or for someone else.

    Returns its token, which is stored hashed.
    """
    throttle.check("intake-start", address, limit=MAX_STARTS, per=_HOUR)
    token = secrets.token_urlsafe(32)
    with write_transaction() as session:
        expires = utc_now() + timedelta(hours=DRAFT_HOURS)
        answers: dict[str, dict[str, Any]] = {"who": {"other": True}} if for_other else {}
        session.add(Draft(scope_id=new_scope(), token_hash=fingerprint(token), expires_at=expires, answers=answers))
    return token


def save(token: str, page: str, given: dict[str, Any]) -> None:
    """Keep one page's answers. Raises Gone when the draft is no more, StoreFull when nothing could be written."""
    try:
        with write_transaction():
            draft = _held(token)
            draft.answers = {**draft.answers, page: given}
    except OperationalError as error:
        raise StoreFull(_NOT_SAVED) from error


def save_photo(token: str, photo: BinaryIO, photo_name: str, address: str) -> None:
    """Keep a photo of an identity document, made anew by us. Raises Refused, StoreFull or Gone; answers stay."""
    try:
        throttle.check("intake-photo", address, limit=MAX_PHOTOS, per=_HOUR)
        picture = read_photo(photo, photo_name)
        with write_transaction():
            draft = _held(token)
            _drop_photo(draft)
            draft.photo_blob_id = blobs.put(draft.scope_id, io.BytesIO(picture), media_type=Kind.JPEG.value).id
            draft.answers = {**draft.answers, "photo": {"sent": True}}
    except (OperationalError, StoreFull) as error:
        raise StoreFull(_PHOTO_NOT_STORED) from error


def go_without_photo(token: str) -> None:
    """The requester has no photo to send. One that was sent before is destroyed."""
    with write_transaction():
        draft = _held(token)
        _drop_photo(draft)
        draft.answers = {**draft.answers, "photo": {"sent": False}}


def send(token: str, address: str) -> Receipt:
    """Make a request of a draft, then destroy the draft. Sent twice, it is one request (see service.receive).

    Raises Gone when there is neither; Refused, TooManyTries and StoreFull leave the draft as it was.
    """
    key_hash = fingerprint(f"draft|{token}")
    try:
        throttle.check("intake-send", address, limit=MAX_SENDS, per=_HOUR)
        draft = find(token)
        if draft is None:
            receipt = repeat_receipt(PUBLIC, key_hash)
            if receipt is None:
                raise Gone(NO_DRAFT)
            return receipt
        if first_open(draft.answers) is not None:  # sent from a page that is older than the answers
            raise Refused("There is a question that you have not answered yet.")
        answers, picture = answers_from(draft.answers), _photo_of(draft)
        pictures = [] if picture is None else [picture]
        receipt = receive(PUBLIC, answers, Channel.ONLINE, london_today(), pictures, key_hash)
    except OperationalError as error:
        raise StoreFull(NOT_STORED) from error
    _forget_sent(token)
    return receipt


def _forget_sent(token: str) -> None:
    """What is left of a sent draft. If it cannot go now, it goes when its day is over: the request stands."""
    try:
        forget(token)
    except OperationalError:
        _log.warning("a sent draft could not be destroyed yet")


def forget(token: str) -> None:
    """Destroy a draft and its key. A draft that is gone already is no error."""
    with write_transaction():
        draft = db.session.scalar(select(Draft).where(Draft.token_hash == fingerprint(token)))
        if draft is not None:
            _destroy(draft)


def destroy_expired() -> int:
    """Destroy the drafts whose day is over. Returns how many."""
    with write_transaction() as session:
        expired = session.scalars(select(Draft).where(Draft.expires_at <= utc_now())).all()
        for draft in expired:
            _destroy(draft)
    return len(expired)


def find(token: str) -> Draft | None:
    """The draft of a token, as long as it is good."""
    return db.session.scalar(select(Draft).where(Draft.token_hash == fingerprint(token), Draft.expires_at > utc_now()))


def photo_bytes(token: str) -> bytes | None:
    """The photo sent with a draft, as we keep it, for its owner to look at."""
    draft = find(token)
    return _photo_of(draft) if draft else None


def _held(token: str) -> Draft:
    draft = db.session.scalar(
        select(Draft).where(Draft.token_hash == fingerprint(token), Draft.expires_at > utc_now()).with_for_update()
    )
    if draft is None:
        raise Gone(NO_DRAFT)
    return draft


def _photo_of(draft: Draft) -> bytes | None:
    if draft.photo_blob_id is None:
        return None
    with blobs.open(draft.photo_blob_id) as stream:
        return stream.read()


def _drop_photo(draft: Draft) -> None:
    if draft.photo_blob_id is not None:
        blob_id, draft.photo_blob_id = draft.photo_blob_id, None
        db.session.flush()
        blobs.delete(blob_id)


def _destroy(draft: Draft) -> None:
    _drop_photo(draft)
    scope_id = draft.scope_id
    db.session.delete(draft)
    erase_scope(scope_id)
