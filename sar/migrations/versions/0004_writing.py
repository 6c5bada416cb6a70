"""Letters that officers write, and reminders to requesters who do not answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_draft",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=26), nullable=True),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("message_id", sa.String(length=26), nullable=True),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("addressee_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_letter_draft_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_letter_draft_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_draft")),
    )
    op.create_index(op.f("ix_letter_draft_case_id"), "letter_draft", ["case_id"], unique=False)
    op.create_index(op.f("ix_letter_draft_scope_id"), "letter_draft", ["scope_id"], unique=False)
    op.create_table(
        "reply_reminder",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_reply_reminder_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_reminder")),
    )
    op.create_index(op.f("ix_reply_reminder_case_id"), "reply_reminder", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("reply_reminder")
    op.drop_table("letter_draft")
