"""When we expect to send the rest of an answer of which a part goes out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bundle") as table:
        table.add_column(sa.Column("rest_by", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("bundle") as table:
        table.drop_column("rest_by")
