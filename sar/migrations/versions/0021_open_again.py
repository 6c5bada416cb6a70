"""Cases that were answered and opened again have a state of the clock of their own."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE \"case\" SET clock_state = 'reopened' WHERE clock_state <> 'ended' AND EXISTS ("
        'SELECT 1 FROM clock_fact f WHERE f.case_id = "case".id AND f.struck_out_at IS NULL '
        "AND f.kind = 'ended' AND f.reason_code IN ('RESPONDED', 'REFUSED'))"
    )


def downgrade() -> None:
    op.execute("UPDATE \"case\" SET clock_state = 'running' WHERE clock_state = 'reopened'")
