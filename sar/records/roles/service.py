"""Commands on our role for records, and on passing a request on to whoever decides about what we hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy.orm.attributes import flag_modified

from sar.cases import letters
from sar.cases.ledger import case_for
from sar.cases.models import Case
from sar.cases.workflow import Stage
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record as write_down
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.events import Event, announce
from sar.foundation.messages import Channel
from sar.foundation.wording import Wording
from sar.intake.answers import is_email
from sar.records import laws, upkeep
from sar.records.models import OtherController, Record, RecordState
from sar.records.queries import record as visible_record
from sar.records.roles import queries
from sar.records.roles.controllers import NOBODY, Named, other_controller
from sar.records.roles.models import PassedOn, Way
from sar.records.roles.rules import RoleEvent, why_not

LETTER: Final = "request_passed_on"
MAX_WORDS: Final = 2_000
_LETTER_WAYS: Final = (Channel.EMAIL, Channel.POST)


class Reach(StrEnum):
    """For which records a role is set: one, also all that came with it, or all that came from the same place."""

    THIS = "this"
    FAMILY = "family"
    SAME_ORIGIN = "same_origin"


def set_role(
    actor: Actor,
    record_id: str,
    role: str,
    controller: Named = NOBODY,
    *,
    reach: Reach = Reach.THIS,
    version: int | None = None,
) -> list[Record]:
    """Say what we are for a record, or for several. Returns those for which that is new.

    `version` is the case's that was on the screen. Raises Refused without the organisation that the role needs, or
    once the case is checked or answered; Conflict when somebody else changed the case.
    """
    with write_transaction():
        found = visible_record(actor, record_id)
        case = _case(actor, found.case_id, RoleEvent.SET_ROLE, version)
        db.session.refresh(found)
        if found.state == RecordState.WITHDRAWN:
            raise Conflict("This record was taken out of the case.")
        other = other_controller(case, role, controller)
        other_id = other.id if other else None
        chosen = [one for one in _reached(case, found, reach) if (one.role, one.controller_id) != (role, other_id)]
        moved = []
        for one in chosen:
            was, was_ours = one.role, one.is_ours
            one.role, one.controller_id = role, other_id
            one.role_set_by, one.role_set_at = actor.id, utc_now()
            facts = {"case_id": case.id, "role_before": was, "role": role, "controller_id": other_id}
            write_down(actor, Action.RECORD_ROLE_SET, one.id, **facts)
            if one.is_ours != was_ours:
                moved.append(one)
        if chosen:
            _changed(case)
            _settle_reply(actor, case, moved)
        return chosen


def letter_to(case: Case, controller: OtherController, information: str) -> Wording:
    """The letter that passes the request on: who asked, for what, and when; nothing else. Raises Refused."""
    return letters.compose(case, LETTER, controller=controller.name, information=information)


def pass_on(
    actor: Actor, controller_id: str, *, information: str, channel: str, to: str, version: int | None = None
) -> PassedOn:
    """Send the request to whoever decides about records that we hold. It counts from the day the letter goes.

    `information` is what the person asked for, in words that say no more than is needed. Raises Refused, Conflict.
    """
    information, to = information.strip(), to.strip()
    if channel not in _LETTER_WAYS:
        raise Refused("Choose email or post.")
    if not information or len(information) > MAX_WORDS:
        raise Refused(f"Say what the person asked for, in {MAX_WORDS:,} letters or fewer.")
    if not to:
        raise Refused("Say where the letter goes.")
    if channel == Channel.EMAIL and not is_email(to):
        raise Refused("Enter an email address in the correct format, like name@example.com.")
    with write_transaction():
        case, held = _held(actor, controller_id, RoleEvent.PASS_ON, version)
        if held.waiting_letter is not None:
            raise Conflict(
                "A letter to them waits already. See to it in the outbox, or record how else they were told."
            )
        letter = letter_to(case, held.controller, information)
        message = letters.post(actor, case, LETTER, letter, channel=channel, to=to, addressee=held.controller.name)
        row = _keep(actor, case, held.controller, Way(channel))
        row.message_id = message.id
        facts = {"case_id": case.id, "controller_id": controller_id, "channel": channel, "message_id": message.id}
        write_down(actor, Action.REQUEST_PASSED_ON, row.id, **facts)
        return row


def record_passed_on(actor: Actor, controller_id: str, *, way: str, on: date, version: int | None = None) -> PassedOn:
    """Write down that the request was passed on elsewhere: on which day, and how. Raises Refused, Conflict."""
    if way not in set(Way):
        raise Refused("Choose how the request was passed on.")
    with write_transaction():
        case, held = _held(actor, controller_id, RoleEvent.PASS_ON, version)
        if not case.received_on <= on <= london_today():
            raise Refused("Check the day: it is after we got the request, and not in the future.")
        row = _keep(actor, case, held.controller, Way(way))
        row.on = on
        facts = {"case_id": case.id, "controller_id": controller_id, "channel": way, "on": on}
        write_down(actor, Action.PASSING_ON_RECORDED, row.id, **facts)
        return row


def strike_out(actor: Actor, passed_on_id: str, *, version: int | None = None) -> None:
    """Take back what somebody wrote down by mistake. A letter of ours that went cannot be taken back."""
    with write_transaction():
        row = queries.visible_passing(actor, passed_on_id)
        case = _case(actor, row.case_id, RoleEvent.STRIKE_OUT, version)
        db.session.refresh(row)
        if row.struck_out_at is not None:
            raise Conflict("This was struck out already.")
        if row.message_id is not None or row.on is None:
            raise Refused("This was a letter of ours, so it stays.")
        row.struck_out_at = utc_now()
        _changed(case)
        facts = {"case_id": case.id, "controller_id": row.controller_id, "on": row.on}
        write_down(actor, Action.PASSING_ON_STRUCK_OUT, row.id, **facts)


def say_what_is_told(
    actor: Actor, controller_id: str, *, contact: str, told: bool, reason: str = "", version: int | None = None
) -> OtherController:
    """What the reply says of an organisation: how to reach it, or nothing at all, for a reason that is kept."""
    if not told and not reason.strip():
        raise Refused("Say why the person must not be told. It is kept with the case.")
    if len(contact) > MAX_WORDS or len(reason) > MAX_WORDS:
        raise Refused(f"Keep it under {MAX_WORDS:,} letters.")
    with write_transaction():
        controller = queries.visible_controller(actor, controller_id)
        case = _case(actor, controller.case_id, RoleEvent.SAY_WHAT_IS_TOLD, version)
        controller.contact = " ".join(contact.split()) or None
        controller.told, controller.untold_reason = told, None if told else reason.strip()
        _changed(case)
        facts = {"case_id": case.id, "controller_id": controller.id, "told": told}
        write_down(actor, Action.CONTROLLER_TOLD_OF, controller.id, **facts)
        return controller


def _case(actor: Actor, case_id: str, event: RoleEvent, version: int | None) -> Case:
    case = case_for(actor, case_id, version)
    reason = why_not(event, Stage(case.stage))
    if reason:
        raise Refused(reason)
    return case


def _held(actor: Actor, controller_id: str, event: RoleEvent, version: int | None) -> tuple[Case, queries.Held]:
    """The case, held, and what it has for an organisation that still lacks the request. Raises Conflict, NotFound."""
    case = _case(actor, queries.visible_controller(actor, controller_id).case_id, event, version)
    held = queries.held_for(case, controller_id)
    if held is None:
        raise NotFound("We hold no record of this case for them now.")
    if held.passed_on is not None:
        raise Conflict("The request was passed on to them already.")
    return case, held


def _keep(actor: Actor, case: Case, controller: OtherController, way: Way) -> PassedOn:
    row = PassedOn(scope_id=case.scope_id, case_id=case.id, controller_id=controller.id, way=way.value)
    row.recorded_by = actor.id
    db.session.add(row)
    _changed(case)
    db.session.flush()
    return row


def _reached(case: Case, found: Record, reach: Reach) -> Sequence[Record]:
    if reach is Reach.FAMILY:
        return [one for one in queries.family_of(case, found) if one.state != RecordState.WITHDRAWN]
    return queries.from_the_same(case, found) if reach is Reach.SAME_ORIGIN else [found]


def _settle_reply(actor: Actor, case: Case, moved: Sequence[Record]) -> None:
    """What follows for the reply from records that are ours no more, or are ours again."""
    upkeep.match_copies(case, moved)
    laws.renew_regimes(actor, case)
    for one in moved:
        if one.is_ours and one.state == RecordState.READY:
            announce(Event.RECORD_READY, one.id)  # people may be known now who were not when it was last searched


def _changed(case: Case) -> None:
    """Another officer's screen is out of date, although the case's own row has nothing new."""
    flag_modified(case, "stage")
