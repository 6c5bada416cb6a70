"""Writes content streams again without what was removed. Bytes that need no change are copied as they are."""

from __future__ import annotations

import math

from redaction.apply.edits import Edits
from redaction.apply.idle import empty_clips, empty_groups
from redaction.apply.marks import line_box
from redaction.apply.matrices import Matrix, apply, invert, multiply
from redaction.apply.programs import NotReadable
from redaction.apply.recoding import Recoder, Recoders, widens_a_letter
from redaction.apply.relay import Layout, Placement
from redaction.apply.scene import Glyph, Scope, Show
from redaction.apply.tokens import CHAIN, INLINE_SPACE, chain_bytes, format_number, hex_string, name_text, number

_POSITIONING = frozenset((b"Td", b"TD", b"T*", b"Tm"))
_BLANKS = b"\x00\t\n\x0c\r "
_BLANK_BYTES = tuple(bytes([byte]) for byte in _BLANKS)
_SPACING = {b"Tc": 0, b"Tw": 1, b"Tz": 2}
_DRAWN = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do", b"BI", b"W", b"W*"))
_RESET = (0.0, 0.0, 1.0)


def touches_text(scope: Scope, layout: Layout) -> bool:
    """Whether any glyph of the scope is removed or moved."""
    return any(_changed(show, layout) for show in scope.shows.values())


def _changed(show: Show, layout: Layout) -> bool:
    if show.read_only:
        return False
    moved, dropped = layout.moved, layout.dropped
    return any(glyph.removed or id(glyph) in moved or id(glyph) in dropped for glyph in show.glyphs)


def has_new_codes(scope: Scope, recoders: Recoders) -> bool:
    """Whether any text of the scope is in a font whose codes are numbered anew."""
    return any(recoders.of(font) is not None for font in dict.fromkeys(show.font for show in scope.shows.values()))


def rewrite(scope: Scope, edits: Edits) -> bytes:
    """The scope's content with `edits` made."""
    return _Writer(scope, edits).write()


