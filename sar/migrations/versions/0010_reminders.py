"""Reminders to staff: what each wants, and what was sent, so that nothing is sent twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _row(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        *columns,
    ]


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.create_table(
        "reminder_wish",
        *_row(
            sa.Column("staff_id", sa.String(26), nullable=False),
            sa.Column("digest", sa.Boolean(), nullable=False),
            sa.Column("early_alerts", sa.Boolean(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_wish")),
        _refers("reminder_wish", "staff_id", "staff"),
        sa.UniqueConstraint("staff_id", name=op.f("uq_reminder_wish_staff_id")),
    )
    op.create_table(
        "sent_alert",
        *_row(
            sa.Column("case_id", sa.String(26), nullable=False),
            sa.Column("staff_id", sa.String(26), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=False),
            sa.Column("kind", sa.String(10), nullable=False),
            sa.Column("message_id", sa.String(26), nullable=False),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_alert")),
        _refers("sent_alert", "case_id", "case"),
        _refers("sent_alert", "staff_id", "staff"),
        _refers("sent_alert", "message_id", "message"),
        sa.UniqueConstraint("case_id", "staff_id", "due_on", "kind", name=op.f("uq_sent_alert_case_id")),
    )
    op.create_table(
        "sent_digest",
        *_row(
            sa.Column("staff_id", sa.String(26), nullable=False),
            sa.Column("day", sa.Date(), nullable=False),
            sa.Column("message_id", sa.String(26), nullable=True),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_digest")),
        _refers("sent_digest", "staff_id", "staff"),
        _refers("sent_digest", "message_id", "message"),
        sa.UniqueConstraint("staff_id", "day", name=op.f("uq_sent_digest_staff_id")),
    )


def downgrade() -> None:
    for table in ("sent_digest", "sent_alert", "reminder_wish"):
        op.drop_table(table)
