"""What an officer may decide about other people's information, and what must be on record for it. Pure.

law.md section 4: under the UK GDPR the five factors are weighed and written down whenever a person is withheld, or
disclosed without consent; under Part 3 reasons are recorded. Section 5: which codes there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sar.cases.deadlines import Regime
from sar.cases.exemptions import EXEMPTIONS, Exemption, Factor, Kind, Need, codes_for
from sar.foundation.errors import Refused

MAX_TEXT: Final = 5_000


class Decision(StrEnum):
    """What becomes of a person, or of one mention. All but `withhold` and `pending` leave the words in place."""

    PENDING = "pending"
    WITHHOLD = "withhold"
    DISCLOSE = "disclose"
    NOT_A_PERSON = "not_a_person"
    IS_SUBJECT = "is_subject"


KEPT: Final = (Decision.DISCLOSE, Decision.NOT_A_PERSON, Decision.IS_SUBJECT)
DECISION_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Decision.PENDING: "Not decided",
        Decision.WITHHOLD: "Withheld",
        Decision.DISCLOSE: "Disclosed",
        Decision.NOT_A_PERSON: "Not about anyone",
        Decision.IS_SUBJECT: "The requester",
    }
)
FACTOR_QUESTIONS: Final[Mapping[Factor, str]] = MappingProxyType(
    {
        Factor.TYPE_OF_INFORMATION: "What kind of information is it?",
        Factor.DUTY_OF_CONFIDENTIALITY: "Do we owe them confidentiality?",
        Factor.STEPS_TO_SEEK_CONSENT: "What was done to ask for their consent?",
        Factor.CAPACITY_TO_CONSENT: "Are they able to consent?",
        Factor.EXPRESS_REFUSAL: "Did they refuse?",
    }
)
# The same ground in the other law: one decision about a person covers records under both.
COUNTERPARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "P3-OTHERS": "G-3P",
        "P3-CRIME": "G-CRIME",
        "P3-LPP": "G-LPP",
        "G-3P": "P3-OTHERS",
        "G-CRIME": "P3-CRIME",
        "G-LPP": "P3-LPP",
    }
)


@dataclass(frozen=True)
class Choice:
    """One decision as it was put to us.

    codes: at most one for each law; where one is left out, the same ground of the other law is taken if there is one.
    factors: Factor value -> what was found. consent: the person agreed to disclosure, so nothing is to be weighed.
    """

    decision: Decision
    codes: tuple[str, ...] = ()
    reason: str = ""
    factors: Mapping[str, str] = field(default_factory=dict)
    consent: bool = False


@dataclass(frozen=True)
class Settled:
    """A decision that may be stored: the code for each law, and the laws under which nothing is missing."""

    code_le: str | None
    code_ukgdpr: str | None
    settles_le: bool
    settles_ukgdpr: bool


def offered(regimes: Iterable[Regime], *, dpo: bool, also_unrelated: bool = False) -> tuple[Exemption, ...]:
    """The codes to choose from under these laws; with `also_unrelated`, "it is not about you" and its like too."""
    wanted = set(regimes)
    return tuple(
        item
        for item in EXEMPTIONS.values()
        if item.regimes & wanted
        and (item.kind is Kind.EXEMPTION or (also_unrelated and item.kind is Kind.NOT_AN_EXEMPTION))
        and (dpo or Need.DPO not in item.needs)
    )


def settle(choice: Choice, regimes: Iterable[Regime], *, about_person: bool, dpo: bool) -> Settled:
    """Check a decision about someone (or an identifier, or a clue) whose mentions lie in records of these laws.

    Raises Refused, in words for the screen, when something that the law asks for is missing.
    """
    present = set(regimes)
    if choice.decision is Decision.PENDING:
        return Settled(None, None, False, False)
    if choice.decision in (Decision.NOT_A_PERSON, Decision.IS_SUBJECT):
        return Settled(None, None, True, True)
    weighed = _weighed(choice)
    if choice.decision is Decision.DISCLOSE:
        if about_person and Regime.UKGDPR in present and not (weighed or choice.consent):
            raise Refused(_FACTORS_MISSING)
        return Settled(None, None, True, weighed or choice.consent or not about_person)
    codes = {regime: _code_for(choice.codes, regime, dpo) for regime in Regime}
    if not choice.codes:
        raise Refused("Choose the reason in law for withholding this.")
    for regime in present:
        if codes[regime] is None:
            raise Refused(f"Choose a code for records under {REGIME_NAMES[regime]} as well.")
    if not choice.reason.strip():
        raise Refused("Write down why this is withheld. The reason is kept with the case.")
    if codes[Regime.UKGDPR] == "G-3P" and not weighed:
        if Regime.UKGDPR in present:
            raise Refused(_FACTORS_MISSING)
        codes[Regime.UKGDPR] = None  # nothing weighed yet: asked for when such a record arrives
    le, uk = codes[Regime.LE], codes[Regime.UKGDPR]
    return Settled(le, uk, le is not None, uk is not None)


def check_mark(code: str, reason: str, regime: Regime, *, dpo: bool, factors: Mapping[str, str] | None = None) -> None:
    """Check the code of one box, page, record or mention, which lies in one record. Raises Refused.

    `factors`: given where other people's information alone is withheld by it; None for a passage, page or record,
    whose reason says it all.
    """
    item = EXEMPTIONS.get(code)
    if item is None or item.kind is Kind.REFUSAL or regime not in item.regimes:
        raise Refused("Choose the reason in law for withholding this.")
    if Need.DPO in item.needs and not dpo:
        raise Refused("Only the data protection officer can use this code.")
    if Need.REASONS in item.needs and not reason.strip():
        raise Refused("Write down why this is withheld. The reason is kept with the case.")
    if factors is not None and Need.FIVE_FACTORS in item.needs and not _complete(factors):
        raise Refused(_FACTORS_MISSING)


def clean_factors(factors: Mapping[str, str]) -> dict[str, str]:
    """The five factors alone, without those left empty."""
    return {factor.value: text for factor in Factor if (text := factors.get(factor.value, "").strip()[:MAX_TEXT])}


REGIME_NAMES: Final[Mapping[Regime, str]] = MappingProxyType(
    {Regime.LE: "Part 3 (law enforcement)", Regime.UKGDPR: "the UK GDPR"}
)
_FACTORS_MISSING: Final = (
    "Answer all five questions about the other person. The law asks for each when someone is withheld, "
    "or disclosed without their consent."
)


def _weighed(choice: Choice) -> bool:
    return _complete(choice.factors)


def _complete(factors: Mapping[str, str]) -> bool:
    return len(clean_factors(factors)) == len(Factor)


def _code_for(codes: Iterable[str], regime: Regime, dpo: bool) -> str | None:
    """The chosen code of this law, else the counterpart of a chosen one."""
    allowed = {item.code: item for item in codes_for(regime) if item.kind is Kind.EXEMPTION}
    chosen = list(codes)
    if any(code not in EXEMPTIONS for code in chosen):
        raise Refused("Choose the reason in law for withholding this.")
    own = [code for code in chosen if code in allowed]
    if len(own) > 1:
        raise Refused("Choose one code for each law.")
    if not own:
        own = [COUNTERPARTS[code] for code in chosen if COUNTERPARTS.get(code) in allowed]
    if own and Need.DPO in allowed[own[0]].needs and not dpo:
        raise Refused("Only the data protection officer can use this code.")
    return own[0] if own else None
