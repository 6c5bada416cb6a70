"""Reads about consultations. Staff reach one through its case, an originator through its own link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.workflow import Stage
from sar.consultation.models import UNDECIDED, WAITING, Consultation, ConsultationRecord, State
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.db import db
from sar.foundation.errors import Gone, NotFound
from sar.records.models import Originator, Record
from sar.records.queries import disclosable_records, in_reply


@dataclass(frozen=True)
class ToAsk:
    """An originator whose records in a case nobody has asked about yet."""

    originator: Originator
    records: list[Record]


def consultations_of(case: Case) -> list[Consultation]:
    query = select(Consultation).where(Consultation.case_id == case.id)
    return list(db.session.scalars(query.order_by(Consultation.created_at)))


def visible_consultation(actor: Actor, consultation_id: str) -> Consultation:
    """The consultation of a case this actor may see. Raises NotFound."""
    consultation = db.session.get(Consultation, consultation_id)
    if consultation is None:
        raise NotFound("There is no such consultation.")
    visible_case(actor, consultation.case_id)
    return consultation


def own_consultation(actor: Actor) -> Consultation:
    """The one consultation a signed-in originator may see. Raises NotFound, or Gone once it is over.

    It is over too when the request has ended: nobody outside reads records of somebody who took it back.
    """
    consultation = db.session.get(Consultation, actor.id) if actor.kind is ActorKind.ORIGINATOR else None
    if consultation is None:
        raise NotFound("There is no such consultation.")
    if consultation.state not in WAITING or db.session.get_one(Case, consultation.case_id).closed_on is not None:
        raise Gone("This consultation is over. Thank you for your help.")
    return consultation


def own_record(actor: Actor, record_id: str) -> Record:
    """A record of the signed-in originator's consultation. Raises NotFound for any other."""
    consultation = own_consultation(actor)
    for record in consultation.records:
        if record.id == record_id:
            return record
    raise NotFound("There is no such record.")


def own_page(actor: Actor, record_id: str, page: int) -> Record:
    """As `own_record`; raises NotFound for a page (from 1) that it does not have too."""
    record = own_record(actor, record_id)
    if not 1 <= page <= record.pages:
        raise NotFound("This record has no such page.")
    return record


def undecided_count(case: Case) -> int:
    """Consultations still without the officer's decision: they hold up sign-off and release."""
    query = select(func.count()).select_from(Consultation)
    return db.session.scalar(query.where(Consultation.case_id == case.id, Consultation.state.in_(UNDECIDED))) or 0


def views_of(record: Record) -> list[Consultation]:
    """Every consultation a record was part of, newest first, for whoever decides about its pages."""
    query = (
        select(Consultation)
        .join(ConsultationRecord, ConsultationRecord.consultation_id == Consultation.id)
        .where(ConsultationRecord.record_id == record.id)
    )
    return list(db.session.scalars(query.order_by(Consultation.created_at.desc())))


def asked_about(case: Case) -> set[str]:
    """Ids of the records that were sent to their originator in a consultation that was not withdrawn."""
    query = (
        select(ConsultationRecord.record_id)
        .join(Consultation, ConsultationRecord.consultation_id == Consultation.id)
        .where(Consultation.case_id == case.id, Consultation.state != State.WITHDRAWN.value)
    )
    return set(db.session.scalars(query))


def to_ask(case: Case) -> list[ToAsk]:
    """Records that came from elsewhere and were never sent to their originator, by originator."""
    asked = asked_about(case)
    groups: dict[str, list[Record]] = {}
    for record in disclosable_records(case):
        if record.originator_id and record.id not in asked:
            groups.setdefault(record.originator_id, []).append(record)
    originators = db.session.scalars(select(Originator).where(Originator.id.in_(groups)))
    return [ToAsk(originator, groups[originator.id]) for originator in originators]


def unasked(wanted: Sequence[ColumnElement[bool]], before: datetime) -> list[tuple[str, int]]:
    """References of such cases, in which records are gathered, with how many records came from elsewhere before a
    moment and were not sent to their originator."""
    asked = select(ConsultationRecord.record_id).join(
        Consultation, ConsultationRecord.consultation_id == Consultation.id
    )
    asked = asked.where(Consultation.state != State.WITHDRAWN.value)
    query = (
        select(Case.reference, func.count())
        .join(Record, Record.case_id == Case.id)
        .where(*wanted, Case.stage == Stage.GATHERING.value, in_reply(), Record.originator_id.is_not(None))
        .where(Record.created_at < before, Record.id.not_in(asked))
    )
    rows = db.session.execute(query.group_by(Case.reference).order_by(Case.reference))
    return [(reference, count) for reference, count in rows]


def waiting_since(day: date, chases: int) -> list[Consultation]:
    """Consultations without an answer that were sent on or before a day and chased this often, in open cases."""
    query = select(Consultation).where(
        Consultation.state.in_(WAITING), Consultation.sent_on <= day, Consultation.chases == chases
    )
    query = query.join(Case, Case.id == Consultation.case_id).where(Case.closed_on.is_(None))
    return list(db.session.scalars(query.order_by(Consultation.sent_on)))
