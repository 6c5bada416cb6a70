"""A request may come with more than one copy of an identity document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OLD_KEY = "fk_submission_identity_blob_id_blob"


def upgrade() -> None:
    op.create_table(
        "identity_copy",
        sa.Column("submission_id", sa.String(length=26), nullable=False),
        sa.Column("blob_id", sa.String(length=26), nullable=False),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_identity_copy_submission_id_submission"),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_identity_copy_blob_id_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_copy"),
        sa.UniqueConstraint("blob_id", name="uq_identity_copy_blob_id"),
    )
    for column in ("submission_id", "stored_at"):
        op.create_index(f"ix_identity_copy_{column}", "identity_copy", [column])
    op.execute(
        "INSERT INTO identity_copy (id, created_at, submission_id, blob_id, stored_at) "
        "SELECT identity_blob_id, identity_stored_at, id, identity_blob_id, identity_stored_at FROM submission "
        "WHERE identity_blob_id IS NOT NULL"
    )
    with op.batch_alter_table("submission") as table:
        table.drop_constraint(_OLD_KEY, type_="foreignkey")
        table.drop_index("ix_submission_identity_stored_at")
        table.drop_column("identity_stored_at")
        table.drop_column("identity_blob_id")


def downgrade() -> None:
    """Of several copies of one request, only the first is known afterwards."""
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("identity_blob_id", sa.String(length=26), nullable=True))
        table.add_column(sa.Column("identity_stored_at", UtcDateTime(timezone=True), nullable=True))
        table.create_foreign_key(_OLD_KEY, "blob", ["identity_blob_id"], ["id"])
        table.create_index("ix_submission_identity_stored_at", ["identity_stored_at"])
    for column, taken in (("identity_blob_id", "blob_id"), ("identity_stored_at", "stored_at")):
        op.execute(
            f"UPDATE submission SET {column} = (SELECT {taken} FROM identity_copy "
            "WHERE submission_id = submission.id ORDER BY created_at, id LIMIT 1)"
        )
    op.drop_table("identity_copy")
