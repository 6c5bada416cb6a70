"""Commands on a case. The only writer of the stage; later stages move a case through `advance`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from sar.access.models import Staff
from sar.access.permissions import Permission, permissions_of
from sar.cases import letters
from sar.cases.deadlines import (
    ClarificationRequested,
    ClockState,
    Ended,
    EndReason,
    ExtensionReason,
    make_event,
)
from sar.cases.models import Case, ClockFact, ConflictOfInterest, Note
from sar.cases.queries import clock_events, clock_from, clock_of, visible_case
from sar.cases.workflow import CaseFacts, Stage, allowed
from sar.cases.workflow import Event as CaseEvent
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.intake import service as intake
from sar.intake.models import Submission

IDENTITY_SETTLED = frozenset({"verified", "known_to_staff"})
# Evidence an officer can rely on; service users without a passport are never turned away for it.
EVIDENCE = {
    "photo_id": "Photo identity document",
    "two_letters": "Two official letters with name and address",
    "officer_letter": "Headed letter from the responsible officer",
    "prison_record": "Checked with the prison",
    "known": "Known in person to a named member of staff",
}


@dataclass(frozen=True)
class WhatIf:
    """Due dates before and after a change that has not been made."""

    before: date | None
    after: date | None


def open_case(actor: Actor, submission_id: str) -> Case:
    """Open the case of a submission. Done once, however often it is called."""
    with write_transaction() as session:
        existing = session.scalar(select(Case).where(Case.submission_id == submission_id))
        if existing is not None:
            return existing
        submission = session.get_one(Submission, submission_id)
        case = Case(
            scope_id=submission.scope_id,
            reference=submission.reference,
            submission_id=submission.id,
            stage=Stage.RECEIVED.value,
            identity="unchecked",
            regimes="LE UKGDPR",
            received_on=submission.received_on,
            clock_state=ClockState.RUNNING.value,
        )
        session.add(case)
        session.flush()
        _add_fact(actor, case, "received", submission.received_on)
        _renew_clock(case)
        record(
            actor,
            Action.CASE_OPENED,
            case.id,
            reference=case.reference,
            submission_id=submission.id,
            received_on=case.received_on,
        )
        return case


def acknowledge(actor: Actor, case_id: str, version: int) -> Case:
    """Tell the requester that we have the request, and by when we will answer."""
    with write_transaction():
        case = _at_version(visible_case(actor, case_id), version)
        case = advance(actor, case_id, CaseEvent.ACKNOWLEDGE, facts_of(actor, case))
        letters.send(actor, case, "acknowledgement")
        return case


def assign(actor: Actor, case_id: str, officer_id: str | None) -> None:
    """Give the case to an officer. A caseworker may take a case; only the DPO may hand one to someone else."""
    with write_transaction() as session:
        case = visible_case(actor, case_id)
        if officer_id != actor.id and Permission.CASE_ASSIGN not in permissions_of(actor.roles):
            raise NotAllowed("Only the data protection officer can give a case to someone else.")
        if officer_id is not None:
            officer = session.get(Staff, officer_id)
            if officer is None or officer.disabled or Permission.CASE_WORK not in permissions_of(officer.role_set):
                raise Refused("Choose someone who works on cases.")
            if has_conflict(case, officer_id):
                raise Refused("That person declared a conflict of interest with this case.")
        case.officer_id = officer_id
        record(actor, Action.CASE_ASSIGNED, case.id, officer_id=officer_id)


def check_identity(actor: Actor, case_id: str, evidence: str, *, on: date | None = None) -> None:
    """Record that identity is settled, and by what. The copy of the document is destroyed at once."""
    if evidence not in EVIDENCE:
        raise Refused("Choose what shows who the person is.")
    with write_transaction():
        case = visible_case(actor, case_id)
        if case.identity in IDENTITY_SETTLED:
            raise Conflict("Identity has already been settled for this case.")
        day = _not_in_future(on or london_today())
        if case.identity == "asked":
            _add_fact(actor, case, "id_received", day)
        case.identity = "known_to_staff" if evidence == "known" else "verified"
        _renew_clock(case)
        record(actor, Action.IDENTITY_CHECKED, case.id, outcome=case.identity, evidence=evidence)
        if case.submission.identity_blob_id:
            intake.destroy_identity_copy(actor, case.submission_id, "verified")


def ask_for_identity(actor: Actor, case_id: str, reason: str) -> None:
    """Ask for proof of identity: only on reasonable doubt, with the reason kept (Art 12(6); s.52(4))."""
    if not reason.strip():
        raise Refused("Say why you doubt who is asking. Identity may be asked for only with a reason.")
    with write_transaction():
        case = visible_case(actor, case_id)
        if case.identity != "unchecked":
            raise Conflict("Identity has already been asked for or settled.")
        before = clock_of(case).due
        _add_fact(actor, case, "id_requested", london_today(), detail=reason)
        case.identity = "asked"
        _renew_clock(case)
        _record_clock(actor, case, "id_requested", london_today(), before)
        letters.send(actor, case, "id_request", reason=reason)


def ask_question(actor: Actor, case_id: str, question: str, reason: str) -> None:
    """Ask the requester to say more clearly what they want. The clock pauses until they answer."""
    if not question.strip():
        raise Refused("Write the question you want answered.")
    with write_transaction():
        case = visible_case(actor, case_id)
        asked = {event.number for event in clock_events(case) if isinstance(event, ClarificationRequested)}
        before = clock_of(case).due
        number = max(asked, default=0) + 1
        _add_fact(actor, case, "clarification_requested", london_today(), number=number, detail=question)
        _renew_clock(case)
        _record_clock(actor, case, "clarification_requested", london_today(), before)
        letters.send(actor, case, "clarification", question=question, reason=reason)


def record_answer(actor: Actor, case_id: str, number: int, on: date, answer: str) -> None:
    """The requester answered question `number` on a day. The clock runs on."""
    with write_transaction():
        case = visible_case(actor, case_id)
        before = clock_of(case).due
        _add_fact(actor, case, "clarification_received", _not_in_future(on), number=number, detail=answer)
        _renew_clock(case)
        _record_clock(actor, case, "clarification_received", on, before)


def extend(actor: Actor, case_id: str, reason: ExtensionReason, explanation: str) -> None:
    """Take two further months, once, with reasons, before the first month is over (Art 12A(3); s.54(3A))."""
    if not explanation.strip():
        raise Refused("Write the reason in words. The requester is told it.")
    with write_transaction():
        case = visible_case(actor, case_id)
        clock = clock_of(case)
        today = london_today()
        if clock.extended:
            raise Refused("This request was extended before. The law allows one extension.")
        if not clock.extension_available:
            raise Refused("The rules this request was received under do not allow an extension.")
        if clock.extension_notice_by is None or today > clock.extension_notice_by:
            raise Refused("It is too late to extend: the requester had to be told within the first month.")
        _add_fact(actor, case, "extended", today, reason_code=reason.value, detail=explanation)
        _renew_clock(case)
        _record_clock(actor, case, "extended", today, clock.due)
        old, new = clock.due or clock.due_if_answered_today, clock_of(case)
        letters.send(
            actor,
            case,
            "extension",
            old_due_date=old or today,
            new_due_date=new.due or new.due_if_answered_today or today,
            reasons=[explanation],
        )


def correct_received_date(actor: Actor, case_id: str, on: date) -> None:
    """Put right the day the request reached any part of the organisation. Every date is worked out anew."""
    with write_transaction():
        case = visible_case(actor, case_id)
        before = clock_of(case).due
        for fact in db.session.scalars(
            select(ClockFact).where(
                ClockFact.case_id == case.id, ClockFact.kind == "received", ClockFact.struck_out_at.is_(None)
            )
        ):
            fact.struck_out_at = utc_now()
        _add_fact(actor, case, "received", _not_in_future(on))
        case.received_on = on
        _renew_clock(case)
        _record_clock(actor, case, "received", on, before)


def what_if(actor: Actor, case_id: str, kind: str, on: date, *, number: int = 1, reason: str = "") -> WhatIf:
    """The due date now, and as it would be with one more fact. Changes nothing."""
    case = visible_case(actor, case_id)
    events = clock_events(case)
    after = clock_from(case, [*events, make_event(kind, on, number=number, reason=reason)]).due
    return WhatIf(clock_from(case, events).due, after)


def add_note(actor: Actor, case_id: str, text: str) -> Note:
    if not text.strip():
        raise Refused("Write something in the note.")
    with write_transaction() as session:
        case = visible_case(actor, case_id)
        note = Note(scope_id=case.scope_id, case_id=case.id, author_id=actor.id, text=text.strip())
        session.add(note)
        record(actor, Action.NOTE_ADDED, case.id, note_id=note.id)
        return note


def declare_conflict(actor: Actor, case_id: str, staff_id: str) -> None:
    """Close the case to someone: it is about them, a relative or a colleague. They do not see it again."""
    with write_transaction() as session:
        case = visible_case(actor, case_id)
        if staff_id != actor.id and Permission.CASE_ASSIGN not in permissions_of(actor.roles):
            raise NotAllowed("Only the data protection officer can close a case to someone else.")
        if has_conflict(case, staff_id):
            return
        session.add(ConflictOfInterest(case_id=case.id, staff_id=staff_id))
        if case.officer_id == staff_id:
            case.officer_id = None
        record(actor, Action.CONFLICT_DECLARED, case.id, officer_id=staff_id)


def view_case(actor: Actor, case_id: str) -> Case:
    """Open a case page: the reading itself is kept in the log."""
    with write_transaction():
        case = visible_case(actor, case_id)
        record(actor, Action.CASE_VIEWED, case.id)
        return case


def set_regimes(actor: Actor, case_id: str, regimes: frozenset[str]) -> None:
    """Say under which laws the case's records fall; the earliest due date of them counts."""
    with write_transaction():
        case = visible_case(actor, case_id)
        case.regimes = " ".join(sorted(regimes)) or "LE UKGDPR"
        _renew_clock(case)


