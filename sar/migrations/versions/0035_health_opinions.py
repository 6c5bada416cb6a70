"""What health professionals said about whether sharing would do serious harm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_opinion",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("scope_id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("harm_likely", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(40), nullable=False),
        sa.Column("given_by_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_health_opinion_scope_id_key_scope")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_health_opinion_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_opinion")),
    )
    for column in ("scope_id", "case_id"):
        op.create_index(op.f(f"ix_health_opinion_{column}"), "health_opinion", [column])


def downgrade() -> None:
    op.drop_table("health_opinion")
