"""Why somebody who handled the case decides a complaint about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("complaint") as table:
        table.add_column(sa.Column("alone_by", sa.String(40), nullable=True))
        table.add_column(sa.Column("alone_reason_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("complaint") as table:
        table.drop_column("alone_reason_sealed")
        table.drop_column("alone_by")
