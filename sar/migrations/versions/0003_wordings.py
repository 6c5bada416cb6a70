"""The wording of letters as the data protection officer edits it, each version kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wording_version",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_version")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_wording_version_name")),
    )


def downgrade() -> None:
    op.drop_table("wording_version")
