"""What a page draws, as found by the interpreter: glyphs, images and paths, each tied to the operator that draws it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pikepdf

from redaction.apply.fonts import Code, Font, Run
from redaction.apply.matrices import IDENTITY, Matrix, Point, Rect, overlap
from redaction.apply.tokens import Op, name_text


class Glyph:
    """One character code as shown. Positions are page user space.

    `x, y` origin; `ux, uy` unit vector of the writing direction; `advance` along it; `em` font size as shown.
    `removed`: to be withheld. `shadow`: the glyph this one is printed over again (fake bold), else None.
    """

    __slots__ = ("advance", "code", "em", "removed", "shadow", "show", "text", "ux", "uy", "x", "y")

    def __init__(self, show: Show, code: Code, x: float, y: float, advance: float) -> None:
        self.show = show
        self.code = code
        self.text = code.text
        self.x, self.y, self.advance = x, y, advance
        self.ux, self.uy, self.em = show.ux, show.uy, show.em
        self.removed = False
        self.shadow: Glyph | None = None

    @property
    def centre(self) -> Point:
        """The middle of the glyph's cell: half its advance on, three tenths of the size up."""
        upx, upy = self.show.up
        half, rise = self.advance / 2, 0.3 * self.em
        return self.x + self.ux * half + upx * rise, self.y + self.uy * half + upy * rise

    @property
    def rect(self) -> Rect:
        """The upright rectangle around the glyph's cell, from a quarter below to nine tenths above the baseline."""
        upx, upy = self.show.up
        xs, ys = [], []
        for along in (0.0, self.advance):
            for rise in (-0.25 * self.em, 0.9 * self.em):
                xs.append(self.x + self.ux * along + upx * rise)
                ys.append(self.y + self.uy * along + upy * rise)
        return min(xs), min(ys), max(xs), max(ys)


class Show:
    """One text-showing operator: its text state, and what it shows.

    `pieces`: its strings, each with its offset along `step` from the origin `x, y` of the first glyph. Most text is
    only read, so glyphs are made when they are first asked for.
    """

    __slots__ = (
        "_glyphs", "char_space", "clip", "ctm", "em", "font", "hidden", "mode", "open", "op", "pieces", "rise", "scale",
        "scope", "shift", "size", "step", "stretch", "text_object", "tm", "unseen", "up", "ux", "uy", "word_space", "x",
        "y",
    )  # fmt: skip

    def __init__(self, scope: Scope, op: int, text_object: int, font: Font) -> None:
        self.scope, self.op, self.text_object, self.font = scope, op, text_object, font
        self._glyphs: list[Glyph] | None = None
        self.pieces: list[tuple[float, Run]] = []
        self.tm: Matrix = IDENTITY
        self.ctm: Matrix = IDENTITY
        self.size = self.char_space = self.word_space = self.rise = 0.0
        self.shift = 0.0  # how far what was shown before has moved the origin from the start of the line
        self.scale = self.stretch = 1.0
        self.mode = 0
        self.x = self.y = 0.0
        self.step: Point = (1.0, 0.0)
        self.ux, self.uy, self.em = 1.0, 0.0, 1.0
        self.up: Point = (0.0, 1.0)
        self.clip: Rect | None = None
        self.hidden = False
        self.unseen = False  # off the page or clipped away
        self.open = False  # whether a box may be drawn in its place: nothing that is set here would change it

    @property
    def raw(self) -> Op:
        return self.scope.ops[self.op]

    @property
    def read_only(self) -> bool:
        """Whether nobody has asked for the glyphs, so that none can have been removed or moved."""
        return self._glyphs is None

    @property
    def glyphs(self) -> list[Glyph]:
        """The glyphs in the order shown."""
        if self._glyphs is None:
            self._glyphs = self._spelt()
        return self._glyphs

    def _spelt(self) -> list[Glyph]:
        out: list[Glyph] = []
        step_x, step_y = self.step
        length = math.hypot(step_x, step_y)
        for start, run in self.pieces:
            offset = start
            for code in run.codes:
                natural = code.width * self.size
                advance = abs(natural * self.stretch) * length
                out.append(Glyph(self, code, self.x + offset * step_x, self.y + offset * step_y, advance))
                extra = self.char_space + (self.word_space if code.is_space else 0.0)
                offset += (natural + extra) * self.stretch
        return out


