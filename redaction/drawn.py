"""The streams a page draws with, by the resources that name them: forms, tiling patterns, groups of soft masks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pikepdf

_DEPTH = 4
_TREE_DEPTH = 64


class Drawn(NamedTuple):
    """A content stream with its resources. `veiled`: drawn by a pattern or a mask, where readers do not look."""

    stream: pikepdf.Stream
    resources: object
    veiled: bool


def streams_of(page: pikepdf.Object) -> Iterator[Drawn]:
    """The content streams of a page, and those it names."""
    holder: pikepdf.Object | None = page
    resources = None
    for _ in range(_TREE_DEPTH):
        if holder is None or resources is not None:
            break
        resources = holder.get("/Resources")
        holder = holder.get("/Parent")
    contents = page.get("/Contents")
    for part in contents if isinstance(contents, pikepdf.Array) else [contents]:
        if isinstance(part, pikepdf.Stream):
            yield Drawn(part, resources, False)
    yield from _within(resources, _DEPTH, False, set())


def fonts_of(page: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The fonts a page and what it names may show text with."""
    for drawn in streams_of(page):
        yield from named(drawn.resources, "/Font")


def veiled_images(page: pikepdf.Object) -> Iterator[pikepdf.Stream]:
    """The images that patterns and masks of a page draw."""
    for drawn in streams_of(page):
        for item in named(drawn.resources, "/XObject") if drawn.veiled else ():
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == pikepdf.Name.Image:
                yield item


def named(resources: object, category: str) -> Iterator[pikepdf.Object]:
    """The resources of one category, such as "/Font"."""
    entries = resources.get(category) if isinstance(resources, pikepdf.Dictionary) else None
    if isinstance(entries, pikepdf.Dictionary):
        yield from entries.values()


def _within(resources: object, depth: int, veiled: bool, seen: set[tuple[int, int]]) -> Iterator[Drawn]:
    if depth == 0:
        return
    for stream, veils in _drawable(resources):
        if stream.objgen not in seen:
            seen.add(stream.objgen)
            inner = stream.get("/Resources")
            yield Drawn(stream, inner, veiled or veils)
            yield from _within(inner, depth - 1, veiled or veils, seen)


def _drawable(resources: object) -> Iterator[tuple[pikepdf.Stream, bool]]:
    """Patterns and masks come first: a form that they draw as well counts as veiled."""
    for item in named(resources, "/Pattern"):
        if isinstance(item, pikepdf.Stream):
            yield item, True
    for item in named(resources, "/ExtGState"):
        mask = item.get("/SMask") if isinstance(item, pikepdf.Dictionary) else None
        group = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
        if isinstance(group, pikepdf.Stream):
            yield group, True
    for item in named(resources, "/XObject"):
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == pikepdf.Name.Form:
            yield item, False
