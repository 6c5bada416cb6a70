"""Letters: what a requester reads, and what can go wrong when wording and fields do not fit."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sar.foundation import wording
from sar.foundation.wording import Block, WordingError

RESPONSES = (
    "full_response",
    "full_response_by_name",
    "partial_response",
    "partial_response_by_name",
    "incomplete_response",
    "incomplete_response_by_name",
    "interim_disclosure",
    "interim_disclosure_by_name",
    "nothing_held",
    "nothing_held_by_name",
    "ncnd",
    "referral",
    "rejection",
    "rejection_by_name",
)
TO_REQUESTERS = (
    "acknowledgement",
    "id_request",
    "clarification",
    "extension",
    "passphrase",
    "new_words",
    "contact_changed",
    "withdrawal",
    "how_to_complain",
    "authority_request",
    "authority_request_family",
    "acknowledgement_by_name",
    "acknowledgement_waiting",
    "acknowledgement_waiting_by_name",
    "id_request_by_name",
    "closure_warning_by_name",
    "closed_no_reply_by_name",
    "fee_request_by_name",
    "delay_apology_by_name",
    "ready_to_collect_by_name",
    "ready_to_hand_over_by_name",
    "part_ready",
    "part_ready_by_name",
    "part_ready_to_hand_over",
    "part_ready_to_hand_over_by_name",
    "reminder",
    "reminder_no_pause",
    "closure_warning",
    "closed_no_reply",
    "clock_restarted",
    "fee_request",
    "delay_apology",
    "consent_request",
    "complaint_acknowledgement",
    "complaint_progress",
    "complaint_outcome",
    "breach_notice",
    "breach_notice_by_name",
    "not_valid",
    "not_valid_by_name",
    *RESPONSES,
)
LISTS = frozenset(
    {
        "reasons",
        "searches",
        "records",
        "accepted_documents",
        "categories",
        "origins",
        "recipients",
        "purposes",
        "sent_now",
        "actions",
        "chronology",
        "decisions",
        "derivation",
        "figures",
        "bands",
    }
)


def sample(name: str) -> dict[str, wording.FieldValue]:
    return {field: ["one", "two"] if field in LISTS else f"<{field}>" for field in wording.fields(name)}


def letter(folder: Path, text: str) -> Path:
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / "neutral_sentence.txt").write_text("The same for all.\n", encoding="utf-8")
    (folder / "test.txt").write_text(text, encoding="utf-8")
    return folder


def test_the_letters_that_the_stages_send_all_exist():
    assert {"consultation_request", "consultation_chase", "rights_part3", "rights_uk_gdpr", *TO_REQUESTERS} <= set(
        wording.names()
    )


@pytest.mark.parametrize("name", wording.names())
def test_every_letter_shows_every_field_it_is_given(name):
    shown = wording.render(name, sample(name))
    whole = shown.subject + "\n" + shown.as_text()
    for field in wording.fields(name) - LISTS:
        assert f"<{field}>" in whole
    assert "{" not in whole


@pytest.mark.parametrize("name", RESPONSES)
def test_every_response_carries_the_same_neutral_sentence(name):
    text = (wording.LETTER_FOLDER / "parts" / "neutral_sentence.txt").read_text(encoding="utf-8")
    assert " ".join(text.split()) in wording.render(name, sample(name)).as_text()


@pytest.mark.parametrize("name", TO_REQUESTERS)
def test_letters_to_requesters_are_in_short_sentences_of_short_words(name):
    lines = [line for block in wording.render(name, sample(name)).paragraphs for line in block.lines]
    sentences = [s for line in lines for s in re.split(r"(?<=[.?!:])\s+", line) if re.search(r"\w", s)]
    lengths = [len(re.findall(r"[\w'<>]+", sentence)) for sentence in sentences]
    words = re.findall(r"[A-Za-z]+", " ".join(re.sub(r"<\w+>", "", line) for line in lines))
    assert max(lengths) <= 25
    assert sum(lengths) / len(lengths) <= 13
    assert sum(len(word) for word in words) / len(words) <= 4.8


def test_the_acknowledgement_never_asks_for_the_access_phrase_to_be_put_in_it():
    assert "access_phrase" not in wording.fields("acknowledgement")


def test_a_missing_field_is_named_and_no_letter_is_made():
    given = sample("acknowledgement")
    del given["due_date"]
    with pytest.raises(WordingError, match="due_date"):
        wording.render("acknowledgement", given)


def test_a_field_of_none_counts_as_missing():
    with pytest.raises(WordingError, match="due_date"):
        wording.render("acknowledgement", {**sample("acknowledgement"), "due_date": None})


def test_an_unknown_field_is_refused_since_it_was_meant_to_be_read():
    with pytest.raises(WordingError, match="colour"):
        wording.render("acknowledgement", {**sample("acknowledgement"), "colour": "red"})


@pytest.mark.parametrize("name", ["no_such_letter", "../letters/acknowledgement", "parts/neutral_sentence", ""])
def test_a_letter_that_does_not_exist_is_refused(name):
    with pytest.raises(WordingError, match="no wording named"):
        wording.render(name, {})


def test_dates_are_put_in_words_and_moments_in_london_time():
    assert wording.date_words(date(2026, 2, 5)) == "5 February 2026"
    assert wording.date_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"
    assert wording.moment_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026 at 00:30"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        wording.moment_words(datetime(2026, 6, 30, 23, 30))  # noqa: DTZ001


def test_text_that_a_person_wrote_cannot_become_a_heading_a_list_or_a_field(tmp_path):
    folder = letter(tmp_path, "Subject: About {what}\n\nYou wrote: {what}\n\n- {what}\n")
    shown = wording.render("test", {"what": "x\n\n# Heading\n- item {reference}"}, folder)
    assert shown.subject == "About x # Heading - item {reference}"
    assert [block.kind for block in shown.paragraphs] == ["paragraph", "list"]
    assert shown.paragraphs[1] == Block("list", ("x # Heading - item {reference}",))


def test_a_list_given_to_a_list_line_becomes_one_line_for_each_item(tmp_path):
    folder = letter(tmp_path, "Subject: S\n\n- first\n- {more}\n")
    assert wording.render("test", {"more": ["a", "b"]}, folder).paragraphs == (Block("list", ("first", "a", "b")),)


def test_a_paragraph_wrapped_in_the_file_is_one_run_of_text(tmp_path):
    folder = letter(tmp_path, "Subject: S\n\n# Head\nOne\ntwo.\n\n\nThree.\n")
    assert wording.render("test", {}, folder).paragraphs == (
        Block("heading", ("Head",)),
        Block("paragraph", ("One two.",)),
        Block("paragraph", ("Three.",)),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Dear you\n\nText\n", "begin with a line"),
        ("Subject: \n\nText\n", "begin with a line"),
        ("Subject: S\n\n", "no text"),
        ("Subject: S\n\nHello {Name}\n", "brace"),
        ("Subject: S\n\nHello {name\n", "brace"),
    ],
)
def test_a_malformed_wording_is_refused_with_the_reason(tmp_path, text, complaint):
    with pytest.raises(WordingError, match=complaint):
        wording.render("test", {}, letter(tmp_path, text))
