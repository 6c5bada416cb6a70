"""What stood in a case about the person before it was changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_change",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("scope_id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("changed_by", sa.String(40), nullable=False),
        sa.Column("before_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_person_change_scope_id_key_scope")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_person_change_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
    )
    for column in ("scope_id", "case_id"):
        op.create_index(op.f(f"ix_person_change_{column}"), "person_change", [column])


def downgrade() -> None:
    op.drop_table("person_change")
