"""Reading an image whichever way its text stands: turned, where hardly a word is read upright though there is ink."""

from __future__ import annotations

from PIL import Image

from redaction.geometry import Box
from redaction.ocr import Reading, read_image, turn_of
from redaction.words import Word

# Fewer words read surely than this, or than this share of all, and the text may stand on its side or its head.
FEW = 3
SURE_SHARE = 0.3
# A smaller picture (in pixels along its longer side) is an icon, and one with so few tones has no ink.
LEAST_SIDE = 100
_LEAST_CONTRAST = 40
# More mid-tones than this make a photograph: there the turn is asked for first, which fails soon without text.
_MID_TONES = 0.3
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def read_thoroughly(image: Image.Image, dpi: float) -> list[Word]:
    """The words as `redaction.ocr.ocr_image` gives them, then those of text that is turned by a quarter or a half."""
    upright = read_image(image, dpi)
    if not _says_little(upright) or max(image.size) < LEAST_SIDE:
        return upright.words
    grey = image.convert("L")
    lowest, highest = grey.getextrema()
    if highest - lowest < _LEAST_CONTRAST:  # type: ignore[operator]  # of one band, two numbers
        return upright.words
    turns = (turn_of(grey),) if _is_photograph(grey) else (90, 270, 180)
    best, turned = upright, 0
    for turn in filter(None, turns):
        reading = read_image(grey.transpose(_CLOCKWISE[turn]), dpi)
        if reading.sure > best.sure:
            best, turned = reading, turn
    if not turned:
        # A single line beside a drawing may not be taken for text.
        return upright.words + read_image(grey, dpi, sparse=True).words
    width, height = (side * 72 / dpi for side in image.size)
    return upright.words + [Word(word.text, _turned_back(word.box, turned, width, height)) for word in best.words]


def _says_little(reading: Reading) -> bool:
    return reading.sure < max(FEW, SURE_SHARE * len(reading.words))


def _is_photograph(grey: Image.Image) -> bool:
    tones = grey.histogram()
    return sum(tones[64:192]) > _MID_TONES * sum(tones)


def _turned_back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the turned image in that of `width` and `height` as it was."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return Box(y0, height - x1, y1, height - x0)
    if turn == 180:
        return Box(width - x1, height - y1, width - x0, height - y0)
    return Box(width - y1, x0, width - y0, x1)
