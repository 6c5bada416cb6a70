"""The graphics state as far as text depends on it: ISO 32000-2, 8.4 and 9.3."""

from __future__ import annotations

import pikepdf

from redaction.apply.fonts import Font
from redaction.apply.matrices import IDENTITY, Matrix, Rect
from redaction.apply.naming import name_of


class State:
    """What q saves and Q restores. `clip` bounds the clipping path in page user space, None for the whole page."""

    __slots__ = (
        "char_space",
        "clip",
        "ctm",
        "font",
        "leading",
        "mode",
        "rise",
        "scale",
        "size",
        "veiled",
        "word_space",
    )

    def __init__(self) -> None:
        self.ctm: Matrix = IDENTITY
        self.font: Font = Font(None)
        self.size = self.char_space = self.word_space = self.rise = self.leading = 0.0
        self.scale = 1.0
        self.mode = 0
        self.veiled = False  # drawn through a mask, a blend or half transparent
        self.clip: Rect | None = None

    def copy(self) -> State:
        other = State.__new__(State)
        for name in State.__slots__:
            setattr(other, name, getattr(self, name))
        return other


def veils(settings: pikepdf.Dictionary) -> bool:
    """Whether what is drawn under these settings lets through what lies below, or is masked."""
    opaque = all(settings.get(key, 1) == 1 for key in ("/ca", "/CA"))
    plain = (name_of(settings.get("/BM")) or "/Normal") in ("/Normal", "/Compatible")
    return not (opaque and plain) or isinstance(settings.get("/SMask"), pikepdf.Dictionary)
