"""Spreadsheets that someone imports, each under a key of its own that is destroyed with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column


class ImportState(StrEnum):
    """`columns`: which column is which is still to be said. `checked`: the dry run is done, nothing is imported yet."""

    COLUMNS = "columns"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"


class CaseImport(ScopedRow):
    """One spreadsheet. `table_blob_id` is what the sandbox read in it, `lines_blob_id` what each row came to.

    `mapping` is the column of each answer, by code. The counts are of rows: `good` can be imported, `bad` cannot,
    `already` were imported before, `differing` have another due date than the rules give.
    """

    __tablename__ = "case_import"

    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, index=True)
    sha256: Mapped[str] = plain(String(64), nullable=False)
    state: Mapped[str] = plain(String(12), nullable=False)
    rows: Mapped[int] = plain(Integer, nullable=False)
    good: Mapped[int] = plain(Integer, nullable=False, default=0)
    bad: Mapped[int] = plain(Integer, nullable=False, default=0)
    already: Mapped[int] = plain(Integer, nullable=False, default=0)
    differing: Mapped[int] = plain(Integer, nullable=False, default=0)
    imported: Mapped[int] = plain(Integer, nullable=False, default=0)
    expires_at: Mapped[datetime] = plain(UtcDateTime, nullable=False, index=True)
    table_blob_id: Mapped[str] = plain(ID, ForeignKey("blob.id"), nullable=False)
    lines_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    file_name_sealed: Mapped[bytes | None] = sealed_column()
    file_name = Sealed[str]("file_name_sealed")
    mapping_sealed: Mapped[bytes | None] = sealed_column()
    mapping = Sealed[dict[str, int]]("mapping_sealed")
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    # Two people who work on one import: the second is told, nothing is done twice.
    __mapper_args__: dict[str, Any] = {"version_id_col": version}
