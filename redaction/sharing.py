"""Sharing the pages of a long file out: this process takes the first, forked ones take the rest.

A forked process begins with all that was read so far, is held by the same limits, and dies with us. Whatever goes
wrong in one ends in `Lost`; the caller then does that work itself, and meets the same trouble if it was the file's.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from redaction.sandbox_launch import die_with_parent

# A process that has fewer pages to do costs more than it saves.
LEAST_PAGES = 150
MOST_PROCESSES = 4
_THREADS = Path("/proc/self/task")

Line = Connection
Work = Callable[[Line], None]


class Lost(Exception):
    """A forked process has ended before its work was done."""


def shares(pages: int, processes: int | None = None) -> list[range]:
    """The pages (from 0) for each process: as many as there are processors, or `processes`; one for a short file."""
    if processes is None:
        processes = min(os.cpu_count() or 1, MOST_PROCESSES, pages // LEAST_PAGES)
    count = max(1, min(processes, pages)) if _has_one_thread() else 1
    edges = [pages * number // count for number in range(count + 1)]
    return [range(first, end) for first, end in zip(edges, edges[1:], strict=False)]


def _has_one_thread() -> bool:
    """Only such a process is forked: a lock that another thread holds would stay locked for ever."""
    try:
        return len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False


class Partner:
    """A forked process at work."""

    def __init__(self, work: Work) -> None:
        self._line, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._process = os.fork()
        if self._process == 0:
            _serve(work, theirs)
        theirs.close()

    def hear(self) -> Any:
        """The next thing it says. Raises Lost."""
        try:
            return self._line.recv()
        except (EOFError, OSError) as error:
            raise Lost from error

    def tell(self, value: object) -> None:
        """Raises Lost."""
        try:
            self._line.send(value)
        except OSError as error:
            raise Lost from error

    def end(self) -> None:
        """Ends it, whether its work is done or not."""
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._line.close()


def _serve(work: Work, line: Line) -> None:
    """The forked process, to its end. It says nothing of what goes wrong: that shows when the caller does the work."""
    try:
        die_with_parent()
        work(line)
        line.close()
    finally:
        # Without the clean-up of the process we were forked from.
        os._exit(0)


@contextmanager
def partners(works: Sequence[Work]) -> Iterator[list[Partner]]:
    """A process for each of `works`, gone afterwards."""
    started: list[Partner] = []
    try:
        for work in works:
            started.append(Partner(work))
        yield started
    finally:
        for partner in started:
            partner.end()
