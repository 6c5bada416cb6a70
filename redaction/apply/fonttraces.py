"""Fonts that cannot be made anew go on holding the glyphs of what was removed, wherever else they are used.

Such a font must not be in the file at all, so every page that uses it is drawn as a picture.
"""

from __future__ import annotations

from redaction.apply.deferral import Number
from redaction.apply.fonts import Font
from redaction.apply.recoding import Recoders
from redaction.apply.scene import Show
from redaction.apply.selection import Selection


class FontTraces:
    """Told of every page, it knows which fonts would tell, and where they are.

    Fonts go by their object's number; those without one count as one font.
    """

    def __init__(self, recoders: Recoders) -> None:
        self._recoders = recoders
        self._pages: dict[Number, set[int]] = {}
        self._lost_from: set[Number] = set()

    def add(self, selection: Selection, *, pictured: bool) -> None:
        """Takes note of one page. What a pictured page loses may be lost from any of its fonts."""
        scene = selection.scene
        shows = [show for scope in scene.scopes for show in scope.shows.values() if show.pieces]
        loses = pictured and (selection.removed_any or bool(selection.regions))
        for font in self._recoders.telling(dict.fromkeys(show.font for show in shows)):
            number = _number(font)
            if not pictured:
                self._pages.setdefault(number, set()).add(scene.number)
            if loses or any(_loses(show) for show in shows if show.font is font):
                self._lost_from.add(number)

    @property
    def notes(self) -> tuple[dict[Number, set[int]], set[Number]]:
        """By font the pages it is on, and the fonts that lost letters: fit to be given to another through `merge`."""
        return self._pages, self._lost_from

    def merge(self, notes: tuple[dict[Number, set[int]], set[Number]]) -> None:
        """Takes over what another has noted of other pages."""
        pages, lost_from = notes
        for number, found in pages.items():
            self._pages.setdefault(number, set()).update(found)
        self._lost_from |= lost_from

    def pages(self) -> set[int]:
        """The pages (from 0) that must be drawn as pictures for the sake of what their fonts hold."""
        return {page for font in self._lost_from for page in self._pages.get(font, ())}


def _number(font: Font) -> Number:
    return font.obj.objgen if font.obj is not None else (0, 0)


def _loses(show: Show) -> bool:
    return show.hidden or (not show.read_only and any(glyph.removed for glyph in show.glyphs))
