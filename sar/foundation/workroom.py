"""Where plaintext lies while it is worked on: private folders in the instance, gone when the work is over.

Whoever uses a folder holds a lock on it, which dies with its process. So what a killed worker left behind is known for
certain, and is removed by the next sweep: when a worker starts, and every hour.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sar.foundation.runtime import settings

_log = logging.getLogger(__name__)


@contextmanager
def private_folder(prefix: str) -> Iterator[Path]:
    """An empty folder (0700) for the block, removed with all it holds after it."""
    room = _room()
    with ExitStack() as keep:
        with _locked(room):  # so that no sweep comes between making the folder and locking it
            name = tempfile.mkdtemp(prefix=f"{prefix}-", dir=room)
            keep.enter_context(_locked(Path(name)))
        keep.callback(shutil.rmtree, name)
        yield Path(name)


def sweep() -> list[str]:
    """Remove the folders that nobody works in any more. Returns their names."""
    room = _room()
    removed = []
    with _locked(room):
        for folder in [found for found in room.iterdir() if found.is_dir() and not found.is_symlink()]:
            with suppress(BlockingIOError, FileNotFoundError), _locked(folder, wait=False):
                shutil.rmtree(folder)
                removed.append(folder.name)
    if removed:
        _log.warning("removed %d folders that an interrupted piece of work left behind", len(removed))
    return removed


def _room() -> Path:
    room = settings().instance / "tmp"
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    return room


@contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a folder. Raises BlockingIOError when another holds it and `wait` is false."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
