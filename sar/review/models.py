"""People found in the records, where they are mentioned, what is withheld, and who signed it off."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypedDict

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Row, ScopedRow, UtcDateTime, plain, sealed_column
from sar.review.grounds import Decision

STAFF_ID = String(40)
CODE = String(24)


class PersonKind(StrEnum):
    """What is decided about at once: someone, a number or address of someone, a phrase that points at someone."""

    PERSON = "person"
    IDENTIFIER = "identifier"
    CLUE = "clue"


class Origin(StrEnum):
    SUGGESTED = "suggested"
    ADDED = "added"


class Relationship(StrEnum):
    """Who someone is to the requester, as far as the words around the name tell, or an officer says."""

    VICTIM = "victim"
    CHILD = "child"
    PARTNER = "partner"
    PARENT = "parent"
    FAMILY = "family"
    CO_DEFENDANT = "co-defendant"
    WITNESS = "witness"
    STAFF = "staff"
    PROFESSIONAL = "professional"
    OTHER = "other"


class Found(TypedDict):
    """What stands at a mention. Boxes are in points, origin top left; before and after: the words around it."""

    text: str
    boxes: list[list[float]]
    evidence: list[str]
    before: str
    after: str
    candidates: list[str]


class Person(ScopedRow):
    """One identity in one case. The decision here holds for every mention that has none of its own.

    key_index: keyed fingerprint of the name or value, so that the same one is never there twice.
    detail: for an identifier its kind ("phone"). code_le, code_ukgdpr: the code printed in records under each law.
    guess: the words in the records that the relationship was taken from; None once an officer has said who it is.
    settles_le, settles_ukgdpr: whether nothing is missing for records under that law; a record of another law that
    arrives later makes its mentions undecided again, and they stay hidden until they are settled.
    """

    __tablename__ = "review_person"
    __table_args__ = (UniqueConstraint("case_id", "key_index"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    key_index: Mapped[str] = plain(String(64), nullable=False)
    kind: Mapped[str] = plain(String(12), nullable=False)
    detail: Mapped[str] = plain(String(20), nullable=False, default="")
    origin: Mapped[str] = plain(String(12), nullable=False)
    relationship: Mapped[str | None] = plain(String(16), nullable=True)
    guess_sealed: Mapped[bytes | None] = sealed_column()
    guess = Sealed[list[str] | None]("guess_sealed")
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed[str]("name_sealed")
    aliases_sealed: Mapped[bytes | None] = sealed_column()
    aliases = Sealed[list[str]]("aliases_sealed")

    decision: Mapped[str] = plain(String(16), nullable=False, default=Decision.PENDING.value)
    code_le: Mapped[str | None] = plain(CODE, nullable=True)
    code_ukgdpr: Mapped[str | None] = plain(CODE, nullable=True)
    settles_le: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    settles_ukgdpr: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    consent: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    review_on: Mapped[date | None] = plain(Date, nullable=True)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str | None]("reason_sealed")
    factors_sealed: Mapped[bytes | None] = sealed_column()
    factors = Sealed[dict[str, str] | None]("factors_sealed")
    decided_by: Mapped[str | None] = plain(STAFF_ID, nullable=True)
    decided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    def code_under(self, regime: str) -> str | None:
        return self.code_le if regime == "LE" else self.code_ukgdpr


class Mention(ScopedRow):
    """One place in one record: page from 1, character offsets into the page's text.

    person_id None: it may mean several people, and somebody has to say whom. decision None: that of the person holds;
    a decision made here by hand is never changed by one made elsewhere.
    """

    __tablename__ = "review_mention"
    __table_args__ = (
        UniqueConstraint("record_id", "page", "start", "end", "kind", name="uq_review_mention_place"),
        Index("ix_review_mention_case", "case_id", "person_id"),
    )

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False)
    person_id: Mapped[str | None] = plain(ID, ForeignKey("review_person.id"), nullable=True, index=True)
    page: Mapped[int] = plain(Integer, nullable=False)
    start: Mapped[int] = plain(Integer, nullable=False)
    end: Mapped[int] = plain(Integer, nullable=False)
    kind: Mapped[str] = plain(String(20), nullable=False)
    score: Mapped[float] = plain(Float, nullable=False)
    found_sealed: Mapped[bytes | None] = sealed_column()
    found = Sealed[Found]("found_sealed")

    decision: Mapped[str | None] = plain(String(16), nullable=True)
    code: Mapped[str | None] = plain(CODE, nullable=True)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str | None]("reason_sealed")
    factors_sealed: Mapped[bytes | None] = sealed_column()
    factors = Sealed[dict[str, str] | None]("factors_sealed")
    assigned: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    decided_by: Mapped[str | None] = plain(STAFF_ID, nullable=True)
    decided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class SearchedRecord(Row):
    """Says that the names in a record's words were looked for. Until then nobody can say that all is decided."""

    __tablename__ = "review_searched_record"

    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False, unique=True)
    searched_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)


