"""What of a destroyed case goes and what stays, table by table, as the database itself says what belongs to what.

Every row of the case goes, unless its table is named in STAYS: those hold dates, counts and codes that figures and
exports are recomputed from, or keep the rest hidden from whom the case was closed to. In what stays, every personal
column and every pointer to something that went is emptied. A table that is added later goes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from sar.access.models import AccessLink, RequesterAccess, WebSession
from sar.cases.links.models import CaseLink
from sar.cases.models import Case
from sar.consultation.models import Consultation
from sar.foundation.actors import ActorKind
from sar.foundation.blobs import Blob
from sar.foundation.db import Base
from sar.foundation.keys import SYSTEM_SCOPE
from sar.foundation.messages import Message
from sar.intake.models import Submission
from sar.records.models import Record
from sar.review.models import Person

# Figures and the compliance export are worked out from these (see `compliance`, `queries`, `complaints.queries`).
_FIGURES: Final = {
    "bundle",
    "calculation",
    "case",
    "clock_fact",
    "complaint",
    "complaint_receipt",
    "disclosure",
    "not_valid",
    "outside_complaint",
    "refusal",
    "review_sign_off",
    "search",
    "submission",
}
# Who must not see the case must not meet what is left of it either.
_HIDING: Final = {"conflict_of_interest", "named_person"}
_OURS: Final = {"erasure", "retention_hold", "retention_longer"}
STAYS: Final = frozenset(_FIGURES | _HIDING | _OURS)
# Sealed with the system's key: they outlive any case.
_SHARED: Final = frozenset({"staff", "originator", "search_contact"})
# Files go one by one, each with its row, once nothing points at them any more.
_FILES: Final = "blob"


@dataclass(frozen=True)
class _Part:
    """A table that can hold something of a case, and which of its rows do."""

    table: Table
    where: ColumnElement[bool]

    @property
    def stays(self) -> bool:
        return self.table.name in STAYS

    @property
    def goes(self) -> bool:
        return not self.stays and self.table.name != _FILES


def count(session: Session, case: Case) -> dict[str, int]:
    """How much there is of a case, for its certificate. `rows` are those that will go; files are counted apart."""
    of_case = (Record.case_id == case.id,)
    numbers = {
        "records": select(func.count()).select_from(Record).where(*of_case),
        "pages": select(func.coalesce(func.sum(Record.pages), 0)).where(*of_case),
        "people": select(func.count()).select_from(Person).where(Person.case_id == case.id),
        "letters": select(func.count()).select_from(Message).where(Message.scope_id == case.scope_id),
    }
    gone = [select(func.count()).select_from(part.table).where(part.where) for part in _parts(case) if part.goes]
    counted = {name: int(session.scalar(query) or 0) for name, query in numbers.items()}
    rows = sum(int(session.scalar(query) or 0) for query in gone)
    return counted | {"files": file_count(session, case.scope_id), "rows": rows}


def empty(session: Session, case: Case) -> None:
    """Delete and empty the rows of a case, inside a write transaction. Its files are left: see `files_of`."""
    if case.scope_id == SYSTEM_SCOPE:
        raise ValueError("the system's own rows are never destroyed")
    _end_access(session, case)
    parts = list(_parts(case))
    gone = {part.table for part in parts if not part.stays}
    for part in parts:
        if part.stays and (emptied := _to_empty(part.table.columns, gone)):
            session.execute(update(part.table).where(part.where).values(dict.fromkeys(emptied)))
    for part in reversed(parts):  # what points at others goes before them
        if part.goes:
            session.execute(delete(part.table).where(part.where))
    # Made of what the person typed, where it was imported: it would recognise them.
    session.execute(update(Submission).where(Submission.id == case.submission_id).values(submission_key_hash=None))
    session.expire_all()


def files_of(session: Session, scope_id: str, limit: int) -> list[str]:
    """Some of the files that are still there, by id."""
    return list(session.scalars(select(Blob.id).where(Blob.scope_id == scope_id).order_by(Blob.id).limit(limit)))


def file_count(session: Session, scope_id: str) -> int:
    return session.scalar(select(func.count()).select_from(Blob).where(Blob.scope_id == scope_id)) or 0


def _parts(case: Case) -> Iterator[_Part]:
    """What holds something of a case; what others point at comes first.

    A row that has a key is of the case whose key it is, whatever else it points at. A row without one is of the case,
    or of the row, that it belongs to.
    """
    of_case: dict[Table, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in _SHARED:
            continue
        if "scope_id" in table.c:
            where = [table.c.scope_id == case.scope_id]
        else:
            found = [_belongs(column, of_case) for column in table.columns]
            where = [condition for condition in found if condition is not None]
        if table.name == CaseLink.__tablename__:  # what is left is tied to no other request, whoever said so
            where.append(table.c.other_id == case.id)
        if where:
            of_case[table] = or_(*where)
            yield _Part(table, of_case[table])


def _belongs(column: Column[Any], of_case: dict[Table, ColumnElement[bool]]) -> ColumnElement[bool] | None:
    for key in column.foreign_keys:
        target = key.column.table
        if target in of_case and (target.name != "case" or column.name == "case_id"):
            return column.in_(select(target.c.id).where(of_case[target]))
    return None


def _to_empty(columns: Iterable[Column[Any]], gone: set[Table]) -> list[str]:
    """Personal columns, and pointers to rows that go."""
    return [
        column.name
        for column in columns
        if column.info["personal"] or (column.nullable and any(key.column.table in gone for key in column.foreign_keys))
    ]


def _end_access(session: Session, case: Case) -> None:
    """Nobody signs in to the case any more: not the requester, nor an originator."""
    consultations = select(Consultation.id).where(Consultation.case_id == case.id)
    requester = (WebSession.kind == ActorKind.REQUESTER.value, WebSession.subject_id == case.reference)
    originator = (WebSession.kind == ActorKind.ORIGINATOR.value, WebSession.subject_id.in_(consultations))
    for mine in (requester, originator):
        session.execute(delete(WebSession).where(*mine))
    session.execute(delete(AccessLink).where(AccessLink.subject_id.in_(consultations)))
    session.execute(delete(RequesterAccess).where(RequesterAccess.reference == case.reference))
