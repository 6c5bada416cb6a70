"""What is asked or told by a letter counts from the day it goes. Facts on the clock so far keep their dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("went_on", sa.Date(), nullable=True))
    # In words that both databases take, as in 0008.
    op.execute(
        "ALTER TABLE clock_fact ADD COLUMN message_id VARCHAR(26) "
        "CONSTRAINT fk_clock_fact_message_id_message REFERENCES message (id)"
    )
    op.add_column("clock_fact", sa.Column("written_on", sa.Date(), nullable=True))
    op.add_column("clock_fact", sa.Column("unsent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_clock_fact_message_id", "clock_fact", ["message_id"])
    op.add_column(
        "refusal_proposal", sa.Column("without_letter", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("refusal_proposal", "without_letter")
    op.drop_index("ix_clock_fact_message_id", "clock_fact")
    with op.batch_alter_table("clock_fact") as table:
        for column in ("unsent", "written_on", "message_id"):
            table.drop_column(column)
    op.drop_column("message", "went_on")
