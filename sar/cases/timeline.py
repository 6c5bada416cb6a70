"""A case's history in words, from the audit log: what happened, when, who."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sar.access.queries import staff_names
from sar.cases.contact_changes import CHECKED_WORDS, Checked
from sar.cases.exemptions import EXEMPTIONS, ground_in_words
from sar.cases.letter_names import name_of
from sar.cases.not_valid import REASONS as NOT_VALID
from sar.cases.proofs import AUTHORITY
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_date
from sar.foundation.messages import CAME_BACK
from sar.foundation.wording import date_words, moment_words
from sar.intake import evidence
from sar.intake.details import WORDS

_WORDS = {
    "case.opened": "Case opened",
    "case.assigned": "Officer changed",
    "case.viewed": "Case looked at",
    "case.identity_checked": "Identity settled: {evidence}",
    "case.authority_checked": "Authority settled: {document}",
    "case.representative_changed": "Who asks for the person was written down",
    "case.details_changed": "Who the person is or how to reach them was changed: {fields}",
    "case.not_valid": "Set aside as no valid request: {code}",
    "case.imported": "Taken over from a spreadsheet, row {row}",
    "case.identity_copy_viewed": "Copy of the identity document looked at",
    "case.mail_attachment_viewed": "Page {page} of an attachment of the email looked at",
    "case.clock_event_corrected": "Date corrected: {fact}, not {was}",
    "case.clock_event_added": "Added, because it was missed: {fact}",
    "case.clock_event_struck_out": "Struck out: {fact}",
    "case.clock_event_undone": "The letter came back, so this counts no more: {fact}",
    "case.regimes_changed": "Laws that the records fall under changed",
    "case.calendar_changed": "Counted with a newer calendar of public holidays",
    "case.refused": "Request refused: {code}",
    "case.conflict_declared": "Conflict of interest declared",
    "case.note_added": "Note added",
    "case.linked": "Linked to another request: {relation}",
    "case.unlinked": "Link to another request taken back",
    "case.about_staff_marked": "Connection with someone who works here noted",
    "case.conflict_lifted": "Conflict of interest lifted",
    "case.restricted": "Case restricted to named people",
    "case.taken_over": "Taken over by a data protection officer: nobody could see it any more who decides about it",
    "case.restriction_lifted": "Restriction to named people lifted",
    "case.task_added": "Task added",
    "case.task_done": "Task done",
    "case.task_reopened": "Task put back on the list",
    "case.new_words_given": "New six words made, to be given {channel}",
    "case.letter_sent": "Letter written: {letter}",
    "case.reply_reminded": "No reply yet: {nudge} sent, answer by {answer_by}",
    "case.letter_opened": "Letter opened: {kind}",
    "message.queued": "Message put in the outbox: {kind}",
    "message.sent": "Sent {channel}: {kind}",
    "message.taken_back": "Taken back before it went {channel}: {kind}",
    "message.not_sent": "Could not be sent {channel}: {kind}",
    "case.part_disclosed": "Part of the answer sent: {part}",
    "case.refusal_proposed": "Proposed {kind}: {code}",
    "case.refusal_decided": "Proposal {kind} decided: {outcome}",
    "complaint.received": "Complaint {number} received, to be acknowledged by {acknowledge_by}",
    "complaint.date_corrected": "Complaint {number} received on {on}, not {was}",
    "complaint.calendar_changed": "Complaint {number} counted with a newer calendar of public holidays",
    "complaint.acknowledged": "Complaint acknowledged",
    "complaint.not_acknowledged": "The letter came back, so the complaint counts as not acknowledged",
    "complaint.decided_alone": "Reason written for deciding a complaint by someone who handled the case",
    "complaint.decided": "Complaint decided: {outcome}",
    "complaint.reopened_case": "Case opened again after a complaint",
    "complaint.outside_recorded": "Complaint elsewhere recorded: {body}",
    "complaint.outside_decided": "Complaint elsewhere decided: {body}, {outcome}",
    "intake.submission_received": "Request received",
    "intake.identity_copy_stored": "Copy of an identity document stored",
    "intake.identity_copy_destroyed": "Copy of the identity document destroyed: {reason}",
    "intake.evidence_changed": "List of what is accepted as proof changed",
    "intake.mail_kept": "Email kept with the case",
    "record.added": "Record added",
    "record.read_in": "Record read: {pages} pages, {ocr_pages} of them by text recognition",
    "record.unreadable": "Record could not be read",
    "record.duplicate": "Record found to be a duplicate",
    "record.settled": "Record settled without being shown",
    "record.withdrawn": "Record taken out of the case",
    "record.role_set": "Our role for a record: {role}, not {role_before}",
    "record.request_passed_on": "Request to be passed on {channel} to whoever decides about records that we hold",
    "record.passing_on_recorded": "Request was passed on {channel} on {on} to whoever decides about records we hold",
    "record.passing_on_struck_out": "Struck out: request passed on on {on}",
    "record.controller_told_of": "Whether the reply names an organisation that decides about records: {told}",
    "record.page_viewed": "Page {page} of a record looked at",
    "search.chosen": "List of searches made: {areas} areas, {left_out} left out",
    "search.asked": "Someone asked to search an area",
    "search.chased": "Reminded about a search",
    "search.escalated": "Search without an answer taken to {to}",
    "search.finished": "Search ended: {outcome}, {pages} pages",
    "search.reopened": "Search opened again",
    "search.responsible_officer_named": "Responsible Officer named",
    "reminder.sent": "Staff told by mail of the due date: {kind}",
    "reminder.complaint_sent": "Staff told by mail that a complaint must be acknowledged: {kind}",
    "retention.kept_longer": "Kept longer than the rule says, until {until}",
    "retention.hold_set": "Put on hold: not to be destroyed",
    "retention.hold_lifted": "Hold lifted",
    "retention.erasure_proposed": "Proposed to destroy the case, its time being over",
    "retention.erasure_decided": "Proposal to destroy the case decided: {outcome}",
    "retention.erasure_stopped": "Not destroyed: something held the case",
    "retention.case_erased": "Records destroyed",
    "consultation.sent": "Originator asked for a view on {records} records",
    "consultation.chased": "Originator reminded",
    "consultation.opened": "Originator opened the link",
    "consultation.answered": "Originator answered: {answer}",
    "consultation.decided": "Decision after consultation: {decision}",
    "consultation.withdrawn": "Consultation withdrawn",
    "review.people_suggested": "{people} people and {mentions} mentions suggested",
    "review.person_decided": "Decision on a person: {decision}, {mentions} mentions",
    "review.mention_decided": "Decision on one mention: {decision}",
    "review.person_added": "Person added by hand",
    "review.person_changed": "Name or description of a person changed",
    "review.people_merged": "Two people joined into one",
    "review.mentions_assigned": "{mentions} unclear mentions given to a person",
    "review.box_added": "Box drawn on page {page}",
    "review.box_removed": "Box taken away on page {page}",
    "review.page_withheld": "Page {page} withheld",
    "review.page_restored": "Page {page} no longer withheld",
    "review.record_withheld": "Record withheld",
    "review.record_restored": "Record no longer withheld",
    "review.view_weighed": "Originator's view carried out on a record",
    "review.health_opinion_recorded": "A health professional’s opinion written down: serious harm is {harm}",
    "review.second_check_requested": "Sent for a second check",
    "review.signed_off": "Signed off by a second person",
    "review.returned": "Returned for changes",
    "release.bundle_requested": "Reply asked for",
    "release.bundle_built": "Reply made and checked: {pages} pages, {redactions} redactions",
    "release.bundle_blocked": "Reply blocked by the check: {leaks} leaks",
    "release.released": "Reply released",
    "release.passphrase_sent": "Passphrase sent by: {route}",
    "release.passphrase_shown": "Six words shown, to tell them in person",
    "release.bundle_stopped": "Reply stopped: it cannot be collected any more",
    "release.collected": "Reply collected by the requester",
    "release.handed_over": "Reply saved by staff, to hand over",
}
_CLOCK = {
    "received": "Received on {on}",
    "id_requested": "Proof of identity asked for",
    "id_received": "Proof of identity came on {on}",
    "authority_requested": "Written authority asked for",
    "authority_received": "Written authority came on {on}",
    "fee_requested": "Fee charged",
    "fee_paid": "Fee paid on {on}",
    "clarification_requested": "Question sent to the requester",
    "clarification_received": "Requester answered on {on}",
    "extended": "Extended by two months",
}
# As it was logged until a corrected day of receipt was logged as every other correction is.
_RECORDED = _CLOCK | {"received": "Date received corrected to {on}"}
_CORRECTED = frozenset(
    {"case.clock_event_corrected", "case.clock_event_struck_out", "case.clock_event_added", "case.clock_event_undone"}
)
# What moved with an entry, by how its facts begin.
_MOVED = {"due": "due date", "acknowledge": "last day to acknowledge it"}
_DESTROYED = {
    "verified": "identity is settled",
    "not_needed": "it is no longer needed",
    "too_old": "its time was over",
}
_CHANNELS = {
    "email": "by email",
    "post": "by post",
    "sms": "by text or phone",
    "phone": "by phone",
    "in_person": "in person",
}
_ROLES = {
    "controller": "we decide about it (controller)",
    "joint_controller": "we decide with others (joint controller)",
    "processor": "we hold it for others (processor)",
}
# What each kind of proposal would do.
PROPOSED = {
    "refuse": "to refuse the whole request",
    "fee": "to charge a fee",
    "neither": "to neither confirm nor deny",
    "set_aside": "to set it aside as no valid request",
    "correct": "to correct a date on the clock",
    "add": "to add what was missed on the clock",
    "withdraw": "to record that the person took it back in time",
}
# Words for the codes of a fact, by its name.
_CODES: Mapping[str, Mapping[Any, str]] = {
    "reason": _DESTROYED,
    "role": _ROLES,
    "role_before": _ROLES,
    "told": {True: "yes", False: "no"},
    "kind": PROPOSED,
}
_SINGULAR = {
    "pages": "page",
    "records": "record",
    "people": "person",
    "mentions": "mention",
    "redactions": "redaction",
    "leaks": "leak",
}
_ONE = re.compile(rf"\b1 (unclear )?({'|'.join(_SINGULAR)})\b")
# Looking is kept in the log for auditors; in the timeline it would bury what was done. What was put in the outbox was
# written just before, and says so.
HIDDEN = frozenset(
    {
        "case.viewed",
        "case.letter_drafted",
        "case.letter_discarded",
        "case.mail_attachment_viewed",
        "record.page_viewed",
        "message.queued",
        "intake.submission_received",
    }
)


@dataclass(frozen=True)
class TimelineEntry:
    when: str
    text: str
    who: str
    detail: str | None


def in_words(entries: Sequence[AuditEntry], hidden: frozenset[str] = HIDDEN) -> list[TimelineEntry]:
    """Entries as an officer reads them, in the order given."""
    shown = [entry for entry in entries if entry.action not in hidden]
    names = staff_names({entry.actor_id for entry in shown if entry.actor_kind == "staff"})
    return [_entry(entry, names) for entry in shown]


def _entry(entry: AuditEntry, names: dict[str, str]) -> TimelineEntry:
    facts = json.loads(entry.facts)
    return TimelineEntry(moment_words(entry.at), _text(entry, facts), _who(entry, names), _detail(entry, facts))


def _text(entry: AuditEntry, facts: dict[str, Any]) -> str:
    if entry.action == "case.moved":
        return f"Moved from {_stage(facts['from_stage'])} to {_stage(facts['to_stage'])}"
    words = {name: _word(name, value) for name, value in facts.items()}
    if facts.get("error") == CAME_BACK:
        return f"Came back, sent {words['channel']}: {words['kind']}"
    if entry.action in _CORRECTED:
        words["fact"] = _small(fact_words(facts["event"], date.fromisoformat(facts["on"])))
    sentence = _RECORDED[facts["event"]] if entry.action == "case.clock_event_recorded" else _WORDS[entry.action]
    return _ONE.sub(lambda found: f"1 {found[1] or ''}{_SINGULAR[found[2]]}", sentence.format_map(words)) + _went(
        entry, facts
    )


def _went(entry: AuditEntry, facts: dict[str, Any]) -> str:
    """The day that a letter went, where it was written down on another one."""
    went = facts.get("on") if entry.action == "message.sent" else None
    return f" (it went on {_date(went)})" if went and went != london_date(entry.at).isoformat() else ""


def fact_words(kind: str, on: date) -> str:
    """A fact on the clock with its day: "Proof of identity came on 3 May 2026"."""
    sentence = _CLOCK[kind]
    return sentence.format(on=date_words(on)) if "{on}" in sentence else f"{sentence}, {date_words(on)}"


def _word(name: str, value: Any) -> str:
    """A fact as it stands in a sentence: codes in their words, days written out."""
    if name == "fields" and isinstance(value, list):
        return ", ".join(_small(WORDS[one]) for one in value)
    if name == "evidence":
        return _small(evidence.supplied_name(value))
    if name == "document":
        return _small(AUTHORITY.get(value, "a document"))
    if name in _CODES and value in _CODES[name]:
        return _CODES[name][value]
    if name == "channel":
        return _CHANNELS.get(value, str(value))
    if name in ("on", "was", "answer_by", "acknowledge_by", "until"):
        return _date(value)
    if name == "code" and value in EXEMPTIONS:
        return _small(ground_in_words(value))
    if name == "code" and value in NOT_VALID:
        return _small(NOT_VALID[value].label)
    if name == "code" and value in _CLOCK:
        return _small(_CLOCK[value].removesuffix(" on {on}"))
    if name in ("letter", "kind") and isinstance(value, str):
        return name_of(value).lower()
    return str(value).replace("_", " ")


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _detail(entry: AuditEntry, facts: dict[str, Any]) -> str | None:
    if facts.get("identity_again"):
        return "Identity must be looked at again."
    if facts.get("checked"):
        return f"Who asked was checked: {_small(CHECKED_WORDS[Checked(facts['checked'])])}."
    if facts.get("answers_taken_back"):
        return "It had reached nobody, so it does not count as an answer."
    if facts.get("parts_taken_back"):
        return "It had reached nobody, so it does not count as part of an answer."
    late = " The answer was late before this." if facts.get("late_before") else ""
    for name, what in _MOVED.items():
        if f"{name}_before" in facts:
            before, after = facts[f"{name}_before"], facts[f"{name}_after"]
            if before == after:
                return f"The {what} did not change.{late}"
            return f"{what.capitalize()}: {_date(before)} before, {_date(after)} after.{late}"
    return None


def _date(iso: str | None) -> str:
    return date_words(date.fromisoformat(iso)) if iso else "none"


def _stage(name: str) -> str:
    return STAGE_NAMES[Stage(name)].lower()


def _who(entry: AuditEntry, names: dict[str, str]) -> str:
    if entry.actor_kind == "staff":
        return names.get(entry.actor_id, "a former member of staff")
    return {"requester": "the requester", "originator": "the originator", "public": "the requester"}.get(
        entry.actor_kind, "the system"
    )
