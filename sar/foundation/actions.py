"""What can be written to the audit log: a closed list, each action with its exact facts.

Facts are ids, hashes, codes, counts and dates of ours. No names, no free text (security.md 22).
"""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """Each value is (name in the log, names of its facts)."""

    # foundation
    JOB_RETRIED = ("job.retried", ("kind", "error"))
    # The subject is the name of the backup; head and entries say where its log stood.
    BACKUP_BEGUN = ("backup.begun", ())
    BACKUP_RESTORED = ("backup.restored", ("entries", "head", "erased_again", "sessions_ended"))
    MESSAGE_QUEUED = ("message.queued", ("message_id", "channel", "kind"))
    MESSAGE_SENT = ("message.sent", ("message_id", "channel", "kind", "on"))
    MESSAGE_TAKEN_BACK = ("message.taken_back", ("message_id", "channel", "kind"))
    MESSAGE_NOT_SENT = ("message.not_sent", ("message_id", "channel", "kind", "error"))

    # access
    STAFF_ADDED = ("staff.added", ("roles",))
    STAFF_ROLES_CHANGED = ("staff.roles_changed", ("roles",))
    STAFF_DISABLED = ("staff.disabled", ())
    SIGNED_IN = ("access.signed_in", ("method",))
    SIGN_IN_FAILED = ("access.sign_in_failed", ("method",))
    SIGNED_OUT = ("access.signed_out", ())
    STEPPED_UP = ("access.stepped_up", ())
    SECOND_FACTOR_SET = ("access.second_factor_set", ())
    SIGN_IN_RESET = ("staff.sign_in_reset", ())
    PASSWORD_CHANGED = ("access.password_changed", ())
    SESSIONS_REVOKED = ("access.sessions_revoked", ("count",))
    LINK_ISSUED = ("access.link_issued", ("purpose", "expires_on"))
    LINK_REVOKED = ("access.link_revoked", ("purpose",))
    PHRASE_ISSUED = ("access.phrase_issued", ())

    # intake
    SUBMISSION_RECEIVED = ("intake.submission_received", ("channel", "received_on", "reference"))
    IDENTITY_COPY_STORED = ("intake.identity_copy_stored", ("blob_id", "sha256"))
    IDENTITY_COPY_DESTROYED = (
        "intake.identity_copy_destroyed",
        ("blob_id", "sha256", "stored_on", "destroyed_on", "reason"),
    )
    MAIL_KEPT = ("intake.mail_kept", ("blob_id", "sha256", "original"))
    EVIDENCE_CHANGED = ("intake.evidence_changed", ("number", "items"))

    # cases
    CASE_OPENED = ("case.opened", ("reference", "submission_id", "received_on"))
    CASE_MOVED = ("case.moved", ("event", "from_stage", "to_stage"))
    CASE_ASSIGNED = ("case.assigned", ("officer_id",))
    CASE_VIEWED = ("case.viewed", ())
    CLOCK_EVENT_RECORDED = ("case.clock_event_recorded", ("event", "on", "due_before", "due_after"))
    CLOCK_EVENT_CORRECTED = (
        "case.clock_event_corrected",
        ("event", "was", "on", "due_before", "due_after", "late_before"),
    )
    CLOCK_EVENT_ADDED = (
        "case.clock_event_added",
        ("event", "on", "due_before", "due_after", "late_before"),
    )
    CLOCK_EVENT_STRUCK_OUT = (
        "case.clock_event_struck_out",
        ("event", "on", "due_before", "due_after", "late_before"),
    )
    CLOCK_EVENT_UNDONE = ("case.clock_event_undone", ("event", "on", "due_before", "due_after"))
    IDENTITY_CHECKED = ("case.identity_checked", ("outcome", "evidence"))
    AUTHORITY_CHECKED = ("case.authority_checked", ("document", "dated"))
    REPRESENTATIVE_CHANGED = ("case.representative_changed", ("relationship", "gets_letters"))
    DETAILS_CHANGED = ("case.details_changed", ("fields", "identity_again", "letters", "checked"))
    REQUEST_NOT_VALID = (
        "case.not_valid",
        ("code", "told", "proposed_by", "earlier_id", "due_on", "lateness_code"),
    )
    IMPORT_UPLOADED = ("import.uploaded", ("sha256", "rows"))
    IMPORT_FINISHED = ("import.finished", ("sha256", "imported", "bad"))
    IMPORT_REMOVED = ("import.removed", ("sha256",))
    CASE_IMPORTED = ("case.imported", ("file_sha256", "row", "stage"))
    IDENTITY_COPY_VIEWED = ("case.identity_copy_viewed", ("blob_id",))
    MAIL_ATTACHMENT_VIEWED = ("case.mail_attachment_viewed", ("sha256", "page"))
    REGIMES_CHANGED = ("case.regimes_changed", ("regimes", "due_before", "due_after"))
    CALENDAR_CHANGED = (
        "case.calendar_changed",
        ("calendar_before", "calendar_after", "due_before", "due_after"),
    )
    HOLIDAY_ADDED = ("calendar.holiday_added", ("jurisdiction", "day"))
    HOLIDAY_TAKEN_BACK = ("calendar.holiday_taken_back", ("jurisdiction", "day"))
    CALENDAR_APPLY_STARTED = ("calendar.apply_started", ("cases", "complaints"))
    CALENDAR_APPLIED = ("calendar.applied", ("cases", "moved", "complaints", "complaints_moved", "overtaken"))
    CASE_REFUSED = ("case.refused", ("code", "due_on", "lateness_code"))
    CONFLICT_DECLARED = ("case.conflict_declared", ("officer_id",))
    NOTE_ADDED = ("case.note_added", ("note_id",))
    NEW_WORDS_GIVEN = ("case.new_words_given", ("channel",))
    LETTER_SENT = ("case.letter_sent", ("letter", "message_id"))
    LETTER_DRAFTED = ("case.letter_drafted", ("letter", "draft_id"))
    LETTER_DISCARDED = ("case.letter_discarded", ("letter", "draft_id"))
    REPLY_REMINDED = ("case.reply_reminded", ("nudge", "answer_by"))
    COMPLAINT_RECEIVED = (
        "complaint.received",
        ("case_id", "number", "channel", "received_on", "calendar_version", "acknowledge_by"),
    )
    COMPLAINT_DATE_CORRECTED = (
        "complaint.date_corrected",
        ("case_id", "number", "was", "on", "acknowledge_before", "acknowledge_after"),
    )
    COMPLAINT_CALENDAR_CHANGED = (
        "complaint.calendar_changed",
        ("case_id", "number", "calendar_before", "calendar_after", "acknowledge_before", "acknowledge_after"),
    )
    COMPLAINT_ACKNOWLEDGED = ("complaint.acknowledged", ("case_id", "acknowledge_by"))
    COMPLAINT_NOT_ACKNOWLEDGED = ("complaint.not_acknowledged", ("case_id", "acknowledge_by"))
    COMPLAINT_DECIDED_ALONE = ("complaint.decided_alone", ("case_id",))
    COMPLAINT_DECIDED = ("complaint.decided", ("case_id", "outcome", "alone"))
    COMPLAINT_REOPENED_CASE = ("complaint.reopened_case", ("case_id",))
    OUTSIDE_COMPLAINT_RECORDED = ("complaint.outside_recorded", ("case_id", "body", "raised_on"))
    OUTSIDE_COMPLAINT_DECIDED = ("complaint.outside_decided", ("case_id", "body", "outcome"))
    PART_DISCLOSED = ("case.part_disclosed", ("part", "disclosure_id"))
    REFUSAL_PROPOSED = ("case.refusal_proposed", ("case_id", "kind", "code"))
    REFUSAL_DECIDED = ("case.refusal_decided", ("case_id", "kind", "outcome", "alone"))
    WORDING_CHANGED = ("wording.changed", ("letter", "version", "restored_from"))
    LETTER_OPENED = ("case.letter_opened", ("message_id", "kind"))

    TASK_ADDED = ("case.task_added", ("task_id", "staff_id"))
    TASK_DONE = ("case.task_done", ("task_id",))
    TASK_REOPENED = ("case.task_reopened", ("task_id",))
    CASES_LINKED = ("case.linked", ("link_id", "other_id", "relation"))
    CASES_UNLINKED = ("case.unlinked", ("link_id", "other_id"))
    ABOUT_STAFF_MARKED = ("case.about_staff_marked", ())
    CONFLICT_LIFTED = ("case.conflict_lifted", ("officer_id",))
    CASE_RESTRICTED = ("case.restricted", ("officer_ids",))
    CASE_TAKEN_OVER = ("case.taken_over", ("officer_id",))
    RESTRICTION_LIFTED = ("case.restriction_lifted", ())
    LIST_EXPORTED = ("desk.list_exported", ("whose", "show", "narrowed_by", "rows"))

    # records
    RECORD_ADDED = ("record.added", ("case_id", "sha256", "size", "source"))
    RECORD_READ_IN = ("record.read_in", ("case_id", "pages", "ocr_pages"))
    RECORD_UNREADABLE = ("record.unreadable", ("case_id", "error"))
    RECORD_DUPLICATE = ("record.duplicate", ("case_id", "duplicate_of"))
    RECORD_SETTLED = ("record.settled", ("case_id", "outcome"))
    RECORD_WITHDRAWN = ("record.withdrawn", ("case_id", "reason"))
    RECORD_ROLE_SET = ("record.role_set", ("case_id", "role_before", "role", "controller_id"))
    REQUEST_PASSED_ON = ("record.request_passed_on", ("case_id", "controller_id", "channel", "message_id"))
    PASSING_ON_RECORDED = ("record.passing_on_recorded", ("case_id", "controller_id", "channel", "on"))
    PASSING_ON_STRUCK_OUT = ("record.passing_on_struck_out", ("case_id", "controller_id", "on"))
    CONTROLLER_TOLD_OF = ("record.controller_told_of", ("case_id", "controller_id", "told"))
    PAGE_VIEWED = ("record.page_viewed", ("case_id", "page"))

    # searches
    SEARCH_AREA_ADDED = ("search_area.added", ())
    SEARCH_AREA_CHANGED = ("search_area.changed", ())
    SEARCH_CONTACT_ADDED = ("search_contact.added", ("area_id",))
    SEARCH_CONTACT_CHANGED = ("search_contact.changed", ("area_id",))
    SEARCHES_CHOSEN = ("search.chosen", ("case_id", "areas", "left_out"))
    SEARCH_ASKED = ("search.asked", ("case_id", "area_id", "due_on"))
    SEARCH_CHASED = ("search.chased", ("case_id", "area_id"))
    SEARCH_ESCALATED = ("search.escalated", ("case_id", "area_id", "to"))
    SEARCH_FINISHED = ("search.finished", ("case_id", "area_id", "outcome", "pages", "records"))
    SEARCH_REOPENED = ("search.reopened", ("case_id", "area_id"))
    RESPONSIBLE_OFFICER_NAMED = ("search.responsible_officer_named", ("case_id",))

    # consultation
    ORIGINATOR_ADDED = ("originator.added", ())
    ORIGINATOR_CHANGED = ("originator.changed", ())
    CONSULTATION_SENT = ("consultation.sent", ("case_id", "originator_id", "records", "due_on"))
    CONSULTATION_CHASED = ("consultation.chased", ("case_id", "chase"))
    CONSULTATION_OPENED = ("consultation.opened", ("case_id",))
    CONSULTATION_ANSWERED = ("consultation.answered", ("case_id", "answer"))
    CONSULTATION_DECIDED = ("consultation.decided", ("case_id", "decision", "against_view"))
    CONSULTATION_WITHDRAWN = ("consultation.withdrawn", ("case_id",))

    # review
    PEOPLE_SUGGESTED = ("review.people_suggested", ("case_id", "people", "mentions"))
    PERSON_DECIDED = ("review.person_decided", ("case_id", "decision", "code", "mentions"))
    MENTION_DECIDED = ("review.mention_decided", ("case_id", "decision", "code"))
    PERSON_ADDED = ("review.person_added", ("case_id",))
    PERSON_CHANGED = ("review.person_changed", ("case_id",))
    PEOPLE_MERGED = ("review.people_merged", ("case_id", "merged_id"))
    MENTIONS_ASSIGNED = ("review.mentions_assigned", ("case_id", "mentions"))
    BOX_ADDED = ("review.box_added", ("case_id", "record_id", "page", "code"))
    BOX_REMOVED = ("review.box_removed", ("case_id", "record_id", "page"))
    PAGE_WITHHELD = ("review.page_withheld", ("case_id", "record_id", "page", "code"))
    PAGE_RESTORED = ("review.page_restored", ("case_id", "record_id", "page"))
    RECORD_WITHHELD = ("review.record_withheld", ("case_id", "code"))
    RECORD_RESTORED = ("review.record_restored", ("case_id",))
    HEALTH_OPINION_RECORDED = ("review.health_opinion_recorded", ("case_id", "given_on", "harm"))
    VIEW_WEIGHED = ("review.view_weighed", ("case_id", "consultation_id"))
    SECOND_CHECK_REQUESTED = ("review.second_check_requested", ("case_id", "plan_sha256"))
    SIGNED_OFF = ("review.signed_off", ("case_id", "plan_sha256"))
    RETURNED = ("review.returned", ("case_id", "reason_code"))

    # release
    BUNDLE_REQUESTED = ("release.bundle_requested", ("case_id", "plan_sha256"))
    BUNDLE_BUILT = (
        "release.bundle_built",
        ("case_id", "plan_sha256", "bundle_sha256", "proof_sha256", "pages", "redactions"),
    )
    BUNDLE_BLOCKED = ("release.bundle_blocked", ("case_id", "leaks", "reason"))
    RELEASED = ("release.released", ("case_id", "bundle_sha256", "route", "due_on", "lateness_code", "part"))
    PASSPHRASE_SENT = ("release.passphrase_sent", ("case_id", "route"))
    PASSPHRASE_SHOWN = ("release.passphrase_shown", ("case_id",))
    COLLECTED = ("release.collected", ("case_id", "bundle_sha256"))
    BUNDLE_STOPPED = (
        "release.bundle_stopped",
        ("case_id", "bundle_sha256", "answers_taken_back", "parts_taken_back"),
    )
    HANDED_OVER = ("release.handed_over", ("case_id", "bundle_sha256"))

    # reminders
    REMINDERS_CHOSEN = ("reminder.chosen", ("digest", "early_alerts"))
    REMINDER_SENT = ("reminder.sent", ("case_id", "kind", "due_on"))
    COMPLAINT_REMINDER_SENT = ("reminder.complaint_sent", ("case_id", "complaint_id", "kind", "due_on"))

    # retention
    RETENTION_RULES_CHANGED = ("retention.rules_changed", ("number", "answered", "not_answered", "complaint"))
    KEPT_LONGER = ("retention.kept_longer", ("case_id", "until_before", "until"))
    HOLD_SET = ("retention.hold_set", ("case_id",))
    HOLD_LIFTED = ("retention.hold_lifted", ("case_id",))
    ERASURE_PROPOSED = ("retention.erasure_proposed", ("case_id", "rule", "kept_until", "why"))
    ERASURE_DECIDED = ("retention.erasure_decided", ("case_id", "outcome", "alone"))
    ERASURE_STOPPED = ("retention.erasure_stopped", ("case_id", "held_by"))
    # The certificate. It is also the ledger that is applied again to a restored backup.
    CASE_ERASED = (
        "retention.case_erased",
        (
            "case_id",
            "reference",
            "rule",
            "kept_until",
            "why",
            "proposed_by",
            "decided_by",
            "alone",
            "reapplied",
            "records",
            "pages",
            "people",
            "letters",
            "files",
            "rows",
        ),
    )

    # oversight
    REPORT_EXPORTED = ("oversight.report_exported", ("report", "from", "to", "rows"))
    AUDIT_EXPORTED = ("oversight.audit_exported", ("entries", "head"))
    CHECKPOINT_SIGNED = ("oversight.checkpoint_signed", ("entries", "head"))

    @property
    def label(self) -> str:
        return str(self.value[0])

    @property
    def facts(self) -> frozenset[str]:
        return frozenset(self.value[1])