@dataclass
class ImageUse:
    """An image drawn once: `obj` is the image XObject, or None for an inline image; `clip` as in `State`."""

    scope: Scope
    op: int
    obj: pikepdf.Stream | None
    ctm: Matrix
    rect: Rect
    clip: Rect | None = None


@dataclass
class PathUse:
    """A path: operators `first` to `op` build and paint it, `rect` bounds it; `clip_op` is its W, if it clips.

    `holes`: the bounds of what a clip takes out that takes nothing else off what is seen.
    """

    scope: Scope
    first: int
    op: int
    rect: Rect
    ctm: Matrix
    clip_op: int | None
    holes: tuple[Rect, ...] = ()


class Resources:
    """A resource dictionary with its categories read once."""

    def __init__(self, obj: pikepdf.Object | None) -> None:
        self.obj = obj if isinstance(obj, pikepdf.Dictionary) else None
        self._categories: dict[str, dict[str, pikepdf.Object]] = {}

    def get(self, category: str, name: str) -> pikepdf.Object | None:
        found = self._categories.get(category)
        if found is None:
            entry = self.obj.get(category) if self.obj is not None else None
            found = dict(entry.items()) if isinstance(entry, pikepdf.Dictionary) else {}
            self._categories[category] = found
        return found.get(name)


@dataclass
class Scope:
    """One drawing of one content stream. A form drawn twice makes two scopes.

    `children`: scopes begun by an operator, with the resource category they are named in ("/XObject", "/Pattern", or
    "/ExtGState" for a soft mask). `hidden`: operators that draw on a layer that is not shown. `surplus`: Q operators
    without their q. `open_states`: q operators never closed. `used`: by resource, the operators that name it.
    `made_plain`: whether `data` is not what the stream holds, but what `grammar` has left of it.
    """

    kind: str
    stream: pikepdf.Object
    data: bytes
    ops: list[Op]
    resources: Resources
    base: Matrix
    children: dict[int, tuple[str, Scope]] = field(default_factory=dict)
    shows: dict[int, Show] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    surplus: set[int] = field(default_factory=set)
    open_states: int = 0
    used: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    made_plain: bool = False

    @property
    def box(self) -> Rect | None:
        """The /BBox of a form, in its own space."""
        if self.kind != "form" or len(found := list(self.stream.get("/BBox", []))) != 4:
            return None
        x0, y0, x1, y1 = map(float, found)
        return x0, y0, x1, y1

    def named(self, index: int, category: str) -> pikepdf.Object | None:
        """The resource that an operator names by its first operand."""
        args = self.ops[index].args
        return self.resources.get(category, name_text(args[0])) if args else None


@dataclass
class PageScene:
    """All that one page draws. `trouble` says why the page cannot be edited as text, where that is so.

    `partial`: not all that is drawn was followed.
    """

    number: int
    root: Scope | None = None
    shows: list[Show] = field(default_factory=list)
    images: list[ImageUse] = field(default_factory=list)
    paths: list[PathUse] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    crop: Rect = (0.0, 0.0, 612.0, 792.0)
    trouble: str = ""
    partial: bool = False


def is_unseen(use: ImageUse, crop: Rect) -> bool:
    """Whether an image lies off the page, or wholly outside what clips leave to be seen."""
    if use.scope.kind not in ("page", "form") or use.rect[0] == use.rect[2] or use.rect[1] == use.rect[3]:
        return False
    seen = crop if use.clip is None else overlap(crop, use.clip)
    return seen is None or overlap(use.rect, seen) is None
