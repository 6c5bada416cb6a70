"""Which letter a glyph looks like, judged by the shape of its ink: rough, quick, and enough to raise a doubt.

Compared are Latin letters and digits in faces that every PDF reader carries. What looks alike, or differs in size only,
is one letter: "o", "O" and "0"; "l", "I", "i" and "1"; and letters of other scripts that share their shape.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pikepdf

from redaction.specimen import Ink, Shown, specimen

STRONG = 0.6  # a likeness from here on is plain: of the right letter it is 0.75 to 0.95 in most faces
CLEAR = 0.15  # a letter that much more alike than the one named is another letter
_FACES = ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Times-Roman", "Times-Italic", "Courier")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_GRID = 16
_INKED = 96
_WIDTH_MATTERS = 0.35
_SAMPLES = (0.25, 0.75)  # of each line of the square, so that thin strokes are not stepped over
_ALIKE = str.maketrans(
    "1i|!0" + "аеорсхуіјѕһвкмнт" + "αοντυικχρβεηζμγ",
    "llllo" + "aeopcxyljshbkmht" + "aovtulkxpbehzuy",
)

Numbers = npt.NDArray[np.float32]


def plain(text: str) -> str:
    """Text as shapes tell it: without case, accents, spaces or signs, and one letter for all that look alike."""
    spread = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    return "".join(letter for letter in spread if letter.isalnum())


def other_letter(shown: Sequence[Shown]) -> list[str]:
    """For each glyph the letter it plainly looks like, if that is another than it is named; else ""."""
    out = [""] * len(shown)
    asked = [at for at, one in enumerate(shown) if not _is_sign(one.text)]
    drawn, shapes, widths = _shapes([shown[at].ink for at in asked])
    letters, known, known_widths = _known()
    # Not by matrix product, which wakes threads that cost more than the work.
    likeness = np.einsum("ik,jk->ij", shapes, known) - _WIDTH_MATTERS * np.abs(widths[:, None] - known_widths)
    distinct, starts = np.unique(letters, return_index=True)
    by_letter = np.maximum.reduceat(likeness, starts, axis=1)
    for place, row in zip(drawn.tolist(), by_letter, strict=True):
        at, best = asked[place], int(row.argmax())
        named = max((row[distinct == letter].max(initial=-1.0) for letter in plain(shown[at].text)), default=-1.0)
        if row[best] >= STRONG and row[best] - named >= CLEAR:
            out[at] = str(distinct[best])
    return out


def _is_sign(text: str) -> bool:
    """Whether the text is signs alone: strokes and dots look like many things."""
    return not plain(text) and any(unicodedata.category(char)[0] in "PS" for char in text)


@cache
def _known() -> tuple[npt.NDArray[np.str_], Numbers, Numbers]:
    """(letters, shapes, widths) of every letter in every face, by letter."""
    ink: list[Ink] = []
    for face in _FACES:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/" + face),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )  # fmt: skip
        ink.extend(one.ink for one in specimen(font, [letter.encode() for letter in _LETTERS]))
    drawn, shapes, widths = _shapes(ink)
    letters = np.array([plain(letter) for letter in _LETTERS] * len(_FACES))[drawn]
    order = letters.argsort(kind="stable")
    return letters[order], shapes[order], widths[order]


def _shapes(ink: Sequence[Ink]) -> tuple[npt.NDArray[np.intp], Numbers, Numbers]:
    """(places, shapes, widths) of those that show anything.

    A shape is the ink stretched to a square, its mean taken off and of length 1, in one row; a width is the logarithm
    of how wide the ink was for its height.
    """
    if not ink:
        return np.zeros(0, np.intp), np.zeros((0, _GRID * _GRID), np.float32), np.zeros(0, np.float32)
    cells = np.stack(ink)
    drawn = np.flatnonzero(cells.max(axis=(1, 2)) > _INKED)
    cells = cells[drawn]
    rows, heights = _extent(cells.max(axis=2) > _INKED)
    columns, widths = _extent(cells.max(axis=1) > _INKED)
    at = np.arange(len(cells))[:, None, None]
    square = np.zeros((len(cells), _GRID, _GRID), np.float32)
    for down in _SAMPLES:
        for across in _SAMPLES:
            square += cells[
                at, _sampled(rows, heights, down)[:, :, None], _sampled(columns, widths, across)[:, None, :]
            ]
    shapes = square.reshape(len(cells), _GRID * _GRID)
    shapes -= shapes.mean(axis=1, keepdims=True)
    shapes /= np.maximum(np.linalg.norm(shapes, axis=1, keepdims=True), 1e-6)
    return drawn, shapes, np.log(widths / heights).astype(np.float32)


def _extent(inked: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """(first, length) of the inked part, by glyph."""
    first = inked.argmax(axis=1)
    return first, inked.shape[1] - inked[:, ::-1].argmax(axis=1) - first


def _sampled(first: npt.NDArray[np.intp], length: npt.NDArray[np.intp], within: float) -> npt.NDArray[np.intp]:
    """Where to look for each line of the square, by glyph; `within` (0 to 1) says where in the line."""
    steps = (np.arange(_GRID) + within) / _GRID
    return (first[:, None] + steps[None, :] * length[:, None]).astype(np.intp)
