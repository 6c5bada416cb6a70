"""The directory of areas to search and whom to ask there; the searches of a case, and who was asked for each."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Row, ScopedRow, plain, sealed_column
from sar.records.models import Record


class SearchState(StrEnum):
    """To do and asked: nobody has said yet what came of it, which holds up the answer. The others are outcomes."""

    TO_DO = "to_do"
    ASKED = "asked"
    FOUND = "found"
    NOTHING_HELD = "nothing_held"
    NOT_SEARCHED = "not_searched"
    NOT_PRODUCED = "not_produced"
    DESTROYED = "destroyed"


OPEN = (SearchState.TO_DO, SearchState.ASKED)
OUTCOMES = tuple(state for state in SearchState if state not in OPEN)
# Of these the reply says that we looked there; an area that was left out is not named in it.
LOOKED = (SearchState.FOUND, SearchState.NOTHING_HELD, SearchState.NOT_PRODUCED, SearchState.DESTROYED)


class SearchArea(Row):
    """A system or a place that may hold records. Names no person.

    `told_as`: how the reply names it, in words for the requester. `usual_days`: calendar days to answer a request.
    `position` orders the checklist. A retired one is offered no more and stays with the cases it was searched for.
    """

    __tablename__ = "search_area"

    name: Mapped[str] = plain(String(120), nullable=False, unique=True)
    told_as: Mapped[str] = plain(String(200), nullable=False)
    usual_days: Mapped[int] = plain(Integer, nullable=False)
    position: Mapped[int] = plain(Integer, nullable=False)
    retired: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class SearchContact(ScopedRow):
    """Someone who can look into an area, and who is told when they do not answer. Sealed with the system's key."""

    __tablename__ = "search_contact"

    area_id: Mapped[str] = plain(ID, ForeignKey("search_area.id"), nullable=False, index=True)
    retired: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed[str]("name_sealed")
    role_sealed: Mapped[bytes | None] = sealed_column()
    role = Sealed[str]("role_sealed")
    email_sealed: Mapped[bytes | None] = sealed_column()
    email = Sealed[str]("email_sealed")
    manager_email_sealed: Mapped[bytes | None] = sealed_column()
    manager_email = Sealed[str]("manager_email_sealed")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class ResponsibleOfficer(ScopedRow):
    """The member of staff who supervises the data subject: a contact of this case, whatever the area."""

    __tablename__ = "responsible_officer"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, unique=True)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed[str]("name_sealed")
    email_sealed: Mapped[bytes | None] = sealed_column()
    email = Sealed[str]("email_sealed")
    manager_email_sealed: Mapped[bytes | None] = sealed_column()
    manager_email = Sealed[str]("manager_email_sealed")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class Search(ScopedRow):
    """One area of one case's checklist. `reason`: why not, or the line of the retention schedule."""

    __tablename__ = "search"
    __table_args__ = (UniqueConstraint("case_id", "area_id"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    area_id: Mapped[str] = plain(ID, ForeignKey("search_area.id"), nullable=False)
    state: Mapped[str] = plain(String(14), nullable=False, index=True)
    due_on: Mapped[date | None] = plain(Date, nullable=True)
    pages: Mapped[int] = plain(Integer, nullable=False, default=0)
    finished_on: Mapped[date | None] = plain(Date, nullable=True)
    finished_by: Mapped[str | None] = plain(String(40), nullable=True)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str | None]("reason_sealed")

    area: Mapped[SearchArea] = relationship(lazy="joined", innerjoin=True)
    requests: Mapped[list[SearchRequest]] = relationship(
        order_by="SearchRequest.created_at", viewonly=True, lazy="selectin"
    )
    records: Mapped[list[Record]] = relationship(
        secondary="search_record", order_by=Record.created_at, viewonly=True, lazy="selectin"
    )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class SearchRequest(ScopedRow):
    """One person asked to look, with the address it went to. `chases`: 1 reminded, 2 taken further.

    `over`: the search has an outcome, so that nobody is waited for.
    """

    __tablename__ = "search_request"

    search_id: Mapped[str] = plain(ID, ForeignKey("search.id"), nullable=False, index=True)
    asked_on: Mapped[date] = plain(Date, nullable=False)
    due_on: Mapped[date] = plain(Date, nullable=False, index=True)
    chases: Mapped[int] = plain(Integer, nullable=False, default=0)
    chased_on: Mapped[date | None] = plain(Date, nullable=True)
    over: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    contact_sealed: Mapped[bytes | None] = sealed_column()
    contact = Sealed[str]("contact_sealed")
    email_sealed: Mapped[bytes | None] = sealed_column()
    email = Sealed[str]("email_sealed")
    manager_email_sealed: Mapped[bytes | None] = sealed_column()
    manager_email = Sealed[str]("manager_email_sealed")


class SearchRecord(Row):
    """A record of the case that came out of a search."""

    __tablename__ = "search_record"
    __table_args__ = (UniqueConstraint("search_id", "record_id"),)

    search_id: Mapped[str] = plain(ID, ForeignKey("search.id"), nullable=False)
    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False, index=True)
