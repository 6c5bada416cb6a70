"""Reads about our role for records: what we hold for others, whether they have the request, who decides with us."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from sar.cases.models import Case
from sar.cases.moves import count_for_guards
from sar.cases.queries import visible_case
from sar.foundation.actors import Actor
from sar.foundation.clock import london_date
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.messages import Delivery, Message
from sar.records.models import Originator, OtherController, Record, RecordState, SettledAs
from sar.records.queries import ours, records_of
from sar.records.roles.models import PassedOn

# A record settled like this is nothing that we hold about the person, or there is another in its place.
_NOTHING = (SettledAs.NOT_RELEVANT, SettledAs.OBTAINED_AGAIN)


@dataclass(frozen=True)
class Passing:
    """One time that the request was passed on. `on` is None while our letter has not gone."""

    row: PassedOn
    message: Message | None

    @property
    def on(self) -> date | None:
        if self.message is None:
            return self.row.on
        gone = self.message.delivery == Delivery.SENT and self.message.sent_at
        return london_date(gone) if gone else None


@dataclass
class Held:
    """Records of a case that we hold for one other organisation, which decides about them."""

    controller: OtherController
    records: list[Record] = field(default_factory=list)
    passings: list[Passing] = field(default_factory=list)

    @property
    def passed_on(self) -> date | None:
        """The first day on which they had the request; None while they have not."""
        return min((passing.on for passing in self.passings if passing.on), default=None)

    @property
    def recorded_by_hand(self) -> list[PassedOn]:
        """What somebody wrote down that they had done; it can be struck out."""
        return [passing.row for passing in self.passings if passing.message is None]

    @property
    def waiting_letter(self) -> Message | None:
        """Our letter to them, where it has not gone and nothing else has."""
        if self.passed_on:
            return None
        return next((passing.message for passing in reversed(self.passings) if passing.message), None)


def held_for_others(case: Case) -> list[Held]:
    """What we hold for others in this case, by the name of whoever decides."""
    held: dict[str, Held] = {}
    query = select(OtherController, Record).join(Record, Record.controller_id == OtherController.id)
    for controller, found in db.session.execute(query.where(*_is_held(case)).order_by(Record.created_at, Record.id)):
        held.setdefault(controller.id, Held(controller)).records.append(found)
    if held:
        for controller_id, passings in _passings(case).items():
            if controller_id in held:
                held[controller_id].passings = passings
    return sorted(held.values(), key=lambda one: one.controller.name.casefold())


def held_for(case: Case, controller_id: str) -> Held | None:
    return next((one for one in held_for_others(case) if one.controller.id == controller_id), None)


@count_for_guards("to_pass_on")
def to_pass_on_count(case: Case) -> int:
    """Organisations that decide about records we hold and have not got the request. They hold up release."""
    return sum(one.passed_on is None for one in held_for_others(case))


def controllers_of(case: Case) -> dict[str, OtherController]:
    """Every other organisation that was ever named for a record of the case, by its id."""
    found = db.session.scalars(select(OtherController).where(OtherController.case_id == case.id))
    return {controller.id: controller for controller in found}


def visible_controller(actor: Actor, controller_id: str) -> OtherController:
    """The organisation, if this actor may see its case. Raises NotFound."""
    found = db.session.get(OtherController, controller_id)
    if found is None:
        raise NotFound("There is no such organisation in a case of yours.")
    visible_case(actor, found.case_id)
    return found


def visible_passing(actor: Actor, passed_on_id: str) -> PassedOn:
    """The row, if this actor may see its case. Raises NotFound."""
    found = db.session.get(PassedOn, passed_on_id)
    if found is None:
        raise NotFound("There is no such entry.")
    visible_case(actor, found.case_id)
    return found


def address_of(controller: OtherController) -> str:
    """The mail address that the directory has for them; empty where it has none."""
    entry = db.session.get(Originator, controller.originator_id) if controller.originator_id else None
    return entry.email or "" if entry else ""


def family_of(case: Case, found: Record) -> list[Record]:
    """The record, and what came with it: its attachments, and theirs."""
    family, ids = [found], {found.id}
    for other in records_of(case):  # a mail is always there before what came with it
        if other.parent_id in ids and other.id not in ids:
            family.append(other)
            ids.add(other.id)
    return family


def from_the_same(case: Case, found: Record) -> list[Record]:
    """Records that came from where this one did, itself among them, without those that were taken out."""
    return [
        other
        for other in records_of(case)
        if other.originator_id == found.originator_id and other.state != RecordState.WITHDRAWN
    ]


def _is_held(case: Case) -> tuple[ColumnElement[bool], ...]:
    is_something = or_(Record.settled_as.is_(None), Record.settled_as.not_in(_NOTHING))
    return Record.case_id == case.id, ~ours(), Record.state != RecordState.WITHDRAWN, is_something


def _passings(case: Case) -> dict[str, list[Passing]]:
    """What was not struck out, nor by a letter that was taken back, oldest first, by the organisation's id."""
    query = select(PassedOn, Message).outerjoin(Message, Message.id == PassedOn.message_id)
    still_goes = or_(Message.id.is_(None), Message.delivery != Delivery.TAKEN_BACK.value)
    query = query.where(PassedOn.case_id == case.id, PassedOn.struck_out_at.is_(None), still_goes)
    found: dict[str, list[Passing]] = defaultdict(list)
    for row, message in db.session.execute(query.order_by(PassedOn.created_at, PassedOn.id)):
        found[row.controller_id].append(Passing(row, message))
    return found
