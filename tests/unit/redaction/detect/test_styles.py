"""What is found in records of many other styles must not get worse. See tests/fixtures/styles/README.md."""

from pathlib import Path

import pytest
from score_detection import score_folder

STYLES = Path(__file__).parents[3] / "fixtures" / "styles"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("part", "recall", "precision"), [("dev", 0.99, 0.98), ("test", 0.985, 0.95)])
def test_names_in_records_of_other_styles_are_found(part: str, recall: float, precision: float) -> None:
    score = score_folder(STYLES / part)
    assert score.recall("person") >= recall, score.missed
    assert score.precision("person") >= precision, score.false
    assert score.over_identifiers()[0] == 1.0, score.missed
    assert score.others_taken_for_subject == 0, score.false


def test_names_are_found_though_letters_are_misread() -> None:
    score = score_folder(STYLES / "dev", noise=0.03)
    assert score.recall("person") >= 0.945, score.missed
    assert score.precision("person") >= 0.96, score.false
