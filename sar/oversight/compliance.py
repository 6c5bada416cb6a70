"""The deadline compliance export: one row a request, with every raw date its clock was folded from.

The first columns are those of `flask deadlines`, which recomputes the rest: whoever distrusts a
date can work it out again from the same file. The holidays that each row was counted with are in it, and the
derivation has every rule with its source and the date before and after.

`original_due` is the first due date that was ever worked out, before any pause, extension or correction.
`late_before_correction` says that the answer was late before a date was corrected, or counted in another way.
`answers_taken_back` counts answers that were stopped before they reached anybody (docs/decisions/0041). The
columns `set_aside_...` tell of the last time a request was set aside as not valid, also where it was opened again;
people are the ids of the audit log.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select, union_all

from sar.cases.deadline_table import EXPECTED, INPUTS, OPTIONAL
from sar.cases.deadlines import (
    ANSWER_REASONS,
    ClarificationReceived,
    ClarificationRequested,
    Clock,
    ClockEvent,
    EndReason,
    Extended,
    Rule,
    Step,
    events_that_count,
    gather,
)
from sar.cases.models import Calculation, Case, ClockFact, Disclosure, NotValid, Refusal
from sar.cases.queries import clock_from, clock_rules, event_of, listed_for
from sar.cases.workflow import Stage
from sar.foundation.actors import Actor
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db
from sar.foundation.spreadsheets import csv_line
from sar.records.searches import queries as searches
from sar.records.searches.models import OPEN
from sar.release.models import Bundle

CHUNK = 500
COLUMNS = (
    "id",
    *INPUTS,
    *EXPECTED,
    *OPTIONAL,
    "channel",
    "stage",
    "original_due",
    "due_without_extension",
    "late_before_correction",
    "extension_notified",
    "extension_reason",
    "answered",
    "reopened",
    "answers_taken_back",
    "outcome",
    "refusal_code",
    "searches",
    "searches_open",
    "searches_complete",
    "valid",
    "not_valid_reason",
    "set_aside_on",
    "set_aside_reason",
    "set_aside_proposed_by",
    "set_aside_decided_by",
    "set_aside_due",
    "set_aside_days_late",
    "set_aside_lateness",
    "set_aside_told",
    "set_aside_repeats",
    "in_time",
    "days_taken",
    "part_sent",
    "part_kind",
    "response",
    "lateness_reason",
    "derivation",
    "calendar_version",
    "rules_version",
)
# In the order of the table's columns: the day asked (of the last ask, where there were several) and the day it came.
_WAITS = (Rule.IDENTITY, Rule.AUTHORITY, Rule.FEE)


def export(actor: Actor, start: date, end: date) -> Iterator[str]:
    """CSV lines: a heading, then one row for each request received in the period (both days counted).

    Without those closed to the actor by a conflict of interest: they count in the measures, and no row tells of them.
    """
    yield csv_line(COLUMNS)
    for found in _requests(actor, start, end):
        yield csv_line(_row(found))


def size(actor: Actor, start: date, end: date) -> int:
    """How many rows the export of a period has for this actor."""
    wanted = and_(Case.received_on.between(start, end), listed_for(actor))
    return db.session.scalar(select(func.count()).select_from(Case).where(wanted)) or 0


@dataclass(frozen=True)
class _Request:
    """One request with all that its row is made of. `set_aside`: the last time it was, whether or not that stands.

    `first_due`: the first that was worked out. `repeats`: the reference of what a repeated request repeats.
    """

    case: Case
    facts: list[ClockFact]
    first_due: date | None
    late_before: bool
    taken_back: int
    refusal: str | None
    set_aside: NotValid | None
    repeats: str | None
    part: Disclosure | None
    lateness: str | None
    searches: dict[str, int]

    @property
    def not_valid(self) -> str | None:
        """Why it stands set aside; such are counted apart."""
        return self.set_aside.code if self.set_aside and self.case.stage == Stage.NOT_VALID else None


def _requests(actor: Actor, start: date, end: date) -> Iterator[_Request]:
    """In chunks: memory does not grow with the number of requests."""
    last = ""
    while True:
        query = select(Case).where(Case.received_on.between(start, end), Case.id > last, listed_for(actor))
        cases = list(db.session.scalars(query.order_by(Case.id).limit(CHUNK)))
        if not cases:
            return
        yield from _with_their_rows(actor, cases)
        last = cases[-1].id
        db.session.expunge_all()


def _why_late(case_ids: list[str]) -> dict[str, str]:
    """The reason given with the last late answer of each case, whether a reply or a refusal."""
    replies = select(Bundle.case_id, Bundle.lateness, Bundle.released_at.label("at"))
    refusals = select(Refusal.case_id, Refusal.lateness, Refusal.created_at.label("at"))
    both = union_all(
        replies.where(Bundle.case_id.in_(case_ids), Bundle.lateness.is_not(None)),
        refusals.where(Refusal.case_id.in_(case_ids), Refusal.lateness.is_not(None)),
    ).subquery()
    return {row.case_id: row.lateness for row in db.session.execute(select(both).order_by(both.c.at))}


def _with_their_rows(actor: Actor, cases: Sequence[Case]) -> Iterator[_Request]:
    ids = [case.id for case in cases]
    facts: dict[str, list[ClockFact]] = defaultdict(list)
    ever = select(ClockFact).where(ClockFact.case_id.in_(ids)).order_by(ClockFact.on, ClockFact.created_at)
    corrected_late, taken_back = set(), Counter[str]()
    for fact in db.session.scalars(ever):
        if fact.struck_out_at is None:
            facts[fact.case_id].append(fact)
        elif fact.kind == "ended":
            taken_back[fact.case_id] += 1
        if fact.late_before:
            corrected_late.add(fact.case_id)
    first_due = _first_due(ids)
    refused = select(Refusal.case_id, Refusal.code).where(Refusal.case_id.in_(ids)).order_by(Refusal.created_at.desc())
    codes = {row.case_id: row.code for row in db.session.execute(refused)}  # the first of each case stays
    set_aside = select(NotValid).where(NotValid.case_id.in_(ids)).order_by(NotValid.created_at)
    aside = {found.case_id: found for found in db.session.scalars(set_aside)}  # the last of each case stays
    earlier = [found.earlier_id for found in aside.values()]
    repeated = select(Case.id, Case.reference).where(Case.id.in_(earlier), listed_for(actor))
    references = {row.id: row.reference for row in db.session.execute(repeated)}
    sent = (
        select(Disclosure)
        .where(Disclosure.case_id.in_(ids), Disclosure.struck_out_at.is_(None))
        .order_by(Disclosure.on.desc(), Disclosure.id)
    )
    parts = {part.case_id: part for part in db.session.scalars(sent)}  # the first of each case comes last, and stays
    lateness = _why_late(ids)
    searched = searches.totals(ids)
    for case in cases:
        found = aside.get(case.id)
        yield _Request(
            case=case,
            facts=facts[case.id],
            first_due=first_due.get(case.id),
            late_before=case.id in corrected_late,
            taken_back=taken_back[case.id],
            refusal=codes.get(case.id),
            set_aside=found,
            repeats=references.get(found.earlier_id) if found and found.earlier_id else None,
            part=parts.get(case.id),
            lateness=lateness.get(case.id),
            searches=searched.get(case.id, {}),
        )


def _first_due(case_ids: list[str]) -> dict[str, date]:
    """The due date of the first calculation of each case, where it gave one."""
    first = select(Calculation.case_id, Calculation.clock).where(
        Calculation.case_id.in_(case_ids), Calculation.number == 1
    )
    due = {row.case_id: json.loads(row.clock)["due"] for row in db.session.execute(first)}
    return {case_id: date.fromisoformat(day) for case_id, day in due.items() if day}


def _row(found: _Request) -> list[object]:
    case, facts = found.case, found.facts
    events = events_that_count(event_of(fact) for fact in facts)
    clock = clock_from(case, events)
    first = clock.answered_on
    endings = [fact for fact in facts if fact.kind == "ended" and (first is None or fact.reason_code in ANSWER_REASONS)]
    outcome = next((fact.reason_code for fact in endings if fact.on == clock.done_on), None)
    reopened = [fact.on for fact in facts if fact.kind == "reopened" and first is not None and fact.on >= first]
    asked, answered = _questions(events)
    rules, waits = clock_rules(case), {wait.rule: wait for wait in gather(events).waits}
    asked_days = {rule: waits[rule].last_asked if rule in waits else None for rule in _WAITS}
    came = {rule: waits[rule].answered if rule in waits else None for rule in _WAITS}
    last = max((day for day in (clock.due, clock.extension_notice_by) if day), default=None)
    return [
        case.reference,
        "response_due",
        clock.regime.value,
        rules.calendar.jurisdiction.value,
        rules.pause_mode.value,
        clock.received,
        asked_days[Rule.IDENTITY],
        came[Rule.IDENTITY],
        came[Rule.AUTHORITY],
        asked_days[Rule.FEE],
        came[Rule.FEE],
        asked,
        answered,
        "Y" if clock.extended else "N",
        clock.start,
        clock.nominal_end,
        clock.paused_days,
        clock.extension_notice_by,
        clock.due,
        asked_days[Rule.AUTHORITY],
        "|".join(day.isoformat() for day in rules.calendar.between(clock.received, last)) if last else "",
        case.submission.channel,
        case.stage,
        *_other_dues(found, clock, events),
        clock.done_on,
        max(reopened, default=None),
        found.taken_back,
        outcome,
        found.refusal if outcome == EndReason.REFUSED else None,
        sum(found.searches.values()),
        sum(found.searches.get(state, 0) for state in OPEN),
        "yes" if searches.is_complete(found.searches) else "no",
        "N" if found.not_valid else "Y",
        found.not_valid,
        *_set_aside(found),
        "not counted" if found.not_valid else _in_time(clock),
        (clock.done_on - clock.received).days if clock.done_on else None,
        found.part.on if found.part else None,
        found.part.part if found.part else None,
        "full" if clock.done_on else "partial" if found.part else "none",
        found.lateness,
        " | ".join(step_in_words(step) for step in clock.derivation),
        clock.calendar_version,
        clock.rules_version,
    ]


def step_in_words(step: Step) -> str:
    """One rule applied: "month (Art 12A(1) UK GDPR) 2026-09-01 to 2026-10-01: One calendar month ..."."""
    moved = f"{step.before or 'nothing'} to {step.after or 'nothing'}"
    return f"{step.rule.value} ({step.source}) {moved}: {step.explanation}"


def _other_dues(found: _Request, clock: Clock, events: list[ClockEvent]) -> list[object]:
    """The columns on what the due date was, or would be without an extension, and on the extension."""
    extension = next((fact for fact in found.facts if fact.kind == "extended" and not fact.unsent), None)
    return [
        found.first_due,
        _without_extension(found.case, events) if clock.extended else clock.due,
        "yes" if found.late_before else "no",
        extension.on if extension else None,
        extension.reason_code if extension else None,
    ]


def _set_aside(found: _Request) -> list[object]:
    """The columns on setting aside. Days are counted from the due date as it stood then, 0 for up to that day."""
    aside = found.set_aside
    if aside is None:
        return [None] * 9
    on = london_date(aside.created_at)
    return [
        on,
        aside.code,
        aside.proposed_by,
        aside.decided_by,
        aside.due_on,
        max(0, (on - aside.due_on).days) if aside.due_on else None,
        aside.lateness,
        "yes" if aside.told else "no",
        found.repeats,
    ]


def _without_extension(case: Case, events: list[ClockEvent]) -> date | None:
    """The due date had there been no extension."""
    return clock_from(case, [event for event in events if not isinstance(event, Extended)]).due


def _in_time(clock: Clock) -> str:
    if clock.done_on is not None:
        return {True: "yes", False: "no", None: ""}[clock.done_in_time()]
    return "overdue" if clock.is_overdue(london_today()) else "open"


def _questions(events: list[ClockEvent]) -> tuple[str, str]:
    """Days asked and answered, in the order of the questions, as the table writes them: 'a|b'.

    Without those that were answered before their letter went: they move nothing, and the table knows of no letters.
    """
    asked = {event.number: event.on for event in events if isinstance(event, ClarificationRequested)}
    answered = {event.number: event.on for event in events if isinstance(event, ClarificationReceived)}
    numbers = sorted(number for number, day in asked.items() if number not in answered or answered[number] >= day)
    return (
        "|".join(asked[number].isoformat() for number in numbers),
        "|".join(answered[number].isoformat() if number in answered else "" for number in numbers).rstrip("|"),
    )
