"""What holds in the end, and what is still open: the decision on each mention, each record, each originator's view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy import case as sql_case

from sar.cases.models import Case
from sar.consultation.models import Consultation, ConsultationRecord, State, View
from sar.foundation.db import db
from sar.records.models import Record, RecordRegime
from sar.records.queries import in_reply
from sar.review.grounds import Decision
from sar.review.models import Mention, Person, ViewWeighed, WithheldPage, WithheldRecord


@dataclass(frozen=True)
class ViewToWeigh:
    """What was decided about a record after its originator was asked, and whether it was carried out here."""

    consultation: Consultation
    record_id: str
    settled: bool


def decision_on(mention: Mention, person: Person | None) -> Decision:
    """One by hand before the person's; nobody known, nothing decided."""
    if mention.decision is not None:
        return Decision(mention.decision)
    return Decision(person.decision) if person is not None else Decision.PENDING


def code_on(mention: Mention, person: Person | None, regime: str) -> str | None:
    """The code printed at a withheld mention in a record under this law; None while it is still to be chosen."""
    if mention.decision is not None:
        return mention.code
    return person.code_under(regime) if person is not None else None


def is_open(mention: Mention, person: Person | None, regime: str) -> bool:
    """Whether somebody still has to decide: the same as `open_mention` says in SQL."""
    if mention.decision is not None:
        return False
    if person is None or person.decision == Decision.PENDING:
        return True
    return not (person.settles_le if regime == RecordRegime.LE else person.settles_ukgdpr)


def open_mention() -> ColumnElement[bool]:
    """For a query that joins Mention, Record and (outer) Person: mentions that need a decision.

    None on a withheld page or record does: nothing of it is shown.
    """
    whole_record = exists().where(WithheldRecord.record_id == Mention.record_id)
    whole_page = exists().where(WithheldPage.record_id == Mention.record_id, WithheldPage.page == Mention.page)
    settled = sql_case((Record.regime == RecordRegime.LE, Person.settles_le), else_=Person.settles_ukgdpr)
    return and_(
        in_reply(),
        Mention.decision.is_(None),
        or_(Mention.person_id.is_(None), Person.decision == Decision.PENDING, settled.is_(False)),
        ~whole_record,
        ~whole_page,
    )


def open_mentions(case: Case) -> int:
    query = (
        select(func.count())
        .select_from(Mention)
        .join(Record, Record.id == Mention.record_id)
        .outerjoin(Person, Person.id == Mention.person_id)
        .where(Mention.case_id == case.id, open_mention())
    )
    return db.session.scalar(query) or 0


def views_to_weigh(case: Case) -> list[ViewToWeigh]:
    """Records that consultation decided to withhold or to release in part. The newest decision on a record counts."""
    query = (
        select(Consultation, ConsultationRecord.record_id)
        .join(ConsultationRecord, ConsultationRecord.consultation_id == Consultation.id)
        .join(Record, Record.id == ConsultationRecord.record_id)
        .where(
            Consultation.case_id == case.id,
            Consultation.state == State.DECIDED,
            in_reply(),
        )
        .order_by(Consultation.decided_at, Consultation.id)
    )
    newest = {record_id: consultation for consultation, record_id in db.session.execute(query)}
    coded = set(db.session.scalars(select(WithheldRecord.record_id).where(WithheldRecord.record_id.in_(newest))))
    weighed = {
        (row.consultation_id, row.record_id)
        for row in db.session.scalars(select(ViewWeighed).where(ViewWeighed.record_id.in_(newest)))
    }
    found = []
    for record_id, consultation in newest.items():
        if consultation.decision == View.WITHHOLD:
            found.append(ViewToWeigh(consultation, record_id, record_id in coded))
        elif consultation.decision == View.RELEASE_IN_PART:
            settled = record_id in coded or (consultation.id, record_id) in weighed
            found.append(ViewToWeigh(consultation, record_id, settled))
    return found


def withheld_records(records: Sequence[Record]) -> dict[str, str | None]:
    """Records of which nothing goes out, with their code; None while a decision to withhold still lacks one."""
    if not records:
        return {}
    withheld: dict[str, str | None] = {}
    case = db.session.get_one(Case, records[0].case_id)
    wanted = {record.id for record in records}
    for view in views_to_weigh(case):
        if view.consultation.decision == View.WITHHOLD and view.record_id in wanted:
            withheld[view.record_id] = None
    rows = db.session.scalars(select(WithheldRecord).where(WithheldRecord.record_id.in_(wanted)))
    withheld.update({row.record_id: row.code for row in rows})
    return withheld
