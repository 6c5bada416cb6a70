"""Runs the parsers of `sandbox_tasks.py` on a hostile file, in a child process that can do little harm.

The child is a fresh interpreter (-I: nothing of the user's, nothing of this application), with an empty
environment, in an empty private folder, without our file descriptors, under limits on memory, CPU time, file
size and open files that it sets before it imports any parser, without a network where the kernel allows, and
under a wall clock that ends its whole process group. It fails closed: whatever is not a clean exit with an
answer in the agreed form is an error.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sar.foundation.workroom import private_folder

_TASKS: Final = Path(__file__).with_name("sandbox_tasks.py")
_OUTPUT_LIMIT: Final = 64 * 1024
# A flood of uploads must queue here, not fill the machine's memory with parsers.
_SLOTS: Final = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Limits:
    """What one child may use. Memory and file sizes in bytes, times in seconds."""

    memory: int = 1024 * 1024 * 1024
    cpu: int = 30
    wall: float = 60.0
    file_size: int = 64 * 1024 * 1024
    open_files: int = 64


class SandboxFailed(Exception):
    """The child gave no usable answer. `reason`: "time", "memory" or "crash"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a task said about a file, and the bytes that it made, if any."""

    facts: dict[str, Any]
    output: bytes


def run_task(task: str, source: Path, options: Mapping[str, Any], *, limits: Limits) -> Answer:
    """Run one task of `sandbox_tasks.py` on `source`. Raises SandboxFailed."""
    with _SLOTS, private_folder("sandbox") as home:
        order = {
            "task": task,
            "source": str(source.resolve()),
            "output": str(home / "output"),
            "options": dict(options),
            "limits": {
                "memory": limits.memory,
                "cpu": limits.cpu,
                "file_size": limits.file_size,
                "open_files": limits.open_files,
            },
        }
        said = _run(order, home, limits.wall)
        output = home / "output"
        return Answer(facts=said, output=output.read_bytes() if output.exists() else b"")


def _run(order: dict[str, Any], home: Path, wall: float) -> dict[str, Any]:
    answer = home / "answer"
    with answer.open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-I", "-B", str(_TASKS)],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env={"LC_ALL": "C.UTF-8", "TMPDIR": str(home)},
            close_fds=True,
            start_new_session=True,
        )
        try:
            child.communicate(json.dumps(order).encode(), timeout=wall)
        except subprocess.TimeoutExpired:
            raise SandboxFailed("time") from None
        finally:
            _end_group(child)
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise SandboxFailed("time")
    with answer.open("rb") as said_back:
        text = said_back.read(_OUTPUT_LIMIT + 1)
    if child.returncode != 0 or len(text) > _OUTPUT_LIMIT:
        raise SandboxFailed("crash")
    try:
        facts = json.loads(text)
    except ValueError:
        raise SandboxFailed("crash") from None
    if not isinstance(facts, dict):
        raise SandboxFailed("crash")
    if facts.get("error") == "memory":
        raise SandboxFailed("memory")
    return facts


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child and anything it started, whichever way we leave."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()
