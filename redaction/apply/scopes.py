"""Opening content streams for the interpreter, and the fonts they share."""

from __future__ import annotations

import pikepdf

from redaction.apply.fonts import Font
from redaction.apply.grammar import plain_content
from redaction.apply.matrices import Matrix
from redaction.apply.scene import PageScene, Resources, Scope
from redaction.apply.tokens import operators

MAX_OPERATORS = 3_000_000


class FontCache:
    """Fonts read once for the whole document."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int] | None, Font] = {}

    def get(self, obj: pikepdf.Object | None) -> Font:
        if obj is None:
            return self._fonts.setdefault(None, Font(None))
        if not obj.is_indirect:
            return Font(obj)
        font = self._fonts.get(obj.objgen)
        if font is None:
            font = self._fonts[obj.objgen] = Font(obj)
        return font


def number_fonts(pdf: pikepdf.Pdf) -> None:
    """Makes fonts that stand in resources themselves objects of their own, so that each is one font wherever used."""
    for obj in list(pdf.objects):
        resources = obj.get("/Resources") if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream) else None
        fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
        if isinstance(fonts, pikepdf.Dictionary):
            for name, font in list(fonts.items()):
                if isinstance(font, pikepdf.Dictionary) and not font.is_indirect:
                    fonts[name] = pdf.make_indirect(font)


def open_scope(scene: PageScene, kind: str, stream: pikepdf.Object, resources: Resources, base: Matrix) -> Scope:
    """A scope for `stream` (a page's whole content, or one stream), its operators read, added to the scene."""
    found = stream.read_bytes() if isinstance(stream, pikepdf.Stream) else page_content(stream)
    data, ops = plain_content(found, list(operators(found)))
    if sum(len(scope.ops) for scope in scene.scopes) + len(ops) > MAX_OPERATORS:
        scene.trouble = scene.trouble or "more drawing operators than can be read"
        scene.partial, ops = True, []
    scope = Scope(kind, stream, data, ops, resources, base, made_plain=data is not found)
    scene.scopes.append(scope)
    return scope


def page_content(page: pikepdf.Object) -> bytes:
    """A page's content streams as one: an operator may be split over two of them (7.8.2)."""
    contents = page.get("/Contents")
    if isinstance(contents, pikepdf.Stream):
        return contents.read_bytes()
    if isinstance(contents, pikepdf.Array):
        return b"\n".join(part.read_bytes() for part in contents if isinstance(part, pikepdf.Stream))
    return b""
