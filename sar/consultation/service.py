"""Commands of consultation: ask, remind, answer, decide. law.md section 3: the controller decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update

from sar.access.service import end_links, issue_link, new_link_code, open_link
from sar.cases.letters import anywhere
from sar.cases.models import Case
from sar.cases.queries import clock_of, visible_case
from sar.cases.waiting import Whom, wait_for, wait_no_more
from sar.consultation import queries
from sar.consultation.models import (
    UNDECIDED,
    WAITING,
    Consultation,
    ConsultationRecord,
    State,
    View,
)
from sar.foundation import messages, wording, wordings
from sar.foundation.actions import Action
from sar.foundation.actors import PUBLIC, SYSTEM, Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_date, london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.runtime import settings
from sar.foundation.wording import Wording
from sar.records.models import Originator, Record
from sar.records.queries import disclosable_records
from sar.records.service import viewed_just_now

PURPOSE = "consultation"
CHASE = "consultation_chase"
ESCALATION = "consultation_escalation"
# Answers that do not let everything go need a reason: the officer must be able to weigh it.
_NEED_REASON = frozenset({View.RELEASE_IN_PART, View.WITHHOLD, View.NOT_OURS})


def send(actor: Actor, case_id: str, originator_id: str, record_ids: list[str]) -> Consultation:
    """Ask an originator for a view on its own records, and on nothing else. The clock runs on."""
    with write_transaction() as session:
        case = visible_case(actor, case_id)
        wanted = {found.id for found in disclosable_records(case) if found.originator_id == originator_id}
        if not record_ids or not wanted.issuperset(record_ids):
            raise Refused("Choose records that came from this originator and are ready to be read.")
        session.refresh(case, with_for_update=True)  # of two clicks, the second sees what the first asked
        if queries.asked_about(case).intersection(record_ids):
            raise Conflict("This originator has been asked about these records already.")
        originator = session.get_one(Originator, originator_id)
        if not originator.email:
            raise Refused(f"There is no email address for {originator.name}. Add one first.")
        today, current = london_today(), settings()
        consultation = Consultation(
            scope_id=case.scope_id,
            case_id=case.id,
            originator_id=originator_id,
            state=State.SENT.value,
            sent_on=today,
            due_on=today + timedelta(days=current.consultation_decide_day),
            link_ends_on=today + timedelta(days=current.consultation_link_days),
            chases=0,
        )
        session.add(consultation)
        session.flush()
        session.add_all(ConsultationRecord(consultation_id=consultation.id, record_id=id_) for id_ in record_ids)
        session.flush()
        wait_for(case.id, Whom.ORIGINATOR, consultation.id)
        record(
            actor,
            Action.CONSULTATION_SENT,
            consultation.id,
            case_id=case.id,
            originator_id=originator_id,
            records=len(record_ids),
            due_on=consultation.due_on,
        )
        _write(actor, consultation, "consultation_request")
        return consultation


def chase_due() -> int:
    """Remind originators who have not answered: once on the chase day, once more on the escalation day."""
    current, today = settings(), london_today()
    sent = 0
    for chases, days in ((0, current.consultation_chase_day), (1, current.consultation_escalate_day)):
        for waiting in queries.waiting_since(today - timedelta(days=days), chases):
            sent += _chase(waiting.id, chases)
    return sent


def send_code(token: str) -> None:
    """Mail a one-time code to the mailbox that the link was sent to."""
    code = new_link_code(token, PURPOSE)
    link = open_link(token, PURPOSE)
    with write_transaction() as session:
        consultation = session.get_one(Consultation, link.subject_id)
        messages.send(
            PUBLIC,
            scope_id=consultation.scope_id,
            channel="email",
            to=consultation.originator.email,
            subject="Your code",
            body=f"Your code is {code}. It works for 15 minutes. If you did not ask for it, tell us.",
            kind="consultation.code",
            subject_id=consultation.id,
        )


def opened(actor: Actor) -> None:
    """The originator has seen the records: noted the first time."""
    with write_transaction():
        consultation = queries.own_consultation(actor)
        if consultation.state == State.SENT:
            consultation.state = State.OPENED.value
            consultation.opened_at = utc_now()
            record(actor, Action.CONSULTATION_OPENED, consultation.id, case_id=consultation.case_id)


def view_own_page(actor: Actor, record_id: str, page: int) -> Record:
    """Keep in the log that the originator read a page of a record it was sent."""
    with write_transaction():
        found = queries.own_page(actor, record_id, page)
        facts = {"case_id": found.case_id, "page": page}
        if not viewed_just_now(actor, Action.PAGE_VIEWED, found.id, facts):
            record(actor, Action.PAGE_VIEWED, found.id, **facts)
        return found


def answer(actor: Actor, view: View, reason: str, name: str) -> None:
    """The originator's answer, once. Raises Refused without a reason or a name, Gone after it is over."""
    if view in _NEED_REASON and not reason.strip():
        raise Refused("Tell us why, and which parts. We cannot weigh an answer without a reason.")
    if not name.strip():
        raise Refused("Tell us your name and role, so that we know who answered.")
    with write_transaction():
        consultation = queries.own_consultation(actor)
        consultation.answer = view.value
        consultation.answer_reason = reason.strip() or None
        consultation.answered_by = name.strip()
        consultation.answered_at = utc_now()
        # Only the first of two answers that race finds it still waiting.
        _move(consultation, WAITING, State.ANSWERED)
        record(actor, Action.CONSULTATION_ANSWERED, consultation.id, case_id=consultation.case_id, answer=view.value)
        end_links(actor, PURPOSE, consultation.id)


