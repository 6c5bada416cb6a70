"""One page as a picture, drawn in a child process of its own (security.md 13, 14).

Starting a child takes longer than drawing a page. A process that serves pages therefore keeps a few children that have
loaded their tools and wait (docs/decisions/0011). Each draws one page of one file and ends; nothing is kept.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from redaction import sandbox
from redaction.limits import MIB
from sar.foundation.errors import Refused
from sar.foundation.workroom import private_folder

CHILDREN: Final = 3
_CHILD: Final = Path(__file__).with_name("page_picture_child.py")
_CPU_SECONDS: Final = 20
_WALL_SECONDS: Final = 30.0
# MAX_PIXELS of the child at three bytes, and some.
_PICTURE_BYTES: Final = 48 * MIB
_PAUSE_SECONDS: Final = 5.0
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_log = logging.getLogger(__name__)


def picture_of(path: Path, page: int, width: int) -> bytes:
    """The page (from 1) of a PDF as a PNG, `width` pixels wide. Raises Refused when it cannot be drawn.

    `path` lies in a private folder, where the picture lies too until it is read.
    """
    order = json.dumps({"file": str(path.resolve()), "page": page, "width": width}).encode() + b"\n"
    waiting = _waiting
    if waiting is None:
        result = start_child(path.parent).finish(order, wall_seconds=_WALL_SECONDS)
    else:
        result = waiting.finish(order, path.parent)
    if result.returncode != 0 or not result.stdout.startswith(_PNG):
        raise Refused("This page could not be drawn. Try again; if it stays so, treat the page as one we cannot show.")
    return result.stdout


def start_child(folder: Path) -> sandbox.Child:
    """A child that waits for the page it is to draw, its folder inside `folder`."""
    # -P: the folder of the child's script holds modules of ours, which are none of its business.
    command = [sys.executable, "-P", "-B", str(_CHILD)]
    return sandbox.Child(command, folder=folder, cpu_seconds=_CPU_SECONDS, file_bytes=_PICTURE_BYTES)


@contextmanager
def children_waiting(count: int = CHILDREN) -> Iterator[WaitingChildren]:
    """While the block runs, pages of this process are drawn by children that wait already. Needs an app context."""
    global _waiting  # one for the process, as its threads are
    with private_folder("pages") as folder:
        waiting = WaitingChildren(folder, count)
        _waiting = waiting
        try:
            yield waiting
        finally:
            _waiting = None
            waiting.close()


class WaitingChildren:
    """Keeps `count` children waiting. Any thread may use one; one thread starts them all, since they end with it."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self.count = folder, count
        self._ready: deque[sandbox.Child] = deque()
        self._drawing = 0
        self._closed = False
        self._changed = threading.Condition()
        self._keeper = threading.Thread(target=self._keep_full, name="page children", daemon=True)
        self._keeper.start()

    def ready(self) -> int:
        """How many wait now."""
        with self._changed:
            return len(self._ready)

    def finish(self, order: bytes, folder: Path) -> sandbox.Result:
        """Have a waiting child do the order; when none is left, one that is started now, in `folder`."""
        child = self._take()
        try:
            return (child or start_child(folder)).finish(order, wall_seconds=_WALL_SECONDS)
        finally:
            with self._changed:
                self._drawing -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """End the children that wait, and start no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._keeper.join()
        while self._ready:
            self._ready.popleft().end()

    def _take(self) -> sandbox.Child | None:
        with self._changed:
            self._drawing += 1
            while self._ready:
                child = self._ready.popleft()
                if child.alive:
                    return child
                child.end()
        return None

    def _keep_full(self) -> None:
        while self._wait_for_a_gap():
            try:
                child = start_child(self._folder)
            except OSError as error:
                _log.warning("no child could be started to draw pages: %s", error.strerror)
                with self._changed:
                    self._changed.wait(_PAUSE_SECONDS)
                continue
            with self._changed:
                self._ready.append(child)
                self._changed.notify_all()

    def _wait_for_a_gap(self) -> bool:
        """Whether one more is wanted; False when none ever will be."""
        with self._changed:
            # A page that is being drawn comes before the child that takes its place.
            while not self._closed and len(self._ready) + self._drawing >= self.count:
                self._changed.wait()
            return not self._closed


_waiting: WaitingChildren | None = None