def advance(actor: Actor, case_id: str, event: CaseEvent, facts: CaseFacts) -> Case:
    """Move a case along the workflow's table. Raises NotPossible or NotPermitted with the table's words."""
    with write_transaction():
        case = visible_case(actor, case_id)
        permissions = frozenset(Permission) if actor.kind is ActorKind.SYSTEM else permissions_of(actor.roles)
        transition = allowed(Stage(case.stage), event, facts, permissions)
        before = case.stage
        case.stage = transition.target.value
        _keep_clock_ended(actor, case, event)
        record(
            actor, Action.CASE_MOVED, case.id, event=event.value, from_stage=before, to_stage=transition.target.value
        )
        return case


def facts_of(actor: Actor, case: Case) -> CaseFacts:
    """What this stage knows for the guards; later stages replace what they know."""
    return CaseFacts(
        identity_settled=case.identity in IDENTITY_SETTLED,
        searches_open=0,
        conflict_declared=has_conflict(case, actor.id),
    )


def has_conflict(case: Case, staff_id: str) -> bool:
    return (
        db.session.scalar(
            select(ConflictOfInterest.id).where(
                ConflictOfInterest.case_id == case.id, ConflictOfInterest.staff_id == staff_id
            )
        )
        is not None
    )


_ENDS = {
    CaseEvent.RELEASE: EndReason.RESPONDED,
    CaseEvent.REJECT: EndReason.REFUSED,
    CaseEvent.WITHDRAW: EndReason.WITHDRAWN,
}