class _Writer:
    def __init__(self, scope: Scope, edits: Edits) -> None:
        self.scope, self.edits, self.layout = scope, edits, edits.layout
        self.changed = {index for index, show in scope.shows.items() if _changed(show, self.layout)}
        self.text_objects = {scope.shows[index].text_object for index in self.changed}
        self.out: list[bytes] = []
        self.copied = 0
        self.spacing = _RESET
        self.stack: list[tuple[tuple[float, float, float], Matrix]] = []
        self.ctm = scope.base
        self.freed = self._freed_matrices() if self.changed else set()
        self.empty_clips = empty_clips(scope, self.changed)
        edits.replaced.update(dict.fromkeys(empty_groups(scope, edits) if self.changed else (), b""))

    def write(self) -> bytes:
        data = self.scope.data
        current = 0
        for index, op in enumerate(self.scope.ops):
            name = op.name
            if name in (b"BT", b"ET"):
                current += 1
            replacement = self._replacement(index, name, current)
            if replacement is None:
                continue
            self._copy(data[self.copied : op.start])
            if replacement:
                self.out.append(replacement)
            self.copied = op.end
        self._copy(data[self.copied :])
        return b"".join(self.out)

    def _copy(self, data: bytes) -> None:
        """Copies bytes; the blanks around what was left out become one, so that they do not count the operators."""
        stripped = data.lstrip(_BLANKS)
        if not stripped and self.out and self.out[-1][-1:] in _BLANK_BYTES:
            return
        if len(stripped) < len(data):
            # A line end, not a space: a comment may stand before it.
            if self.out and not self.out[-1].endswith(b"\n"):
                self.out.append(b"\n")
            data = stripped.rstrip(_BLANKS) + b"\n" if stripped[-1:] in _BLANK_BYTES else stripped
        if data:
            self.out.append(data)

    def _replacement(self, index: int, name: bytes, text_object: int) -> bytes | None:
        """New bytes for an operator, or None to copy it."""
        edits, scope = self.edits, self.scope
        if index in scope.hidden or index in scope.surplus:
            return b" n " if name in (b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s") else b""
        if index in edits.replaced:
            return edits.replaced[index]
        if index in self.empty_clips:
            return b" ET 0 0 0 0 re W n "
        if self.changed:
            if name == b"q":
                self.stack.append((self.spacing, self.ctm))
            elif name == b"Q" and self.stack:
                self.spacing, self.ctm = self.stack.pop()
            elif name == b"cm":
                return self._matrix(index)
            elif name in _SPACING:
                return b""
            elif name in _POSITIONING and text_object in self.text_objects:
                return self._leading(index, name)
        show = scope.shows.get(index)
        if show is not None:
            return self._show(index, show)
        if index in edits.inner_names or name in _NAMING:
            return self._names(index, name)
        return self._inline_image(index) if name == b"BI" else None

    def _inline_image(self, index: int) -> bytes | None:
        """The image with the name of its colour space replaced; None where that stays."""
        dictionary, pixels = (arg if isinstance(arg, bytes) else b"" for arg in self.scope.ops[index].args)
        found = INLINE_SPACE.search(dictionary)
        new = self.edits.renamed.get(("/ColorSpace", name_text(found[1]))) if found is not None else None
        if found is None or new is None:
            return None
        return (
            b"BI"
            + dictionary[: found.start(1)]
            + new.encode("ascii")
            + dictionary[found.end(1) :]
            + b"ID "
            + pixels
            + b"\nEI"
        )

    def _freed_matrices(self) -> set[int]:
        """The cm operators under which nothing is drawn, or only text that is set anew.

        They may be what puts words after a name, so where they move to is left out, and the text placed without.
        """
        levels: list[list[int]] = [[]]
        pinned: set[int] = set()
        moves: set[int] = set()
        for index, op in enumerate(self.scope.ops):
            name = op.name
            if name == b"q":
                levels.append([])
            elif name == b"Q" and len(levels) > 1:
                levels.pop()
            elif name == b"cm":
                levels[-1].append(index)
                moves.add(index)
            elif index not in self.changed and self._is_drawn(index, name):
                pinned.update(matrix for level in levels for matrix in level)
        return moves - pinned

    def _is_drawn(self, index: int, name: bytes) -> bool:
        if index in self.scope.hidden or self.edits.replaced.get(index) == b"":
            return False
        show = self.scope.shows.get(index)
        if show is not None:
            return bool(show.pieces) and not show.hidden
        # A mask is placed by the matrix it is set under; a pattern is not.
        return name in _DRAWN or (name == b"gs" and index in self.scope.children)

    def _matrix(self, index: int) -> bytes | None:
        args = self.scope.ops[index].args[-6:]
        if len(args) < 6:
            return None
        values = [number(arg) for arg in args]
        freed = index in self.freed
        x, y = (0.0, 0.0) if freed else (values[4], values[5])
        self.ctm = multiply((values[0], values[1], values[2], values[3], x, y), self.ctm)
        return b" " + b" ".join(_operand(arg) for arg in args[:4]) + b" 0 0 cm " if freed else None

    def _leading(self, index: int, name: bytes) -> bytes:
        args = self.scope.ops[index].args
        if name == b"TD" and len(args) >= 2:
            return b" " + format_number(-number(args[1])) + b" TL "
        return b""

    def _show(self, index: int, show: Show) -> bytes | None:
        if show.hidden:
            return b" T* " if show.raw.name in (b"'", b'"') else b""
        if index in self.changed:
            return self._reset_text(show)
        recoded = self._recoded(show)
        if not self.changed:
            return recoded
        prefix = self._set_spacing((show.char_space, show.word_space, show.scale))
        op = show.raw
        if show.text_object not in self.text_objects:
            if op.name == b'"':
                # Its spacing operands go with the rest of the spacing; the line move stays.
                return prefix + b" T* " + self._string(show) + b" Tj "
            if recoded is not None:
                return prefix + recoded
            return prefix + self.scope.data[op.start : op.end] if prefix else None
        if op.name == CHAIN:
            return prefix + _matrix_bytes(show.tm, show.ctm) + self._chain(show, show.shift)
        operator = b" TJ " if op.name == b"TJ" else b" Tj "
        operand = self._string(show) if op.args else b"()"
        return prefix + _matrix_bytes(show.tm, show.ctm) + operand + operator

    def _recoded(self, show: Show) -> bytes | None:
        """The operator with its strings in new codes; None where its font keeps its own."""
        op = show.raw
        if not op.args or self.edits.recoders.of(show.font) is None:
            return None
        if op.name == CHAIN:
            return self._chain(show)
        before = b"".join(_operand(arg) + b" " for arg in op.args[:-1])
        return b" " + before + self._string(show) + b" " + op.name

    def _chain(self, show: Show, shift: float = 0.0) -> bytes:
        """A chain of strings, each moved along from the one before, in the codes of the new file.

        `shift`: how far behind the origin the line starts, from which the second string is moved along.
        """
        recoder = self._recoder(show)
        moves, strings = (arg if isinstance(arg, list) else [arg] for arg in show.raw.args)
        if shift:
            moves = [moves[0], format_number(float(moves[1]) - shift), *moves[2:]]
        tokens = [recoder.token(string) for string in strings] if recoder is not None else strings
        return b" " + chain_bytes(moves, tokens)

    def _recoder(self, show: Show) -> Recoder | None:
        recoder = self.edits.recoders.of(show.font)
        if recoder is not None and recoder.program is not None and widens_a_letter(show):
            raise NotReadable
        return recoder

    def _string(self, show: Show) -> bytes:
        """The last operand of a text-showing operator, in the codes of the new file."""
        arg, recoder = show.raw.args[-1], self._recoder(show)
        if recoder is None:
            return _operand(arg)
        if not isinstance(arg, list):
            return recoder.token(arg) if arg[:1] in (b"(", b"<") else arg
        return b"[" + b" ".join([recoder.token(part) if part[:1] in (b"(", b"<") else part for part in arg]) + b"]"

    def _reset_text(self, show: Show) -> bytes:
        """The kept glyphs of a show in runs, each at its new place."""
        inverse = invert(self.ctm)
        if inverse is None:
            return b""
        recoder = self.edits.recoders.of(show.font)
        out: list[bytes] = []
        for run, stretch in self._runs(show):
            first = run[0]
            if (box := self.edits.boxes.get(id(first))) is not None:
                self.edits.drawn.add(box.anchor)
                out.append(b" ET\n" + line_box(box, inverse) + b"BT")
                continue
            place = self.layout.moved.get(id(first))
            x, y = (place.x, place.y) if place is not None else (first.x, first.y)
            tx, ty = apply(inverse, x, y)
            a, b, c, d = show.tm[:4]
            out.append(self._set_spacing((0.0, 0.0, show.scale * stretch)))
            out.append(_matrix_bytes((a, b, c, d, tx - show.rise * c, ty - show.rise * d), self.ctm))
            codes = [glyph.code for glyph in run]
            raw = b"".join([code.raw for code in codes])
            out.append((hex_string(raw) if recoder is None else recoder.spelt(codes)) + b" Tj ")
        return b"".join(out) or b""

    def _runs(self, show: Show) -> list[tuple[list[Glyph], float]]:
        """Kept glyphs that follow on from each other at the font's advances; a box is a run of its glyph alone."""
        runs: list[tuple[list[Glyph], float]] = []
        expected: tuple[float, float] | None = None
        for glyph in show.glyphs:
            if id(glyph) in self.edits.boxes:
                runs.append(([glyph], 1.0))
                expected = None
                continue
            if glyph.removed or id(glyph) in self.layout.dropped:
                continue
            place = self.layout.moved.get(id(glyph)) or Placement(glyph.x, glyph.y, 1.0)
            near = 0.02 * glyph.em
            joins = expected is not None and abs(place.x - expected[0]) < near and abs(place.y - expected[1]) < near
            if joins and runs and abs(runs[-1][1] - place.stretch) < 1e-9:
                runs[-1][0].append(glyph)
            else:
                runs.append(([glyph], place.stretch))
            step = glyph.advance * place.stretch
            expected = (place.x + glyph.ux * step, place.y + glyph.uy * step)
        return runs

    def _set_spacing(self, wanted: tuple[float, float, float]) -> bytes:
        out = b""
        for operator, now, new in zip((b" Tc", b" Tw", b" Tz"), self.spacing, wanted, strict=True):
            if abs(now - new) > 1e-6:
                out += b" " + format_number(new * 100 if operator == b" Tz" else new) + operator
        self.spacing = wanted
        return out

    def _names(self, index: int, name: bytes) -> bytes | None:
        op = self.scope.ops[index]
        if not op.args:
            return None
        inner = self.edits.inner_names.get(index)
        category = _NAMING.get(name)
        if category is None:
            return None
        position = -1 if name in (b"scn", b"SCN", b"BDC") else 0
        token = op.args[position]
        if isinstance(token, list) or not token.startswith(b"/"):
            return None
        new = inner or self.edits.renamed.get((category, name_text(token)))
        if new is None:
            return None
        args = [*op.args]
        args[position] = new.encode("ascii")
        return b" ".join(_operand(arg) for arg in args) + b" " + name


_NAMING = {
    b"Tf": "/Font", b"Do": "/XObject", b"gs": "/ExtGState", b"scn": "/Pattern", b"SCN": "/Pattern",
    b"cs": "/ColorSpace", b"CS": "/ColorSpace", b"sh": "/Shading", b"BDC": "/Properties",
}  # fmt: skip


def _operand(arg: bytes | list[bytes]) -> bytes:
    return b"[" + b" ".join(arg) + b"]" if isinstance(arg, list) else arg


def _matrix_bytes(m: Matrix, ctm: Matrix) -> bytes:
    """A Tm operator. Positions are rounded to about a hundredth of a point on the page, which is below what shows."""
    scale = max(abs(ctm[0]) + abs(ctm[1]), abs(ctm[2]) + abs(ctm[3]), 1e-6)
    digits = min(8, 2 + max(0, math.ceil(math.log10(scale))))
    numbers = [*(format_number(v, 5) for v in m[:4]), *(format_number(v, digits) for v in m[4:])]
    return b" " + b" ".join(numbers) + b" Tm "
