"""Words with boxes from the text layer of one page, through pdfium.

One call per glyph is the price of boxes; everything else is done for the page at once in numpy, which is what
makes a digital page take milliseconds.
"""

from __future__ import annotations

import ctypes
from collections import deque
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium_c

from redaction.geometry import Box, PageFrame

# Gaps are measured in em of the glyph before (its box height stands for its size).
# Where pdfium broke the line but the next glyph simply continues it (each glyph placed alone), they are one word.
SAME_WORD_GAP_EM = 0.15
# Where pdfium saw no gap, only a leap this wide makes two words.
LARGE_GAP_EM = 1.0
_REPLACEMENT = 0xFFFD
_PDFIUM_HYPHEN = 0x02
_SAMPLE = 100
_SPACES = np.array([ord(c) for c in map(chr, range(0x3001)) if c.isspace()] + [0x200B, 0xFEFF], dtype=np.uint32)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


class Word(NamedTuple):
    """A run of characters without white space and the box around it, in display space (points)."""

    text: str
    box: Box


@dataclass(frozen=True)
class TextLayer:
    """`words` in pdfium's reading order. `unmapped` is the share (0 to 1) of words whose characters are unknown:
    the font does not say which letters its glyphs stand for, so the text is not what the eye sees."""

    words: list[Word]
    unmapped: float


class _RectBuffer:
    """Room for the boxes of a page's glyphs, reused from page to page, with a pointer ready for each."""

    def __init__(self) -> None:
        self._reserve(4096)

    def _reserve(self, size: int) -> None:
        self.size = size
        self.rects = (pdfium_c.FS_RECTF * size)()
        self.pointers = [ctypes.byref(rect) for rect in self.rects]

    def boxes(self, text_page: object, indices: Indices) -> Floats:
        """(n, 4) array left, top, right, bottom in user space, by font ascent, descent and advance."""
        count = len(indices)
        if count > self.size:
            self._reserve(count)
        ctypes.memset(self.rects, 0, ctypes.sizeof(pdfium_c.FS_RECTF) * count)
        fetch = pdfium_c.FPDFText_GetLooseCharBox
        # A deque that keeps nothing runs the calls without Python code in between. A glyph without a box leaves zeros.
        deque(map(fetch, repeat(text_page), indices.tolist(), self.pointers), maxlen=0)
        flat: npt.NDArray[np.float32] = np.frombuffer(memoryview(self.rects), dtype=np.float32, count=count * 4)
        return flat.reshape(count, 4).astype(np.float64)


class TextReader:
    """Reads text layers; one instance per document run, because it keeps its buffers."""

    def __init__(self) -> None:
        self._buffer = _RectBuffer()

    def read(self, page: object, frame: PageFrame) -> TextLayer:
        """The words of a loaded pdfium page (raw handle)."""
        text_page = pdfium_c.FPDFText_LoadPage(page)
        if not text_page:
            return TextLayer([], 0.0)
        try:
            count = pdfium_c.FPDFText_CountChars(text_page)
            if count <= 0:
                return TextLayer([], 0.0)
            codes = _codes(text_page, count)
            visible = np.flatnonzero(~(_is_break(codes) | np.isin(codes, _SPACES) | (codes == 0)))
            if not len(visible):
                return TextLayer([], 0.0)
            boxes = _to_display(self._buffer.boxes(text_page, visible), frame)
            first = np.concatenate(([0], _splits(codes, visible, boxes) + 1))
            starts, ends = visible[first], visible[np.append(first[1:], len(visible)) - 1]
            words = _words(codes, boxes, first, starts, ends)
            return TextLayer(words, max(_unmapped(text_page, starts), _foreign(codes, starts, ends)))
        finally:
            pdfium_c.FPDFText_ClosePage(text_page)


def _codes(text_page: object, count: int) -> Codes:
    """One code point per pdfium character."""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium_c.FPDFText_GetText(text_page, 0, count, buffer)
    units: npt.NDArray[np.uint16] = np.frombuffer(memoryview(buffer), dtype=np.uint16, count=count)
    surrogates = (units >= 0xD800) & (units < 0xE000)
    fetch = pdfium_c.FPDFText_GetUnicode
    if written == count + 1 and not surrogates.any():
        codes = units.astype(np.uint32)
        # In running text pdfium writes a hyphen at a line's end as a noncharacter; alone it tells it apart.
        for index in np.flatnonzero(codes >= 0xFFFE).tolist():
            codes[index] = fetch(text_page, index)
        return codes
    # pdfium leaves some characters out of the text, so that positions no longer match: ask for each.
    each: Codes = np.fromiter(map(fetch, repeat(text_page), range(count)), dtype=np.uint32, count=count)
    return each


