"""Why a request was refused after its due date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("refusal") as table:
        table.add_column(sa.Column("lateness", sa.String(20), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("refusal") as table:
        table.drop_column("lateness")
