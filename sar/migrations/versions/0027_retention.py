"""How long finished cases are kept, what holds them, and their destruction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_FILTERED = ["officer_id", "stage", "clock_state", "regimes"]
_ERASED = "erased_on"
_STANDING = "lifted_at IS NULL"
_UNDECIDED = "state IN ('proposed', 'agreed')"


def upgrade() -> None:
    op.add_column("case", sa.Column(_ERASED, sa.Date(), nullable=True))
    _make_case_indexes_anew([*_FILTERED, _ERASED])
    _create(
        "retention_rules",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("not_answered", sa.Integer(), nullable=False),
        sa.Column("complaint", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.UniqueConstraint("number", name="uq_retention_rules_number"),
    )
    _create_of_case(
        "retention_longer",
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_retention_longer_case_id", "retention_longer", ["case_id"])
    _create_of_case(
        "retention_hold",
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=40), nullable=True),
        sa.Column("lift_reason_sealed", sa.LargeBinary(), nullable=True),
    )
    _create_unique("ix_retention_hold_standing", "retention_hold", _STANDING)
    _create_of_case(
        "erasure",
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=14), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("reapplied", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decision_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    for column in ("case_id", "state"):
        op.create_index(f"ix_erasure_{column}", "erasure", [column])
    _create_unique("ix_erasure_undecided", "erasure", _UNDECIDED)


def downgrade() -> None:
    """What was destroyed stays destroyed; that it was is in the audit log alone afterwards."""
    for table in ("erasure", "retention_hold", "retention_longer", "retention_rules"):
        op.drop_table(table)
    _make_case_indexes_anew(_FILTERED)
    op.drop_column("case", _ERASED)


def _make_case_indexes_anew(filtered: list[str]) -> None:
    """The lists of the desk read these and no table row: every column that they look at is in them."""
    some = {
        "ix_case_open": (["due_on", "received_on", "id", *filtered, "closed_on"], "closed_on IS NULL"),
        "ix_case_closed": (["closed_on", "id", *filtered, "due_on"], "closed_on IS NOT NULL"),
        "ix_case_received": (["received_on", "id", *filtered, "closed_on", "due_on"], None),
        "ix_case_scope": (["scope_id", "closed_on", "due_on", "received_on", "id", *filtered], None),
    }
    for name, (columns, of_rows) in some.items():
        op.drop_index(name, "case")
        part = sa.text(of_rows) if of_rows else None
        op.create_index(name, "case", columns, sqlite_where=part, postgresql_where=part)


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        *columns,
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _create_of_case(table: str, *columns: sa.schema.SchemaItem) -> None:
    _create(
        table,
        sa.Column("case_id", sa.String(length=26), nullable=False),
        *columns,
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=f"fk_{table}_case_id_case"),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=f"fk_{table}_scope_id_key_scope"),
    )
    op.create_index(f"ix_{table}_scope_id", table, ["scope_id"])


def _create_unique(name: str, table: str, of_rows: str) -> None:
    part = sa.text(of_rows)
    op.create_index(name, table, ["case_id"], unique=True, sqlite_where=part, postgresql_where=part)
