"""Every letter has a name for staff and example data for the data protection officer's preview."""

from __future__ import annotations

import pytest

from sar.cases.code_texts import CODES, delivered_text, sentence_name
from sar.cases.letter_names import GROUPS
from sar.cases.wordings.examples import EXAMPLES
from sar.cases.wordings.sentences import TITLES, shown_in
from sar.foundation import wording, wordings


def test_the_list_of_letters_is_the_folder_of_wordings() -> None:
    listed = [name for letters in GROUPS.values() for name in letters]
    assert sorted(listed) == list(wording.names())


@pytest.mark.parametrize("name", wording.names())
def test_every_letter_can_be_previewed_and_its_own_wording_passes_its_own_check(name: str) -> None:
    parts = {part: wording.shared_part(part) for part in wording.SHARED_PARTS}
    shown = wordings.preview(name, wording.text_of(name), EXAMPLES, parts)
    assert "{" not in shown.as_text()


@pytest.mark.parametrize("name", wording.names())
def test_the_sentence_that_all_replies_share_cannot_be_taken_out_of_one(name: str) -> None:
    if "{neutral_sentence}" in wording.text_of(name):
        assert "neutral_sentence" in wordings.needed_fields(name)


@pytest.mark.parametrize("code", CODES.values())
def test_the_text_of_every_code_that_is_told_passes_its_own_check(code: str) -> None:
    template = wordings.checked(sentence_name(code), delivered_text(code))
    assert template.fields() == ({"reasons"} if code == "MUE" else set())


def test_every_sentence_is_in_the_list_and_shown_in_a_letter_that_has_it() -> None:
    assert TITLES.keys() == wordings.SENTENCES.keys()
    for name in TITLES:
        field = name if name in wording.SHARED_PARTS else "reasons"
        assert f"{{{field}}}" in wording.text_of(shown_in(name))


def test_a_first_part_always_says_what_it_holds_what_is_to_come_and_when() -> None:
    assert {"sent_now", "still_to_come", "expected_date"} <= wordings.needed_fields("interim_disclosure")
    assert {"record_count", "still_to_come", "expected_date"} <= wording.fields("incomplete_response")
