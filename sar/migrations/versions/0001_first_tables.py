"""First tables: everything a request needs, from the question to the collected reply.

Frozen as it was: later changes are migrations of their own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sar.foundation.db import UtcDateTime
from sar.foundation.jobs.dispatch import install_schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The audit log can only grow. SQLite's INSERT OR REPLACE removes a row without firing its DELETE trigger, so
# insertion is watched as well.
_APPEND_ONLY_SQLITE = (
    "CREATE TRIGGER audit_entry_only_at_the_end BEFORE INSERT ON audit_entry "
    "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_entry) "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
_APPEND_ONLY_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_entry_append_only() RETURNS trigger AS $$ "
    "BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()",
)


def upgrade() -> None:
    _create_access_link()
    _create_audit_entry()
    _create_calendar_snapshot()
    _create_job()
    _create_key_scope()
    _create_periodic_run()
    _create_requester_access()
    _create_throttle_try()
    _create_web_session()
    _create_blob()
    _create_originator()
    _create_staff()
    _create_intake_draft()
    _create_message()
    _create_recovery_code()
    _create_submission()
    _create_case()
    _create_calculation()
    _create_clock_fact()
    _create_conflict_of_interest()
    _create_consultation()
    _create_note()
    _create_record()
    _create_refusal()
    _create_review_person()
    _create_review_sign_off()
    _create_bundle()
    _create_consultation_record()
    _create_review_drawn_box()
    _create_review_mention()
    _create_review_searched_record()
    _create_review_view_weighed()
    _create_review_withheld_page()
    _create_review_withheld_record()
    protect = {"sqlite": _APPEND_ONLY_SQLITE, "postgresql": _APPEND_ONLY_POSTGRESQL}
    for statement in protect[op.get_bind().dialect.name]:
        op.execute(statement)
    install_schema(op.get_bind())


def downgrade() -> None:
    """Takes everything away. Procrastinate's own tables stay: they hold no records."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entry_no_change ON audit_entry")
        op.execute("DROP FUNCTION audit_entry_append_only")
    op.drop_table("review_withheld_record")
    op.drop_table("review_withheld_page")
    op.drop_table("review_view_weighed")
    op.drop_table("review_searched_record")
    op.drop_table("review_mention")
    op.drop_table("review_drawn_box")
    op.drop_table("consultation_record")
    op.drop_table("bundle")
    op.drop_table("review_sign_off")
    op.drop_table("review_person")
    op.drop_table("refusal")
    op.drop_table("record")
    op.drop_table("note")
    op.drop_table("consultation")
    op.drop_table("conflict_of_interest")
    op.drop_table("clock_fact")
    op.drop_table("calculation")
    op.drop_table("case")
    op.drop_table("submission")
    op.drop_table("recovery_code")
    op.drop_table("message")
    op.drop_table("intake_draft")
    op.drop_table("staff")
    op.drop_table("originator")
    op.drop_table("blob")
    op.drop_table("web_session")
    op.drop_table("throttle_try")
    op.drop_table("requester_access")
    op.drop_table("periodic_run")
    op.drop_table("key_scope")
    op.drop_table("job")
    op.drop_table("calendar_snapshot")
    op.drop_table("audit_entry")
    op.drop_table("access_link")


def _create_access_link() -> None:
    op.create_table(
        "access_link",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", UtcDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_link_token_hash")),
    )
    op.create_index(op.f("ix_access_link_subject_id"), "access_link", ["subject_id"], unique=False)


def _create_audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=12), nullable=False),
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_case_id"), "audit_entry", ["case_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject_id"), "audit_entry", ["subject_id"], unique=False)


