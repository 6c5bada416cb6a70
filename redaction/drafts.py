"""Where a redacted copy lies until it is verified: a private folder beside its target that does not outlast its maker.

A process that is killed cannot clean up, so each folder is locked by whoever uses it, and whoever comes next removes
those that nobody holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_PREFIX = ".redaction-"
# A folder is made before it can be locked: one younger than this may be another process's, about to be.
_SETTLED_SECONDS = 60.0
_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def draft_folder(beside: Path) -> Iterator[Path]:
    """A new folder in the folder of `beside`, gone with all that is in it on the way out. Raises OSError."""
    parent = beside.resolve().parent
    _sweep(parent)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as name:
        lock = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Held by our children as well, and given back when the last of us is gone.
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(lock)


def _sweep(parent: Path) -> None:
    """Removes what killed processes have left in the folder."""
    for folder in parent.glob(_PREFIX + "*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < _SETTLED_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def end_tidily() -> None:
    """From here on a polite request to end is an exception, so that drafts are removed on the way out."""
    for number in _ENDING:
        signal.signal(number, _leave)


def hold_back() -> set[signal.Signals]:
    """Requests to end wait until the mask that is returned is set again."""
    return {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)}


def end_at_once() -> None:
    """For a child, whose drafts its parent removes."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
