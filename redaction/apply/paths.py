"""Follows path construction so that lines and shapes as wide as a name, and drawn letters, can be found."""

from __future__ import annotations

from redaction.apply.matrices import Matrix, Rect, apply, is_within
from redaction.apply.scene import PageScene, PathUse, Scope
from redaction.apply.tokens import Arg, number

BUILDING = {b"m": 2, b"l": 2, b"c": 6, b"v": 4, b"y": 4, b"re": 4, b"h": 0}
HARDLY = 0.5  # user space units: a clip that takes no more off an edge takes nothing that shows
_ENDING = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"n"))


class PathTracker:
    """Fed every operator of a scope; says whether it was part of a path, and adds painted paths to the scene."""

    def __init__(self, scene: PageScene, scope: Scope) -> None:
        self._scene, self._scope = scene, scope
        self._xs: list[float] = []
        self._ys: list[float] = []
        self._parts: list[int] = []  # where each subpath begins
        self._first = 0
        self._clip_op: int | None = None
        self._recorded = False
        self.clip: Rect | None = None

    def feed(self, name: bytes, args: list[Arg], index: int, ctm: Matrix, seen: Rect | None) -> bool:
        """True where the operator builds, ends or clips with a path. After an ending, `clip` is a new clip.

        `seen`: what the clips so far leave to be seen; None for all of the page.
        """
        if name in BUILDING:
            self.clip = None
            if not self._xs:
                self._first = index
            self._build(name, args, ctm)
            return True
        if name in (b"W", b"W*"):
            self._clip_op = index
            self.clip = None
            return True
        if name in _ENDING:
            self._end(name, index, ctm, seen or self._scene.crop)
            return True
        return False

    def forget(self) -> None:
        """The path just painted is on a hidden layer: it draws nothing."""
        if self._recorded:
            self._scene.paths.pop()
            self._recorded = False

    def _build(self, name: bytes, args: list[Arg], ctm: Matrix) -> None:
        count = BUILDING[name]
        if len(args) < count:
            return
        values = [number(arg) for arg in args[len(args) - count :]]
        if name in (b"m", b"re"):
            self._parts.append(len(self._xs))
        if name == b"re":
            x, y, w, h = values
            values = [x, y, x + w, y, x, y + h, x + w, y + h]
        for i in range(0, len(values) - 1, 2):
            px, py = apply(ctm, values[i], values[i + 1])
            self._xs.append(px)
            self._ys.append(py)

    def _end(self, name: bytes, index: int, ctm: Matrix, seen: Rect) -> None:
        self.clip, self._recorded = None, False
        if self._xs:
            rect = self._bounds(0, None)
            holes: tuple[Rect, ...] = ()
            if self._clip_op is not None:
                self.clip = rect
                holes = self._holes(seen)
            if name != b"n" or self._clip_op is not None:
                self._scene.paths.append(PathUse(self._scope, self._first, index, rect, ctm, self._clip_op, holes))
                self._recorded = True
        self._xs, self._ys, self._parts, self._clip_op = [], [], [], None

    def _bounds(self, first: int, last: int | None) -> Rect:
        xs, ys = self._xs[first:last], self._ys[first:last]
        return min(xs), min(ys), max(xs), max(ys)

    def _holes(self, seen: Rect) -> tuple[Rect, ...]:
        """What the path takes out of itself; nothing unless its other part has all that is seen inside of it."""
        if len(self._parts) < 2:
            return ()
        ends = [*self._parts[1:], None]
        parts = [self._bounds(first, last) for first, last in zip(self._parts, ends, strict=True)]
        outer = next((part for part in parts if is_within(seen, part, HARDLY)), None)
        return tuple(part for part in parts if part is not outer) if outer is not None else ()