def _create_calendar_snapshot() -> None:
    op.create_table(
        "calendar_snapshot",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("holidays", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_snapshot")),
    )


def _create_job() -> None:
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("lease_token", sa.String(length=26), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("error_code", sa.String(length=80), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_next", "job", ["state", "not_before"], unique=False)
    op.create_index("ix_job_subject", "job", ["subject_id", "kind", "created_at"], unique=False)
    op.create_index(
        "uq_job_waiting",
        "job",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("state = 'queued' AND single = 1"),
        postgresql_where=sa.text("state = 'queued' AND single"),
    )


def _create_key_scope() -> None:
    op.create_table(
        "key_scope",
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("ring_key", sa.String(length=16), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_scope")),
    )


def _create_periodic_run() -> None:
    op.create_table(
        "periodic_run",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_run")),
    )


def _create_requester_access() -> None:
    op.create_table(
        "requester_access",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("phrase_hash", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requester_access")),
        sa.UniqueConstraint("reference", name=op.f("uq_requester_access_reference")),
    )


def _create_throttle_try() -> None:
    op.create_table(
        "throttle_try",
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle_try")),
    )
    op.create_index(op.f("ix_throttle_try_at"), "throttle_try", ["at"], unique=False)
    op.create_index("ix_throttle_try_whose", "throttle_try", ["bucket", "fingerprint", "at"], unique=False)


def _create_web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("stepped_up_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index(op.f("ix_web_session_subject_id"), "web_session", ["subject_id"], unique=False)


def _create_blob() -> None:
    op.create_table(
        "blob",
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_blob_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob")),
    )
    op.create_index(op.f("ix_blob_scope_id"), "blob", ["scope_id"], unique=False)
    op.create_index(op.f("ix_blob_sha256"), "blob", ["sha256"], unique=False)


def _create_originator() -> None:
    op.create_table(
        "originator",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_originator_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_originator")),
    )
    op.create_index(op.f("ix_originator_scope_id"), "originator", ["scope_id"], unique=False)


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("email_index", sa.String(length=64), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("roles", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_seed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_counter", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_staff_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email_index", name=op.f("uq_staff_email_index")),
    )
    op.create_index(op.f("ix_staff_scope_id"), "staff", ["scope_id"], unique=False)


def _create_intake_draft() -> None:
    op.create_table(
        "intake_draft",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("photo_blob_id", sa.String(length=26), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["photo_blob_id"], ["blob.id"], name=op.f("fk_intake_draft_photo_blob_id_blob")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_intake_draft_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_draft")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_intake_draft_token_hash")),
    )
    op.create_index(op.f("ix_intake_draft_expires_at"), "intake_draft", ["expires_at"], unique=False)
    op.create_index(op.f("ix_intake_draft_scope_id"), "intake_draft", ["scope_id"], unique=False)


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("letter_blob_id", sa.String(length=26), nullable=True),
        sa.Column("delivery", sa.String(length=10), nullable=False),
        sa.Column("error_code", sa.String(length=80), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("to_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("subject_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_blob_id"], ["blob.id"], name=op.f("fk_message_letter_blob_id_blob"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_message_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_delivery"), "message", ["delivery"], unique=False)
    op.create_index(op.f("ix_message_scope_id"), "message", ["scope_id"], unique=False)
    op.create_index(op.f("ix_message_subject_id"), "message", ["subject_id"], unique=False)


def _create_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"], unique=False)


def _create_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("submission_key_hash", sa.String(length=64), nullable=True),
        sa.Column("full_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_names_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("date_of_birth_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("prison_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("prison_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("last_contact_on_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("office_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wanted_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wanted_from_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wanted_to_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_kind", sa.String(length=12), nullable=False),
        sa.Column("identity_note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_blob_id", sa.String(length=26), nullable=True),
        sa.Column("identity_stored_at", UtcDateTime(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["identity_blob_id"], ["blob.id"], name=op.f("fk_submission_identity_blob_id_blob")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_submission_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("reference", name=op.f("uq_submission_reference")),
        sa.UniqueConstraint("submission_key_hash", name=op.f("uq_submission_submission_key_hash")),
    )
    op.create_index(op.f("ix_submission_identity_stored_at"), "submission", ["identity_stored_at"], unique=False)
    op.create_index(op.f("ix_submission_scope_id"), "submission", ["scope_id"], unique=False)


def _create_case() -> None:
    op.create_table(
        "case",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=26), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=True),
        sa.Column("identity", sa.String(length=20), nullable=False),
        sa.Column("regimes", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("clock_state", sa.String(length=12), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_case_officer_id_staff")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_case_scope_id_key_scope")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_case_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_reference")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_case_submission_id")),
    )
    op.create_index("ix_case_officer", "case", ["officer_id", "due_on"], unique=False)
    op.create_index("ix_case_open", "case", ["closed_on", "due_on"], unique=False)
    op.create_index(op.f("ix_case_received_on"), "case", ["received_on"], unique=False)
    op.create_index(op.f("ix_case_scope_id"), "case", ["scope_id"], unique=False)
    op.create_index(op.f("ix_case_stage"), "case", ["stage"], unique=False)


def _create_calculation() -> None:
    op.create_table(
        "calculation",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("calendar_version", sa.String(length=16), nullable=False),
        sa.Column("rules_version", sa.String(length=30), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_version"],
            ["calendar_snapshot.version"],
            name=op.f("fk_calculation_calendar_version_calendar_snapshot"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_calculation_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calculation")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_calculation_case_id")),
    )


def _create_clock_fact() -> None:
    op.create_table(
        "clock_fact",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(length=20), nullable=False),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("struck_out_at", UtcDateTime(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_clock_fact_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_clock_fact_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_fact")),
    )
    op.create_index(op.f("ix_clock_fact_case_id"), "clock_fact", ["case_id"], unique=False)
    op.create_index(op.f("ix_clock_fact_scope_id"), "clock_fact", ["scope_id"], unique=False)


def _create_conflict_of_interest() -> None:
    op.create_table(
        "conflict_of_interest",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_conflict_of_interest_case_id_case")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_conflict_of_interest_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
        sa.UniqueConstraint("case_id", "staff_id", name=op.f("uq_conflict_of_interest_case_id")),
    )
    op.create_index(op.f("ix_conflict_of_interest_staff_id"), "conflict_of_interest", ["staff_id"], unique=False)


def _create_consultation() -> None:
    op.create_table(
        "consultation",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("originator_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("link_ends_on", sa.Date(), nullable=False),
        sa.Column("chases", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answer_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decision_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_consultation_case_id_case")),
        sa.ForeignKeyConstraint(
            ["originator_id"], ["originator.id"], name=op.f("fk_consultation_originator_id_originator")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_consultation_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(op.f("ix_consultation_case_id"), "consultation", ["case_id"], unique=False)
    op.create_index(op.f("ix_consultation_originator_id"), "consultation", ["originator_id"], unique=False)
    op.create_index(op.f("ix_consultation_scope_id"), "consultation", ["scope_id"], unique=False)
    op.create_index(op.f("ix_consultation_state"), "consultation", ["state"], unique=False)


def _create_note() -> None:
    op.create_table(
        "note",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_note_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_note_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"], unique=False)
    op.create_index(op.f("ix_note_scope_id"), "note", ["scope_id"], unique=False)


def _create_record() -> None:
    op.create_table(
        "record",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("originator_id", sa.String(length=26), nullable=True),
        sa.Column("parent_id", sa.String(length=26), nullable=True),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("regime", sa.String(length=8), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("original_blob_id", sa.String(length=26), nullable=True),
        sa.Column("pdf_blob_id", sa.String(length=26), nullable=True),
        sa.Column("words_blob_id", sa.String(length=26), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("ocr_pages", sa.Integer(), nullable=False),
        sa.Column("duplicate_of_id", sa.String(length=26), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.Column("trouble_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("settled_as", sa.String(length=20), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_record_case_id_case")),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["record.id"], name=op.f("fk_record_duplicate_of_id_record")),
        sa.ForeignKeyConstraint(["original_blob_id"], ["blob.id"], name=op.f("fk_record_original_blob_id_blob")),
        sa.ForeignKeyConstraint(["originator_id"], ["originator.id"], name=op.f("fk_record_originator_id_originator")),
        sa.ForeignKeyConstraint(["parent_id"], ["record.id"], name=op.f("fk_record_parent_id_record")),
        sa.ForeignKeyConstraint(["pdf_blob_id"], ["blob.id"], name=op.f("fk_record_pdf_blob_id_blob")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_record_scope_id_key_scope")),
        sa.ForeignKeyConstraint(["words_blob_id"], ["blob.id"], name=op.f("fk_record_words_blob_id_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
    )
    op.create_index("ix_record_case", "record", ["case_id", "state"], unique=False)
    op.create_index(op.f("ix_record_duplicate_of_id"), "record", ["duplicate_of_id"], unique=False)
    op.create_index(op.f("ix_record_originator_id"), "record", ["originator_id"], unique=False)
    op.create_index(op.f("ix_record_parent_id"), "record", ["parent_id"], unique=False)
    op.create_index("ix_record_same", "record", ["case_id", "sha256"], unique=False)
    op.create_index(op.f("ix_record_scope_id"), "record", ["scope_id"], unique=False)


def _create_refusal() -> None:
    op.create_table(
        "refusal",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("refused_by", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_refusal_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_refusal_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_index(op.f("ix_refusal_case_id"), "refusal", ["case_id"], unique=False)
    op.create_index(op.f("ix_refusal_scope_id"), "refusal", ["scope_id"], unique=False)


def _create_review_person() -> None:
    op.create_table(
        "review_person",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("key_index", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("relationship", sa.String(length=16), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("aliases_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("code_le", sa.String(length=24), nullable=True),
        sa.Column("code_ukgdpr", sa.String(length=24), nullable=True),
        sa.Column("settles_le", sa.Boolean(), nullable=False),
        sa.Column("settles_ukgdpr", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("factors_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_review_person_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_review_person_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_person")),
        sa.UniqueConstraint("case_id", "key_index", name=op.f("uq_review_person_case_id")),
    )
    op.create_index(op.f("ix_review_person_case_id"), "review_person", ["case_id"], unique=False)
    op.create_index(op.f("ix_review_person_scope_id"), "review_person", ["scope_id"], unique=False)


def _create_review_sign_off() -> None:
    op.create_table(
        "review_sign_off",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("prepared_by", sa.String(length=40), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("signed_by", sa.String(length=40), nullable=True),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.Column("returned_by", sa.String(length=40), nullable=True),
        sa.Column("return_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_review_sign_off_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_review_sign_off_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_sign_off")),
    )
    op.create_index(op.f("ix_review_sign_off_case_id"), "review_sign_off", ["case_id"], unique=False)
    op.create_index(op.f("ix_review_sign_off_scope_id"), "review_sign_off", ["scope_id"], unique=False)


def _create_bundle() -> None:
    op.create_table(
        "bundle",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sign_off_id", sa.String(length=26), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.String(length=40), nullable=False),
        sa.Column("blob_id", sa.String(length=26), nullable=True),
        sa.Column("bundle_sha256", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("redactions", sa.Integer(), nullable=False),
        sa.Column("passphrase_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("findings_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proof_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("route", sa.String(length=12), nullable=True),
        sa.Column("passphrase_route", sa.String(length=12), nullable=True),
        sa.Column("lateness", sa.String(length=20), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("collected_at", UtcDateTime(), nullable=True),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_bundle_blob_id_blob")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_bundle_case_id_case")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_bundle_scope_id_key_scope")),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["review_sign_off.id"], name=op.f("fk_bundle_sign_off_id_review_sign_off")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
    )
    op.create_index(op.f("ix_bundle_case_id"), "bundle", ["case_id"], unique=False)
    op.create_index(op.f("ix_bundle_scope_id"), "bundle", ["scope_id"], unique=False)


def _create_consultation_record() -> None:
    op.create_table(
        "consultation_record",
        sa.Column("consultation_id", sa.String(length=26), nullable=False),
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_consultation_record_consultation_id_consultation")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_consultation_record_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_record")),
        sa.UniqueConstraint("consultation_id", "record_id", name=op.f("uq_consultation_record_consultation_id")),
    )
    op.create_index(op.f("ix_consultation_record_record_id"), "consultation_record", ["record_id"], unique=False)


def _create_review_drawn_box() -> None:
    op.create_table(
        "review_drawn_box",
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("boxes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("drawn_by", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_review_drawn_box_record_id_record")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_review_drawn_box_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_drawn_box")),
    )
    op.create_index(op.f("ix_review_drawn_box_record_id"), "review_drawn_box", ["record_id"], unique=False)
    op.create_index(op.f("ix_review_drawn_box_scope_id"), "review_drawn_box", ["scope_id"], unique=False)


def _create_review_mention() -> None:
    op.create_table(
        "review_mention",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("found_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("code", sa.String(length=24), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("factors_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_review_mention_case_id_case")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["review_person.id"], name=op.f("fk_review_mention_person_id_review_person")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_review_mention_record_id_record")),
        sa.ForeignKeyConstraint(["scope_id"], ["key_scope.id"], name=op.f("fk_review_mention_scope_id_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_mention")),
        sa.UniqueConstraint("record_id", "page", "start", "end", "kind", name="uq_review_mention_place"),
    )
    op.create_index("ix_review_mention_case", "review_mention", ["case_id", "person_id"], unique=False)
    op.create_index(op.f("ix_review_mention_person_id"), "review_mention", ["person_id"], unique=False)
    op.create_index(op.f("ix_review_mention_scope_id"), "review_mention", ["scope_id"], unique=False)


def _create_review_searched_record() -> None:
    op.create_table(
        "review_searched_record",
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("searched_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_review_searched_record_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_searched_record")),
        sa.UniqueConstraint("record_id", name=op.f("uq_review_searched_record_record_id")),
    )


def _create_review_view_weighed() -> None:
    op.create_table(
        "review_view_weighed",
        sa.Column("consultation_id", sa.String(length=26), nullable=False),
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("weighed_by", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_review_view_weighed_consultation_id_consultation")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_review_view_weighed_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_view_weighed")),
        sa.UniqueConstraint("consultation_id", "record_id", name=op.f("uq_review_view_weighed_consultation_id")),
    )
    op.create_index(op.f("ix_review_view_weighed_record_id"), "review_view_weighed", ["record_id"], unique=False)


def _create_review_withheld_page() -> None:
    op.create_table(
        "review_withheld_page",
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("width", sa.Float(), nullable=False),
        sa.Column("height", sa.Float(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("withheld_by", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_review_withheld_page_record_id_record")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["key_scope.id"], name=op.f("fk_review_withheld_page_scope_id_key_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_withheld_page")),
        sa.UniqueConstraint("record_id", "page", name=op.f("uq_review_withheld_page_record_id")),
    )
    op.create_index(op.f("ix_review_withheld_page_scope_id"), "review_withheld_page", ["scope_id"], unique=False)


def _create_review_withheld_record() -> None:
    op.create_table(
        "review_withheld_record",
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("withheld_by", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_review_withheld_record_record_id_record")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["key_scope.id"], name=op.f("fk_review_withheld_record_scope_id_key_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_withheld_record")),
        sa.UniqueConstraint("record_id", name=op.f("uq_review_withheld_record_record_id")),
    )
    op.create_index(op.f("ix_review_withheld_record_scope_id"), "review_withheld_record", ["scope_id"], unique=False)
