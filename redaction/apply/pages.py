"""Changes one page: text laid anew, images burnt, shapes dropped, boxes drawn, resources cut to what is used."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pikepdf

from redaction.apply.deferral import Number
from redaction.apply.drawings import STROKING, Uncut, cut
from redaction.apply.edits import Edits
from redaction.apply.idle import idle_masks
from redaction.apply.images import area_of, burn, inline_stream, regions_on
from redaction.apply.margins import Segment
from redaction.apply.marks import CODE_FONT, code_font, draw
from redaction.apply.matrices import Rect, bounds, invert, is_within, overlap
from redaction.apply.programs import NotReadable
from redaction.apply.recoding import Recoders
from redaction.apply.relay import Layout
from redaction.apply.rewrite import has_new_codes, rewrite, touches_text
from redaction.apply.scene import PageScene, PathUse, Scope, is_unseen
from redaction.apply.selection import Region, Selection, Spot
from redaction.apply.shapes import Extent
from redaction.decoding import NotDecodable

# Names that tell nothing: what the usual producers call their resources. Any other name is replaced.
_NEUTRAL = re.compile(
    r"/([A-Za-z]|TT|T1_|T|C0_|C2_|CS|Cs|G|GS|Gs|gs|EGS|Im|Image|Img|I|Xi|Xf|X|Fm|Fx|Meta|MC|MCI?d?|Pr|P|Pat|Pattern|p|Sh|S|Tr|R|f"
    r"|a|x|s|cs|Fn|Font|FRM|n|Xop|ImagePart_|Obj|FI|FT|OC|DefaultRGB|DefaultGray|DefaultCMYK)[\d_-]*"
)
_STROKE = 36.0  # user space units: lines are hardly ever drawn broader than twice this
_DEFAULT_SPACES = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")
_PAINT_CATEGORIES = ("/Font", "/XObject", "/ExtGState", "/Pattern", "/ColorSpace", "/Shading", "/Properties")


@dataclass(frozen=True)
class PageEdit:
    """A page written again: its content (None where it stays as it is), its resources, and whether it prints codes."""

    content: bytes | None
    resources: pikepdf.Dictionary
    prints_codes: bool


@dataclass
class DocumentEdits:
    """What is shared by the pages of one document: rewritten streams, and the names each stream still uses.

    `copies`: by what they are, the forms written again; `sources`: by their numbers, the forms they are copies of.
    """

    pdf: pikepdf.Pdf
    copies: dict[bytes, pikepdf.Stream] = field(default_factory=dict)
    sources: dict[Number, pikepdf.Object] = field(default_factory=dict)
    boxes: dict[Number, list[float] | None] = field(default_factory=dict)
    used: dict[Number, set[tuple[str, str]]] = field(default_factory=dict)
    font: pikepdf.Object | None = None
    recoders: Recoders = field(init=False)

    def __post_init__(self) -> None:
        self.recoders = Recoders(self.pdf)

    def form_copy(
        self, source: pikepdf.Object, content: bytes, resources: pikepdf.Dictionary, box: list[float] | None
    ) -> pikepdf.Stream:
        """The form `source` with other content, resources and, if given, another box. What is written twice alike is
        one object."""
        told = repr((source.objgen, box)).encode()
        key = hashlib.sha256(told + content + resources.unparse(resolved=False)).digest()
        out = self.copies.get(key)
        if out is None:
            out = pikepdf.Stream(self.pdf, content)
            for name, value in source.items():
                if name not in ("/Length", "/Filter", "/DecodeParms", "/Resources"):
                    out[name] = value
            out["/Resources"] = resources
            if box is not None:
                out["/BBox"] = pikepdf.Array(box)
            out = self.pdf.make_indirect(out)
            self.copies[key] = out
            self.sources[out.objgen] = source
            self.boxes[out.objgen] = box
        return out

    def write(self, page: pikepdf.Object, packed: bytes | None, resources: pikepdf.Dictionary, codes: bool) -> None:
        """Gives a page new content (packed by `pack`), new resources, and the font of the codes if it prints any."""
        if packed is not None:
            stream = self.pdf.make_stream(packed)
            stream["/Filter"] = pikepdf.Name.FlateDecode
            page["/Contents"] = stream
        if codes:
            if self.font is None:
                self.font = self.pdf.make_indirect(code_font())
            fonts = resources.get("/Font", pikepdf.Dictionary())
            fonts[CODE_FONT] = self.font
            resources["/Font"] = fonts
        page["/Resources"] = resources


def pack(content: bytes | None) -> bytes | None:
    """Content as it lies in the file. Packed page by page, a long file takes a tenth of the room."""
    return None if content is None else zlib.compress(content)


class Unsupported(Exception):
    """The page cannot be edited in place; the message says why. It is drawn as a picture instead."""


def edit_page(document: DocumentEdits, selection: Selection, layout: Layout, layer: bytes = b"") -> PageEdit | None:
    """The page written again; None for one that draws nothing. Raises Unsupported where it cannot be edited.

    `layer`: boxes and words to be laid over a scan, in the place of boxes alone.
    """
    scene, burns = selection.scene, selection.burns
    if scene.trouble and (selection.removed_any or burns or selection.spots):
        raise Unsupported(scene.trouble)
    if scene.partial:
        # What was not followed would keep the old codes of fonts that are made anew.
        raise Unsupported(scene.trouble)
    if scene.root is None:
        return None
    editor = _Editor(document, scene, layout)
    inline = editor.edits[id(scene.root)]
    inline.boxes = {mark.anchor: mark for mark in layout.marks if mark.anchor}
    editor.drop_paths(layout.spans, burns, selection.regions)
    editor.burn_images([region.rect for region in burns], selection.spots)
    back = document.recoders.mark()
    try:
        content, resources = editor.finish(scene.root)
    except NotReadable as error:
        back()
        raise Unsupported("a font that could not be read") from error
    marks = layer or draw([mark for mark in layout.marks if mark.anchor not in inline.drawn], burns)
    if content is not None or marks:
        body = content if content is not None else scene.root.data
        closing = b"\nET" if _text_left_open(scene.root) else b""
        closing += b"\nQ" * scene.root.open_states
        content = b"q\n" + body + closing + b"\nQ\n" + marks
    return PageEdit(content, resources, prints_codes=bool(marks or inline.drawn))


def _text_left_open(scope: Scope) -> bool:
    return next((op.name == b"BT" for op in reversed(scope.ops) if op.name in (b"BT", b"ET")), False)


class _Editor:
    def __init__(self, document: DocumentEdits, scene: PageScene, layout: Layout) -> None:
        self.document, self.scene, self.layout = document, scene, layout
        self.edits: dict[int, Edits] = {id(scope): Edits(layout, document.recoders) for scope in scene.scopes}
        self.added: dict[int, dict[tuple[str, str], pikepdf.Object]] = {}
        self._finished: dict[int, pikepdf.Stream | None] = {}

    # Shapes

    def drop_paths(self, spans: Sequence[Segment], burns: Sequence[Region], regions: Sequence[Region]) -> None:
        """Drops what belongs to words that are set anew, and what lies in `regions`; cuts what runs into one that was
        drawn by hand or by sight. What such a region holds nobody has read, so nothing may stay there."""
        extents = [Extent.of(segment) for segment in spans]
        burnt = [region.rect for region in burns]
        unread = [region.rect for region in regions if not region.text and region not in burns]
        for path in self.scene.paths:
            edits = self.edits[id(path.scope)]
            shapes = path.holes or (path.rect,)
            if path.clip_op is None and self._is_off_page(path):
                edits.drop(path.first, path.op)
                continue
            drawn = path.clip_op is None
            if any(extent.fits(shape) or (drawn and extent.hugs(shape)) for extent in extents for shape in shapes):
                edits.drop(path.first, path.op)
            elif path.clip_op is None and any(is_within(path.rect, region.rect, 1.0) for region in regions):
                edits.drop(path.first, path.op)
            else:
                self.layout.hugged |= path.clip_op is None and any(extent.tells(path.rect) for extent in extents)
                if burnt or unread:
                    self._cut(path, burnt, unread)
        self.layout.hugged |= any(extent.tells(use.rect) for extent in extents for use in self.scene.images)

    def _is_off_page(self, path: PathUse) -> bool:
        """Whether nobody sees a shape: letters drawn as outlines may lie beside a page that was cut to size."""
        if path.scope.kind not in ("page", "form"):
            return False
        x0, y0, x1, y1 = path.rect
        room = _STROKE if path.scope.ops[path.op].name in STROKING else 0.0
        return overlap((x0 - room, y0 - room, x1 + room, y1 + room), self.scene.crop) is None and x0 < x1 and y0 < y1

    def _cut(self, path: PathUse, burnt: Sequence[Rect], unread: Sequence[Rect]) -> None:
        """Where words were set anew the region itself is not drawn, and a cut would tell how wide it was: rules stay
        as they are there."""
        try:
            cut(path, unread)
            rest = cut(path, burnt)
        except Uncut as error:
            raise Unsupported("drawn shapes run through a redacted region") from error
        if rest is not None:
            edits = self.edits[id(path.scope)]
            edits.drop(path.first, path.op)
            edits.replaced[path.op] = rest

    # Images

    def burn_images(self, regions: Sequence[Rect], spots: Mapping[int, Sequence[Spot]]) -> None:
        for use in self.scene.images:
            if is_unseen(use, self.scene.crop):
                self.edits[id(use.scope)].replaced[use.op] = b""
                continue
            areas = [area for region in regions_on(use, regions) if (area := area_of(use.ctm, region))]
            areas += [spot.area for spot in spots.get(id(use), ())]
            if not areas:
                continue
            op = use.scope.ops[use.op]
            try:
                source = use.obj if use.obj is not None else inline_stream(self.document.pdf, op, use.scope.resources)
                burnt = burn(self.document.pdf, source, areas)
            except NotDecodable as error:
                raise Unsupported("a picture that could not be decoded") from error
            name = self._add(use.scope, "/XObject", burnt)
            self.edits[id(use.scope)].replaced[use.op] = b" " + name.encode("ascii") + b" Do "
            if use.obj is not None:
                use.scope.children.pop(use.op, None)

    # Streams

    def finish(self, scope: Scope) -> tuple[bytes | None, pikepdf.Dictionary]:
        """(new content or None if unchanged, resources cut to what is used) of a scope; its children first."""
        edits = self.edits[id(scope)]
        for index in idle_masks(scope, edits):
            settings = self._settings(scope, index)
            del settings["/SMask"]
            edits.inner_names[index] = self._add(scope, "/ExtGState", settings)
            del scope.children[index]
        for index, (category, child) in scope.children.items():
            stream = self._finish_child(child)
            if stream is not None:
                edits.inner_names[index] = self._add(scope, category, self._holder(scope, index, category, stream))
        telling = [pair for pair in self._in_use(scope) if not (_NEUTRAL.fullmatch(pair[1]) or _is_built_in(pair))]
        edits.renamed = {pair: self._neutral(scope, pair) for pair in telling}
        changed = (
            bool(edits.replaced or edits.inner_names or edits.renamed or scope.hidden or scope.surplus)
            or scope.made_plain
            or any(show.hidden for show in scope.shows.values())
            or touches_text(scope, self.layout)
            or has_new_codes(scope, self.document.recoders)
        )
        return (rewrite(scope, edits) if changed else None), self._resources(scope)

    def _finish_child(self, child: Scope) -> pikepdf.Stream | None:
        if id(child) in self._finished:
            return self._finished[id(child)]
        content, resources = self.finish(child)
        out: pikepdf.Stream | None = None
        stream = child.stream
        if content is None and "/Resources" not in stream:
            content = child.data  # those it borrows are cut to what the page itself uses
        if content is None:
            self.document.used.setdefault(stream.objgen, set()).update(child.used)
        else:
            out = self.document.form_copy(stream, content, resources, self._wider_box(child))
        self._finished[id(child)] = out
        return out

    def _wider_box(self, form: Scope) -> list[float] | None:
        """The box of a form that ends where words did that are set anew, made as wide as the page; None for others."""
        box, back = form.box, invert(form.base)
        if box is None or back is None:
            return None
        shown = bounds(form.base, box)
        for segment in self.layout.spans:
            if (wider := Extent.of(segment).freed(shown, self.scene.crop)) is not None:
                shown = wider
        if shown == bounds(form.base, box):
            return None
        return [round(value, 2) for value in bounds(back, shown)]

    def _holder(self, scope: Scope, index: int, category: str, stream: pikepdf.Stream) -> pikepdf.Object:
        """What the parent's resources name: the stream itself, or a graphics state that holds it as its mask."""
        if category != "/ExtGState":
            return stream
        settings = self._settings(scope, index)
        mask = pikepdf.Dictionary(dict(settings["/SMask"].items()))
        mask["/G"] = stream
        settings["/SMask"] = mask
        return settings

    def _settings(self, scope: Scope, index: int) -> pikepdf.Dictionary:
        """A copy of the graphics state that an operator names."""
        named = scope.named(index, "/ExtGState")
        return pikepdf.Dictionary(dict(named.items()) if named is not None else {})

    # Names

    def _add(self, scope: Scope, category: str, obj: pikepdf.Object) -> str:
        added = self.added.setdefault(id(scope), {})
        taken = {name for kind, name in scope.used if kind == category} | {
            name for kind, name in added if kind == category
        }
        number = len(added)
        while (name := f"/R{number}") in taken:
            number += 1
        added[(category, name)] = (
            obj if obj.is_indirect or not isinstance(obj, pikepdf.Stream) else self.document.pdf.make_indirect(obj)
        )
        return name

    def _neutral(self, scope: Scope, pair: tuple[str, str]) -> str:
        obj = scope.resources.get(*pair)
        if obj is None:
            return "/R"
        if pair[0] == "/Properties":
            obj = pikepdf.Dictionary()
        return self._add(scope, pair[0], obj)

    def _in_use(self, scope: Scope) -> list[tuple[str, str]]:
        """The resources the scope still names once it is written again."""
        edits = self.edits[id(scope)]
        gone = edits.replaced.keys() | edits.inner_names.keys() | scope.hidden
        return sorted(pair for pair, operators in scope.used.items() if not operators <= gone)

    def _resources(self, scope: Scope) -> pikepdf.Dictionary:
        edits = self.edits[id(scope)]
        out: dict[str, dict[str, pikepdf.Object]] = {}
        for category, name in self._in_use(scope):
            obj = scope.resources.get(category, name)
            if obj is None or (category, name) in edits.renamed:
                continue
            if category == "/Properties":
                obj = _plain_properties(obj)
            out.setdefault(category, {})[name] = obj
        for name in _DEFAULT_SPACES:
            if (obj := scope.resources.get("/ColorSpace", name)) is not None:
                out.setdefault("/ColorSpace", {})[name] = obj
        for (category, name), obj in self.added.get(id(scope), {}).items():
            out.setdefault(category, {})[name] = obj
        resources = pikepdf.Dictionary()
        for category in _PAINT_CATEGORIES:
            if category in out:
                resources[category] = pikepdf.Dictionary(out[category])
        return resources


def _is_built_in(pair: tuple[str, str]) -> bool:
    return pair[0] == "/ColorSpace" and pair[1] in ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK")


def _plain_properties(obj: pikepdf.Object) -> pikepdf.Dictionary:
    """A marked-content property list reduced to its tie to the structure tree."""
    mcid = obj.get("/MCID") if isinstance(obj, pikepdf.Dictionary) else None
    return pikepdf.Dictionary(MCID=mcid) if isinstance(mcid, int) else pikepdf.Dictionary()
