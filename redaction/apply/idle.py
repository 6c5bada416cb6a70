"""Operators under which nothing is drawn any more: they may hold a picture of what went, or count its letters."""

from __future__ import annotations

from collections.abc import Collection

from redaction.apply.edits import Edits
from redaction.apply.scene import Scope, Show

_MARKS = frozenset((b"BMC", b"BDC", b"EMC"))
_CLIPPING = 4  # text render modes from here on add to the clip
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
    if show.read_only:
        return True
    gone, boxes = edits.layout.dropped, edits.boxes
    return any(id(glyph) in boxes or not (glyph.removed or id(glyph) in gone) for glyph in show.glyphs)


def empty_groups(scope: Scope, edits: Edits) -> set[int]:
    """The operators of groups (q to Q) that showed only letters which are gone: a group a letter counts the letters."""
    found: set[int] = set()
    levels: list[list[int]] = []  # where each begins, whether it draws, whether it loses letters
    for index, op in enumerate(scope.ops):
        if op.name == b"q":
            levels.append([index, False, False])
        elif op.name == b"Q" and levels:
            start, draws, loses = levels.pop()
            if loses and not draws:
                found.update(range(start, index + 1))
            if levels:
                levels[-1][1] |= draws
                levels[-1][2] |= loses
        elif levels:
            leaves = op.name in _MARKS or index in scope.children or _draws(scope, edits, index)
            levels[-1][1] |= leaves
            levels[-1][2] |= not leaves and index in scope.shows
    return found


def empty_clips(scope: Scope, changed: Collection[int]) -> set[int]:
    """The ends of text objects whose letters were to clip and are all gone: what they let through must not show."""
    if not any(scope.shows[index].mode >= _CLIPPING for index in changed):
        return set()
    found: set[int] = set()
    shows: list[Show] = []
    for index, op in enumerate(scope.ops):
        if op.name == b"ET":
            if shows and not any(map(_keeps_letters, shows)):
                found.add(index)
            shows = []
        elif (show := scope.shows.get(index)) is not None and show.mode >= _CLIPPING and show.pieces:
            shows.append(show)
    return found


def _keeps_letters(show: Show) -> bool:
    return show.read_only or any(not glyph.removed and glyph.text.strip() for glyph in show.glyphs)
