"""Type 3 fonts: glyphs that are small content streams. ISO 32000-2, 9.6.4."""

from __future__ import annotations

import pikepdf

from redaction.apply.grammar import plain_content
from redaction.apply.naming import name_of
from redaction.apply.programs import NotReadable
from redaction.apply.tokens import Arg, Op, name_text, operators

_NAMING = {
    b"Do": "/XObject", b"gs": "/ExtGState", b"cs": "/ColorSpace", b"CS": "/ColorSpace", b"scn": "/Pattern",
    b"SCN": "/Pattern", b"sh": "/Shading",
}  # fmt: skip
_NOT_FOLLOWED = frozenset((b"Tf", b"BDC", b"DP"))


class Procedures:
    """The glyph procedures of one Type 3 font, gathered under new names with the resources they use."""

    def __init__(self, pdf: pikepdf.Pdf, font: pikepdf.Dictionary, names: list[str]) -> None:
        procedures = font.get("/CharProcs")
        if not isinstance(procedures, pikepdf.Dictionary):
            raise NotReadable
        self._pdf, self._names = pdf, names
        self._procedures = dict(procedures.items())
        resources = font.get("/Resources")
        self._resources = resources if isinstance(resources, pikepdf.Dictionary) else pikepdf.Dictionary()
        self.units = 1
        self._taken: list[str] = []

    def glyph_of(self, code: int) -> str:
        return self._names[code]

    def has(self, glyph: int | str) -> bool:
        return True  # a code without a procedure draws nothing

    def take(self, glyph: int | str) -> None:
        stream = self._procedures.get(f"/{glyph}")
        # Text of other fonts would stay in old codes; pixels in the stream may name a colour space that we rename.
        shunned = _NOT_FOLLOWED | {b"BI"} if "/ColorSpace" in self._resources else _NOT_FOLLOWED
        if isinstance(stream, pikepdf.Stream) and any(op.name in shunned for op in _read(stream)):
            raise NotReadable
        self._taken.append(str(glyph))

    def give_back(self, count: int) -> None:
        del self._taken[count:]

    def write(self, font: pikepdf.Dictionary, names: list[str]) -> None:
        """Puts the taken procedures, under `names`, and their resources in the place of all others."""
        resources = pikepdf.Dictionary()
        renamed: dict[tuple[str, str], str] = {}
        procedures = pikepdf.Dictionary()
        for glyph, name in zip(self._taken, names, strict=True):
            stream = self._procedures.get(f"/{glyph}")
            data = self._written(stream, resources, renamed) if isinstance(stream, pikepdf.Stream) else b""
            procedures[f"/{name}"] = self._pdf.make_stream(data)
        font["/CharProcs"], font["/Resources"] = procedures, resources

    def _written(
        self, stream: pikepdf.Stream, resources: pikepdf.Dictionary, renamed: dict[tuple[str, str], str]
    ) -> bytes:
        found = stream.read_bytes()
        data, ops = plain_content(found, list(operators(found)))
        out: list[bytes] = []
        copied = 0
        for op in ops:
            category = _NAMING.get(op.name)
            if category is None or not op.args or isinstance(op.args[-1], list) or op.args[-1][:1] != b"/":
                continue
            key = (category, name_text(op.args[-1]))
            entries = self._resources.get(category)
            if not isinstance(entries, pikepdf.Dictionary) or key[1] not in entries:
                continue
            if key not in renamed:
                renamed[key] = f"/R{len(renamed)}"
                if category not in resources:
                    resources[category] = pikepdf.Dictionary()
                resources[category][renamed[key]] = entries[key[1]]
            out += [data[copied : op.start], b" ".join(_operand(arg) for arg in op.args[:-1])]
            out += [b" ", renamed[key].encode("ascii"), b" ", op.name]
            copied = op.end
        return b"".join((*out, data[copied:]))


def _operand(arg: Arg) -> bytes:
    return b"[" + b" ".join(arg) + b"]" if isinstance(arg, list) else arg


def _read(stream: pikepdf.Stream) -> list[Op]:
    try:
        return list(operators(stream.read_bytes()))
    except pikepdf.PdfError as error:
        raise NotReadable from error


def fonts_drawn_with(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """The fonts that glyph procedures of other fonts may draw with: strings in there are not written again."""
    found: set[tuple[int, int]] = set()
    for obj in pdf.objects:
        if isinstance(obj, pikepdf.Dictionary) and name_of(obj.get("/Subtype")) == "/Type3":
            _add_fonts(obj.get("/Resources"), found, set(), 0)
    return found


def _add_fonts(resources: object, found: set[tuple[int, int]], seen: set[tuple[int, int]], depth: int) -> None:
    if not isinstance(resources, pikepdf.Dictionary) or depth > 8:
        return
    fonts, forms = resources.get("/Font"), resources.get("/XObject")
    if isinstance(fonts, pikepdf.Dictionary):
        found.update(font.objgen for font in fonts.values() if isinstance(font, pikepdf.Dictionary))
    for form in forms.values() if isinstance(forms, pikepdf.Dictionary) else ():
        if isinstance(form, pikepdf.Stream) and form.objgen not in seen:
            seen.add(form.objgen)
            _add_fonts(form.get("/Resources"), found, seen, depth + 1)
