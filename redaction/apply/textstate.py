"""The interpreter: walks a page's content with everything it calls, and records what is drawn where.

It follows forms, tiling patterns and soft masks; text state is that of ISO 32000-2, 9.3 and 9.4. Unbalanced q and Q,
text outside BT/ET and missing resources are taken as viewers take them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pikepdf

from redaction.apply.fonts import Run
from redaction.apply.graphicsstate import State, veils
from redaction.apply.matrices import IDENTITY, Matrix, Rect, bounds, multiply, overlap
from redaction.apply.naming import entry
from redaction.apply.paths import PathTracker
from redaction.apply.scene import ImageUse, PageScene, Resources, Scope, Show
from redaction.apply.scopes import FontCache, open_scope
from redaction.apply.tokens import CHAIN, INLINE_SPACE, Arg, name_text, number

_INLINE_SPACES = frozenset(
    b"/G /RGB /CMYK /I /DeviceGray /DeviceRGB /DeviceCMYK /Indexed".split()
)  # ISO 32000-2, table 92
MAX_DEPTH = 16
MAX_SCOPES = 2_000
_PAINTING = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do", b"BI"))


class Interpreter:
    """Walks one scope; makes another of its kind for each stream called from it."""

    def __init__(
        self, scene: PageScene, scope: Scope, fonts: FontCache, hidden: Callable[[object], bool], depth: int
    ) -> None:
        self.scene, self.scope, self.fonts, self.is_hidden, self.depth = scene, scope, fonts, hidden, depth
        self.state = State()
        self.stack: list[State] = []
        self.tm = self.tlm = IDENTITY
        self.shown = 0.0  # how far what was shown has moved tm away from tlm
        self.text_object = 0
        self.in_text, self.marked_in_text = False, 0
        self.index = 0
        self.marked: list[bool] = []
        self.concealed = 0
        self.paths = PathTracker(scene, scope)
        self._seen_patterns: dict[str, Scope] = {}

    def run(self, state: State) -> None:
        self.state = state
        handlers = _HANDLERS
        for index, op in enumerate(self.scope.ops):
            self.index = index
            name = op.name
            if self.paths.feed(name, op.args, index, self.state.ctm, self.state.clip):
                if self.concealed and name in _PAINTING:
                    self.scope.hidden.add(index)
                    self.paths.forget()
                elif (clip := self.paths.clip) is not None:
                    self.state.clip = (
                        clip if self.state.clip is None else (overlap(self.state.clip, clip) or (0, 0, 0, 0))
                    )
                continue
            handler = handlers.get(name)
            if handler is not None:
                if self.concealed and name in _PAINTING:
                    self.scope.hidden.add(index)
                else:
                    handler(self, op.args, index)
        self.scope.open_states = len(self.stack)

    # Graphics state

    def op_q(self, args: list[Arg], index: int) -> None:
        self.stack.append(self.state.copy())

    def op_Q(self, args: list[Arg], index: int) -> None:
        if self.stack:
            self.state = self.stack.pop()
        else:
            self.scope.surplus.add(index)

    def op_cm(self, args: list[Arg], index: int) -> None:
        if len(args) >= 6:
            self.state.ctm = multiply(_matrix(args), self.state.ctm)

    def op_gs(self, args: list[Arg], index: int) -> None:
        settings = self._resource("/ExtGState", args)
        if not isinstance(settings, pikepdf.Dictionary):
            return
        font = settings.get("/Font")
        if isinstance(font, pikepdf.Array) and len(font) == 2:
            self.state.font = self.fonts.get(font[0])
            self.state.size = float(font[1])
        mask = settings.get("/SMask")
        self.state.veiled = self.state.veiled or veils(settings)
        group = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
        if isinstance(group, pikepdf.Stream):
            self._enter("mask", "/ExtGState", group, index, self.state.ctm)

    def op_colour_space(self, args: list[Arg], index: int) -> None:
        self._resource("/ColorSpace", args)

    def op_sh(self, args: list[Arg], index: int) -> None:
        self._resource("/Shading", args)

    def op_scn(self, args: list[Arg], index: int) -> None:
        if not args or isinstance(args[-1], list) or not args[-1].startswith(b"/"):
            return
        pattern = self._resource("/Pattern", args[-1:])
        if not isinstance(pattern, pikepdf.Stream):
            return
        name = name_text(args[-1])
        if name in self._seen_patterns:
            self.scope.children[index] = ("/Pattern", self._seen_patterns[name])
            return
        child = self._enter("pattern", "/Pattern", pattern, index, self.scope.base)
        if child is not None:
            self._seen_patterns[name] = child

    # Marked content

    def op_BDC(self, args: list[Arg], index: int) -> None:
        concealed = False
        if len(args) == 2 and args[0] == b"/OC" and isinstance(args[1], bytes) and args[1].startswith(b"/"):
            concealed = self.is_hidden(self._resource("/Properties", args[1:]))
        elif len(args) == 2 and isinstance(args[1], bytes) and args[1].startswith(b"/"):
            self._uses("/Properties", name_text(args[1]))
        self.marked.append(concealed)
        self.concealed += concealed
        self.marked_in_text += self.in_text

    def op_DP(self, args: list[Arg], index: int) -> None:
        if len(args) == 2 and isinstance(args[1], bytes) and args[1].startswith(b"/"):
            self._uses("/Properties", name_text(args[1]))

    def op_BMC(self, args: list[Arg], index: int) -> None:
        self.marked.append(False)
        self.marked_in_text += self.in_text

    def op_EMC(self, args: list[Arg], index: int) -> None:
        self.marked_in_text = max(0, self.marked_in_text - 1)
        if self.marked:
            self.concealed -= self.marked.pop()

    # Text

    def op_BT(self, args: list[Arg], index: int) -> None:
        self.tm = self.tlm = IDENTITY
        self.shown = 0.0
        self.text_object += 1
        self.in_text, self.marked_in_text = True, 0

    def op_ET(self, args: list[Arg], index: int) -> None:
        self.in_text = False
        self.text_object += 1

    def op_Tf(self, args: list[Arg], index: int) -> None:
        if len(args) >= 2:
            name = name_text(args[0])
            self._uses("/Font", name)
            self.state.font = self.fonts.get(self.scope.resources.get("/Font", name))
            self.state.size = number(args[1])

    def op_Td(self, args: list[Arg], index: int) -> None:
        if len(args) >= 2:
            self._move(number(args[0]), number(args[1]))

    def op_TD(self, args: list[Arg], index: int) -> None:
        if len(args) >= 2:
            self.state.leading = -number(args[1])
            self._move(number(args[0]), number(args[1]))

    def op_T_star(self, args: list[Arg], index: int) -> None:
        self._move(0.0, -self.state.leading)

    def op_Tm(self, args: list[Arg], index: int) -> None:
        if len(args) >= 6:
            self.tm = self.tlm = _matrix(args)
            self.shown = 0.0

    def op_setting(self, attribute: str, args: list[Arg]) -> None:
        if args:
            value = number(args[-1])
            if attribute == "mode":
                self.state.mode = int(value)
            else:
                setattr(self.state, attribute, value / 100 if attribute == "scale" else value)

    def op_Tj(self, args: list[Arg], index: int) -> None:
        self._show(args[-1:], index)

    def op_TJ(self, args: list[Arg], index: int) -> None:
        if args:
            self._show(args[-1] if isinstance(args[-1], list) else args[-1:], index)

    def op_quote(self, args: list[Arg], index: int) -> None:
        self._move(0.0, -self.state.leading)
        self._show(args[-1:], index)

    def op_double_quote(self, args: list[Arg], index: int) -> None:
        if len(args) >= 3:
            self.state.word_space, self.state.char_space = number(args[0]), number(args[1])
        self.op_quote(args, index)

    def _move(self, x: float, y: float) -> None:
        a, b, c, d, e, f = self.tlm
        self.shown = 0.0
        self.tm = self.tlm = (a, b, c, d, e + x * a + y * c, f + x * b + y * d)

    def op_chain(self, args: list[Arg], index: int) -> None:
        show, run = self._begun(index), self.state.font.run
        if self.state.font.vertical:
            self.scene.trouble = self.scene.trouble or "text down the page in letters side by side"
            self.scene.partial = True
        offset, shift, show.shift = 0.0, 0.0, self.shown
        for move, string in zip(*args, strict=True):
            offset += float(move)
            found = run(string)
            if found.codes:
                show.pieces.append((offset - shift, found))
            shift = show.shift  # the first follows on what was shown before it, the others count from the line's start
        if show.pieces and (first := show.pieces[0][0]):
            show.x, show.y = show.x + first * show.step[0], show.y + first * show.step[1]
            show.pieces = [(start - first, piece) for start, piece in show.pieces]
        self._move(offset, 0.0)
        self._advance(self._length(found))
        self._record(show, index)

    def _length(self, run: Run) -> float:
        """How far a string moves the point at which the next one starts."""
        state = self.state
        extra = state.char_space * len(run.codes) + state.word_space * run.spaces
        return (run.width * state.size + extra) * (1.0 if state.font.vertical else state.scale)

    def _advance(self, offset: float) -> None:
        self.shown += offset
        a, b, c, d, e, f = self.tm
        moved_x, moved_y = (offset * c, offset * d) if self.state.font.vertical else (offset * a, offset * b)
        self.tm = (a, b, c, d, e + moved_x, f + moved_y)

    def _begun(self, index: int) -> Show:
        """A show with the text state as it is, and no strings yet."""
        state, font = self.state, self.state.font
        show = Show(self.scope, index, self.text_object, font)
        show.tm, show.ctm, show.size, show.scale = self.tm, state.ctm, state.size, state.scale
        show.char_space, show.word_space, show.rise = state.char_space, state.word_space, state.rise
        show.mode, show.clip, show.hidden = state.mode, state.clip, self.concealed > 0
        # A box ends the text object and begins another, which marks begun inside of it must not be cut by.
        plain = self.scope.kind == "page" and self.in_text and not (self.marked_in_text or state.veiled)
        show.open = plain and state.mode < 3
        whole = multiply(self.tm, state.ctm)
        vertical = font.vertical
        ax, ay = (whole[2], whole[3]) if vertical else (whole[0], whole[1])
        length = math.hypot(ax, ay)
        sign = -1.0 if (state.size if vertical else state.size * state.scale) < 0 else 1.0
        sign = -sign if vertical else sign
        if length > 0:
            show.ux, show.uy = sign * ax / length, sign * ay / length
        flip = -1.0 if state.size < 0 else 1.0
        rise_x, rise_y = flip * whole[2], flip * whole[3]
        tall = math.hypot(rise_x, rise_y)
        show.up = (rise_x / tall, rise_y / tall) if tall else (0.0, 1.0)
        show.em = abs(state.size) * tall if not vertical else abs(state.size) * math.hypot(whole[0], whole[1])
        show.x = whole[4] + state.rise * whole[2]
        show.y = whole[5] + state.rise * whole[3]
        show.step = (ax, ay)
        show.stretch = 1.0 if vertical else state.scale
        return show

    def _show(self, parts: list[bytes] | list[Arg], index: int) -> None:
        show, font = self._begun(index), self.state.font
        ax, ay = show.step
        step, size = show.stretch, self.state.size
        offset = before = 0.0
        for part in parts:
            if isinstance(part, list):
                continue
            if part[:1] not in (b"(", b"<"):
                offset -= number(part) / 1000 * size * step
                continue
            run = font.run(part)
            if run.codes:
                if not show.pieces:
                    show.x, show.y = show.x + offset * ax, show.y + offset * ay
                    before = offset
                show.pieces.append((offset - before, run))
                offset += self._length(run)
        self._advance(offset)
        self._record(show, index)

    def _record(self, show: Show, index: int) -> None:
        self.scope.shows[index] = show
        if show.hidden:
            return
        self.scene.shows.append(show)
        if show.pieces and not show.font.supported:
            self.scene.trouble = self.scene.trouble or "a font with an unknown character map"
        if show.font.type3 and show.font.draws_text:
            self.scene.trouble = self.scene.trouble or "text inside glyph procedures"

    # Objects

    def op_Do(self, args: list[Arg], index: int) -> None:
        obj = self._resource("/XObject", args)
        if not isinstance(obj, pikepdf.Stream):
            return
        subtype = entry(obj, "/Subtype")
        if subtype not in ("/Form", "/Image") or ("/OC" in obj and self.is_hidden(obj.get("/OC"))):
            self.scope.hidden.add(index)
        elif subtype == "/Form":
            self._enter("form", "/XObject", obj, index, self.state.ctm)
        else:
            self._image(obj, index)

    def op_BI(self, args: list[Arg], index: int) -> None:
        for name in INLINE_SPACE.findall(args[0] if isinstance(args[0], bytes) else b""):
            if name not in _INLINE_SPACES:
                self._resource("/ColorSpace", [name])
        self._image(None, index)

    def _image(self, obj: pikepdf.Stream | None, index: int) -> None:
        rect = bounds(self.state.ctm, (0.0, 0.0, 1.0, 1.0))
        self.scene.images.append(ImageUse(self.scope, index, obj, self.state.ctm, rect, self.state.clip))

    def _enter(self, kind: str, category: str, stream: pikepdf.Stream, index: int, ctm: Matrix) -> Scope | None:
        if self.depth >= MAX_DEPTH or len(self.scene.scopes) >= MAX_SCOPES:
            self.scene.trouble = self.scene.trouble or "forms nested too deep or drawn too often"
            self.scene.partial = True
            return None
        matrix = [float(v) for v in stream.get("/Matrix", [])]
        base = multiply(_six(matrix), ctm) if len(matrix) == 6 else ctm
        own = stream.get("/Resources")
        resources = Resources(own) if isinstance(own, pikepdf.Dictionary) else self.scope.resources
        child = open_scope(self.scene, kind, stream, resources, base)
        self.scope.children[index] = (category, child)
        state = self.state.copy()
        state.ctm = base
        box = [float(v) for v in stream.get("/BBox", [])]
        if len(box) == 4 and kind == "form":
            seen = bounds(base, (box[0], box[1], box[2], box[3]))
            state.clip = seen if state.clip is None else (overlap(state.clip, seen) or (0, 0, 0, 0))
        elif kind != "form":
            state = State()
            state.ctm = base
        Interpreter(self.scene, child, self.fonts, self.is_hidden, self.depth + 1).run(state)
        return child

    def _uses(self, category: str, name: str) -> None:
        self.scope.used.setdefault((category, name), set()).add(self.index)

    def _resource(self, category: str, args: list[Arg]) -> pikepdf.Object | None:
        if not args:
            return None
        name = name_text(args[0])
        self._uses(category, name)
        return self.scope.resources.get(category, name)


def walk_page(
    page: pikepdf.Object,
    number_: int,
    resources: Resources,
    crop: Rect,
    fonts: FontCache,
    hidden: Callable[[object], bool],
) -> PageScene:
    """Everything the page draws. `hidden(layer)` tells whether an optional content group or membership is not shown."""
    scene = PageScene(number_, crop=crop)
    scene.root = open_scope(scene, "page", page, resources, IDENTITY)
    Interpreter(scene, scene.root, fonts, hidden, 0).run(State())
    return scene


def _matrix(args: list[Arg]) -> Matrix:
    return _six([number(arg) for arg in args[-6:]])


def _six(v: list[float]) -> Matrix:
    return (v[0], v[1], v[2], v[3], v[4], v[5])


def _setting(attribute: str) -> Callable[[Interpreter, list[Arg], int], None]:
    return lambda interpreter, args, index: interpreter.op_setting(attribute, args)


_HANDLERS: dict[bytes, Callable[[Interpreter, list[Arg], int], None]] = {
    b"q": Interpreter.op_q, b"Q": Interpreter.op_Q, b"cm": Interpreter.op_cm, b"gs": Interpreter.op_gs,
    b"scn": Interpreter.op_scn, b"SCN": Interpreter.op_scn, b"Do": Interpreter.op_Do, b"BI": Interpreter.op_BI,
    b"cs": Interpreter.op_colour_space, b"CS": Interpreter.op_colour_space, b"sh": Interpreter.op_sh,
    b"DP": Interpreter.op_DP, b"BDC": Interpreter.op_BDC, b"BMC": Interpreter.op_BMC, b"EMC": Interpreter.op_EMC,
    b"BT": Interpreter.op_BT, b"ET": Interpreter.op_ET, b"Tf": Interpreter.op_Tf, b"Td": Interpreter.op_Td,
    b"TD": Interpreter.op_TD, b"T*": Interpreter.op_T_star, b"Tm": Interpreter.op_Tm,
    CHAIN: Interpreter.op_chain,
    b"Tj": Interpreter.op_Tj, b"TJ": Interpreter.op_TJ, b"'": Interpreter.op_quote, b'"': Interpreter.op_double_quote,
    b"Tc": _setting("char_space"), b"Tw": _setting("word_space"), b"Tz": _setting("scale"), b"TL": _setting("leading"),
    b"Ts": _setting("rise"), b"Tr": _setting("mode"),
}  # fmt: skip
