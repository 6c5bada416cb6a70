"""Copies of identity documents: kept apart as pictures of ours, destroyed when identity is settled or in 30 days."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import BinaryIO, Final

from sqlalchemy import select

from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.admission import PICTURES, Kind, admit, reencode_image
from sar.foundation.audit import record
from sar.foundation.clock import london_date, london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import NotFound
from sar.foundation.runtime import settings
from sar.intake.answers import IdentityKind
from sar.intake.models import IdentityCopy, Submission

_REASON: Final = re.compile(r"[a-z_]{1,30}")


def read_photo(photo: BinaryIO, photo_name: str) -> bytes:
    """A photo from outside as a fresh JPEG of ours, without what the camera wrote into it. Raises Refused."""
    limit = settings().max_identity_mb * 1_000_000
    with admit(photo, photo_name, allowed=PICTURES, max_bytes=limit) as admitted:
        return reencode_image(admitted.path)


def keep(actor: Actor, submission: Submission, picture: bytes) -> None:
    """Seal what `read_photo` made with the request's key, inside the write transaction that stores the request."""
    blob = blobs.put(submission.scope_id, io.BytesIO(picture), media_type=Kind.JPEG.value)
    submission.identity_kind = IdentityKind.PHOTO.value
    db.session.add(IdentityCopy(submission_id=submission.id, blob_id=blob.id, stored_at=utc_now()))
    record(actor, Action.IDENTITY_COPY_STORED, submission.id, blob_id=blob.id, sha256=blob.sha256)


def copies_of(submission_id: str) -> list[IdentityCopy]:
    """Those that are not destroyed yet, as they came."""
    query = select(IdentityCopy).where(IdentityCopy.submission_id == submission_id)
    return list(db.session.scalars(query.order_by(IdentityCopy.created_at, IdentityCopy.id)))


def destroy(actor: Actor, submission_id: str, reason: str) -> None:
    """Destroy every copy that came with a request; that there were any stays in the log. None is no error.

    `reason` is a code such as "verified" or "too_old".
    """
    if not _REASON.fullmatch(reason):
        raise ValueError("the reason for destroying a copy is a code")
    with write_transaction() as session:
        submission = session.get(Submission, submission_id, with_for_update=True)
        if submission is None:
            raise NotFound("There is no such request.")
        for copy in copies_of(submission.id):
            blob = blobs.get(copy.blob_id)
            session.delete(copy)
            session.flush()
            # The certificate: which file, what was in it (by its hash), since when we had it, when it went and why.
            record(
                actor,
                Action.IDENTITY_COPY_DESTROYED,
                submission.id,
                blob_id=blob.id,
                sha256=blob.sha256,
                stored_on=london_date(copy.stored_at),
                destroyed_on=london_today(),
                reason=reason,
            )
            blobs.delete(blob.id)


def destroy_old() -> int:
    """Destroy the copies that nobody needed in time. Returns of how many requests.

    A copy can be a day older than its request (the draft), and this runs once a day: two days are taken off,
    so that no copy ever outlives the limit.
    """
    most = max(timedelta(days=settings().identity_copy_max_days - 2), timedelta(0))
    query = select(IdentityCopy.submission_id).where(IdentityCopy.stored_at < utc_now() - most).distinct()
    old = db.session.scalars(query).all()
    for submission_id in old:
        destroy(SYSTEM, submission_id, "too_old")
    return len(old)
