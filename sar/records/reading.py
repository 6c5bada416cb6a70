"""From pages to words: `redaction read` in the sandbox, several processes for a long file, every line checked."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redaction import sandbox
from redaction.limits import MIB
from sar.records import words_file
from sar.records.conversion import CannotBeShown

# A child starts and opens the file in about half a second: worth it for this many pages.
PAGES_WORTH_A_PROCESS: Final = 10
_POLL_SECONDS: Final = 0.3
_START_SECONDS: Final = 120
_SECONDS_A_PAGE: Final = 20  # by OCR on a slow machine; text takes hundredths
_MOST_SECONDS: Final = 6 * 3600
_OUTPUT_BYTES: Final = 2048 * MIB
_NOTE: Final = re.compile(r"Page (\d{1,6}): (.{1,300})")

_SAY: Final = {
    sandbox.Stop.WALL_TIME: ("time", "Reading this file took too long, so we stopped."),
    sandbox.Stop.CPU_TIME: ("time", "Reading this file took too long, so we stopped."),
    sandbox.Stop.MEMORY: ("memory", "Reading this file needs more memory than we allow."),
    sandbox.Stop.OUTPUT: ("too_long", "This file holds more text than we take."),
    sandbox.Stop.CRASH: ("crash", "This file made its reader fail, so it was not read to the end."),
}
_UNCLEAR: Final = "The pages of this file could not be read with certainty, so none of them are used."


@dataclass(frozen=True)
class Words:
    """`path` holds what `words_file` wrote."""

    path: Path
    ocr_pages: int


@dataclass(frozen=True)
class _Share:
    """Pages `first` to `last` (from 1), and the file their lines go to."""

    first: int
    last: int
    output: Path

    @property
    def pages(self) -> int:
        return self.last - self.first + 1


def read_words(pdf: Path, pages: int, folder: Path, progress: Callable[[int, int], None]) -> Words:
    """Read all `pages` of a PDF, using the private `folder`; `progress(done, total)` is called while it runs.

    Raises CannotBeShown unless every page was read and every line makes sense: no part of a file is taken for it.
    """
    shares = _shares(pages, folder)
    with ThreadPoolExecutor(len(shares)) as pool:
        running = [pool.submit(_read_share, pdf, share) for share in shares]
        _watch(running, shares, pages, progress)
        results = [future.result() for future in running]
    for result in results:
        _raise_failure(result)
    tally = _Tally()
    target = folder / "words.gz"
    with target.open("wb") as out:
        words_file.write(tally.pages(shares, _notes(results)), out)
    return Words(target, tally.ocr_pages)


def read_one_page(pdf: Path, page: int, folder: Path) -> words_file.Page:
    """Read one page (from 1) alone. Raises CannotBeShown."""
    share = _Share(page, page, folder / "line")
    result = _read_share(pdf, share)
    _raise_failure(result)
    [read] = _Tally().pages([share], _notes([result]))
    return read


def _shares(pages: int, folder: Path) -> list[_Share]:
    count = max(1, min(os.cpu_count() or 1, pages // PAGES_WORTH_A_PROCESS))
    bounds = [pages * number // count for number in range(count + 1)]
    return [
        _Share(first + 1, last, folder / f"lines-{first + 1}") for first, last in zip(bounds, bounds[1:], strict=False)
    ]


def _read_share(pdf: Path, share: _Share) -> sandbox.Result:
    seconds = min(_MOST_SECONDS, _START_SECONDS + _SECONDS_A_PAGE * share.pages)
    command = [sys.executable, "-B", "-m", "redaction", "read", "--pages", f"{share.first}-{share.last}", str(pdf)]
    return sandbox.run(
        command,
        folder=share.output.parent,
        stdout_path=share.output,
        cpu_seconds=seconds,
        wall_seconds=float(seconds * 2),
        file_bytes=_OUTPUT_BYTES,
    )


def _watch(
    running: list[Future[sandbox.Result]], shares: list[_Share], pages: int, progress: Callable[[int, int], None]
) -> None:
    """Count the lines as they come in."""
    counted, positions = 0, [0] * len(shares)
    progress(0, pages)
    while wait(running, timeout=_POLL_SECONDS).not_done:
        for number, share in enumerate(shares):
            new, positions[number] = _new_lines(share.output, positions[number])
            counted += new
        progress(min(counted, pages - 1), pages)


def _new_lines(path: Path, position: int) -> tuple[int, int]:
    if not path.exists():
        return 0, position
    with path.open("rb") as file:
        file.seek(position)
        part = file.read(8 * MIB)
    return part.count(b"\n"), position + len(part)


def _raise_failure(result: sandbox.Result) -> None:
    if result.stopped_by is not None:
        code, words = _SAY[result.stopped_by]
        raise CannotBeShown(code, words)
    if result.returncode != 0:
        # The last line that the reader said is its reason, written for people.
        said = result.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise CannotBeShown("unreadable", said[:300] or _UNCLEAR)


def _notes(results: list[sandbox.Result]) -> dict[int, list[str]]:
    """What the reader found odd, by page (from 1)."""
    notes: dict[int, list[str]] = {}
    for result in results:
        for line in result.stderr.decode("utf-8", "replace").splitlines():
            if found := _NOTE.fullmatch(line):
                notes.setdefault(int(found[1]), []).append(found[2])
    return notes


class _Tally:
    """Checks lines on their way into the words file and counts the pages that OCR read."""

    def __init__(self) -> None:
        self.ocr_pages = 0

    def pages(self, shares: list[_Share], notes: dict[int, list[str]]) -> Iterator[words_file.Page]:
        for share in shares:
            expected = share.first
            with share.output.open("rb") as lines:
                for line in lines:
                    if expected > share.last:
                        raise CannotBeShown("unclear", _UNCLEAR)
                    try:
                        page = words_file.checked(line, expected)
                    except words_file.BadLine:
                        raise CannotBeShown("unclear", _UNCLEAR) from None
                    self.ocr_pages += page["source"] == "ocr"
                    yield page | {"notes": notes.get(expected, [])}
                    expected += 1
            if expected != share.last + 1:
                raise CannotBeShown("unclear", _UNCLEAR)
