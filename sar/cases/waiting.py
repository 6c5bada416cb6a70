"""For whom a case waits. The stage that asked somebody for something says so here, and again when it has come.

    wait_for(case.id, Whom.ORIGINATOR, consultation.id)
    wait_no_more(case.id, Whom.ORIGINATOR, consultation.id)

`source_id` is the id of what is waited for: a case may wait for several things at once. Both commands belong in the
transaction of the change, and do nothing the second time. A case's version stays as it is: that an answer came does
not make an officer's open form stale. The second reader needs no row: a case waits for one while it is at that stage.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, exists, select, update

from sar.cases.deadlines import ClockState
from sar.cases.models import Case, ClockFact, Waiting
from sar.cases.workflow import Stage
from sar.foundation.clock import london_today
from sar.foundation.db import db


class Whom(StrEnum):
    REQUESTER = "requester"
    ORIGINATOR = "originator"
    SEARCH = "search"
    SECOND_READER = "second_reader"
    DPO = "dpo"
    # No one else: a letter of ours that the clock counts on has still to go. The next step is the officer's.
    LETTER = "letter"


WHOM_NAMES = {
    Whom.REQUESTER: "the requester",
    Whom.ORIGINATOR: "an originator",
    Whom.SEARCH: "a search",
    Whom.SECOND_READER: "a second reader",
    Whom.DPO: "the data protection officer",
    Whom.LETTER: "our own letter to go",
}
# What is asked of the requester, and what answers it.
ANSWERS = {
    "clarification_requested": "clarification_received",
    "id_requested": "id_received",
    "authority_requested": "authority_received",
    "fee_requested": "fee_paid",
}
_OWED = {
    "clarification_requested": "the answer to a question",
    "id_requested": "proof of identity",
    "authority_requested": "written authority",
    "fee_requested": "the fee",
}


_LETTERS = {
    "clarification_requested": "a question",
    "id_requested": "a letter that asks for proof of identity",
    "authority_requested": "a letter that asks for written authority",
    "fee_requested": "a letter that asks for a fee",
    "extended": "a letter about the extension",
}


def wait_for(case_id: str, whom: Whom, source_id: str, *, since: date | None = None) -> None:
    """The case waits for something from today, or since another day."""
    if db.session.scalar(select(Waiting.id).where(*_this(case_id, whom, source_id))) is None:
        db.session.add(Waiting(case_id=case_id, whom=whom.value, source_id=source_id, since=since or london_today()))
        db.session.flush()


def wait_no_more(case_id: str, whom: Whom, source_id: str) -> None:
    """It came, or is not wanted any more."""
    db.session.execute(delete(Waiting).where(*_this(case_id, whom, source_id)))


def follow_facts(case: Case, facts: list[ClockFact], unsent: list[ClockFact]) -> None:
    """What the requester still owes, from the facts on the clock, and which letters have still to go, from those that
    are `unsent`; neither once the case has ended, and no letter once it was answered."""
    owed: dict[str, date] = {}
    to_go: dict[str, date] = {}
    if case.clock_state != ClockState.ENDED:
        come = {(fact.kind, fact.number) for fact in facts}
        owed = {
            _source(fact): fact.on
            for fact in facts
            if fact.kind in ANSWERS and (ANSWERS[fact.kind], fact.number) not in come
        }
    if case.clock_state not in (ClockState.ENDED, ClockState.REOPENED):
        to_go = {_source(fact): fact.written_on or fact.on for fact in unsent}
    _wait_for_just(case, Whom.REQUESTER, owed)
    _wait_for_just(case, Whom.LETTER, to_go)


def _source(fact: ClockFact) -> str:
    return f"{fact.kind} {fact.number}"


def _wait_for_just(case: Case, whom: Whom, sources: dict[str, date]) -> None:
    """These, each since its day, and nothing else of this kind."""
    stale = delete(Waiting).where(Waiting.case_id == case.id, Waiting.whom == whom.value)
    db.session.execute(stale.where(Waiting.source_id.not_in(sources)))
    for source_id, since in sources.items():
        wait_for(case.id, whom, source_id, since=since)
        # The day may have been corrected.
        row = update(Waiting).where(*_this(case.id, whom, source_id), Waiting.since != since)
        db.session.execute(row.values(since=since))


def owed_words(source_id: str) -> str:
    """What the requester owes, in words, by the `source_id` that `follow_facts` gave it."""
    return _OWED[source_id.split()[0]]


def letter_words(source_id: str) -> str:
    """Which letter has still to go, in words, by the `source_id` that `follow_facts` gave it."""
    return _LETTERS[source_id.split()[0]]


def waits_for(whom: Whom, source_id: str | None = None) -> ColumnElement[bool]:
    """The condition that an open case waits for somebody of this kind, or for one thing from them."""
    if whom is Whom.SECOND_READER:
        return Case.stage == Stage.SECOND_CHECK.value
    waiting = select(Waiting.case_id).where(Waiting.whom == whom.value)
    if source_id is not None:
        waiting = waiting.where(Waiting.source_id == source_id)
    return and_(Case.closed_on.is_(None), Case.id.in_(waiting))


def waits_for_nobody() -> ColumnElement[bool]:
    """The condition that an open case waits for nobody: the next step is the officer's."""
    waiting = exists().where(Waiting.case_id == Case.id, Waiting.whom != Whom.LETTER.value)
    return and_(Case.closed_on.is_(None), Case.stage != Stage.SECOND_CHECK.value, ~waiting)


def waiting_of(cases: list[Case]) -> dict[str, list[Whom]]:
    """For whom each of these cases waits, by id. One query."""
    found = {case.id: {Whom.SECOND_READER} if case.stage == Stage.SECOND_CHECK else set() for case in cases}
    rows = db.session.execute(select(Waiting.case_id, Waiting.whom).where(Waiting.case_id.in_(found)))
    for case_id, whom in rows:
        found[case_id].add(Whom(whom))
    open_ones = {case.id for case in cases if case.closed_on is None}
    return {id_: sorted(whom, key=list(Whom).index) if id_ in open_ones else [] for id_, whom in found.items()}


def _this(case_id: str, whom: Whom, source_id: str) -> tuple[ColumnElement[bool], ...]:
    return (Waiting.case_id == case_id, Waiting.whom == whom.value, Waiting.source_id == source_id)
