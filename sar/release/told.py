"""What a requester is told about what was withheld (law.md section 5, column "Told?"). Pure.

The rule: a code that is never or usually not told (P3-NATSEC, P3-PUBSEC) is printed nowhere. The black box of such a
place carries no code, as the boxes do that the engine draws wherever the same words stand again, and every list says
what such a box means, whether it has one or not. The list names neither the place nor the code. A record withheld
whole under such a code is not mentioned at all: no number, no title, no gap. Every other code is told, with its text.
"""

from __future__ import annotations

from dataclasses import replace

from redaction.plan import Plan
from sar.cases.exemptions import EXEMPTIONS

NEUTRAL = ""


def is_told(code: str) -> bool:
    """Whether this code may be named to the requester. An unknown one may not."""
    item = EXEMPTIONS.get(code)
    return item is not None and item.is_told


def as_printed(plan: Plan) -> Plan:
    """The plan with no code in the boxes of what is not told. What is removed stays the same."""
    return replace(
        plan,
        redactions=tuple(item if is_told(item.code) else replace(item, code=NEUTRAL) for item in plan.redactions),
    )


def page_words(pages: set[int]) -> str:
    """Page numbers as read aloud: "1, 3 to 5"."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(a) if a == b else f"{a} {'to' if b > a + 1 else 'and'} {b}" for a, b in runs)
