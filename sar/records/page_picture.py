"""One page as a picture, drawn in a child process of its own (security.md 13, 14)."""

from __future__ import annotations

import sys
from pathlib import Path

from redaction import sandbox
from sar.foundation.errors import Refused

_CHILD = Path(__file__).with_name("page_picture_child.py")
_CPU_SECONDS = 20
_WALL_SECONDS = 30.0
_PNG = b"\x89PNG\r\n\x1a\n"


def picture_of(path: Path, page: int, width: int) -> bytes:
    """The page (from 1) of a PDF as a PNG, `width` pixels wide. Raises Refused when it cannot be drawn."""
    # -P: the folder of the child's script holds modules of ours, which are none of its business.
    command = [sys.executable, "-P", "-B", str(_CHILD), str(path), str(page), str(width)]
    result = sandbox.run(command, cpu_seconds=_CPU_SECONDS, wall_seconds=_WALL_SECONDS)
    if result.returncode != 0 or not result.stdout.startswith(_PNG):
        raise Refused("This page could not be drawn. Try again; if it stays so, treat the page as one we cannot show.")
    return result.stdout
