"""Intake by any channel: representatives, mails kept as evidence, checks of proof, what is no request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("crn_sealed", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("representative_kind", sa.String(length=12), nullable=True))
        table.add_column(sa.Column("representative_sealed", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("mail_blob_id", sa.String(length=26), nullable=True))
        table.add_column(sa.Column("mail_sealed", sa.LargeBinary(), nullable=True))
        table.create_foreign_key("fk_submission_mail_blob_id_blob", "blob", ["mail_blob_id"], ["id"])
    with op.batch_alter_table("case") as table:
        table.add_column(sa.Column("authority", sa.String(length=20), nullable=False, server_default="not_needed"))
    with op.batch_alter_table("case") as table:
        table.alter_column("authority", server_default=None)
    _create_evidence_list()
    _create_mail_draft()
    _create_proof_check()
    _create_not_valid()


def _create_evidence_list() -> None:
    op.create_table(
        "evidence_list",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_list"),
        sa.UniqueConstraint("number", name="uq_evidence_list_number"),
    )


def _create_mail_draft() -> None:
    op.create_table(
        "intake_mail_draft",
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("mail_blob_id", sa.String(length=26), nullable=False),
        sa.Column("read_sealed", sa.LargeBinary(), nullable=True),
        *_scoped("intake_mail_draft"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_intake_mail_draft_staff_id_staff"),
        sa.ForeignKeyConstraint(["mail_blob_id"], ["blob.id"], name="fk_intake_mail_draft_mail_blob_id_blob"),
    )
    for column in ("expires_at", "scope_id", "staff_id"):
        op.create_index(f"ix_intake_mail_draft_{column}", "intake_mail_draft", [column])


def _create_proof_check() -> None:
    op.create_table(
        "proof_check",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("document", sa.String(length=30), nullable=False),
        sa.Column("checked_by", sa.String(length=40), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("who_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=True),
        *_scoped("proof_check"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_proof_check_case_id_case"),
    )
    for column in ("case_id", "scope_id"):
        op.create_index(f"ix_proof_check_{column}", "proof_check", [column])


def _create_not_valid() -> None:
    op.create_table(
        "not_valid",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        *_scoped("not_valid"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_not_valid_case_id_case"),
    )
    for column in ("case_id", "scope_id"):
        op.create_index(f"ix_not_valid_{column}", "not_valid", [column])


def _scoped(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=f"fk_{table}_scope_id_key_scope"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def downgrade() -> None:
    for name in ("not_valid", "proof_check", "intake_mail_draft", "evidence_list"):
        op.drop_table(name)
    with op.batch_alter_table("case") as table:
        table.drop_column("authority")
    with op.batch_alter_table("submission") as table:
        table.drop_constraint("fk_submission_mail_blob_id_blob", type_="foreignkey")
        for column in ("mail_sealed", "mail_blob_id", "representative_sealed", "representative_kind", "crn_sealed"):
            table.drop_column(column)
