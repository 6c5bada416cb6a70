"""The codes printed on redactions and explained in the schedule (law.md section 5), as frozen data.

The texts to the requester are drafts: an organisation's data protection officer (DPO) signs off its own wording,
kept as data elsewhere, and these are where that begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sar.cases.deadlines import Regime


class Told(StrEnum):
    """Whether the requester is told that something was withheld under this code."""

    YES = "yes"
    UNLESS_PREJUDICE = "unless_prejudice"
    USUALLY_NOT = "usually_not"
    NEVER = "never"
    CASE_BY_CASE = "case_by_case"


class Kind(StrEnum):
    """What a code is: a ground to withhold, a refusal of the whole request, or no exemption at all."""

    EXEMPTION = "exemption"
    REFUSAL = "refusal"
    NOT_AN_EXEMPTION = "not_an_exemption"


class Need(StrEnum):
    """What must be on record before the code may be used."""

    REASONS = "reasons"
    REVIEW_DATE = "review_date"
    FIVE_FACTORS = "five_factors"
    DPO = "dpo"
    HARM_OPINION = "harm_opinion"
    AWAIT_HEALTH_OPINION = "await_health_opinion"
    LISTED_BODY = "listed_body"
    TAILORED_TEXT = "tailored_text"


class Factor(StrEnum):
    """The five factors of DPA 2018 Sch 2 para 16, each mandatory."""

    TYPE_OF_INFORMATION = "type_of_information"
    DUTY_OF_CONFIDENTIALITY = "duty_of_confidentiality"
    STEPS_TO_SEEK_CONSENT = "steps_to_seek_consent"
    CAPACITY_TO_CONSENT = "capacity_to_consent"
    EXPRESS_REFUSAL = "express_refusal"


@dataclass(frozen=True)
class Exemption:
    """One code. `text` is None where nothing about it is ever said, or it must be written for the case.

    - `told_note`: the qualification of `told`, for officers.
    - `ncnd`: a neither-confirm-nor-deny reply is possible.
    - `may_tip_off`: naming the code could itself reveal an investigation or a source.
    """

    code: str
    regimes: frozenset[Regime]
    law: str
    text: str | None
    told: Told
    told_note: str
    needs: frozenset[Need]
    kind: Kind = Kind.EXEMPTION
    ncnd: bool = False
    may_tip_off: bool = False

    @property
    def is_told(self) -> bool:
        """Whether the code may be named to the requester at all."""
        return self.told not in (Told.NEVER, Told.USUALLY_NOT)


_LE = frozenset({Regime.LE})
_UK = frozenset({Regime.UKGDPR})
_ANY = frozenset(Regime)
_REASONS = frozenset({Need.REASONS})
_CRIME = "Sharing it could make it harder to prevent or investigate crime, or to carry out a sentence."
_LPP = "It is confidential legal advice."
_HARM = "It could seriously harm someone's health."
_ABOUT_OTHERS = "It is about other people."


def _part_3() -> tuple[Exemption, ...]:
    inquiry = "Sharing it could get in the way of an official or legal process."
    others = "It is about other people, or sharing it could affect their safety or rights."
    court = "This was made by or for the court. Please ask the court."
    prejudice = "Unless telling would itself prejudice the purpose (s.45(6))."
    privilege = "Unless telling undermines the privilege."
    dpo_only = "Neither confirmed nor denied. DPO only."
    dpo = frozenset({Need.REASONS, Need.DPO})
    review = frozenset({Need.REASONS, Need.REVIEW_DATE})
    unless, rarely = Told.UNLESS_PREJUDICE, Told.USUALLY_NOT
    s45 = "DPA 2018 s.45(4)"
    return (
        Exemption("P3-INQ", _LE, f"{s45}(a)", inquiry, unless, prejudice, _REASONS),
        Exemption("P3-CRIME", _LE, f"{s45}(b)", _CRIME, unless, prejudice, _REASONS, ncnd=True, may_tip_off=True),
        Exemption(
            "P3-PUBSEC", _LE, f"{s45}(c)", "To protect public security.", rarely, "s.45(6).", _REASONS, may_tip_off=True
        ),
        Exemption("P3-OTHERS", _LE, f"{s45}(e)", others, unless, "Unless telling reveals a source.", review),
        Exemption("P3-LPP", _LE, "DPA 2018 s.45A", _LPP, unless, privilege, _REASONS),
        Exemption("P3-COURT", _LE, "DPA 2018 s.43(3)", court, Told.YES, "", _REASONS),
        Exemption("P3-NATSEC", _LE, "DPA 2018 s.78A", None, Told.NEVER, dpo_only, dpo, ncnd=True, may_tip_off=True),
    )


def _uk_gdpr() -> tuple[Exemption, ...]:
    prejudice = "Unless telling prejudices the purpose."
    case_by_case = "Case by case."
    harm_needs = frozenset({Need.REASONS, Need.HARM_OPINION})
    hold_needs = frozenset({Need.REASONS, Need.AWAIT_HEALTH_OPINION})
    tailored = frozenset({Need.REASONS, Need.TAILORED_TEXT})
    sw_needs = frozenset({Need.REASONS, Need.LISTED_BODY})
    hold = "We need a health professional's view before we can share this."
    source = "The organisation that gave it to us is allowed to withhold it."
    health = "A health professional advised it could seriously harm someone's health."
    judges = "To protect the independence of judges or court proceedings."
    adoption = "The law does not let us share adoption records this way."
    factors = frozenset({Need.REASONS, Need.FIVE_FACTORS})
    sch2, sch3 = "DPA 2018 Sch 2 para", "DPA 2018 Sch 3 para"
    told_harm = "Case by case. The opinion must be under six months old."
    avoid = "Unless telling prejudices the purpose. Avoid tipping off."
    case = Told.CASE_BY_CASE
    unless = Told.UNLESS_PREJUDICE
    return (
        Exemption("G-3P", _UK, f"{sch2} 16", _ABOUT_OTHERS, Told.YES, "", factors),
        Exemption("G-CRIME", _UK, f"{sch2} 2(1)", _CRIME, unless, prejudice, _REASONS, may_tip_off=True),
        Exemption("G-CRIME-SRC", _UK, f"{sch2} 2(2)-(3)", source, unless, avoid, _REASONS, may_tip_off=True),
        Exemption("G-HEALTH-HOLD", _UK, f"{sch3} 6", hold, Told.YES, "", hold_needs),
        Exemption("G-HEALTH-HARM", _UK, f"{sch3} 5", health, case, told_harm, harm_needs),
        Exemption("G-SW-HARM", _UK, f"{sch3} 11", _HARM, case, "Listed bodies only.", sw_needs),
        Exemption("G-LPP", _UK, f"{sch2} 19", _LPP, Told.YES, "", _REASONS),
        Exemption("G-JUD", _UK, f"{sch2} 14", judges, Told.YES, "", _REASONS),
        Exemption("G-CHILD", _UK, "DPA 2018 Sch 3 paras 4, 10, 21", None, case, case_by_case, tailored),
        Exemption("G-EDU-HARM", _UK, f"{sch3} 19", None, case, case_by_case, tailored),
        Exemption("G-ADOPT", _UK, "DPA 2018 Sch 4 para 3", adoption, Told.YES, "", _REASONS),
    )


def _whole_request() -> tuple[Exemption, ...]:
    mue_needs = frozenset({Need.REASONS, Need.TAILORED_TEXT})
    mue = "Told with the reasons and the rights to complain."
    none: frozenset[Need] = frozenset()
    plain = (
        ("N-NOTYOURS", "It is not about you."),
        ("N-NOTHELD", "We do not hold it."),
        ("N-DUP", "You already have a copy in this reply."),
        ("N-OUTSCOPE", "It is outside what you asked for."),
    )
    return (
        Exemption(
            "MUE",
            _ANY,
            "Art 12(5) UK GDPR; DPA 2018 s.53",
            "Clearly unfounded or excessive, because ...",
            Told.YES,
            mue,
            mue_needs,
            kind=Kind.REFUSAL,
        ),
        *(Exemption(code, _ANY, "", text, Told.YES, "", none, kind=Kind.NOT_AN_EXEMPTION) for code, text in plain),
    )


EXEMPTIONS: Mapping[str, Exemption] = MappingProxyType(
    {item.code: item for item in (*_part_3(), *_uk_gdpr(), *_whole_request())}
)


def exemption(code: str) -> Exemption:
    """The exemption with this code. KeyError if there is none."""
    return EXEMPTIONS[code]


def codes_for(regime: Regime) -> tuple[Exemption, ...]:
    """The codes that may be used on a record under `regime`, in the order of the schedule."""
    return tuple(item for item in EXEMPTIONS.values() if regime in item.regimes)


def ground_in_words(code: str) -> str:
    """What a code says, for officers: its text, without the gap for the reasons, and its law. KeyError."""
    item = EXEMPTIONS[code]
    text = (item.text or "Nothing is said about it").removesuffix(", because ...").rstrip(".")
    return f"{text} ({item.law})" if item.law else text
