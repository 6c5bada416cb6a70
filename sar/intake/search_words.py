"""Finding requests by a word of a name or of an office, though both are sealed.

Whatever command writes names or the office calls `keep` in the same transaction.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

from sar.foundation import word_index
from sar.foundation.db import write_transaction
from sar.foundation.keys import KeyScope
from sar.foundation.word_index import WordFingerprint
from sar.intake import likeness
from sar.intake.models import Submission

NAME: Final = likeness.NAME
OFFICE: Final = "office"
_AT_ONCE: Final = 200  # a writer elsewhere waits for one batch, not for all


def keep(submission: Submission) -> None:
    """Have a request found by the words of its names, present and former, and of its office."""
    word_index.remember(submission.scope_id, NAME, [submission.full_name, *(submission.former_names or [])])
    word_index.remember(submission.scope_id, OFFICE, [submission.office or ""])


def named(scope: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool]:
    """The condition that a request is of someone whose names hold all these words."""
    return word_index.found_by(scope, NAME, typed)


def of_office(scope: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool]:
    """The condition that a request names an office with all these words."""
    return word_index.found_by(scope, OFFICE, typed)


def catch_up() -> int:
    """Index requests that are not yet: those stored before there was an index. Safe to repeat; returns how many."""
    done, last = 0, ""
    indexed = exists().where(WordFingerprint.scope_id == Submission.scope_id, WordFingerprint.purpose == NAME)
    while True:
        with write_transaction() as session:
            batch = session.scalars(
                select(Submission)
                .join(KeyScope, KeyScope.id == Submission.scope_id)
                .where(Submission.id > last, ~indexed, KeyScope.wrapped_key.is_not(None))
                .order_by(Submission.id)
                .limit(_AT_ONCE)
            ).all()
            for submission in batch:
                keep(submission)
                likeness.keep(submission)
            last = batch[-1].id if batch else last
        if not batch:
            return done
        done += len(batch)
