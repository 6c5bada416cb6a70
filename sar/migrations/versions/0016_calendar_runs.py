"""Calendars that somebody applied to the open cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_run",
        sa.Column("calendar_version", sa.String(length=16), nullable=False),
        sa.Column("started_by", sa.String(length=26), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("overtaken", sa.Boolean(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_version"],
            ["calendar_snapshot.version"],
            name="fk_calendar_run_calendar_version_calendar_snapshot",
        ),
        sa.ForeignKeyConstraint(["started_by"], ["staff.id"], name="fk_calendar_run_started_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_run"),
    )


def downgrade() -> None:
    op.drop_table("calendar_run")
