"""Commands on a case. This stage is its only writer; later stages move a case through `advance`.

The commands are kept by topic: the clock in `clock_commands`, endings in `endings`, moves in `moves`, new words
in `new_words`, letters that wait in `outbox`. All are reached from here.
"""

from __future__ import annotations

import re
from datetime import date
from typing import BinaryIO

from sqlalchemy import select

from sar.access.models import Staff
from sar.access.permissions import Permission, permissions_of
from sar.cases import letters
from sar.cases.clock_commands import (
    ask_for_authority,
    ask_for_identity,
    ask_question,
    charge_fee,
    extend,
    record_answer,
    record_fee_paid,
    set_regimes,
    why_not_ask,
    why_not_extend,
)
from sar.cases.closing_out import close_case
from sar.cases.conflicts.said import keep_to_deciders
from sar.cases.corrections import correct_received_date
from sar.cases.deadlines import ClockState, Regime, earliest_due, make_event
from sar.cases.endings import REFUSAL_CODES, close, reject, reopen, withdraw
from sar.cases.ledger import Fact, case_for, keep_note, require, store_fact
from sar.cases.models import Case, Note
from sar.cases.moves import IDENTITY_SETTLED, advance, facts_of, has_conflict
from sar.cases.new_words import give_new_words
from sar.cases.not_valid import set_aside
from sar.cases.proofs import check_authority, check_identity, set_representative
from sar.cases.queries import clock_rules, may_see, visible_case
from sar.cases.what_if import WhatIf, what_if
from sar.cases.workflow import Event, Stage
from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.wording import Wording
from sar.intake import due
from sar.intake.identity_copies import copies_of
from sar.intake.models import Submission

__all__ = [
    "IDENTITY_SETTLED",
    "REFUSAL_CODES",
    "WhatIf",
    "acknowledge",
    "acknowledgement_of",
    "add_note",
    "advance",
    "ask_for_authority",
    "ask_for_identity",
    "ask_question",
    "assign",
    "charge_fee",
    "check_authority",
    "check_identity",
    "close",
    "correct_received_date",
    "declare_conflict",
    "due_when_received",
    "extend",
    "facts_of",
    "give_new_words",
    "has_conflict",
    "open_case",
    "open_identity_copy",
    "record_answer",
    "record_fee_paid",
    "reject",
    "reopen",
    "set_aside",
    "set_regimes",
    "set_representative",
    "start_gathering",
    "view_case",
    "what_if",
    "why_not_ask",
    "why_not_extend",
    "withdraw",
]
_NOTE_KEY = re.compile(r"[0-9a-z]{26}")


def open_case(actor: Actor, submission_id: str) -> Case:
    """Open the case of a submission. Done once, however often it is called."""
    with write_transaction() as session:
        # Locked, so that two workers with the same job open one case.
        submission = session.get_one(Submission, submission_id, with_for_update=True)
        existing = session.scalar(select(Case).where(Case.submission_id == submission_id))
        if existing is not None:
            return existing
        case = Case(
            scope_id=submission.scope_id,
            reference=submission.reference,
            submission_id=submission.id,
            stage=Stage.RECEIVED.value,
            identity="unchecked",
            authority="unchecked" if submission.representative_kind else "not_needed",
            for_another=submission.representative_kind is not None,
            regimes="LE UKGDPR",
            received_on=submission.received_on,
            clock_state=ClockState.RUNNING.value,
        )
        session.add(case)
        session.flush()
        store_fact(actor, case, Fact("received", submission.received_on), logged=False)
        keep_to_deciders(actor, case)
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
        case = case_for(actor, case_id, version)
        case = advance(actor, case_id, Event.ACKNOWLEDGE, facts_of(actor, case))
        letters.send(actor, case, _acknowledgement(case))
        return case


def acknowledgement_of(case: Case) -> Wording:
    """The acknowledgement as it would read today. Raises Refused when its wording cannot be used."""
    return letters.compose(case, _acknowledgement(case))


def _acknowledgement(case: Case) -> str:
    """A date is promised only where there is one."""
    return "acknowledgement" if case.due_on else "acknowledgement_waiting"


def due_when_received(received_on: date) -> date | None:
    """When a request that came on this day is due, as its case will be opened."""
    return earliest_due([make_event("received", received_on)], list(Regime), clock_rules(), today=london_today()).due


def start_gathering(actor: Actor, case_id: str, *, version: int | None = None) -> Case:
    """Begin, or go back to, the search for records."""
    with write_transaction():
        case = case_for(actor, case_id, version)
        return advance(actor, case_id, Event.START_GATHERING, facts_of(actor, case))


def assign(actor: Actor, case_id: str, officer_id: str | None, *, version: int | None = None) -> None:
    """Give the case to an officer. A caseworker may take a case; only the DPO may hand one to someone else."""
    with write_transaction() as session:
        case = case_for(actor, case_id, version)
        if officer_id != actor.id:
            require(actor, Permission.CASE_ASSIGN)
        if officer_id is not None:
            officer = session.get(Staff, officer_id)
            if officer is None or officer.disabled or Permission.CASE_WORK not in permissions_of(officer.role_set):
                raise Refused("Choose someone who works on cases.")
            if not may_see(case, officer_id):
                raise Refused("This case is closed to that person.")
        if case.officer_id == officer_id:
            return
        case.officer_id = officer_id
        record(actor, Action.CASE_ASSIGNED, case.id, officer_id=officer_id)


def add_note(actor: Actor, case_id: str, text: str, *, key: str | None = None) -> Note:
    """Keep a note. The same `key` (26 letters and digits, made with the form) again gives the note it made before."""
    if not text.strip():
        raise Refused("Write something in the note.")
    if key is not None and not _NOTE_KEY.fullmatch(key):
        raise Refused("This form is broken. Load the page again.")
    with write_transaction() as session:
        case = case_for(actor, case_id)
        earlier = session.get(Note, key) if key else None
        if earlier is not None:
            if (earlier.case_id, earlier.author_id) != (case.id, actor.id):
                raise Conflict("This form was used before. Load the page again.")
            return earlier
        return keep_note(actor, case, text.strip(), note_id=key)


def declare_conflict(actor: Actor, case_id: str, staff_id: str) -> None:
    """Close the case to someone: it is about them, a relative or a colleague. They do not see it again."""
    with write_transaction():
        case = visible_case(actor, case_id, lock=True)
        if staff_id != actor.id and Permission.CASE_ASSIGN not in permissions_of(actor.roles):
            raise NotAllowed("Only the data protection officer can close a case to someone else.")
        close_case(actor, case, staff_id)


def view_case(actor: Actor, case_id: str) -> Case:
    """Open a case page: the reading itself is kept in the log."""
    with write_transaction():
        case = visible_case(actor, case_id)
        record(actor, Action.CASE_VIEWED, case.id)
        return case


def open_identity_copy(actor: Actor, case_id: str, number: int) -> BinaryIO:
    """A copy (from 1) of an identity document that came with the request, as a JPEG of ours. Looking is logged."""
    with write_transaction():
        case = visible_case(actor, case_id)
        require(actor, Permission.CASE_WORK)
        copies = copies_of(case.submission_id)
        if not 1 <= number <= len(copies):
            raise NotFound("There is no such copy of an identity document, or it was destroyed.")
        blob_id = copies[number - 1].blob_id
        record(actor, Action.IDENTITY_COPY_VIEWED, case.id, blob_id=blob_id)
    return blobs.open(blob_id)


due.reckon_with(due_when_received)
