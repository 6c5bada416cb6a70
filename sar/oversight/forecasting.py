"""Reads for the forecast of one case: how far it is, whom it waits for, and the pace of the reviews before it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from statistics import median_low

from sqlalchemy import func, select

from sar.cases.calendars import Calendar
from sar.cases.forecast import ENOUGH_REVIEWS, Forecast, Inputs, Pace, forecast
from sar.cases.models import Case
from sar.cases.queries import clock_of, clock_rules
from sar.cases.workflow import Stage
from sar.consultation.models import UNDECIDED, WAITING
from sar.consultation.queries import consultations_of
from sar.foundation.actions import Action
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_date, london_today, utc_now
from sar.foundation.db import db
from sar.records.models import Record, RecordState
from sar.records.queries import (
    NOT_READ_YET,
    disclosable_records,
    in_reply,
    ours,
    pending_count,
    unsettled_count,
)
from sar.records.searches.queries import answers_due
from sar.records.searches.queries import open_count as open_searches
from sar.records.searches.queries import running_count as running_searches
from sar.review.models import Mention
from sar.review.queries import undecided_pages
from sar.review.suggestions import unsearched_pages

# The reviews that a pace is taken from: the newest of half a year.
PACE_DAYS = 182
PACE_REVIEWS = 20
# Stages before the answer is out, and those of them in which pages are still to be reviewed.
_BEFORE_REVIEW = (Stage.RECEIVED, Stage.ACKNOWLEDGED, Stage.GATHERING)
_IN_WORK = (*_BEFORE_REVIEW, Stage.REVIEWING, Stage.SECOND_CHECK, Stage.SIGNED_OFF)
_REVIEWED = (Stage.SECOND_CHECK, Stage.SIGNED_OFF)


def forecast_of(case: Case) -> tuple[Inputs, Forecast] | None:
    """The forecast of a case with what it was made from; None once the answer is out or the case has ended."""
    clock = clock_of(case)
    if Stage(case.stage) not in _IN_WORK or clock.ended_on is not None:
        return None
    calendar = clock_rules(case).calendar
    pages = _pages_with_mentions([case.id]).get(case.id, 0) + unsearched_pages(case)
    left = 0
    if Stage(case.stage) not in _REVIEWED:
        left = sum(len(found) for found in undecided_pages(case).values()) + unsearched_pages(case)
    consultations = consultations_of(case)
    asked = [item.due_on for item in consultations if item.state in WAITING] + answers_due(case)
    can_extend = clock.extension_available and not clock.extended and clock.answered_on is None
    inputs = Inputs(
        today=london_today(),
        due=clock.owed_by,
        extend_by=clock.extension_notice_by if can_extend else None,
        records=len(disclosable_records(case)),
        pages_left=left,
        pages=pages,
        records_outstanding=pending_count(case) + unsettled_count(case),
        pages_outstanding=_pages_outstanding(case),
        consultations_open=sum(item.state in UNDECIDED for item in consultations),
        searches_open=open_searches(case),
        awaited_until=max(asked, default=None),
        pace=team_pace(calendar),
        searches_named=open_searches(case) == 0 or running_searches(case) > 0,
    )
    return inputs, forecast(inputs, calendar)


def _pages_outstanding(case: Case) -> int | None:
    """The pages that records not ready are taken to have; None where there is nothing to go by.

    What was counted when they came, else as many as the records of the case have on average, else those of the team's
    last reviews.
    """
    waiting = (Record.case_id == case.id, ours(), Record.state.in_((*NOT_READ_YET, RecordState.UNREADABLE)))
    counted = list(db.session.scalars(select(Record.pages).where(*waiting)))
    unknown = counted.count(0)
    average = _average_pages([case.id]) or _average_pages(_lately_reviewed()) if unknown else 0.0
    if average is None:
        return sum(counted) or None
    return sum(counted) + ceil(unknown * average)


def _average_pages(case_ids: Sequence[str]) -> float | None:
    """Of the records that are ready; None where there are none."""
    ready = (Record.case_id.in_(case_ids), in_reply())
    average = db.session.scalar(select(func.avg(Record.pages)).where(*ready))
    return None if average is None else float(average)


def team_pace(calendar: Calendar) -> Pace:
    """How the newest finished reviews went, from the log: begun when the review was started, finished when it was
    last sent for a second check, answered when it was released."""
    moves = _moves(_lately_reviewed())
    pages = _pages_with_mentions(moves)
    reviews, read, days, closing = 0, 0, 0, []
    for case_id, steps in moves.items():
        begun = next((day for stage, day in steps if stage == Stage.REVIEWING), None)
        finished = next((day for stage, day in reversed(steps) if stage == Stage.SECOND_CHECK), None)
        if begun is None or finished is None or not pages.get(case_id):
            continue
        reviews += 1
        read += pages[case_id]
        days += max(1, calendar.working_days_after(begun, finished))  # begun and finished in a day is a day
        released = next((day for stage, day in steps if stage == Stage.RELEASED and day >= finished), None)
        if released is not None:
            closing.append(calendar.working_days_after(finished, released))
    return Pace(reviews, read, days, median_low(closing) if len(closing) >= ENOUGH_REVIEWS else None)


def _lately_reviewed() -> list[str]:
    """The cases whose reviews were finished last. Read backwards from the newest move, so that no log is too long."""
    query = (
        select(AuditEntry.case_id, AuditEntry.at)
        .where(
            AuditEntry.action == Action.CASE_MOVED.label,
            AuditEntry.facts.contains(f'"to_stage":"{Stage.SECOND_CHECK.value}"', autoescape=True),
        )
        .order_by(AuditEntry.seq.desc())
        .limit(3 * PACE_REVIEWS)  # some were sent more than once
    )
    since = utc_now() - timedelta(days=PACE_DAYS)  # not in the query: the index on time would be read in its place
    lately = [case_id for case_id, at in db.session.execute(query) if case_id and at >= since]
    return list(dict.fromkeys(lately))[:PACE_REVIEWS]


def _moves(case_ids: Sequence[str]) -> dict[str, list[tuple[str, date]]]:
    """The stages that each case moved to and when (London), in order."""
    query = select(AuditEntry.case_id, AuditEntry.facts, AuditEntry.at).where(
        AuditEntry.action == Action.CASE_MOVED.label, AuditEntry.case_id.in_(case_ids)
    )
    found: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for case_id, facts, at in db.session.execute(query.order_by(AuditEntry.seq)):
        found[str(case_id)].append((json.loads(facts)["to_stage"], london_date(at)))
    return found


def _pages_with_mentions(case_ids: Iterable[str]) -> dict[str, int]:
    """How many pages of each case have something to decide about, decided or not."""
    pages = (
        select(Mention.case_id, Mention.record_id, Mention.page)
        .join(Record, Record.id == Mention.record_id)
        .where(Mention.case_id.in_(list(case_ids)), in_reply())
        .distinct()
        .subquery()
    )
    counted = select(pages.c.case_id, func.count()).group_by(pages.c.case_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}
