"""Fingerprints of words, so that sealed names can be searched.

Requests that are there already are indexed by the worker's hourly `intake.index_search_words`, or at once by
`flask search-words`: a migration has no key ring at hand.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "word_fingerprint",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name="fk_word_fingerprint_scope_id_key_scope"),
        sa.PrimaryKeyConstraint("purpose", "fingerprint", "scope_id", name="pk_word_fingerprint"),
    )
    op.create_index("ix_word_fingerprint_scope_id", "word_fingerprint", ["scope_id"])


def downgrade() -> None:
    op.drop_table("word_fingerprint")
