"""The words that suggest who somebody is, kept beside the guess."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("review_person") as table:
        table.add_column(sa.Column("guess_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("review_person") as table:
        table.drop_column("guess_sealed")
