"""A small case in every state that a case can be in, each made by the commands that bring a real one there."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import Flask
from sqlalchemy import select

from sar.cases import outbox
from sar.cases import service as cases
from sar.cases.complaints import queries as complaint_queries
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Outcome as ComplaintOutcome
from sar.cases.conflicts import service as conflicts
from sar.cases.deadlines import ExtensionReason
from sar.cases.disclosures import Part
from sar.cases.lateness import Lateness
from sar.cases.links import queries as link_queries
from sar.cases.links import service as links
from sar.cases.models import Case
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.cases.tasks import service as tasks
from sar.cases.writing import service as writing
from sar.demo import search_steps
from sar.foundation import jobs, messages
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.intake import service as intake
from sar.intake.answers import Channel, Contact, Relationship, Representative, RequestAnswers, Route
from sar.records import service as records
from sar.records.roles import queries as roles_queries
from sar.records.roles import service as roles
from sar.records.roles.controllers import NOBODY, Named
from sar.release import service as release
from sar.release.models import Route as ReplyRoute
from sar.review import queries as review_queries
from sar.review import service as review
from sar.review.grounds import Choice, Decision

_LOG: Final = """Contact log

3 February 2025. {name} came to the office on time.
We talked about work and about the flat. Next visit in two weeks.

17 February 2025. {name} came to the office on time.
The course starts in March. A travel card was given.
"""

_WAITING_LIST: Final = """Housing waiting list, kept for Northvale Borough Council

