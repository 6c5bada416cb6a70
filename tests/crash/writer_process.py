"""Processes that write as fast as they can, and are killed: python -m tests.crash.writer_process INSTANCE URL.

For each line that it is given it starts two writers, kills them with kill -9 somewhere in the middle, and answers with
how many commands they said were stored. Writers are forked, so that the libraries are loaded once and not eighty times.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from itertools import count
from pathlib import Path

from sar.foundation import audit, keys
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
from sar.foundation.throttle import ThrottleTry
from tests.foundation_app import foundation_app

AT_ONCE = 2


def write_for_ever(instance: Path, url: str, said: int) -> None:
    """Each command stores rows of three tables, or nothing. A byte is said after each that is stored."""
    with foundation_app(instance, url).app_context():
        for number in count(1):
            with write_transaction() as session:
                scope_id = keys.new_scope()
                session.add(ThrottleTry(bucket=scope_id, fingerprint="f", at=utc_now()))
                session.flush()
                audit.record(SYSTEM, Action.SESSIONS_REVOKED, scope_id, count=number)
            os.write(said, b".")


def kill_in_the_middle(instance: Path, url: str, wait: float) -> int:
    """Let each writer store once at least, wait a moment, kill them all. Returns how many commands they said."""
    writers = []
    for _ in range(AT_ONCE):
        listen, said = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(listen)
            write_for_ever(instance, url, said)
        os.close(said)
        writers.append((pid, listen))
    heard = sum(len(os.read(listen, 1)) for _, listen in writers)
    time.sleep(wait)
    for pid, _ in writers:
        os.kill(pid, signal.SIGKILL)
    for pid, listen in writers:
        os.waitpid(pid, 0)
        while words := os.read(listen, 65536):
            heard += len(words)
        os.close(listen)
    return heard


def main() -> None:
    instance, url, chance = Path(sys.argv[1]), sys.argv[2], random.Random(40)
    for _ in sys.stdin:
        print(kill_in_the_middle(instance, url, chance.uniform(0, 0.08)), flush=True)


if __name__ == "__main__":
    main()
