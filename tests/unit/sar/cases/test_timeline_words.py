"""Everything that can happen to a case has words in its history, and every letter has the fields it needs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from sar.cases import letter_names, timeline
from sar.cases.endings import REFUSAL_CODES
from sar.cases.exemptions import Kind
from sar.foundation import wording
from sar.foundation.actions import Action

# Of the case itself, of a thing in it, or of its request and its messages.
ABOUT_A_CASE = [
    action
    for action in Action
    if action.label.startswith(("case.", "message.", "intake."))
    or ("case_id" in action.facts and action.label not in timeline.HIDDEN)
]
NOTED_BY_OFFICERS = (
    "received",
    "id_requested",
    "id_received",
    "authority_requested",
    "authority_received",
    "fee_requested",
    "fee_paid",
    "clarification_requested",
    "clarification_received",
    "extended",
)
CODES = {
    "from_stage": "received",
    "to_stage": "acknowledged",
    "event": "extended",
    "evidence": "two_letters",
    "on": "2026-03-02",
    "was": "2026-03-01",
    "answer_by": "2026-03-16",
    "acknowledge_by": "2026-04-01",
    "acknowledge_before": "2026-04-01",
    "acknowledge_after": "2026-04-02",
    "until": "2032-04-01",
    "due_before": "2026-04-02",
    "due_after": None,
    "channel": "post",
    "kind": "letter.id_request",
    "letter": "id_request",
    "code": "MUE",
    "people": 2,
    "mentions": 3,
}


def entry(action: Action, **changes: Any) -> Any:
    facts = {name: CODES.get(name, "some_code") for name in action.facts} | changes
    return SimpleNamespace(
        action=action.label,
        facts=json.dumps(facts),
        at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        actor_kind="system",
        actor_id="system",
    )


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "staff_names", lambda ids: {})


@pytest.mark.parametrize("action", ABOUT_A_CASE, ids=lambda action: action.label)
def test_what_happened_to_a_case_is_told_in_words(action: Action) -> None:
    if action.label in timeline.HIDDEN:
        assert timeline.in_words([entry(action)]) == []
        return
    [told_as] = timeline.in_words([entry(action)])
    assert told_as.text[0].isupper() or told_as.text[0].isdigit()
    assert "_" not in told_as.text and "{" not in told_as.text
    assert action.label not in told_as.text and told_as.who == "the system"


@pytest.mark.parametrize("kind", NOTED_BY_OFFICERS)
def test_every_fact_of_the_clock_that_officers_record_has_words(kind: str) -> None:
    [told_as] = timeline.in_words([entry(Action.CLOCK_EVENT_RECORDED, event=kind)])
    assert told_as.detail == "Due date: 2 April 2026 before, none after."


def test_a_date_that_stayed_says_so() -> None:
    same = entry(Action.CLOCK_EVENT_RECORDED, due_after="2026-04-02")
    assert timeline.in_words([same])[0].detail == "The due date did not change."


def test_a_complaint_that_moved_says_from_which_day_to_which() -> None:
    moved = timeline.in_words([entry(Action.COMPLAINT_DATE_CORRECTED, number=1)])[0]
    assert moved.text == "Complaint 1 received on 2 March 2026, not 1 March 2026"
    assert moved.detail == "Last day to acknowledge it: 1 April 2026 before, 2 April 2026 after."


def test_one_of_a_kind_is_told_in_the_singular() -> None:
    told_as = timeline.in_words(
        [entry(Action.RECORD_READ_IN, pages=1, ocr_pages=0), entry(Action.MENTIONS_ASSIGNED, mentions=1)]
    )
    assert told_as[0].text == "Record read: 1 page, 0 of them by text recognition"
    assert told_as[1].text == "1 unclear mention given to a person"


GIVEN: dict[str, dict[str, wording.FieldValue]] = {
    "acknowledgement": {},
    "acknowledgement_waiting": {},
    "id_request": {"reason": "The name differs."},
    "clarification": {"question": "Which office?", "reason": "You named none."},
    "clarification_no_pause": {"question": "Which office?", "reason": "You named none."},
    "clarification_not_started": {"question": "Which office?", "reason": "You named none."},
    "extension": {"old_due_date": date(2026, 4, 2), "new_due_date": date(2026, 6, 2), "reasons": ["Forty volumes"]},
    "rejection": {"reasons": ["It is not about you."], "regulator_contact": "Write to them."},
    "withdrawal": {"withdrawn_date": date(2026, 3, 2)},
    "passphrase": {"passphrase": "amber tulip gravel"},
    "ready_to_collect": {},
}
COMMON = {
    "reference",
    "name",
    "received_date",
    "due_date",
    "asked_date",
    "reply_by",
    "organisation",
    "regulator",
    "contact",
    "accepted_documents",
    "nothing_to_pay",
    "status_page",
    "collect_by",
}


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_each_letter_asks_only_for_what_its_sender_gives(name: str) -> None:
    assert wording.fields(name) - wording.SHARED_PARTS <= COMMON | GIVEN[name].keys()
    assert GIVEN[name].keys() <= wording.fields(name)
    values = {field: "words" for field in COMMON & wording.fields(name)} | GIVEN[name]
    text = wording.render(name, values).as_text()
    assert "{" not in text and text.strip()


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_each_letter_has_a_name_for_staff(name: str) -> None:
    assert letter_names.name_of(f"letter.{name}") == letter_names.NAMES[name]


def test_only_a_letter_written_while_the_clock_runs_promises_a_date() -> None:
    assert "due_date" in wording.fields("acknowledgement")
    assert "due_date" not in wording.fields("acknowledgement_waiting")
    assert "asked_date" not in wording.fields("clarification_no_pause")


def test_a_whole_request_is_refused_only_with_codes_for_that() -> None:
    assert set(REFUSAL_CODES) == {"MUE", "N-NOTYOURS", "N-NOTHELD", "N-OUTSCOPE"}
    assert all(item.kind is not Kind.EXEMPTION for item in REFUSAL_CODES.values())
