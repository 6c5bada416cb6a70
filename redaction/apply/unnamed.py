"""Whether a page shows letters within words that their font does not name: such words are read by sight."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import pikepdf
import pypdfium2 as pdfium

from redaction.apply.fonts import Font
from redaction.apply.scene import PageScene, Show
from redaction.specimen import specimen


def has_unnamed_letters(scene: PageScene) -> bool:
    shows = [show for show in scene.shows if show.font.unnamed]
    return any(_has_ink(font, raw) for font, raw in {found for show in shows for found in _in_words(show)})


def _in_words(show: Show) -> Iterator[tuple[Font, bytes]]:
    """Each code without a name that stands beside a letter, with its font."""
    unnamed = show.font.unnamed
    codes = [code for _, run in show.pieces for code in run.codes]
    for pair in pairwise(codes):
        for one, other in (pair, pair[::-1]):
            if one.raw in unnamed and other.text.isalpha():
                yield show.font, one.raw


@lru_cache(maxsize=1_024)
def _has_ink(font: Font, raw: bytes) -> bool:
    """Some fonts do not name their space."""
    if not isinstance(font.obj, pikepdf.Dictionary):
        return True
    try:
        return any(shown.ink.any() for shown in specimen(font.obj, [raw]))
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, TypeError):
        return True