def _to_display(rects: Floats, frame: PageFrame) -> Floats:
    """(n, 4) user space left, top, right, bottom into display x0, y0, x1, y1."""
    a, b, c, d, e, f = frame.matrix
    left, top, right, bottom = rects.T
    xs = np.stack((a * left + c * bottom, a * right + c * top)) + e
    ys = np.stack((b * left + d * bottom, b * right + d * top)) + f
    return np.stack((xs.min(axis=0), ys.min(axis=0), xs.max(axis=0), ys.max(axis=0)), axis=1)


def _splits(codes: Codes, visible: Indices, boxes: Floats) -> Indices:
    """Positions in `visible` (page indices of the characters that show; `boxes` are theirs) after which a word ends."""
    breaks = _is_break(codes)
    split = np.diff(np.cumsum(np.isin(codes, _SPACES) & ~breaks)[visible]) > 0
    broken = np.diff(np.cumsum(breaks)[visible]) > 0
    first, second = boxes[:-1], boxes[1:]
    # The longer side is close to the font size whichever way the text runs.
    em = np.maximum((first[:, 2:] - first[:, :2]).max(axis=1), 1e-6)
    ahead = second[:, 0] - first[:, 2]
    gap = np.maximum(ahead, first[:, 0] - second[:, 2])
    same_line = _shared_height(first, second) >= 0.5
    continues = same_line & (ahead < SAME_WORD_GAP_EM * em) & (ahead > -0.5 * em)
    apart = np.maximum(gap, np.maximum(second[:, 1] - first[:, 3], first[:, 1] - second[:, 3])) > LARGE_GAP_EM * em
    known = _has_area(first) & _has_area(second)
    after_hyphen = codes[visible[:-1]] == _PDFIUM_HYPHEN
    split |= (broken & ~(continues & known)) | (~broken & known & (apart | (after_hyphen & ~same_line)))
    return np.flatnonzero(split)


def _is_break(codes: Codes) -> Flags:
    breaks: Flags = (codes == 0x0D) | (codes == 0x0A)
    return breaks


def _shared_height(first: Floats, second: Floats) -> Floats:
    """Vertical overlap of neighbours as a share of the lower one's height."""
    shared = np.minimum(first[:, 3], second[:, 3]) - np.maximum(first[:, 1], second[:, 1])
    least = np.minimum(first[:, 3] - first[:, 1], second[:, 3] - second[:, 1])
    return shared / np.maximum(least, 1e-6)


def _has_area(boxes: Floats) -> Flags:
    return (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])


def _words(codes: Codes, boxes: Floats, first: Indices, starts: Indices, ends: Indices) -> list[Word]:
    """`first` counts among `boxes`, `starts` and `ends` among the characters of the page."""
    text, has_breaks = _page_text(codes)
    sizeless = ~_has_area(boxes)
    lows, highs = boxes[:, :2].copy(), boxes[:, 2:].copy()
    lows[sizeless], highs[sizeless] = np.inf, -np.inf
    corners = np.hstack((np.minimum.reduceat(lows, first), np.maximum.reduceat(highs, first))).round(3)
    # Where no glyph of a word has a size of its own (combining marks alone), the point it stands at.
    empty = corners[:, 0] > corners[:, 2]
    corners[empty] = boxes[first[empty]].round(3)
    pieces = [text[start : end + 1] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    if has_breaks:
        pieces = [piece.replace("\r", "").replace("\n", "") for piece in pieces]
    return [Word(piece, Box(*corner)) for piece, corner in zip(pieces, corners.tolist(), strict=True)]


def _page_text(codes: Codes) -> tuple[str, bool]:
    """One character per code, so that positions hold, and whether any is a line break."""
    clean = codes.copy()
    breaks = _is_break(codes)
    senseless = (codes < 0x20) & ~breaks | (codes >= 0xD800) & (codes < 0xE000) | (codes > 0x10FFFF)
    clean[senseless | (codes == 0xFFFE) | (codes == 0xFFFF)] = _REPLACEMENT
    clean[codes == _PDFIUM_HYPHEN] = ord("-")
    return clean.astype("<u4").tobytes().decode("utf-32-le"), bool(breaks.any())


def _unmapped(text_page: object, starts: Indices) -> float:
    """Share of words (of an even sample) whose first glyph no reader can name, as far as pdfium knows."""
    sample = starts[:: max(1, len(starts) // _SAMPLE)].tolist()
    unknown = [at for at in sample if pdfium_c.FPDFText_HasUnicodeMapError(text_page, at) == 1]
    return len(unknown) / len(sample)


def _foreign(codes: Codes, starts: Indices, ends: Indices) -> float:
    """Share of words made mostly of characters for private use, or of none at all."""
    private = (codes >= 0xE000) & (codes <= 0xF8FF) | (codes >= 0xFFFD) & (codes <= 0xFFFF)
    private |= (codes < 0x20) & (codes != 0x0D) & (codes != 0x0A) & (codes != _PDFIUM_HYPHEN)
    before = np.concatenate(([0], np.cumsum(private)))
    mostly: Flags = (before[ends + 1] - before[starts]) * 2 > ends + 1 - starts
    return float(mostly.mean())
