"""Spreadsheets of cases that someone imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counts = ("rows", "good", "bad", "already", "differing", "imported")
    op.create_table(
        "case_import",
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("table_blob_id", sa.String(length=26), nullable=False),
        sa.Column("lines_blob_id", sa.String(length=26), nullable=True),
        sa.Column("file_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mapping_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lines_blob_id"], ["blob.id"], name="fk_case_import_lines_blob_id_blob"),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name="fk_case_import_scope_id_key_scope"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_import_staff_id_staff"),
        sa.ForeignKeyConstraint(["table_blob_id"], ["blob.id"], name="fk_case_import_table_blob_id_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_case_import"),
    )
    for column in ("expires_at", "scope_id", "staff_id"):
        op.create_index(f"ix_case_import_{column}", "case_import", [column])


def downgrade() -> None:
    op.drop_table("case_import")
