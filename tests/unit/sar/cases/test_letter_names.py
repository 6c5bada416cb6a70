"""Every letter has a name for staff and example data for the data protection officer's preview."""

from __future__ import annotations

import pytest

from sar.cases.letter_names import GROUPS
from sar.cases.wordings.examples import EXAMPLES
from sar.foundation import wording, wordings


def test_the_list_of_letters_is_the_folder_of_wordings() -> None:
    listed = [name for letters in GROUPS.values() for name in letters]
    assert sorted(listed) == list(wording.names())


@pytest.mark.parametrize("name", wording.names())
def test_every_letter_can_be_previewed_and_its_own_wording_passes_its_own_check(name: str) -> None:
    shown = wordings.preview(name, wording.text_of(name), EXAMPLES)
    assert "{" not in shown.as_text()


@pytest.mark.parametrize("name", wording.names())
def test_the_sentence_that_all_replies_share_cannot_be_taken_out_of_one(name: str) -> None:
    if "{neutral_sentence}" in wording.text_of(name):
        assert "neutral_sentence" in wordings.needed_fields(name)
