"""Entries of fonts, graphics states, shadings and colour spaces: those that the specification gives them may stay.

Source: ISO 32000-2, tables 57 (graphics state), 77 to 82 (shadings), 109 to 119 (fonts), 8.6.6 (special colour spaces).
"""

from __future__ import annotations

from collections.abc import Callable

import pikepdf

from redaction.apply.naming import entry, name_of
from redaction.apply.profiles import plain_profile

_FONT = frozenset(
    "/Type /Subtype /BaseFont /FirstChar /LastChar /Widths /FontDescriptor /Encoding /ToUnicode /FontBBox /FontMatrix "
    "/CharProcs /Resources /DescendantFonts /CIDSystemInfo /DW /W /DW2 /W2 /CIDToGIDMap".split()
)
_STATE = frozenset(
    "/Type /LW /LC /LJ /ML /D /RI /OP /op /OPM /Font /BG /BG2 /UCR /UCR2 /TR /TR2 /HT /FL /SM /SA /BM /SMask /CA /ca "
    "/AIS /TK".split()
)
_SHADING = frozenset(
    "/ShadingType /ColorSpace /Background /BBox /AntiAlias /Function /Domain /Matrix /Coords /Extend "
    "/BitsPerCoordinate /BitsPerComponent /BitsPerFlag /Decode /VerticesPerRow /Length /Filter /DecodeParms".split()
)
_DEVICES = {1: pikepdf.Name.DeviceGray, 3: pikepdf.Name.DeviceRGB, 4: pikepdf.Name.DeviceCMYK}
_COLOURANTS = frozenset("/All /None /Cyan /Magenta /Yellow /Black".split())


def scrub_resources(pdf: pikepdf.Pdf) -> None:
    """Drops every other entry of what the pages draw with, and gives spot colours plain names."""
    work = _Work()
    for page in pdf.pages:
        work.resources(page.obj.get("/Resources"))


class _Work:
    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
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
        if obj.objgen in self._seen:
            return True
        self._seen.add(obj.objgen)
        return False

    def _font(self, font: pikepdf.Object) -> None:
        if not isinstance(font, pikepdf.Dictionary):
            return
        _keep(font, _FONT)
        for descendant in font.get("/DescendantFonts", []):
            if isinstance(descendant, pikepdf.Dictionary):
                _keep(descendant, _FONT)
        self.resources(font.get("/Resources"))

    def _state(self, state: pikepdf.Object) -> None:
        if not isinstance(state, pikepdf.Dictionary):
            return
        _keep(state, _STATE)
        mask = state.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary):
            _keep(mask, frozenset(("/Type", "/S", "/G", "/BC", "/TR")))
            self._drawn(mask.get("/G"))

    def _shading(self, shading: object) -> None:
        if isinstance(shading, pikepdf.Dictionary | pikepdf.Stream):
            _keep(shading, _SHADING)
            self._space(shading.get("/ColorSpace"))

    def _pattern(self, pattern: pikepdf.Object) -> None:
        if isinstance(pattern, pikepdf.Stream):
            self.resources(pattern.get("/Resources"))
        elif isinstance(pattern, pikepdf.Dictionary):
            _keep(pattern, frozenset(("/Type", "/PatternType", "/Shading", "/Matrix", "/ExtGState")))
            self._shading(pattern.get("/Shading"))
            state = pattern.get("/ExtGState")
            if isinstance(state, pikepdf.Dictionary):
                self._state(state)

    def _drawn(self, item: object) -> None:
        if not isinstance(item, pikepdf.Stream):
            return
        if entry(item, "/Subtype") == "/Image":
            self._space(item.get("/ColorSpace"))
        else:
            self.resources(item.get("/Resources"))
            group = item.get("/Group")
            if isinstance(group, pikepdf.Dictionary):
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
        elif family in ("/Indexed", "/Pattern"):
            self._space(space[1])
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


def _keep(obj: pikepdf.Object, allowed: frozenset[str]) -> None:
    for key in [key for key in obj.keys() if key not in allowed]:
        del obj[key]
