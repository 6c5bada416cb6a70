"""The codes printed on redactions: what each promises to the requester and demands of the officer."""

import pytest

from sar.cases.deadlines import Regime
from sar.cases.exemptions import EXEMPTIONS, Factor, Kind, Need, Told, codes_for, exemption

EXPECTED_CODES = (
    "P3-INQ P3-CRIME P3-PUBSEC P3-OTHERS P3-LPP P3-COURT P3-NATSEC G-3P G-CRIME G-CRIME-SRC G-HEALTH-HOLD "
    "G-HEALTH-HARM G-SW-HARM G-LPP G-JUD G-CHILD G-EDU-HARM G-ADOPT MUE N-NOTYOURS N-NOTHELD N-DUP N-OUTSCOPE"
).split()


def test_the_codes_are_those_of_the_schedule_in_its_order() -> None:
    assert list(EXEMPTIONS) == EXPECTED_CODES
    assert all(code == item.code for code, item in EXEMPTIONS.items())


def test_a_record_is_offered_the_codes_of_its_own_regime_only() -> None:
    part_3, general = ({item.code for item in codes_for(regime)} for regime in (Regime.LE, Regime.UKGDPR))
    common = {"MUE", "N-NOTYOURS", "N-NOTHELD", "N-DUP", "N-OUTSCOPE"}
    assert part_3 & general == common
    assert all(code.startswith("P3-") for code in part_3 - common)
    assert all(code.startswith("G-") for code in general - common)


@pytest.mark.parametrize("code", EXPECTED_CODES)
def test_everything_withheld_needs_reasons_and_cites_its_law(code: str) -> None:
    item = exemption(code)
    if item.kind is Kind.NOT_AN_EXEMPTION:
        assert (item.needs, item.law, item.told) == (frozenset(), "", Told.YES)
    else:
        assert Need.REASONS in item.needs
        assert item.law


@pytest.mark.parametrize("code", EXPECTED_CODES)
def test_a_code_without_words_for_the_requester_is_never_told_or_written_for_the_case(code: str) -> None:
    item = exemption(code)
    if item.text is None:
        assert item.told is Told.NEVER or Need.TAILORED_TEXT in item.needs
    if item.told not in (Told.YES, Told.NEVER):
        assert item.told_note


def test_other_people_under_the_uk_gdpr_need_the_five_factors() -> None:
    assert [code for code, item in EXEMPTIONS.items() if Need.FIVE_FACTORS in item.needs] == ["G-3P"]
    assert len(Factor) == 5


def test_other_people_under_part_3_need_a_review_date() -> None:
    assert [code for code, item in EXEMPTIONS.items() if Need.REVIEW_DATE in item.needs] == ["P3-OTHERS"]


def test_health_codes_need_their_opposite_opinions() -> None:
    assert Need.AWAIT_HEALTH_OPINION in exemption("G-HEALTH-HOLD").needs
    assert Need.HARM_OPINION in exemption("G-HEALTH-HARM").needs


def test_national_security_is_for_the_dpo_and_never_told() -> None:
    item = exemption("P3-NATSEC")
    assert (item.text, item.told, item.ncnd) == (None, Told.NEVER, True)
    assert [code for code, other in EXEMPTIONS.items() if Need.DPO in other.needs] == ["P3-NATSEC"]


def test_the_same_ground_is_explained_in_the_same_words_under_both_regimes() -> None:
    assert exemption("G-CRIME").text == exemption("P3-CRIME").text
    assert exemption("G-LPP").text == exemption("P3-LPP").text


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        exemption("P3-SECRET")
