"""Searches: the directory of areas and contacts, the searches of a case, who was asked, what came of it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from sar.foundation.clock import utc_now
from sar.foundation.db import UtcDateTime
from sar.foundation.ids import random_id

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Where probation keeps records, as a beginning: name, how a reply says it, days that an answer usually takes. The data
# protection officer changes it on the page "Search areas".
_AREAS: Final = (
    ("Case management system", "our case files and the notes of our contact with you", 5),
    ("Risk assessments", "our assessments of risk and of what would help", 5),
    ("Responsible Officer", "the files and notes that your probation officer keeps", 5),
    ("Email and messages", "emails and messages", 7),
    ("Shared folders", "files on our computers", 7),
    ("Paper files and archive", "paper files, also those in the archive", 10),
    ("Programmes and unpaid work", "records of programmes and unpaid work", 7),
    ("Approved premises", "records of approved premises", 7),
    ("CCTV and body-worn cameras", "CCTV and camera recordings", 5),
    ("Victim contact", "our other casework files", 7),
    ("Complaints", "complaints, and what was written about them", 5),
    ("Partner agencies that work for us", "organisations that work for us", 10),
)


def _row(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        *columns,
    ]


def _scope(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("scope_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f(f"fk_{table}_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _sealed(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(f"{name}_sealed", sa.LargeBinary(), nullable=True) for name in names]


def upgrade() -> None:
    areas = op.create_table(
        "search_area",
        *_row(
            sa.Column("name", sa.String(120), nullable=False),
            sa.Column("told_as", sa.String(200), nullable=False),
            sa.Column("usual_days", sa.Integer(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("retired", sa.Boolean(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_area")),
        sa.UniqueConstraint("name", name=op.f("uq_search_area_name")),
    )
    op.create_table(
        "search_contact",
        *_row(
            sa.Column("area_id", sa.String(26), nullable=False),
            sa.Column("retired", sa.Boolean(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
        ),
        *_sealed("name", "role", "email", "manager_email"),
        *_scope("search_contact"),
        sa.ForeignKeyConstraint(["area_id"], ["search_area.id"], name=op.f("fk_search_contact_area_id_search_area")),
    )
    op.create_index(op.f("ix_search_contact_area_id"), "search_contact", ["area_id"])
    op.create_index(op.f("ix_search_contact_scope_id"), "search_contact", ["scope_id"])
    op.create_table(
        "responsible_officer",
        *_row(
            sa.Column("case_id", sa.String(26), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
        ),
        *_sealed("name", "email", "manager_email"),
        *_scope("responsible_officer"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_responsible_officer_case_id_case")),
        sa.UniqueConstraint("case_id", name=op.f("uq_responsible_officer_case_id")),
    )
    op.create_index(op.f("ix_responsible_officer_scope_id"), "responsible_officer", ["scope_id"])
    _searches()
    now = utc_now()
    op.bulk_insert(
        areas,
        [
            {
                "id": random_id(),
                "created_at": now,
                "name": name,
                "told_as": told_as,
                "usual_days": days,
                "position": position,
                "retired": False,
                "version": 1,
            }
            for position, (name, told_as, days) in enumerate(_AREAS, start=1)
        ],
    )


def _searches() -> None:
    op.create_table(
        "search",
        *_row(
            sa.Column("case_id", sa.String(26), nullable=False),
            sa.Column("area_id", sa.String(26), nullable=False),
            sa.Column("state", sa.String(14), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=True),
            sa.Column("pages", sa.Integer(), nullable=False),
            sa.Column("finished_on", sa.Date(), nullable=True),
            sa.Column("finished_by", sa.String(40), nullable=True),
        ),
        *_sealed("reason"),
        *_scope("search"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_search_case_id_case")),
        sa.ForeignKeyConstraint(["area_id"], ["search_area.id"], name=op.f("fk_search_area_id_search_area")),
        sa.UniqueConstraint("case_id", "area_id", name=op.f("uq_search_case_id")),
    )
    for column in ("case_id", "scope_id", "state"):
        op.create_index(op.f(f"ix_search_{column}"), "search", [column])
    op.create_table(
        "search_request",
        *_row(
            sa.Column("search_id", sa.String(26), nullable=False),
            sa.Column("asked_on", sa.Date(), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=False),
            sa.Column("chases", sa.Integer(), nullable=False),
            sa.Column("chased_on", sa.Date(), nullable=True),
            sa.Column("over", sa.Boolean(), nullable=False),
        ),
        *_sealed("contact", "email", "manager_email"),
        *_scope("search_request"),
        sa.ForeignKeyConstraint(["search_id"], ["search.id"], name=op.f("fk_search_request_search_id_search")),
    )
    for column in ("search_id", "scope_id", "due_on"):
        op.create_index(op.f(f"ix_search_request_{column}"), "search_request", [column])
    op.create_table(
        "search_record",
        *_row(
            sa.Column("search_id", sa.String(26), nullable=False),
            sa.Column("record_id", sa.String(26), nullable=False),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_record")),
        sa.ForeignKeyConstraint(["search_id"], ["search.id"], name=op.f("fk_search_record_search_id_search")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_search_record_record_id_record")),
        sa.UniqueConstraint("search_id", "record_id", name=op.f("uq_search_record_search_id")),
    )
    op.create_index(op.f("ix_search_record_record_id"), "search_record", ["record_id"])


def downgrade() -> None:
    for table in (
        "search_record",
        "search_request",
        "search",
        "responsible_officer",
        "search_contact",
        "search_area",
    ):
        op.drop_table(table)
