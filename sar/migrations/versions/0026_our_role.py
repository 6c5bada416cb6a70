"""Our role for each record, who else decides about it, and the request passed on to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _row(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("scope_id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        *columns,
    ]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f(f"fk_{table}_scope_id_key_scope")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f(f"fk_{table}_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "other_controller",
        *_row(
            sa.Column("originator_id", sa.String(26), nullable=True),
            sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
            sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
            sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("untold_reason_sealed", sa.LargeBinary(), nullable=True),
        ),
        *_keys("other_controller"),
        sa.ForeignKeyConstraint(
            ["originator_id"], ["originator.id"], name=op.f("fk_other_controller_originator_id_originator")
        ),
    )
    op.create_table(
        "passed_on",
        *_row(
            sa.Column("controller_id", sa.String(26), nullable=False),
            sa.Column("way", sa.String(10), nullable=False),
            sa.Column("on", sa.Date(), nullable=True),
            sa.Column("message_id", sa.String(26), nullable=True),
            sa.Column("recorded_by", sa.String(40), nullable=False),
            sa.Column("struck_out_at", UtcDateTime(timezone=True), nullable=True),
        ),
        *_keys("passed_on"),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["other_controller.id"], name=op.f("fk_passed_on_controller_id_other_controller")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_passed_on_message_id_message")),
    )
    for name in ("other_controller", "passed_on"):
        for column in ("scope_id", "case_id"):
            op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    for column in ("controller_id", "message_id"):
        op.create_index(op.f(f"ix_passed_on_{column}"), "passed_on", [column])
    with op.batch_alter_table("record") as table:
        table.add_column(sa.Column("role", sa.String(16), nullable=False, server_default="controller"))
        table.add_column(sa.Column("controller_id", sa.String(26), nullable=True))
        table.add_column(sa.Column("role_set_by", sa.String(40), nullable=True))
        table.add_column(sa.Column("role_set_at", UtcDateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            op.f("fk_record_controller_id_other_controller"), "other_controller", ["controller_id"], ["id"]
        )
        table.create_index(op.f("ix_record_controller_id"), ["controller_id"])


def downgrade() -> None:
    with op.batch_alter_table("record") as table:
        table.drop_index(op.f("ix_record_controller_id"))
        table.drop_constraint(op.f("fk_record_controller_id_other_controller"), type_="foreignkey")
        for column in ("role_set_at", "role_set_by", "controller_id", "role"):
            table.drop_column(column)
    op.drop_table("passed_on")
    op.drop_table("other_controller")
