"""Entries of fonts, graphics states, shadings and colour spaces: those that the specification gives them may stay.

Source: ISO 32000-2, tables 57 (graphics state), 77 to 82 (shadings), 109 to 119 (fonts), 8.6.6 (special colour spaces).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pikepdf

from redaction.apply.deferral import Number
from redaction.apply.imagescrub import components_of
from redaction.apply.naming import entry, name_of
from redaction.apply.profiles import plain_profile
from redaction.apply.values import GROUP, keep_values

_FONT = frozenset(
    "/Type /Subtype /BaseFont /FirstChar /LastChar /Widths /FontDescriptor /Encoding /ToUnicode /FontBBox /FontMatrix "
    "/CharProcs /Resources /DescendantFonts /CIDSystemInfo /DW /W /DW2 /W2 /CIDToGIDMap".split()
)
_STATE = frozenset(
    "/Type /LW /LC /LJ /ML /D /RI /OP /op /OPM /Font /BG /BG2 /UCR /UCR2 /TR /TR2 /FL /SM /SA /BM /SMask /CA /ca "
    "/AIS /TK".split()
)
_SHADING = frozenset(
    "/ShadingType /ColorSpace /Background /BBox /AntiAlias /Function /Domain /Matrix /Coords /Extend "
    "/BitsPerCoordinate /BitsPerComponent /BitsPerFlag /Decode /VerticesPerRow /Length /Filter /DecodeParms".split()
)
_DEVICES = {1: pikepdf.Name.DeviceGray, 3: pikepdf.Name.DeviceRGB, 4: pikepdf.Name.DeviceCMYK}
_COLOURANTS = frozenset("/All /None /Cyan /Magenta /Yellow /Black".split())


_DESCRIPTOR = frozenset(
    "/Type /FontName /Flags /FontBBox /ItalicAngle /Ascent /Descent /Leading /CapHeight /XHeight /StemV /StemH "
    "/AvgWidth /MaxWidth /MissingWidth /FontFile /FontFile2 /FontFile3 /FontStretch /FontWeight".split()
)
_ENCODING = frozenset(("/Type", "/BaseEncoding", "/Differences"))
_TILES = frozenset(
    "/Type /PatternType /PaintType /TilingType /BBox /XStep /YStep /Matrix /Resources /Length /Filter "
    "/DecodeParms".split()
)
_FUNCTION = frozenset(
    "/FunctionType /Domain /Range /Size /BitsPerSample /Order /Encode /Decode /C0 /C1 /N /Functions /Bounds /Length "
    "/Filter /DecodeParms".split()
)
_CALIBRATED = frozenset(("/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix", "/Range"))
_FUNCTIONS_OF_A_STATE = ("/BG", "/BG2", "/UCR", "/UCR2", "/TR", "/TR2")
_CALCULATOR = 4
_MOST_FUNCTIONS = 1_000  # of one function made of others
_COMMENT = re.compile(rb"%[^\r\n]*")


def scrub_resources(pdf: pikepdf.Pdf) -> set[Number]:
    """Drops every other entry of what the pages draw with, and gives spot colours plain names. Returns the numbers of
    what they draw with."""
    work = _Work()
    for page in pdf.pages:
        work.group(page.obj.get("/Group"))
        work.resources(page.obj.get("/Resources"))
    return work.seen


class _Work:
    def __init__(self) -> None:
        self.seen: set[Number] = set()
        self._spots: dict[str, pikepdf.Name] = {}
        self._by_category: dict[str, Callable[[pikepdf.Object], None]] = {
            "/Font": self._font, "/ExtGState": self._state, "/Shading": self._shading, "/Pattern": self._pattern,
            "/XObject": self._drawn, "/ColorSpace": self._space,
        }  # fmt: skip

    def resources(self, found: object) -> None:
        if not isinstance(found, pikepdf.Dictionary) or self._was_seen(found):
            return
        for category, scrub in self._by_category.items():
            entries = found.get(category)
            if isinstance(entries, pikepdf.Dictionary):
                for item in entries.values():
                    if isinstance(item, pikepdf.Object) and not self._was_seen(item):
                        scrub(item)

    def _was_seen(self, obj: pikepdf.Object) -> bool:
        if not obj.is_indirect:
            return False
        if obj.objgen in self.seen:
            return True
        self.seen.add(obj.objgen)
        return False

    def _font(self, font: pikepdf.Object) -> None:
        if not isinstance(font, pikepdf.Dictionary):
            return
        descendants = font.get("/DescendantFonts")
        for part in (font, *(descendants if isinstance(descendants, pikepdf.Array) else ())):
            if isinstance(part, pikepdf.Dictionary):
                _keep(part, _FONT)
                for key, allowed in (("/FontDescriptor", _DESCRIPTOR), ("/Encoding", _ENCODING)):
                    if isinstance(inner := part.get(key), pikepdf.Dictionary):
                        _keep(inner, allowed)
        self.resources(font.get("/Resources"))

    def _state(self, state: pikepdf.Object) -> None:
        if not isinstance(state, pikepdf.Dictionary):
            return
        _keep(state, _STATE)
        mask = state.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary):
            _keep(mask, frozenset(("/Type", "/S", "/G", "/BC", "/TR")))
            self._function(mask.get("/TR"))
            self._drawn(mask.get("/G"))
        for key in _FUNCTIONS_OF_A_STATE:
            self._function(state.get(key))
        font = state.get("/Font")
        if isinstance(font, pikepdf.Array) and len(font) and isinstance(font[0], pikepdf.Dictionary):
            self._font(font[0])

    def _function(self, function: object) -> None:
        """A function may be several, or made of several; a calculator is a small program with room for words."""
        pending, depth = [function], 0
        while pending and depth < _MOST_FUNCTIONS:
            one, depth = pending.pop(), depth + 1
            if isinstance(one, pikepdf.Array):
                pending.extend(one)
            elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream) and not self._was_seen(one):
                _keep(one, _FUNCTION)
                pending.append(one.get("/Functions"))
                if isinstance(one, pikepdf.Stream) and one.get("/FunctionType") == _CALCULATOR:
                    program = one.read_bytes()
                    if b"%" in program:
                        one.write(_COMMENT.sub(b" ", program))

    def _shading(self, shading: object) -> None:
        if isinstance(shading, pikepdf.Dictionary | pikepdf.Stream):
            _keep(shading, _SHADING)
            self._function(shading.get("/Function"))
            self._space(shading.get("/ColorSpace"))

    def _pattern(self, pattern: pikepdf.Object) -> None:
        if isinstance(pattern, pikepdf.Stream):
            _keep(pattern, _TILES)
            self.resources(pattern.get("/Resources"))
        elif isinstance(pattern, pikepdf.Dictionary):
            _keep(pattern, frozenset(("/Type", "/PatternType", "/Shading", "/Matrix", "/ExtGState")))
            self._shading(pattern.get("/Shading"))
            state = pattern.get("/ExtGState")
            if isinstance(state, pikepdf.Dictionary):
                for key in [key for key in ("/SMask", "/Font") if key in state]:
                    del state[key]  # no use there, and what such a mask draws nobody has read
                self._state(state)

    def _drawn(self, item: object) -> None:
        if not isinstance(item, pikepdf.Stream):
            return
        if entry(item, "/Subtype") == "/Image":
            self._space(item.get("/ColorSpace"))
        else:
            self.resources(item.get("/Resources"))
            self.group(item.get("/Group"))

    def group(self, group: object) -> None:
        if isinstance(group, pikepdf.Dictionary):
            keep_values(group, GROUP)
            self._space(group.get("/CS"))

    def _space(self, space: object) -> None:
        """A colour space is a name, or an array that begins with its family and may hold another."""
        if not isinstance(space, pikepdf.Array) or len(space) < 2:
            return
        family = name_of(space[0])
        if family == "/Separation":
            space[1] = self._spot(space[1])
        elif family == "/DeviceN" and isinstance(space[1], pikepdf.Array):
            space[1] = pikepdf.Array([self._spot(name) for name in space[1]])
            if len(space) > 4:
                del space[4]  # how the colourants are mixed on paper, under their names
        if family in ("/Separation", "/DeviceN") and len(space) > 2:
            self._space(space[2])
            self._function(space[3] if len(space) > 3 else None)
        elif family in ("/Indexed", "/Pattern"):
            self._space(space[1])
            if family == "/Indexed" and len(space) > 3:
                _cut_table(space)
        elif family in ("/CalGray", "/CalRGB", "/Lab") and isinstance(space[1], pikepdf.Dictionary):
            _keep(space[1], _CALIBRATED)
        elif family == "/ICCBased":
            self._profile(space)

    def _profile(self, space: pikepdf.Array) -> None:
        """A profile that cannot be read gives way to the plain space of as many components."""
        stream = space[1]
        if not isinstance(stream, pikepdf.Stream) or self._was_seen(stream):
            return
        components = stream.get("/N")
        device = _DEVICES.get(components) if isinstance(components, int) else None
        try:
            plain = plain_profile(stream.read_bytes())
        except pikepdf.PdfError:
            plain = None
        _keep(stream, frozenset(("/N", "/Range", "/Length", "/Filter", "/DecodeParms")))
        stream.write(plain or b"")
        if plain is None:
            stream["/Alternate"] = device or pikepdf.Name.DeviceGray

    def _spot(self, name: object) -> pikepdf.Name:
        text = name_of(name)
        if text in _COLOURANTS:
            return pikepdf.Name(text)
        return self._spots.setdefault(text, pikepdf.Name(f"/Spot{len(self._spots) + 1}"))


def _cut_table(space: pikepdf.Array) -> None:
    """The colours of an indexed space, as many as it has."""
    components, last, table = components_of(space[1]), space[2], space[3]
    if not components or not isinstance(last, int) or not isinstance(table, pikepdf.String):
        return
    if len(bytes(table)) > (needed := (last + 1) * components):
        space[3] = pikepdf.String(bytes(table)[:needed])


def _keep(obj: pikepdf.Object, allowed: frozenset[str]) -> None:
    for key in [key for key in obj.keys() if key not in allowed]:
        del obj[key]
