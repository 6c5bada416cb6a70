"""The day to acknowledge a complaint follows from its receipt and its calendar, and is stored no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_SATURDAY = 5
_BEGAN, _DAYS = date(2026, 6, 19), timedelta(days=30)
_COMPLAINT = sa.table(
    "complaint",
    sa.column("id", sa.String),
    sa.column("case_id", sa.String),
    sa.column("received_on", sa.Date),
    sa.column("acknowledge_by", sa.Date),
    sa.column("calendar_version", sa.String),
)


def upgrade() -> None:
    # In words that both databases take, as in 0008.
    op.execute(
        "ALTER TABLE complaint ADD COLUMN calendar_version VARCHAR(16) "
        "CONSTRAINT fk_complaint_calendar_version_calendar_snapshot REFERENCES calendar_snapshot (version)"
    )
    _name_calendars()
    with op.batch_alter_table("complaint") as table:
        table.alter_column("calendar_version", existing_type=sa.String(16), nullable=False)
        table.drop_column("acknowledge_by")
    _create_receipts()
    _create_alerts()
    with op.batch_alter_table("calendar_run") as table:
        for column in ("complaints", "complaints_moved"):
            table.add_column(sa.Column(column, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("calendar_run") as table:
        table.drop_column("complaints_moved")
        table.drop_column("complaints")
    op.drop_table("sent_complaint_alert")
    op.drop_table("complaint_receipt")
    op.add_column("complaint", sa.Column("acknowledge_by", sa.Date(), nullable=True))
    kept, bind = _kept(), op.get_bind()
    for row in bind.execute(sa.select(_COMPLAINT)).all():
        day = _last_day(row.received_on, kept[row.calendar_version])
        bind.execute(sa.update(_COMPLAINT).where(_COMPLAINT.c.id == row.id).values(acknowledge_by=day))
    with op.batch_alter_table("complaint") as table:
        table.drop_column("calendar_version")


def _name_calendars() -> None:
    """The calendar that gave each complaint the day it has, so that none moves: its case's, or another that is kept.

    Where none of them gives that day, the calendar it was counted with was never kept: its case's counts from now on.
    """
    bind, kept = op.get_bind(), _kept()
    counted = sa.text(
        "SELECT c.case_id, c.calendar_version FROM calculation c JOIN (SELECT case_id, max(number) AS number "
        "FROM calculation GROUP BY case_id) newest ON newest.case_id = c.case_id AND newest.number = c.number"
    )
    of_case = {row.case_id: row.calendar_version for row in bind.execute(counted)}
    for row in bind.execute(sa.select(_COMPLAINT)).all():
        own = of_case[row.case_id]
        ways = [own, *sorted(kept.keys() - {own})]
        version = next((way for way in ways if _last_day(row.received_on, kept[way]) == row.acknowledge_by), own)
        bind.execute(sa.update(_COMPLAINT).where(_COMPLAINT.c.id == row.id).values(calendar_version=version))


def _kept() -> dict[str, Mapping[str, Any]]:
    """The listed holidays of each calendar, by its version."""
    found = op.get_bind().execute(sa.text("SELECT version, holidays FROM calendar_snapshot"))
    return {row.version: json.loads(row.holidays)["holidays"] for row in found}


def _last_day(received: date, holidays: Mapping[str, Any]) -> date | None:
    """As it was worked out when this was written; no complaint came in years that are known by rule alone."""
    if received < _BEGAN:
        return None
    day = received + _DAYS
    while day.weekday() >= _SATURDAY or day.isoformat() in holidays:
        day += timedelta(days=1)
    return day


def _create_receipts() -> None:
    op.create_table(
        "complaint_receipt",
        sa.Column("complaint_id", sa.String(length=26), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("struck_out_at", UtcDateTime(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_complaint_receipt_complaint_id_complaint"),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name="fk_complaint_receipt_scope_id_key_scope"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_receipt"),
    )
    for column in ("complaint_id", "scope_id"):
        op.create_index(f"ix_complaint_receipt_{column}", "complaint_receipt", [column])
    op.execute(
        'INSERT INTO complaint_receipt (id, created_at, scope_id, complaint_id, "on", recorded_by) '
        "SELECT id, created_at, scope_id, id, received_on, logged_by FROM complaint"
    )


def _create_alerts() -> None:
    references = {"complaint_id": "complaint", "staff_id": "staff", "message_id": "message"}
    op.create_table(
        "sent_complaint_alert",
        *(sa.Column(column, sa.String(length=26), nullable=False) for column in references),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        *_row(),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_sent_complaint_alert_{column}_{table}")
            for column, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sent_complaint_alert"),
        sa.UniqueConstraint("complaint_id", "staff_id", "due_on", "kind", name="uq_sent_complaint_alert_complaint_id"),
    )


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
