"""What each letter is called on screen, and which letters belong together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# In the order of a request: each group with its letters. Messages that are no letters are named at the end.
TO_STAFF = "To our own staff"
GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "When a request comes": {
            "acknowledgement": "Acknowledgement",
            "acknowledgement_by_name": "Acknowledgement, to whoever acts for the person",
            "acknowledgement_waiting": "Acknowledgement, waiting for the person",
            "acknowledgement_waiting_by_name": "Acknowledgement, waiting, to whoever acts for the person",
            "id_request": "Request for proof of identity",
            "id_request_by_name": "Request for proof of identity, to whoever acts for the person",
            "authority_request": "Request for authority to ask for someone else",
            "authority_request_family": "Request for authority, to a relative or parent",
            "new_words": "New six words",
            "contact_changed": "The way we reach you was changed",
            "referral": "Referral to the organisation in charge",
            "not_valid": "Not a valid request",
            "not_valid_by_name": "Not a valid request, to whoever acts for the person",
        },
        "While we work on it": {
            "clarification": "Question",
            "clarification_no_pause": "Question, while the clock runs on",
            "clarification_not_started": "Question, before the clock starts",
            "reminder": "Reminder",
            "reminder_no_pause": "Reminder, while the clock runs on",
            "closure_warning": "Warning before closing",
            "closure_warning_by_name": "Warning before closing, to whoever acts for the person",
            "closed_no_reply": "Closed without a reply",
            "closed_no_reply_by_name": "Closed without a reply, to whoever acts for the person",
            "clock_restarted": "We have what we asked for",
            "extension": "Extension",
            "fee_request": "Fee",
            "fee_request_by_name": "Fee, to whoever acts for the person",
            "delay_apology": "Apology for delay",
            "delay_apology_by_name": "Apology for delay, to whoever acts for the person",
            "interim_disclosure": "First part of the records",
            "interim_disclosure_by_name": "First part of the records, to whoever acts for the person",
            "withdrawal": "Withdrawal",
        },
        "The answer": {
            "full_response": "Answer, nothing taken out",
            "full_response_by_name": "Answer, nothing taken out, to whoever acts for the person",
            "partial_response": "Answer, some of it taken out",
            "partial_response_by_name": "Answer, some of it taken out, to whoever acts for the person",
            "incomplete_response": "Answer with something still to come",
            "incomplete_response_by_name": "Answer with something still to come, to whoever acts for the person",
            "nothing_held": "Nothing held",
            "nothing_held_by_name": "Nothing held, to whoever acts for the person",
            "ncnd": "Neither confirming nor denying",
            "rejection": "Refusal",
            "rejection_by_name": "Refusal, to whoever acts for the person",
            "about_boxes": "About the black boxes",
            "how_to_complain": "How to complain",
            "rights_part3": "Rights, records of a sentence",
            "rights_part3_by_name": "Rights, records of a sentence, to whoever acts for the person",
            "rights_uk_gdpr": "Rights, other records",
            "held_for_another": "Records that we hold for another organisation",
            "joint_controller": "Records that we decide about with another organisation",
            "ready_to_collect": "Reply ready to collect",
            "ready_to_collect_by_name": "Reply ready to collect, to whoever acts for the person",
            "ready_to_hand_over": "Reply ready to hand over",
            "ready_to_hand_over_by_name": "Reply ready to hand over, to whoever acts for the person",
            "part_ready": "Part of the reply ready to collect",
            "part_ready_by_name": "Part of the reply ready to collect, to whoever acts for the person",
            "part_ready_to_hand_over": "Part of the reply ready to hand over",
            "part_ready_to_hand_over_by_name": "Part of the reply ready to hand over, to whoever acts for the person",
            "passphrase": "Words that open the reply",
        },
        "To others": {
            "consultation_request": "Originator asked for a view",
            "consultation_chase": "Originator reminded",
            "consultation_escalation": "Originator reminded again",
            "request_passed_on": "Request passed on to the organisation in charge",
            "consent_request": "Question to another person in the records",
            "health_opinion": "Request for a health opinion",
        },
        TO_STAFF: {
            "search_request": "Request to search",
            "search_chase": "Reminder about a search",
            "search_escalation": "Search taken further",
            "staff_alert": "Alert about a due date",
            "staff_complaint_alert": "Alert about a complaint",
            "staff_digest": "Daily digest",
        },
        "When something went wrong": {
            "complaint_acknowledgement": "Complaint acknowledged",
            "complaint_progress": "Progress on a complaint",
            "complaint_outcome": "Outcome of a complaint",
            "regulator_chronology": "Chronology and decisions for the regulator",
            "backlog_recovery": "Backlog recovery report",
            "breach_notice": "Notice of a breach",
            "breach_notice_by_name": "Notice of a breach, to whoever acts for the person",
        },
    }
)
_MESSAGES = {"consultation.code": "Code for an originator"}
NAMES: Mapping[str, str] = MappingProxyType(
    {name: title for letters in GROUPS.values() for name, title in letters.items()} | _MESSAGES
)


def name_of(kind: str) -> str:
    """What a message of this kind is, in words for staff."""
    return NAMES.get(kind.removeprefix("letter."), kind)
