"""Part of an answer: what went out before the whole, and replies that say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("bundle_id", sa.String(length=26), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("sent_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("still_to_come_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_disclosure_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_disclosure_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )
    op.create_index(op.f("ix_disclosure_case_id"), "disclosure", ["case_id"], unique=False)
    op.create_index(op.f("ix_disclosure_scope_id"), "disclosure", ["scope_id"], unique=False)
    op.add_column("bundle", sa.Column("part", sa.String(length=10), nullable=True))
    op.add_column("bundle", sa.Column("still_to_come_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("bundle", "still_to_come_sealed")
    op.drop_column("bundle", "part")
    op.drop_index(op.f("ix_disclosure_scope_id"), table_name="disclosure")
    op.drop_index(op.f("ix_disclosure_case_id"), table_name="disclosure")
    op.drop_table("disclosure")
