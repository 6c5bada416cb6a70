"""A requester may say that they, or someone in their family, work here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("staff_connection_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("submission", "staff_connection_sealed")
