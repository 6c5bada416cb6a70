"""A proposal can be to put on the clock what was missed: what it is, its days, and why it was extended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refusal_proposal", sa.Column("fact_kind", sa.String(30), nullable=True))
    op.add_column("refusal_proposal", sa.Column("came_on", sa.Date(), nullable=True))
    op.add_column("refusal_proposal", sa.Column("reason_code", sa.String(20), server_default="", nullable=False))


def downgrade() -> None:
    # The code before knows no such proposals, and stops at one. What came of them is in the log.
    op.execute("DELETE FROM refusal_proposal WHERE kind IN ('add', 'withdraw')")
    for column in ("reason_code", "came_on", "fact_kind"):
        op.drop_column("refusal_proposal", column)
