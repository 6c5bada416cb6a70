"""A reminder, and a warning before closing, counts from the day its letter goes. Those before keep their dates."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In words that both databases take, as in 0008.
    op.execute(
        "ALTER TABLE reply_reminder ADD COLUMN message_id VARCHAR(26) "
        "CONSTRAINT fk_reply_reminder_message_id_message REFERENCES message (id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("reply_reminder") as table:
        table.drop_column("message_id")
