"""Whether a request came from somebody who acts for the person. Of those before nobody knows when they were named."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In words that both databases take, as in 0008.
    op.execute('ALTER TABLE "case" ADD COLUMN for_another BOOLEAN NOT NULL DEFAULT FALSE')
    op.execute(
        'UPDATE "case" SET for_another = TRUE '
        "WHERE submission_id IN (SELECT id FROM submission WHERE representative_kind IS NOT NULL)"
    )


def downgrade() -> None:
    with op.batch_alter_table("case") as table:
        table.drop_column("for_another")
