"""Who closed a case to somebody, and which day of a complaint was corrected when its acknowledgement was late."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_CONFLICTS = sa.table(
    "conflict_of_interest", sa.column("case_id"), sa.column("staff_id"), sa.column("declared_by", sa.String)
)
_LOG = sa.table(
    "audit_entry",
    sa.column("seq", sa.Integer),
    sa.column("action", sa.String),
    sa.column("subject_id", sa.String),
    sa.column("actor_id", sa.String),
    sa.column("facts", sa.Text),
)


def upgrade() -> None:
    op.add_column("conflict_of_interest", sa.Column("declared_by", sa.String(length=40), nullable=True))
    op.add_column(
        "complaint_receipt", sa.Column("late_before", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _fill_in_who()


def downgrade() -> None:
    op.drop_column("complaint_receipt", "late_before")
    op.drop_column("conflict_of_interest", "declared_by")


def _fill_in_who() -> None:
    """Of conflicts that stand, the log knows who declared them last."""
    connection = op.get_bind()
    declared = sa.select(_LOG.c.subject_id, _LOG.c.actor_id, _LOG.c.facts)
    declared = declared.where(_LOG.c.action == "case.conflict_declared").order_by(_LOG.c.seq)
    for case_id, actor_id, facts in connection.execute(declared).all():
        this = (_CONFLICTS.c.case_id == case_id) & (_CONFLICTS.c.staff_id == json.loads(facts)["officer_id"])
        connection.execute(sa.update(_CONFLICTS).where(this).values(declared_by=actor_id))
