"""Worker processes for the crash tests, forked so that the libraries are loaded once: python -m tests.crash.forge.

Each line on standard input is an order in JSON, answered by a line: {"start": MODULE, "arguments": [...]} forks a
process that runs the module's `main` and answers its process id; {"wait": PID, "seconds": N} answers how it ended.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from sar.settings import PROJECT_ROOT

HELD_SECONDS = 600  # how long a worker waits for its death: longer than anybody waits for what it did
WORKERS = (
    "tests.crash.backup_process",
    "tests.crash.holding_worker",
    "tests.crash.ingest_worker",
    "tests.crash.worker_process",
)
PATIENCE_SECONDS = 120.0  # for a machine that has much else to do


def wait_until(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


class Forge:
    """The test's side: starts workers, one after another or several at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.forge"],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, module: str, *arguments: str) -> Worker:
        return Worker(self, int(self.order(start=module, arguments=arguments)))

    def order(self, **words: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(words)}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


class Worker:
    """A worker process. `kill` is kill -9, as when memory runs out or the power fails."""

    def __init__(self, forge: Forge, pid: int) -> None:
        self.pid = pid
        self._forge = forge
        self._status: int | None = None

    def kill(self) -> None:
        """Returns when the process is gone. Does nothing to one that has ended."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """How it ended: its exit code, or less than 0 for the signal that killed it."""
        if self._status is None:
            self._status = self._forge.order(wait=self.pid, seconds=PATIENCE_SECONDS)
        assert self._status is not None, "the worker did not end"
        return self._status


def _fork(module: str, arguments: list[str]) -> int:
    pid = os.fork()
    if pid == 0:
        _become(module, arguments)
    return pid


def _become(module: str, arguments: list[str]) -> NoReturn:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # the answers of the forge are not for workers to write into
        sys.argv = [module, *arguments]
        importlib.import_module(module).main()
        code = 0
    except Exception:  # noqa: BLE001  # the boundary: nothing may return into the forge's own loop
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _wait(pid: int, seconds: float) -> int | None:
    """None when it has not ended in that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


def main() -> None:
    for module in WORKERS:
        importlib.import_module(module)
    living: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            pid = _fork(order["start"], order["arguments"])
            living.add(pid)
            answer: int | None = pid
        elif (answer := _wait(order["wait"], order["seconds"])) is not None:
            living.discard(order["wait"])
        print(json.dumps(answer), flush=True)
    for pid in living:  # the tests were broken off
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
