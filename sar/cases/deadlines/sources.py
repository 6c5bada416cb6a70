"""The law behind each step, by the regime and by the rules that were in force when the request was received.

Art 12A and s.54(3A)-(3C) came into force on 5 February 2026. For what was received before they are no source.
"""

from typing import NamedTuple

from sar.cases.deadlines.events import Regime

LEGACY_SOURCE = "SI 2026/82 reg 4"
COMPLAINT_SOURCE = "DPA 2018 s.164A(3)"
COMPLAINT_ROLL_SOURCE = "ICO guidance on complaints, February 2026"
_DAYS_SOURCE = "Regulation 1182/71 Art 3"


class Sources(NamedTuple):
    """Where each rule of one regime is written."""

    receipt: str
    waiting: str
    month: str
    extension: str
    pause: str
    roll: str


_NOW = {
    Regime.UKGDPR: Sources(
        "Art 12A(1)-(2) UK GDPR",
        "Art 12A(2) UK GDPR",
        "Art 12A(1) UK GDPR",
        "Art 12A(3)-(4) UK GDPR",
        "Art 12A(5) UK GDPR",
        f"Art 4A UK GDPR; {_DAYS_SOURCE}",
    ),
    Regime.LE: Sources(
        "DPA 2018 s.54(1)-(3)",
        "DPA 2018 s.54(3)",
        "DPA 2018 s.54(1)",
        "DPA 2018 s.54(3A)-(3B)",
        "DPA 2018 s.54(3C)",
        f"DPA 2018 s.54; {_DAYS_SOURCE}",
    ),
}
_BEFORE = {
    Regime.UKGDPR: Sources(
        "Art 12(3) UK GDPR",
        "Art 12(3), (5) and (6) UK GDPR; ICO guidance on the right of access",
        "Art 12(3) UK GDPR",
        "Art 12(3) UK GDPR",
        "ICO guidance on the right of access",
        _DAYS_SOURCE,
    ),
    # An extension and a stopped clock came later: the source is what says that they do not apply.
    Regime.LE: _NOW[Regime.LE]._replace(extension=LEGACY_SOURCE, pause=LEGACY_SOURCE),
}


def sources_of(regime: Regime, *, legacy: bool) -> Sources:
    """`legacy`: the request was received before 5 February 2026."""
    return (_BEFORE if legacy else _NOW)[regime]


def regimes_source(*, legacy: bool) -> str:
    """Where both regimes say how long there is."""
    return f"{'Art 12(3)' if legacy else 'Art 12A'} UK GDPR; DPA 2018 s.54"