def _keep_clock_ended(actor: Actor, case: Case, event: CaseEvent) -> None:
    """Sending the answer, refusing or withdrawing stops the clock; reopening takes that back."""
    today = london_today()
    endings = [event for event in clock_events(case) if isinstance(event, Ended)]
    if event in _ENDS:
        _add_fact(actor, case, "ended", today, number=len(endings) + 1, reason_code=_ENDS[event].value)
        case.closed_on = today
    elif event is CaseEvent.REOPEN and endings:
        _add_fact(actor, case, "reopened", today, number=len(endings))
        case.closed_on = None
    _renew_clock(case)


def _add_fact(
    actor: Actor, case: Case, kind: str, on: date, *, number: int = 1, reason_code: str = "", detail: str | None = None
) -> None:
    db.session.add(
        ClockFact(
            scope_id=case.scope_id,
            case_id=case.id,
            kind=kind,
            on=on,
            number=number,
            reason_code=reason_code,
            detail=detail,
            recorded_by=actor.id,
        )
    )
    db.session.flush()


def _renew_clock(case: Case) -> None:
    clock = clock_of(case)
    case.due_on = clock.due
    case.clock_state = clock.state.value


def _record_clock(actor: Actor, case: Case, event: str, on: date, before: date | None) -> None:
    record(
        actor, Action.CLOCK_EVENT_RECORDED, case.id, event=event, on=on, due_before=before, due_after=case.due_on
    )


def _at_version(case: Case, version: int) -> Case:
    if case.version != version:
        raise Conflict("Someone else changed this case while you had it open. Load it again to see what is new.")
    return case


def _not_in_future(on: date) -> date:
    if on > london_today():
        raise Refused("That date is in the future. Give the day it happened.")
    return on