class PageFindings(ScopedRow):
    """What the recognisers found on a text that some page of the case has, so that it is read once.

    id: a fingerprint of the text and of who read it, which only the case's key can make (see `review.findings`): nobody
    else can tell what a page says, and findings moved to another text do not open.
    findings: of each, start, end, kind, score, evidence and title as in `redaction.detect.Finding`.
    """

    __tablename__ = "review_page_findings"

    findings_sealed: Mapped[bytes | None] = sealed_column()
    findings = Sealed[list[tuple[Any, ...]]]("findings_sealed", packed=True)


class DrawnBox(ScopedRow):
    """An area of a page that an officer withheld by hand; several boxes where it runs over lines."""

    __tablename__ = "review_drawn_box"

    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False, index=True)
    page: Mapped[int] = plain(Integer, nullable=False)
    code: Mapped[str] = plain(CODE, nullable=False)
    boxes_sealed: Mapped[bytes | None] = sealed_column()
    boxes = Sealed[list[list[float]]]("boxes_sealed")
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")
    drawn_by: Mapped[str] = plain(STAFF_ID, nullable=False)


class WithheldPage(ScopedRow):
    """A whole page. Width and height in points, so that it can be covered."""

    __tablename__ = "review_withheld_page"
    __table_args__ = (UniqueConstraint("record_id", "page"),)

    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False)
    page: Mapped[int] = plain(Integer, nullable=False)
    width: Mapped[float] = plain(Float, nullable=False)
    height: Mapped[float] = plain(Float, nullable=False)
    code: Mapped[str] = plain(CODE, nullable=False)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")
    withheld_by: Mapped[str] = plain(STAFF_ID, nullable=False)


class WithheldRecord(ScopedRow):
    """A whole record: no page of it goes out, and the schedule says so under this code."""

    __tablename__ = "review_withheld_record"

    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False, unique=True)
    code: Mapped[str] = plain(CODE, nullable=False)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")
    withheld_by: Mapped[str] = plain(STAFF_ID, nullable=False)


class ViewWeighed(Row):
    """An officer's word that a decision to release a record in part was carried out on its pages."""

    __tablename__ = "review_view_weighed"
    __table_args__ = (UniqueConstraint("consultation_id", "record_id"),)

    consultation_id: Mapped[str] = plain(ID, ForeignKey("consultation.id"), nullable=False)
    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False, index=True)
    weighed_by: Mapped[str] = plain(STAFF_ID, nullable=False)


class SignOff(ScopedRow):
    """One round of the second check: asked for, then signed, returned, or overtaken by a change."""

    __tablename__ = "review_sign_off"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    plan_sha256: Mapped[str] = plain(String(64), nullable=False)
    prepared_by: Mapped[str] = plain(STAFF_ID, nullable=False)
    requested_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)
    signed_by: Mapped[str | None] = plain(STAFF_ID, nullable=True)
    signed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    returned_by: Mapped[str | None] = plain(STAFF_ID, nullable=True)
    return_reason_sealed: Mapped[bytes | None] = sealed_column()
    return_reason = Sealed[str | None]("return_reason_sealed")
    superseded_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class HealthOpinion(ScopedRow):
    """What a health professional said on a day: that sharing would likely do serious harm to someone's health, or not.

    `given_by`: who, with their profession.
    """

    __tablename__ = "health_opinion"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    given_on: Mapped[date] = plain(Date, nullable=False)
    harm_likely: Mapped[bool] = plain(Boolean, nullable=False)
    recorded_by: Mapped[str] = plain(STAFF_ID, nullable=False)
    given_by_sealed: Mapped[bytes | None] = sealed_column()
    given_by = Sealed[str]("given_by_sealed")
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str]("words_sealed")
