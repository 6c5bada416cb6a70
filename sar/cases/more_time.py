"""What can give a case more time though no letter of ours shows it: one person's word, and so two people's to give.

A letter that went through the outbox shows that we asked. What came in answer is recorded as it comes, and only ever
gives a date where there was none. All else is a claim about the past, and takes two where it goes in the direction of
more time: also where it moves no date today, since what hides it may be struck out tomorrow. A slip of the same day is
put right alone: nobody gets more by that than by writing it down right the first time.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import func, select

from sar.cases.deadlines import BY_LETTER
from sar.cases.models import Case, ClockFact
from sar.cases.queries import clock_rules
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db

MORE_TIME: Final = (
    "This can give us more time, and no letter of ours shows that it is so. So it takes two people: one proposes it "
    "and says how they know, and the data protection officer agrees or does not."
)
# Working days in which whoever posts a letter may still say alone on which day it went: over a weekend, say.
_JUST_WENT: Final = 3


def is_claim(case: Case, fact: ClockFact, on: date | None, *, without_letter: bool = False) -> bool:
    """Whether giving a fact another day, or none, can give time that nothing but somebody's word shows.

    That what came, came later or did not; or that we asked or told earlier than our letter shows.
    """
    if fact.kind not in BY_LETTER:
        by_mail = fact.kind == "received" and case.submission.mail_blob_id is not None  # which says when it came
        return (on is None or on > fact.on) and (by_mail or not _was_written_down_today(case, fact))
    if on is None or (on >= fact.on and not fact.unsent):
        return False
    return without_letter or fact.letter is None or not just_went(case, on)


def just_went(case: Case, on: date) -> bool:
    """Whether a letter that went on that day went so lately that whoever posted it may say so alone."""
    return clock_rules(case).calendar.working_days_after(on, london_today()) <= _JUST_WENT


def _was_written_down_today(case: Case, fact: ClockFact) -> bool:
    """Whether nobody had put it on the clock before today, on whichever day."""
    same = (ClockFact.case_id == case.id, ClockFact.kind == fact.kind, ClockFact.number == fact.number)
    first = db.session.scalar(select(func.min(ClockFact.created_at)).where(*same))
    return first is not None and london_date(first) == london_today()
