"""Words read from an image: by Tesseract where it is installed, else by RapidOCR, whose models come with it."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from redaction.errors import Unreadable
from redaction.geometry import Box, bounding
from redaction.words import Word

TESSERACT = "tesseract"
RAPIDOCR = "rapidocr"
ENGINES = (TESSERACT, RAPIDOCR)

# A word of so many letters, read so surely (of 100), is hardly an accident of lines and spots, nor of text on its side.
SURE_LETTERS = 3
SURE = 60.0

# Tesseract needs about 2 s for a dense A4 page at 200 dpi on one core; far beyond that, something is wrong.
PAGE_SECONDS = 180
_ROTATE = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_FAILED = "A scanned page could not be read by text recognition."


class Reading(NamedTuple):
    """The words of an image as `ocr_image` gives them, and how many of these were read with certainty."""

    words: list[Word]
    sure: int


class _Found(NamedTuple):
    """A word with its box in pixels; `certainty` from 0 to 100."""

    text: str
    box: Box
    certainty: float


def engine_name() -> str:
    """The engine `ocr_image` uses here: "tesseract" or "rapidocr"."""
    return TESSERACT if shutil.which("tesseract") else RAPIDOCR


def ocr_image(image: Image.Image, dpi: float, *, engine: str | None = None) -> list[Word]:
    """The words in the image in reading order, with boxes in points from its top left corner.

    Uncertain words are kept: a name that is read badly is still someone's name. `engine` forces one of ENGINES.
    Raises Unreadable where the engine fails, never returns a partial page.
    """
    return read_image(image, dpi, engine=engine).words


def read_image(image: Image.Image, dpi: float, *, engine: str | None = None, sparse: bool = False) -> Reading:
    """As `ocr_image`, and how sure the engine is. `sparse`: Tesseract looks for words anywhere, not for lines."""
    chosen = engine or engine_name()
    if chosen not in ENGINES:
        raise ValueError(f"Unknown engine {chosen!r}.")
    found = [
        each for each in (_tesseract(image, dpi, sparse) if chosen == TESSERACT else _rapidocr(image)) if each.text
    ]
    scale = 72 / dpi
    words = [
        Word(text, Box(box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale).rounded())
        for text, box, _ in found
    ]
    return Reading(words, sum(each.certainty >= SURE and _letters(each.text) >= SURE_LETTERS for each in found))


def turn_of(image: Image.Image) -> int:
    """By how many degrees (0, 90, 180, 270) to turn the image clockwise so that its text stands upright; 0 where that
    cannot be told, which takes some fifty letters, and Tesseract."""
    if engine_name() != TESSERACT:
        return 0
    try:
        told = _ask_tesseract(image, "--psm", "0", "-l", "osd")
    except Unreadable:
        return 0  # too few letters are an error to it
    found = _ROTATE.search(told)
    return int(found[1]) % 360 if found is not None else 0


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)


def _tesseract(image: Image.Image, dpi: float, sparse: bool) -> list[_Found]:
    told = _ask_tesseract(
        image, "--dpi", str(round(dpi)), "-l", "eng", "--psm", "11" if sparse else "3", "-c", "tessedit_create_tsv=1"
    )
    rows = csv.DictReader(io.StringIO(told), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        _Found(part, _row_box(row), float(row["conf"]))
        for row in rows
        if row["level"] == "5"
        for part in (row["text"] or "").split()
    ]


def _ask_tesseract(image: Image.Image, *options: str) -> str:
    """What it says of the image. Raises Unreadable."""
    program = shutil.which("tesseract")
    if program is None:
        raise Unreadable("Tesseract is not installed.")
    picture = io.BytesIO()
    image.convert("L").save(picture, "PPM")
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", *options],
            input=picture.getvalue(),
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=True,
            # One thread each: callers run as many pages side by side as there are cores.
            env={**_environment(), "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unreadable(_FAILED) from error
    return done.stdout.decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "TMPDIR") if name in os.environ}


def _row_box(row: dict[str, Any]) -> Box:
    left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
    return Box(left, top, left + width, top + height)


def _rapidocr(image: Image.Image) -> list[_Found]:
    result = _rapidocr_engine()(np.asarray(image.convert("RGB")), return_word_box=True)
    words: list[_Found] = []
    if not result.txts:
        return words
    for line in result.word_results:
        for text, score, corners in line:
            box = bounding([(x, y, x, y) for x, y in corners])
            words += [_Found(part, box, 100 * float(score)) for part in text.split()]
    return words


@cache
def _rapidocr_engine() -> Any:
    # Imported here because it costs seconds and hundreds of megabytes, wanted only where Tesseract is missing.
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.2,
            # The classifier of upside-down lines turns good ones over: recall .88 with it, 1.00 without, on a page
            # of plain 10 pt text.
            "Global.use_cls": False,
            # One thread, one line at a time, and detection at up to 1440 pixels: a dense A4 page then peaks at
            # 540 MB instead of 1.1 GB, with the same words found.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Rec.rec_batch_num": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": 1440,
        }
    )
