"""Sets limits on its own process and then becomes the given command. Started by `sandbox.py` with an isolated
interpreter, so it imports nothing but the standard library.

Arguments: memory bytes, processor seconds, file bytes, open files, command...
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

# From sched.h.
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
# From prctl.h.
PR_SET_PDEATHSIG = 1
# After the soft limit the process is told to stop; after the hard one it is killed.
_GRACE_SECONDS = 5


def main() -> None:
    memory, cpu, file_size, files = (int(value) for value in sys.argv[1:5])
    command = sys.argv[5:]
    die_with_parent()
    leave_network()
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, cpu, cpu + _GRACE_SECONDS)
    limit(resource.RLIMIT_FSIZE, file_size)
    limit(resource.RLIMIT_NOFILE, files)
    limit(resource.RLIMIT_AS, memory)
    os.execve(command[0], command, dict(os.environ))


def die_with_parent() -> None:
    """Have the kernel, where it can, kill this process when the one that started it is killed: nobody waits any more
    for its result, and it would go on writing what is in the file."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def leave_network() -> None:
    """Move to an empty network of our own where the kernel lets us; where it does not, the other limits hold."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None and unshare(CLONE_NEWNET) != 0:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)


def limit(kind: int, soft: int, hard: int | None = None) -> None:
    _, ceiling = resource.getrlimit(kind)
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted = min(wanted, ceiling)
    resource.setrlimit(kind, (min(soft, wanted), wanted))


if __name__ == "__main__":
    main()
