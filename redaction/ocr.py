"""Words read from an image: by Tesseract where it is installed, else by RapidOCR, whose models come with it."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from redaction.errors import Unreadable
from redaction.geometry import Box, bounding
from redaction.words import Word

TESSERACT = "tesseract"
RAPIDOCR = "rapidocr"
ENGINES = (TESSERACT, RAPIDOCR)

# Tesseract needs about 2 s for a dense A4 page at 200 dpi on one core; far beyond that, something is wrong.
PAGE_SECONDS = 180
_FAILED = "A scanned page could not be read by text recognition."


def engine_name() -> str:
    """The engine `ocr_image` uses here: "tesseract" or "rapidocr"."""
    return TESSERACT if shutil.which("tesseract") else RAPIDOCR


def ocr_image(image: Image.Image, dpi: float, *, engine: str | None = None) -> list[Word]:
    """The words in the image in reading order, with boxes in points from its top left corner.

    Uncertain words are kept: a name that is read badly is still someone's name. `engine` forces one of ENGINES.
    Raises Unreadable where the engine fails, never returns a partial page.
    """
    chosen = engine or engine_name()
    if chosen not in ENGINES:
        raise ValueError(f"Unknown engine {chosen!r}.")
    found = _tesseract(image, dpi) if chosen == TESSERACT else _rapidocr(image)
    scale = 72 / dpi
    return [
        Word(text, Box(box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale).rounded())
        for text, box in found
        if text
    ]


def _tesseract(image: Image.Image, dpi: float) -> list[Word]:
    """Words with boxes in pixels."""
    program = shutil.which("tesseract")
    if program is None:
        raise Unreadable("Tesseract is not installed.")
    picture = io.BytesIO()
    image.convert("L").save(picture, "PPM")
    command = [program, "stdin", "stdout", "--dpi", str(round(dpi)), "-l", "eng", "--psm", "3"]
    try:
        done = subprocess.run(
            [*command, "-c", "tessedit_create_tsv=1"],
            input=picture.getvalue(),
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=True,
            # One thread each: callers run as many pages side by side as there are cores.
            env={**_environment(), "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unreadable(_FAILED) from error
    rows = csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Word(part, _row_box(row)) for row in rows if row["level"] == "5" for part in (row["text"] or "").split()]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "TMPDIR") if name in os.environ}


def _row_box(row: dict[str, Any]) -> Box:
    left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
    return Box(left, top, left + width, top + height)


def _rapidocr(image: Image.Image) -> list[Word]:
    """Words with boxes in pixels."""
    result = _rapidocr_engine()(np.asarray(image.convert("RGB")), return_word_box=True)
    words: list[Word] = []
    if not result.txts:
        return words
    for line in result.word_results:
        for text, _score, corners in line:
            box = bounding([(x, y, x, y) for x, y in corners])
            words += [Word(part, box) for part in text.split()]
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
