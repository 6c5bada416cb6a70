"""A letter being written, and where it went."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, plain, sealed_column


class LetterDraft(ScopedRow):
    """What an officer filled in for one letter. `about` is the complaint it is about, if any.

    `addressee` is {name, to} for a letter to someone else than the requester. It is sent once `message_id` is there.
    """

    __tablename__ = "letter_draft"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    name: Mapped[str] = plain(String(60), nullable=False)
    about: Mapped[str | None] = plain(ID, nullable=True)
    written_by: Mapped[str] = plain(String(40), nullable=False)
    channel: Mapped[str] = plain(String(10), nullable=False)
    message_id: Mapped[str | None] = plain(ID, nullable=True)
    fields_sealed: Mapped[bytes | None] = sealed_column()
    fields = Sealed[dict[str, str | list[str]]]("fields_sealed")
    addressee_sealed: Mapped[bytes | None] = sealed_column()
    addressee = Sealed[dict[str, str] | None]("addressee_sealed")
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}