Band B since 4 March 2025. Two rooms, ground floor.
"""


@dataclass(frozen=True)
class Office:
    """Who works on the cases."""

    officer: Actor
    dpo: Actor
    reader: Actor


Step = Callable[[Office, str], None]


@dataclass(frozen=True)
class State:
    """One request: who asked, how many days ago, the steps that brought it where it is, and who asked for them."""

    name: str
    born: date
    days_ago: int
    steps: tuple[Step, ...]
    asked_by: Representative | None = None


def make_states(app: Flask, office: Office) -> None:
    """Make them all. The background work that they cause is done where the next step needs it."""
    opened = [_log(office, state) for state in STATES]
    jobs.run_pending(app)  # opens the cases
    for state, reference in zip(STATES, opened, strict=True):
        case_id = db.session.scalars(select(Case.id).where(Case.reference == reference)).one()
        for step in state.steps:
            step(office, case_id)
            if step in _NEED_THE_WORKER:
                jobs.run_pending(app)


def _log(office: Office, state: State) -> str:
    """An officer logs a request that came by post some days ago. Returns its reference."""
    answers = RequestAnswers(
        full_name=state.name,
        contact=Contact(Route.POST, address="12 Tanner Row\nNorthvale\nNV2 4QA"),
        date_of_birth=state.born,
        office="Northvale",
        wanted="Everything you hold about me",
        representative=state.asked_by,
    )
    came = london_today() - timedelta(days=state.days_ago)
    return intake.log_request(office.officer, answers, channel=Channel.POST, received_on=came).reference


def _acknowledge(office: Office, case_id: str) -> None:
    with write_transaction():
        cases.assign(office.officer, case_id, office.officer.id)
        cases.acknowledge(office.officer, case_id, db.session.get_one(Case, case_id).version)


def _doubt_identity(office: Office, case_id: str) -> None:
    cases.ask_for_identity(office.officer, case_id, "The date of birth is not the one on our file.")


def _settle_identity(office: Office, case_id: str) -> None:
    cases.check_identity(office.officer, case_id, "officer_letter")


def _gather(office: Office, case_id: str) -> None:
    cases.start_gathering(office.officer, case_id)


def _ask_authority(office: Office, case_id: str) -> None:
    cases.ask_for_authority(office.officer, case_id, "The solicitor sent no signed authority.")


def _search(office: Office, case_id: str) -> None:
    search_steps.begin(office.officer, case_id)


def _ask(office: Office, case_id: str) -> None:
    cases.ask_question(
        office.officer, case_id, "Which of the two offices did you go to in 2023?", "Each keeps its own paper files."
    )


def _post(office: Office, case_id: str) -> None:
    """The letter that was written last goes into the post."""
    outbox.mark_sent(office.officer, messages.about(case_id)[-1].id)


def _extend(office: Office, case_id: str) -> None:
    words = "Your file has eleven volumes on paper, in three places."
    cases.extend(office.officer, case_id, ExtensionReason.COMPLEXITY, words)


def _add_log(office: Office, case_id: str) -> None:
    case = db.session.get_one(Case, case_id)
    _add(office, case_id, "Contact log", _LOG.format(name=case.submission.full_name.split()[0]))


def _add_what_we_only_hold(office: Office, case_id: str) -> None:
    """A list that we keep for the council, which decides about it."""
    _add(office, case_id, "Housing waiting list", _WAITING_LIST, "processor", Named(name="Northvale Borough Council"))


def _pass_on(office: Office, case_id: str) -> None:
    [held] = roles_queries.held_for_others(db.session.get_one(Case, case_id))
    roles.record_passed_on(office.officer, held.controller.id, way="phone", on=london_today())


def _add(office: Office, case_id: str, title: str, text: str, role: str = "controller", other: Named = NOBODY) -> None:
    records.add_record(
        office.officer,
        case_id,
        io.BytesIO(text.encode()),
        f"{title.lower().replace(' ', '-')}.txt",
        title=title,
        originator_id=None,
        regime="LE",
        received_on=london_today(),
        role=role,
        controller=other,
    )


def _review(office: Office, case_id: str) -> None:
    search_steps.finish(office.officer, case_id)
    review.start_review(office.officer, case_id)


def _hand_over(office: Office, case_id: str) -> None:
    case = db.session.get_one(Case, case_id)
    for row in review_queries.people(case, show="undecided"):
        person = {row.person.id: row.person.version}
        review.decide_people(office.officer, case_id, person, Choice(Decision.NOT_A_PERSON))
    review.request_second_check(office.officer, case_id)


def _sign_off(office: Office, case_id: str) -> None:
    review.sign_off(office.reader, case_id)


def _build(office: Office, case_id: str) -> None:
    release.request_bundle(office.officer, case_id)


def _build_part(office: Office, case_id: str) -> None:
    release.request_bundle(office.officer, case_id, Part.INTERIM, "The paper file of the office in Calder Street.")


def _release(office: Office, case_id: str) -> None:
    bundle = release.queries.latest_bundle(db.session.get_one(Case, case_id))
    assert bundle is not None  # asked for in the step before
    release.release(office.officer, bundle.id, ReplyRoute.ONLINE, ReplyRoute.POST)


def _release_late(office: Office, case_id: str) -> None:
    bundle = release.queries.latest_bundle(db.session.get_one(Case, case_id))
    assert bundle is not None
    release.release(office.officer, bundle.id, ReplyRoute.ONLINE, ReplyRoute.POST, Lateness.LATE_RECORDS)


def _close(office: Office, case_id: str) -> None:
    cases.close(office.officer, case_id)


def _reopen(office: Office, case_id: str) -> None:
    cases.reopen(office.officer, case_id, "A box with a second volume came back from the archive.")


def _apologise(office: Office, case_id: str) -> None:
    words: dict[str, str | list[str]] = {
        "reasons": ["Two of the three people who read files were ill."],
        "expected_date": (london_today() + timedelta(days=9)).isoformat(),
    }
    draft = writing.write(office.officer, case_id, "delay_apology", words, channel="post")
    writing.send(office.officer, draft.id, version=draft.version)


def _complain(office: Office, case_id: str) -> None:
    words = "My records came late, and nobody told me why."
    yesterday = london_today() - timedelta(days=1)
    complaint = complaints.log(office.officer, case_id, words, yesterday, complaints.Channel.PHONE)
    draft = writing.write(office.officer, case_id, "complaint_acknowledgement", {}, channel="post", about=complaint.id)
    outbox.mark_sent(office.officer, writing.send(office.officer, draft.id, version=draft.version).id)


def _decide_complaint(office: Office, case_id: str) -> None:
    """By the data protection officer, who did not handle the case."""
    [complaint] = complaint_queries.complaints_of(db.session.get_one(Case, case_id))
    words: dict[str, str | list[str]] = {
        "outcome": ComplaintOutcome.UPHELD.value,
        "findings": "We were late, and should have written to you before the day had passed.",
        "actions": ["We look at each case a week before it is due, from this month on."],
    }
    draft = writing.write(office.dpo, case_id, "complaint_outcome", words, channel="post", about=complaint.id)
    writing.send(office.dpo, draft.id, version=draft.version)


def _refuse(office: Office, case_id: str) -> None:
    words = "You asked for the same records in June, July and August, and nothing is new."
    proposal = refusals.propose(office.officer, case_id, Kind.REFUSE, words)
    refusals.decide(office.dpo, proposal.id, True, version=proposal.version)


def _propose_fee(office: Office, case_id: str) -> None:
    words = "You asked for a printed copy of the same 4,000 pages for the third time."
    refusals.propose(office.officer, case_id, Kind.FEE, words, amount="35", how_to_pay="By card, on 01632 960 100.")


def _agree_fee(office: Office, case_id: str) -> None:
    [proposal] = refusals.queries.proposals_of(db.session.get_one(Case, case_id))
    refusals.decide(office.dpo, proposal.id, True, version=proposal.version)


def _set_aside(office: Office, case_id: str) -> None:
    words = "It asks when the office is open on Saturdays."
    proposal = refusals.propose_set_aside(office.officer, case_id, "NO_REQUEST", words)
    refusals.decide(office.dpo, proposal.id, True, version=proposal.version)


def _set_tasks(office: Office, case_id: str) -> None:
    soon = london_today() + timedelta(days=2)
    tasks.add_task(office.officer, case_id, "Ring the archive about volume 3", due_on=soon)
    asked = tasks.add_task(office.officer, case_id, "Ask the front desk which years are on paper")
    tasks.finish(office.officer, asked.id)


def _link_to_earlier(office: Office, case_id: str) -> None:
    earlier = link_queries.suggestions(office.officer, db.session.get_one(Case, case_id))[0]
    words = "The same name, date of birth and address. The first request is answered."
    links.link(office.officer, case_id, earlier.reference, links.LinkKind.REPEATS, words)


def _close_to_reader(office: Office, case_id: str) -> None:
    """The second reader is a relative: the case is not there for them any more."""
    conflicts.mark_about_staff(office.officer, case_id, "relative")
    conflicts.close_to(office.dpo, case_id, [office.reader.id])


def _withdraw(office: Office, case_id: str) -> None:
    cases.withdraw(office.officer, case_id, london_today() - timedelta(days=1))


# What these cause is done by the worker before the next step.
_NEED_THE_WORKER: Final = frozenset({_add_log, _add_what_we_only_hold, _review, _build, _build_part})
_BEGUN: Final = (_acknowledge, _settle_identity, _gather, _search)
_CHECKED: Final = (*_BEGUN, _add_log, _review, _hand_over)
_PASSED_ON: Final = (*_BEGUN, _add_what_we_only_hold, _pass_on, *_CHECKED[len(_BEGUN) :])
_ANSWERED: Final = (*_CHECKED, _sign_off, _build)
_SOLICITOR: Final = Representative(
    Relationship.SOLICITOR,
    "Sunita Rao",
    Contact(Route.POST, address="Rao and Hart\n3 Castle Hill\nNorthvale\nNV1 1AB"),
    organisation="Rao and Hart",
)
STATES: Final = (
    State("Wilfred Okonjo", date(1979, 8, 2), 0, ()),  # received
    State("Tamsin Grole", date(1991, 1, 14), 3, (_acknowledge, _doubt_identity, _post)),  # waiting for identity
    State("Ibrahim Castellan", date(1968, 11, 30), 2, (_acknowledge, _settle_identity)),  # acknowledged
    State("Nerys Aldcroft", date(1985, 5, 9), 8, (*_BEGUN, _ask, _post, _set_tasks)),  # paused, with tasks
    State("Clemency Ostler", date(1976, 10, 3), 8, (*_BEGUN, _ask)),  # a question that is still to be posted
    State("Lubomir Hensby", date(1974, 3, 27), 45, (*_BEGUN, _apologise)),  # overdue
    State("Odette Farrimond", date(1996, 7, 18), 20, (*_BEGUN, _add_what_we_only_hold, _extend, _post)),  # extended
    State("Casimir Wadlow", date(1982, 12, 5), 18, _PASSED_ON),  # second check; one record is not ours
    State("Philippa Nunthorpe", date(1977, 6, 21), 19, (*_CHECKED, _sign_off)),  # signed off
    State("Desmond Arkell", date(1963, 9, 11), 24, (*_ANSWERED, _release)),  # released
    State("Rosalind Quayle", date(1989, 2, 8), 41, (*_ANSWERED, _release_late, _close, _complain)),  # closed late
    State("Gethin Sowerby", date(1993, 10, 16), 6, (_acknowledge, _settle_identity, _refuse)),  # refused
    State("Zenobia Trask", date(1990, 3, 2), 5, (_acknowledge, _settle_identity, _propose_fee)),  # to be decided
    State("Hedley Marchmont", date(1971, 4, 19), 4, (_acknowledge, _set_aside)),  # no valid request
    State("Marisol Pennant", date(1987, 4, 1), 11, (_acknowledge, _withdraw)),  # withdrawn
    State("Rosalind Quayle", date(1989, 2, 8), 1, (_acknowledge, _link_to_earlier)),  # asks once more
    State("Emeric Raman", date(1999, 5, 25), 7, (_acknowledge, _close_to_reader)),  # closed to a relative
    State(
        "Ottilie Brandreth", date(1980, 1, 23), 3, (_acknowledge, _ask_authority, _post), _SOLICITOR
    ),  # authority awaited
    State(
        "Leofric Danby", date(1966, 6, 6), 9, (_acknowledge, _settle_identity, _propose_fee, _agree_fee, _post)
    ),  # unpaid fee
    State("Perpetua Gillow", date(1994, 9, 3), 22, (*_CHECKED, _sign_off, _build_part, _release)),  # part is out
    State("Barnaby Thrale", date(1972, 2, 17), 26, (*_ANSWERED, _release, _close, _reopen)),  # open again
    State("Isolde Wragby", date(1998, 12, 12), 40, (*_BEGUN, _apologise, _complain, _decide_complaint)),  # upheld
)
