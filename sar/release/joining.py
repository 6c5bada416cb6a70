"""Has `assembly` run in the sandbox: the parts become one plain bundle, and the proved bundle an encrypted one."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from redaction import sandbox
from redaction.limits import MIB
from sar.release.assembly import Part, first_pages

_CHILD: Final = Path(__file__).with_name("assembly.py")
# The whole bundle is held in memory twice over while it is joined and while it is encrypted.
_MEMORY: Final = 4096 * MIB
_FILE_BYTES: Final = 4096 * MIB
_SECONDS: Final = 3_600
_NO_ROOM: Final = os.strerror(errno.ENOSPC).encode()


class Failed(Exception):
    """The bundle could not be put together. The message says why, in plain words."""


@dataclass(frozen=True)
class Bundle:
    """The plain bundle, with what is needed to say where something in it came from."""

    parts: tuple[Part, ...]
    plain: Path
    locked: Path
    order: Path

    @property
    def pages(self) -> int:
        return sum(part.pages for part in self.parts)

    def place(self, page: int | None) -> tuple[Part | None, int | None]:
        """The part that a page of the bundle (from 1) belongs to, and its number there."""
        if page is None or not 1 <= page <= self.pages:
            return None, page
        starts = first_pages(self.parts)
        at = max(index for index, start in enumerate(starts) if start <= page)
        return self.parts[at], page - starts[at] + 1


def join(parts: Sequence[Part], folder: Path, *, reference: str, passphrase: str) -> Bundle:
    """Number the pages of the parts, in place, and make one PDF of them with an outline. Raises Failed."""
    bundle = Bundle(tuple(parts), folder / "plain.pdf", folder / "bundle.pdf", folder / "order.json")
    order = {
        "parts": [
            {"title": part.title, "path": str(part.path), "pages": part.pages, "dark": sorted(part.dark)}
            for part in parts
        ],
        "plain": str(bundle.plain),
        "locked": str(bundle.locked),
        "reference": reference,
        "title": f"Your records, {reference}",
        "total": bundle.pages,
        "passphrase": passphrase,
    }
    bundle.order.write_text(json.dumps(order), encoding="utf-8")
    if _run("join", bundle) != bundle.pages:
        raise Failed("The records could not be put together as one file: pages are missing.")
    return bundle


def lock(bundle: Bundle) -> Path:
    """Encrypt the bundle, and see that a second reader opens it with the words and not without. Raises Failed."""
    if _run("lock", bundle) is not True:
        raise Failed("The encrypted file did not open as it should.")
    return bundle.locked


def _run(step: str, bundle: Bundle) -> Any:
    # -P: the folder of the child's script holds modules of ours, which are none of its business.
    result = sandbox.run(
        [sys.executable, "-P", "-B", str(_CHILD), step, str(bundle.order)],
        folder=bundle.order.parent,
        memory_bytes=_MEMORY,
        cpu_seconds=_SECONDS,
        wall_seconds=2.0 * _SECONDS,
        file_bytes=_FILE_BYTES,
    )
    raise_if_full(result)
    if result.returncode != 0 or result.stopped_by is not None:
        why = result.stopped_by.value if result.stopped_by else "a file that could not be joined"
        raise Failed(f"The records could not be put together as one file ({why}).")
    return json.loads(result.stdout)


def raise_if_full(result: sandbox.Result) -> None:
    """Raises OSError when a child ended for want of room on the disk: no fault of the record, so worth another try."""
    if result.returncode != 0 and _NO_ROOM in result.stderr:
        raise OSError(errno.ENOSPC, "the disk is full")
