"""How the pauses of a case are counted, kept with the case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case") as table:
        table.add_column(sa.Column("pause_mode", sa.String(12), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case") as table:
        table.drop_column("pause_mode")
