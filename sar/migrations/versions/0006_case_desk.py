"""The case desk: whom cases wait for, tasks, linked cases, restricted cases, and the indexes of the work list."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FILTERED = ["officer_id", "stage", "clock_state", "regimes"]
# Name, table, columns, and of which rows: on SQLite, and on PostgreSQL.
_INDEXES = (
    ("ix_case_open", "case", ["due_on", "received_on", "id", *_FILTERED, "closed_on"], ("closed_on IS NULL",) * 2),
    ("ix_case_closed", "case", ["closed_on", "id", *_FILTERED, "due_on"], ("closed_on IS NOT NULL",) * 2),
    ("ix_case_received", "case", ["received_on", "id", *_FILTERED, "closed_on", "due_on"], None),
    ("ix_case_scope", "case", ["scope_id", "closed_on", "due_on", "received_on", "id", *_FILTERED], None),
    ("ix_case_restricted", "case", ["id"], ("restricted = 1", "restricted")),
    ("ix_case_task_open", "case_task", ["staff_id", "due_on"], ("done_at IS NULL",) * 2),
)
# What was asked of requesters and not answered yet; the answer carries the question's number.
_OWED = (
    "INSERT INTO waiting (id, created_at, case_id, whom, source_id, since) "
    "SELECT f.id, f.created_at, f.case_id, 'requester', f.kind || ' ' || f.number, f.\"on\" "
    "FROM clock_fact f JOIN \"case\" c ON c.id = f.case_id AND c.clock_state <> 'ended' "
    "WHERE f.struck_out_at IS NULL AND f.kind = '{asked}' AND NOT EXISTS (SELECT 1 FROM clock_fact a "
    "WHERE a.case_id = f.case_id AND a.kind = '{answered}' AND a.number = f.number AND a.struck_out_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM clock_fact earlier WHERE earlier.case_id = f.case_id AND earlier.kind = f.kind "
    "AND earlier.number = f.number AND earlier.struck_out_at IS NULL AND earlier.id < f.id)"
)
_ANSWERS = {
    "clarification_requested": "clarification_received",
    "id_requested": "id_received",
    "authority_requested": "authority_received",
    "fee_requested": "fee_paid",
}
_ASKED = (
    "INSERT INTO waiting (id, created_at, case_id, whom, source_id, since) "
    "SELECT id, created_at, case_id, 'originator', id, sent_on FROM consultation WHERE state IN ('sent', 'opened')"
)


def upgrade() -> None:
    _create_waiting()
    _create_task()
    _create_link()
    _create_named_person()
    op.add_column("case", sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("case", sa.Column("staff_link_sealed", sa.LargeBinary(), nullable=True))
    op.drop_index("ix_case_open", "case")
    op.drop_index("ix_case_received_on", "case")
    for name, table, columns, of_rows in _INDEXES:
        some: dict[str, Any] = {}
        if of_rows:
            some = {"sqlite_where": sa.text(of_rows[0]), "postgresql_where": sa.text(of_rows[1])}
        op.create_index(name, table, columns, **some)
    for asked, answered in _ANSWERS.items():
        op.execute(_OWED.format(asked=asked, answered=answered))
    op.execute(_ASKED)


def downgrade() -> None:
    for name, table, *_ in _INDEXES:
        op.drop_index(name, table)
    op.create_index("ix_case_received_on", "case", ["received_on"])
    op.create_index("ix_case_open", "case", ["closed_on", "due_on"])
    op.drop_column("case", "staff_link_sealed")
    op.drop_column("case", "restricted")
    for table in ("named_person", "case_link", "case_task", "waiting"):
        op.drop_table(table)


def _create_waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("whom", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_waiting_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
        sa.UniqueConstraint("case_id", "whom", "source_id", name="uq_waiting_case_id"),
    )
    op.create_index("ix_waiting_whom", "waiting", ["whom", "case_id"])


def _create_task() -> None:
    op.create_table(
        "case_task",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        *_scoped("case_task"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_task_case_id_case"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_task_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_case_task"),
    )
    op.create_index("ix_case_task_case_id", "case_task", ["case_id", "done_at"])
    op.create_index("ix_case_task_scope_id", "case_task", ["scope_id"])


def _create_link() -> None:
    op.create_table(
        "case_link",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("other_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("linked_by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.Column("end_reason_sealed", sa.LargeBinary(), nullable=True),
        *_scoped("case_link"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_link_case_id_case"),
        sa.ForeignKeyConstraint(["other_id"], ["case.id"], name="fk_case_link_other_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_case_link"),
    )
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"])
    op.create_index("ix_case_link_scope_id", "case_link", ["scope_id"])
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_case_link_standing",
        "case_link",
        ["case_id", "other_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _create_named_person() -> None:
    op.create_table(
        "named_person",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_named_person_case_id_case"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_named_person_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_named_person"),
        sa.UniqueConstraint("case_id", "staff_id", name="uq_named_person_case_id"),
    )
    op.create_index("ix_named_person_staff_id", "named_person", ["staff_id"])


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )


def _scoped(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=f"fk_{table}_scope_id_key_scope"),
    )
