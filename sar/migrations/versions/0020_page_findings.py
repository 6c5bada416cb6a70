"""What the recognisers found on the pages of a case, kept with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_page_findings",
        sa.Column("findings_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name="fk_review_page_findings_scope_id_key_scope"),
        sa.PrimaryKeyConstraint("id", name="pk_review_page_findings"),
    )
    op.create_index("ix_review_page_findings_scope_id", "review_page_findings", ["scope_id"])


def downgrade() -> None:
    op.drop_table("review_page_findings")
