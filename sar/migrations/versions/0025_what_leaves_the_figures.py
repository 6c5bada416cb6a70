"""Setting aside and corrections of a late case take two: who proposed it, how late it was, what it repeats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("not_valid") as table:
        table.add_column(sa.Column("proposed_by", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("lateness", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("earlier_id", sa.String(length=26), nullable=True))
        table.create_foreign_key("fk_not_valid_earlier_id_case", "case", ["earlier_id"], ["id"])
        table.create_index("ix_not_valid_earlier_id", ["earlier_id"])
    # Where a case still stands as it was set aside, its due date is the one of that day.
    op.execute(
        'UPDATE not_valid SET due_on = (SELECT c.due_on FROM "case" c WHERE c.id = not_valid.case_id) '
        "WHERE EXISTS (SELECT 1 FROM \"case\" c WHERE c.id = not_valid.case_id AND c.stage = 'not_valid')"
    )
    with op.batch_alter_table("refusal_proposal") as table:
        table.add_column(sa.Column("tell", sa.Boolean(), server_default=sa.true(), nullable=False))
        table.add_column(sa.Column("earlier_id", sa.String(length=26), nullable=True))
        table.add_column(sa.Column("fact_id", sa.String(length=26), nullable=True))
        table.add_column(sa.Column("fact_on", sa.Date(), nullable=True))
        table.create_foreign_key("fk_refusal_proposal_earlier_id_case", "case", ["earlier_id"], ["id"])
        table.create_foreign_key("fk_refusal_proposal_fact_id_clock_fact", "clock_fact", ["fact_id"], ["id"])
    op.add_column("clock_fact", sa.Column("late_before", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    # The code before knows no proposal to set aside or to correct, and stops at one. What came of it is in the log.
    op.execute("DELETE FROM refusal_proposal WHERE kind IN ('set_aside', 'correct')")
    op.drop_column("clock_fact", "late_before")
    with op.batch_alter_table("refusal_proposal") as table:
        table.drop_constraint("fk_refusal_proposal_fact_id_clock_fact", type_="foreignkey")
        table.drop_constraint("fk_refusal_proposal_earlier_id_case", type_="foreignkey")
        for column in ("fact_on", "fact_id", "earlier_id", "tell"):
            table.drop_column(column)
    with op.batch_alter_table("not_valid") as table:
        table.drop_index("ix_not_valid_earlier_id")
        table.drop_constraint("fk_not_valid_earlier_id_case", type_="foreignkey")
        for column in ("earlier_id", "lateness", "due_on", "proposed_by"):
            table.drop_column(column)
