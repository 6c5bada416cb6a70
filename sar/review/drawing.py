"""What is drawn over the image of a page: one shape for each place, with the words that a screen reader says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sar.review import outcomes
from sar.review.grounds import DECISION_NAMES, KEPT, Decision
from sar.review.models import Mention, PersonKind
from sar.review.queries import PageMarks

# Room around the words, in points, so that a box does not touch them.
_MARGIN: Final = 1.0


@dataclass(frozen=True)
class Rectangle:
    """In points, from the top left of the page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Shape:
    """One place. `look`: open, withheld, kept or drawn. `sign`: the short text drawn at the box.

    `detail`: which kind of number or address it is, as a code; empty for people.
    """

    id: str
    look: str
    sign: str
    words: str
    name: str
    state: str
    code: str
    detail: str
    mention: Mention | None
    person_id: str | None
    by_hand: bool
    boxes: tuple[Rectangle, ...]


def overlay(marks: PageMarks) -> list[Shape]:
    """The shapes of a page in reading order; drawn boxes last."""
    return [_of_mention(marks, mention) for mention in marks.mentions] + [
        Shape(
            id=drawn.id,
            look="drawn",
            sign=drawn.code,
            words=f"Box drawn by hand, {drawn.code}",
            name="Box drawn by hand",
            state="Withheld",
            code=drawn.code,
            detail="",
            mention=None,
            person_id=None,
            by_hand=True,
            boxes=_rectangles(drawn.boxes),
        )
        for drawn in marks.drawn
    ]


def _of_mention(marks: PageMarks, mention: Mention) -> Shape:
    person = marks.person_of(mention)
    decision = outcomes.decision_on(mention, person)
    code = outcomes.code_on(mention, person, marks.record.regime) or ""
    is_open = outcomes.is_open(mention, person, marks.record.regime)
    look = "open" if is_open else "kept" if decision in KEPT else "withheld"
    said = " ".join(mention.found["text"].split())
    name = person.name if person is not None and person.kind == PersonKind.PERSON else said
    state = "Needs a decision" if is_open else DECISION_NAMES[decision]
    if is_open and decision is Decision.WITHHOLD:
        state = "Needs a code for this record"
    heard = [said if said == name else f"{said} ({name})", state.lower(), code if look == "withheld" else ""]
    if person is None and mention.decision is None:
        heard.append("it is not clear who is meant")
    return Shape(
        id=mention.id,
        look=look,
        sign={"open": "?", "kept": "", "withheld": code}[look],
        words=", ".join(filter(None, heard)),
        name=name,
        state=state,
        code=code if look == "withheld" else "",
        detail=person.detail or "" if person is not None and person.kind == PersonKind.IDENTIFIER else "",
        mention=mention,
        person_id=person.id if person is not None else None,
        by_hand=mention.decision is not None,
        boxes=_rectangles(mention.found["boxes"]),
    )


def _rectangles(boxes: list[list[float]]) -> tuple[Rectangle, ...]:
    return tuple(
        Rectangle(
            round(x0 - _MARGIN, 1),
            round(y0 - _MARGIN, 1),
            round(x1 - x0 + 2 * _MARGIN, 1),
            round(y1 - y0 + 2 * _MARGIN, 1),
        )
        for x0, y0, x1, y1 in boxes
    )
