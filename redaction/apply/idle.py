"""Soft masks under which nothing is drawn any more: a picture in them may be of what went."""

from __future__ import annotations

from redaction.apply.rewrite import Edits
from redaction.apply.scene import Scope

_PAINTING = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do", b"BI"))


def idle_masks(scope: Scope, edits: Edits) -> list[int]:
    """The operators that set a mask under which nothing of the scope stays."""
    masks = [index for index, (category, _) in scope.children.items() if category == "/ExtGState"]
    if not masks:
        return []
    used: set[int] = set()
    levels: list[int | None] = []
    current: int | None = None
    for index, op in enumerate(scope.ops):
        if op.name == b"q":
            levels.append(current)
        elif op.name == b"Q":
            current = levels.pop() if levels else current
        elif op.name == b"gs":
            current = index if index in scope.children else _kept_mask(scope, index, current)
        elif current is not None and _draws(scope, edits, index):
            used.add(current)
    return [index for index in masks if index not in used]


def _kept_mask(scope: Scope, index: int, current: int | None) -> int | None:
    """The mask after a graphics state that sets none of its own: the one before, unless it says that there is none."""
    settings = scope.named(index, "/ExtGState")
    return None if settings is not None and "/SMask" in settings else current


def _draws(scope: Scope, edits: Edits, index: int) -> bool:
    if index in scope.hidden or edits.replaced.get(index) == b"":
        return False
    show = scope.shows.get(index)
    if show is None:
        return scope.ops[index].name in _PAINTING
    if show.hidden or not show.pieces:
        return False
    return show.read_only or any(not glyph.removed and id(glyph) not in edits.layout.dropped for glyph in show.glyphs)
