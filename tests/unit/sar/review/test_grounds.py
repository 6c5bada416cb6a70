"""What must be on record before somebody is withheld or disclosed."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from sar.cases.deadlines import Regime
from sar.cases.exemptions import EXEMPTIONS, Factor
from sar.foundation.errors import Refused
from sar.review.grounds import COUNTERPARTS, Choice, Decision, Settled, check_mark, clean_factors, offered, settle

FACTORS = {factor.value: "Weighed." for factor in Factor}
LE, UK = Regime.LE, Regime.UKGDPR


def settled(
    decision: Decision, *codes: str, regimes: Collection[Regime] = (LE,), person: bool = True, **more: object
) -> Settled:
    values = {"reason": "At risk.", **more}
    return settle(Choice(decision, codes, **values), regimes, about_person=person, dpo=False)  # type: ignore[arg-type]


def test_one_code_covers_the_same_ground_in_the_other_law() -> None:
    both = settled(Decision.WITHHOLD, "P3-OTHERS", regimes=(LE, UK), factors=FACTORS)
    assert (both.code_le, both.code_ukgdpr, both.settles_le, both.settles_ukgdpr) == ("P3-OTHERS", "G-3P", True, True)


def test_a_ground_without_a_counterpart_needs_a_code_of_each_law() -> None:
    with pytest.raises(Refused, match="as well"):
        settled(Decision.WITHHOLD, "P3-INQ", regimes=(LE, UK))
    given = settled(Decision.WITHHOLD, "P3-INQ", "G-JUD", regimes=(LE, UK))
    assert (given.code_le, given.code_ukgdpr) == ("P3-INQ", "G-JUD")


def test_factors_not_weighed_yet_are_asked_for_when_a_record_under_the_uk_gdpr_arrives() -> None:
    now = settled(Decision.WITHHOLD, "P3-OTHERS")
    assert (now.settles_le, now.settles_ukgdpr, now.code_ukgdpr) == (True, False, None)
    disclosed = settled(Decision.DISCLOSE)
    assert (disclosed.settles_le, disclosed.settles_ukgdpr) == (True, False)


def test_disclosing_someone_under_the_uk_gdpr_needs_the_factors_or_their_consent() -> None:
    with pytest.raises(Refused, match="all five"):
        settled(Decision.DISCLOSE, regimes=(UK,))
    assert settled(Decision.DISCLOSE, regimes=(UK,), consent=True).settles_ukgdpr
    assert settled(Decision.DISCLOSE, regimes=(UK,), factors=FACTORS).settles_ukgdpr
    assert settled(Decision.DISCLOSE, regimes=(UK,), person=False).settles_ukgdpr


@pytest.mark.parametrize("missing", list(Factor))
def test_a_factor_left_empty_is_a_factor_missing(missing: Factor) -> None:
    with pytest.raises(Refused, match="all five"):
        settled(Decision.WITHHOLD, "G-3P", regimes=(UK,), factors={**FACTORS, missing.value: "  "})


@pytest.mark.parametrize("codes", [("N-DUP",), ("MUE",), ("nonsense",), (), ("P3-INQ", "P3-CRIME")])
def test_what_is_no_single_ground_to_withhold_is_refused(codes: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        settled(Decision.WITHHOLD, *codes)


def test_the_requester_and_what_is_no_name_need_nothing() -> None:
    for decision in (Decision.IS_SUBJECT, Decision.NOT_A_PERSON):
        found = settled(decision, regimes=(LE, UK), reason="")
        assert found == Settled(None, None, True, True)


def test_counterparts_lie_in_the_other_law_and_lead_back() -> None:
    for code, other in COUNTERPARTS.items():
        assert COUNTERPARTS[other] == code
        assert not EXEMPTIONS[code].regimes & EXEMPTIONS[other].regimes


def test_only_codes_of_the_law_in_hand_are_offered() -> None:
    codes = {item.code for item in offered([LE], dpo=False)}
    assert "P3-OTHERS" in codes and not codes & {"G-3P", "N-DUP", "MUE", "P3-NATSEC"}
    assert "P3-NATSEC" in {item.code for item in offered([LE], dpo=True)}
    assert "N-NOTYOURS" in {item.code for item in offered([UK], dpo=False, also_unrelated=True)}


def test_a_mark_takes_a_code_of_its_records_law_and_a_reason() -> None:
    check_mark("N-NOTYOURS", "", LE, dpo=False)
    check_mark("P3-CRIME", "Names a method.", LE, dpo=False)
    for code, reason, regime in (("P3-CRIME", "", LE), ("P3-CRIME", "x", UK), ("MUE", "x", LE), ("P3-NATSEC", "x", LE)):
        with pytest.raises(Refused):
            check_mark(code, reason, regime, dpo=False)


def test_unknown_factors_are_not_kept() -> None:
    assert clean_factors({"type_of_information": " a ", "name": "x"}) == {"type_of_information": "a"}
