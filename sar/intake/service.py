"""Commands on submissions: receive one, log one that came another way.

"Received" is said only after everything is committed: the sealed copy lies on disk before its row,
and the row, the audit entry and the work that follows are one transaction (security.md 26).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import BinaryIO, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from sar.access.passwords import fingerprint
from sar.access.service import issue_phrase
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused, StoreFull
from sar.foundation.events import Event, announce
from sar.foundation.ids import new_reference
from sar.foundation.keys import new_scope, preload
from sar.foundation.wording import date_words
from sar.intake import details, identity_copies, likeness, mail, search_words
from sar.intake.answers import FIRST_DAY, Channel, RequestAnswers, require_complete
from sar.intake.models import Submission

NOT_STORED: Final = (
    "We could not store this request, so we have not received it. Nothing was lost. Please try again in a while."
)
# New words replace the old ones. On a shared computer that must not stay possible for long.
REPEAT_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Receipt:
    """What the requester writes down. `phrase` is in no table: it can be shown now and never again."""

    reference: str
    phrase: str
    submission_id: str
    repeated: bool = False


def submit(
    actor: Actor, answers: RequestAnswers, photo: BinaryIO | None, photo_name: str, submission_key: str
) -> Receipt:
    """Take a request that someone makes for themselves, today.

    The same `submission_key` again gives the same reference and fresh words. Raises Refused for answers or a photo
    that cannot be taken, StoreFull when it could not be stored: then nothing of it was kept.
    """
    pictures = _read([(photo, photo_name)])
    return receive(actor, answers, Channel.ONLINE, london_today(), pictures, fingerprint(f"public|{submission_key}"))


def log_request(
    actor: Actor,
    answers: RequestAnswers,
    *,
    channel: Channel,
    received_on: date,
    photo: BinaryIO | None = None,
    photo_name: str = "",
    submission_key: str | None = None,
    mail_draft_id: str | None = None,
    mail_copies: Collection[int] = (),
) -> Receipt:
    """Enter a request that reached any part of the organisation another way, on the day that it did.

    With `mail_draft_id` (see `mail`), the mail is kept as evidence; `mail_copies` are the numbers of the attachments
    that are copies of identity documents. One of a kind that is no photo is left out of the mail and not kept; `photo`
    may come beside them. Raises as `submit`, and Gone for a draft that is over.
    """
    if channel is Channel.ONLINE:
        raise ValueError("a request made online is not logged by hand")
    if received_on > london_today():
        raise Refused("The date received cannot be in the future.")
    if received_on < FIRST_DAY:
        raise Refused("Check the year of the date received.")
    key_hash = fingerprint(f"staff|{actor.id}|{submission_key}") if submission_key else None
    if mail_draft_id is None:
        return receive(actor, answers, channel, received_on, _read([(photo, photo_name)]), key_hash)
    return _log_mail(actor, answers, channel, received_on, (photo, photo_name), key_hash, mail_draft_id, mail_copies)


def _log_mail(
    actor: Actor,
    answers: RequestAnswers,
    channel: Channel,
    received_on: date,
    uploaded: tuple[BinaryIO | None, str],
    key_hash: str | None,
    draft_id: str,
    copies: Collection[int],
) -> Receipt:
    """Sent twice, it is one request: by then the draft is gone, but the first one is there."""
    earlier = repeat_receipt(actor, key_hash)
    if earlier is not None:
        return earlier
    draft = mail.find(actor, draft_id)
    _require_by_then(mail.came_on(draft) if mail.is_stamped(draft) else None, received_on)
    in_mail = [found for number in sorted(set(copies)) if (found := mail.copy_in(draft, number)) is not None]
    pictures = _read([*in_mail, uploaded])
    receipt = receive(actor, answers, channel, received_on, pictures, key_hash, mail.enclosed(draft, copies))
    mail.forget(draft_id)
    return receipt


def _require_by_then(came_on: date | None, received_on: date) -> None:
    """Raises Refused for a day after the one on which our mail server took the mail in."""
    if came_on is not None and FIRST_DAY <= came_on < received_on:
        raise Refused(
            f"This email reached us on {date_words(came_on)}, so the request did not come later. Give that day. If "
            "the email is wrong about it, the data protection officer can agree to another day afterwards."
        )


def _read(photos: Sequence[tuple[BinaryIO | None, str]]) -> list[bytes]:
    return [identity_copies.read_photo(photo, name) for photo, name in photos if photo is not None]


def receive(
    actor: Actor,
    answers: RequestAnswers,
    channel: Channel,
    received_on: date,
    pictures: Sequence[bytes],
    key_hash: str | None,
    enclosed: mail.Enclosed | None = None,
) -> Receipt:
    """Store a request with its own key, which becomes the case's.

    `pictures` are the copies of identity documents that came with it, as `identity_copies.read_photo` made them.
    """
    require_complete(answers, london_today())
    try:
        return repeat_receipt(actor, key_hash) or _store(
            actor, answers, channel, received_on, pictures, key_hash, enclosed
        )
    except IntegrityError:
        # The same request was sent twice at once, and the other one won.
        receipt = repeat_receipt(actor, key_hash)
        if receipt is None:
            raise
        return receipt
    except OperationalError as error:
        raise StoreFull(NOT_STORED) from error
    except StoreFull as error:
        raise StoreFull(NOT_STORED) from error


def repeat_receipt(actor: Actor, key_hash: str | None) -> Receipt | None:
    """The receipt of a request that was stored a moment ago under this key, with fresh words; None if there is none.

    Raises Conflict, naming the reference, when that was too long ago.
    """
    if key_hash is None:
        return None
    with write_transaction() as session:
        earlier = session.scalar(select(Submission).where(Submission.submission_key_hash == key_hash))
        if earlier is None:
            return None
        if utc_now() - earlier.created_at > REPEAT_WITHIN:
            raise Conflict(f"We have this request already. Its reference is {earlier.reference}.")
        return Receipt(earlier.reference, issue_phrase(actor, earlier.reference), earlier.id, repeated=True)


def _store(
    actor: Actor,
    answers: RequestAnswers,
    channel: Channel,
    received_on: date,
    pictures: Sequence[bytes],
    key_hash: str | None,
    enclosed: mail.Enclosed | None,
) -> Receipt:
    with write_transaction():
        submission = enter(actor, answers, channel, received_on, key_hash)
        for picture in pictures:
            identity_copies.keep(actor, submission, picture)
        if enclosed is not None:
            mail.keep(actor, submission, enclosed)
        phrase = issue_phrase(actor, submission.reference)
        announce(Event.SUBMISSION_RECEIVED, submission.id)
        receipt = Receipt(submission.reference, phrase, submission.id)
    return receipt


def enter(
    actor: Actor, answers: RequestAnswers, channel: Channel, received_on: date, key_hash: str | None
) -> Submission:
    """Write a request down, inside the caller's transaction, with neither words for the requester nor a case yet.

    By itself only for requests that came before this system did, and whose case the caller opens.
    """
    someone, scope_id = answers.representative, new_scope()
    _scopes = preload([scope_id])  # at hand, or each sealed column would ask for its key anew
    submission = Submission(
        scope_id=scope_id,
        reference=_free_reference(),
        channel=channel.value,
        received_on=received_on,
        submission_key_hash=key_hash,
        representative_kind=someone.relationship.value if someone else None,
        **_columns(answers),
    )
    db.session.add(submission)
    db.session.flush()
    search_words.keep(submission)
    likeness.keep(submission)
    record(
        actor,
        Action.SUBMISSION_RECEIVED,
        submission.id,
        channel=channel.value,
        received_on=received_on,
        reference=submission.reference,
    )
    return submission


def _columns(answers: RequestAnswers) -> dict[str, object]:
    return {
        **details.columns(answers),
        "last_contact_on": _iso(answers.last_contact_on),
        "office": answers.office.strip(),
        "wanted": answers.wanted.strip(),
        "wanted_from": _iso(answers.wanted_from),
        "wanted_to": _iso(answers.wanted_to),
        "identity_kind": answers.identity_kind.value,
        "identity_note": answers.identity_note.strip(),
        "representative": answers.representative.as_dict() if answers.representative else None,
        "staff_connection": {"name": answers.staff_connection.name} if answers.staff_connection else None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _free_reference() -> str:
    while True:
        reference = new_reference()
        if db.session.scalar(select(Submission.id).where(Submission.reference == reference)) is None:
            return reference
