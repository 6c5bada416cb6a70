"""Public holidays added by the data protection officer, and the calendar each case is counted with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "added_holiday",
        sa.Column("jurisdiction", sa.String(length=4), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_added_holiday")),
    )
    # In words that both databases take. Alembic would copy the table on SQLite, and drop the old one under the rows
    # of other tables that refer to it.
    op.execute(
        'ALTER TABLE "case" ADD COLUMN calendar_version VARCHAR(16) '
        "CONSTRAINT fk_case_calendar_version_calendar_snapshot REFERENCES calendar_snapshot (version)"
    )


def downgrade() -> None:
    with op.batch_alter_table("case") as batch:
        batch.drop_column("calendar_version")
    op.drop_table("added_holiday")
