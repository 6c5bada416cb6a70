"""A part of an answer that was stopped before it reached anybody is struck out. So are those stopped before this."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disclosure", sa.Column("struck_out_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE disclosure SET struck_out_at = CURRENT_TIMESTAMP WHERE bundle_id IN ("
        "SELECT bundle.id FROM bundle WHERE bundle.state = 'stopped' AND bundle.collected_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM audit_entry "
        "WHERE audit_entry.subject_id = bundle.id AND audit_entry.action = 'release.handed_over'))"
    )


def downgrade() -> None:
    op.drop_column("disclosure", "struck_out_at")
