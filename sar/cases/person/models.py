"""What stood in the case about the person before it was changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, plain, sealed_column


class PersonChange(ScopedRow):
    """One change: the old value of each thing that changed, by its code in `intake.details.WORDS`, and why."""

    __tablename__ = "person_change"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    changed_by: Mapped[str] = plain(String(40), nullable=False)
    before_sealed: Mapped[bytes | None] = sealed_column()
    before = Sealed[dict[str, Any]]("before_sealed")
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")