def decide(actor: Actor, consultation_id: str, decision: View, reason: str) -> None:
    """The officer decides, with an answer or without one. Against the originator's view it takes a reason."""
    with write_transaction():
        consultation = queries.visible_consultation(actor, consultation_id)
        against = consultation.answer is not None and consultation.answer != decision.value
        if (against or consultation.answer is None or decision in _NEED_REASON) and not reason.strip():
            raise Refused("Give the reason for your decision. It is kept with the case.")
        consultation.decision = decision.value
        consultation.decision_reason = reason.strip() or None
        consultation.decided_by = actor.id
        consultation.decided_at = utc_now()
        _move(consultation, UNDECIDED, State.DECIDED)
        record(
            actor,
            Action.CONSULTATION_DECIDED,
            consultation.id,
            case_id=consultation.case_id,
            decision=decision.value,
            against_view=against,
        )
        end_links(actor, PURPOSE, consultation.id)


def withdraw(actor: Actor, consultation_id: str) -> None:
    """Take a consultation back: sent to the wrong originator, or no longer needed."""
    with write_transaction():
        consultation = queries.visible_consultation(actor, consultation_id)
        _move(consultation, UNDECIDED, State.WITHDRAWN)
        record(actor, Action.CONSULTATION_WITHDRAWN, consultation.id, case_id=consultation.case_id)
        end_links(actor, PURPOSE, consultation.id)


def _move(consultation: Consultation, sources: tuple[str, ...], target: State) -> None:
    db.session.flush()
    moved = db.session.execute(
        update(Consultation)
        .where(Consultation.id == consultation.id, Consultation.state.in_(sources))
        .values(state=target.value)
    )
    if int(getattr(moved, "rowcount", 0)) != 1:
        raise Conflict("This consultation has already been answered, decided or withdrawn.")
    wait_no_more(consultation.case_id, Whom.ORIGINATOR, consultation.id)


def _chase(consultation_id: str, chases: int) -> int:
    with write_transaction() as session:
        consultation = session.get_one(Consultation, consultation_id)
        if consultation.state not in WAITING or consultation.chases != chases or _reminded_lately(consultation):
            return 0
        if session.get_one(Case, consultation.case_id, populate_existing=True).closed_on is not None:
            return 0
        consultation.chases = chases + 1
        record(SYSTEM, Action.CONSULTATION_CHASED, consultation.id, case_id=consultation.case_id, chase=chases + 1)
        _write(SYSTEM, consultation, ESCALATION if chases else CHASE)
        return 1


def _reminded_lately(consultation: Consultation) -> bool:
    """A worker that stood still for days must not catch up with two reminders on one of them."""
    current = settings()
    since = london_today() - timedelta(days=current.consultation_escalate_day - current.consultation_chase_day)
    reminders = (sent for sent in messages.about(consultation.id) if sent.kind in (CHASE, ESCALATION))
    return any(london_date(sent.created_at) > since for sent in reminders)


def preview(case: Case, originator: Originator, records: Sequence[Record]) -> Wording:
    """What an originator asked today would be sent. The link is made only when it goes. Raises Refused."""
    today, current = london_today(), settings()
    planned = Consultation(
        scope_id=case.scope_id,
        case_id=case.id,
        originator_id=originator.id,
        sent_on=today,
        due_on=today + timedelta(days=current.consultation_decide_day),
        link_ends_on=today + timedelta(days=current.consultation_link_days),
    )
    return wordings.render("consultation_request", _said(planned, originator, records, "(a link for them alone)"))


def _said(
    consultation: Consultation, originator: Originator, records: Sequence[Record], link: str
) -> dict[str, wording.FieldValue]:
    """What the letters to an originator may say."""
    clock = clock_of(visible_case(SYSTEM, consultation.case_id))
    return {
        **anywhere(consultation.id[:8].upper()),
        "originator": originator.name,
        "records": [found.title for found in records],
        "reply_by": consultation.due_on,
        "decide_date": consultation.due_on,
        "sent_date": consultation.sent_on,
        "link": link,
        "link_ends": consultation.link_ends_on,
        "due_date": clock.owed_by or clock.due_if_answered_today or consultation.due_on,
    }


def _write(actor: Actor, consultation: Consultation, letter: str) -> None:
    """Mail the originator with a fresh link: an earlier one is stored only hashed and cannot be sent again."""
    days = max(1, (consultation.link_ends_on - london_today()).days)
    token = issue_link(actor, PURPOSE, consultation.id, days)
    link = f"{settings().public_url}/originator/{token}"
    text = wordings.render(letter, _said(consultation, consultation.originator, consultation.records, link))
    messages.send(
        actor,
        scope_id=consultation.scope_id,
        channel="email",
        to=consultation.originator.email,
        subject=text.subject,
        body=text.as_text(),
        kind=letter,
        subject_id=consultation.id,
    )
