"""Running a reader of hostile files in a child process that can do little harm and cannot run for ever.

The child gets limits on memory, processor time, file size and open files, an almost empty environment, a private
temporary folder as its home and working directory, no input, and where the system permits it no network. It leads
a process group of its own, which is killed when its time is up. Results are read from capped files.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from redaction.errors import TooLarge, Unreadable
from redaction.limits import MIB
from redaction.sandbox_launch import die_with_parent

# Address space, not resident memory: pdfium and Tesseract stay under 0.5 GiB of it on any page of ordinary size,
# RapidOCR reserves 1.1 GiB while it holds about half of that.
MEMORY_BYTES = 2048 * MIB
CPU_SECONDS = 600
WALL_SECONDS = 900.0
FILE_BYTES = 1024 * MIB
OPEN_FILES = 256
_STDERR_KEPT = 64 * 1024
# EX_SOFTWARE of sysexits.h: our child met an exception that nobody foresaw; its traceback is on standard error.
_INTERNAL_FAULT = 70

_LAUNCHER = Path(__file__).with_name("sandbox_launch.py")
_PROJECT = Path(__file__).resolve().parent.parent
_OUT_OF_MEMORY = (b"MemoryError", b"bad_alloc", b"annot allocate memory", b"out of memory")


class Stop(StrEnum):
    """Why a child ended before its work was done."""

    WALL_TIME = "wall time"
    CPU_TIME = "processor time"
    MEMORY = "memory"
    OUTPUT = "output size"
    CRASH = "crash"


@dataclass(frozen=True)
class Result:
    """`returncode` is negative for a child killed by that signal. `stdout` is empty when it went to a file.

    `stopped_by` names the limit that was hit, as far as can be told from outside; None for a child that ended by
    itself, whatever its return code. Only the end of a long `stderr` is kept.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    stopped_by: Stop | None


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    stdout_path: Path | None = None,
    memory_bytes: int = MEMORY_BYTES,
    cpu_seconds: int = CPU_SECONDS,
    wall_seconds: float = WALL_SECONDS,
    file_bytes: int = FILE_BYTES,
    open_files: int = OPEN_FILES,
) -> Result:
    """Run `command` (absolute program path; absolute file arguments) to its end or to a limit.

    `file_bytes` caps every file the child writes, its output included. Give `stdout_path` for long outputs, so that
    they need not be held in memory. What the child leaves lying meanwhile is in `folder`, the system's temporary one
    unless given. The child does not outlive us. Never raises for what it does; look at `returncode` and `stopped_by`.
    """
    with tempfile.TemporaryDirectory(prefix="redaction-", dir=folder) as name:
        home = Path(name)
        out_path, err_path = stdout_path or home / "stdout", home / "stderr"
        (home / "work").mkdir(mode=0o700)
        limits = [str(number) for number in (memory_bytes, cpu_seconds, file_bytes, open_files)]
        with out_path.open("wb") as out, err_path.open("wb") as err:
            # The launcher sets the limits on itself and becomes the command. A preexec_fn would run between fork
            # and exec in a process with threads, where it may hang.
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCHER), *limits, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=home / "work",
                env=_environment(home / "work"),
                start_new_session=True,
            )
            in_time = _wait(child, wall_seconds)
        with err_path.open("rb") as file:
            file.seek(max(0, err_path.stat().st_size - _STDERR_KEPT))
            stderr = file.read()
        full = out_path.stat().st_size >= file_bytes
        stdout = b"" if stdout_path else out_path.read_bytes()
    returncode = child.returncode
    return Result(returncode, stdout, stderr, _stopped_by(returncode, stderr, in_time=in_time, full=full))


def _wait(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the child ended in time. Its whole group is gone afterwards, on any way out."""
    try:
        child.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _stopped_by(returncode: int, stderr: bytes, *, in_time: bool, full: bool) -> Stop | None:
    if not in_time:
        return Stop.WALL_TIME
    if returncode == 0:
        return None
    if returncode == -signal.SIGXCPU:
        return Stop.CPU_TIME
    if full or returncode == -signal.SIGXFSZ:
        return Stop.OUTPUT
    if any(words in stderr for words in _OUT_OF_MEMORY):
        return Stop.MEMORY
    return Stop.CRASH if returncode < 0 else None


def _environment(home: Path) -> dict[str, str]:
    places = ["/usr/local/bin", "/usr/bin", "/bin"]
    tesseract = shutil.which("tesseract")
    if tesseract and str(Path(tesseract).parent) not in places:
        places.append(str(Path(tesseract).parent))
    environment = {
        "PATH": ":".join(places),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(home),
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(_PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if "TESSDATA_PREFIX" in os.environ:
        environment["TESSDATA_PREFIX"] = os.environ["TESSDATA_PREFIX"]
    return environment


def supervised(work: Callable[[], int], *, memory_bytes: int = MEMORY_BYTES) -> int:
    """Do `work` in a forked child under a memory limit and return its exit code.

    For the command line, where the file may be hostile and the process is our own: when a reader crashes on the
    file, the caller still gets an answer. Raises Unreadable for a crash or an unforeseen exception, TooLarge for
    want of memory. Must be called before any thread is started.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = _INTERNAL_FAULT
        try:
            die_with_parent()
            lower_limit(resource.RLIMIT_AS, memory_bytes)
            lower_limit(resource.RLIMIT_CORE, 0)
            code = work()
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            # Leave without the parent's clean-up, but not without our output.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        if os.WEXITSTATUS(status) == _INTERNAL_FAULT:
            raise Unreadable("The file could not be dealt with, because of a fault in this program.")
        return os.WEXITSTATUS(status)
    # pdfium ends itself by a trap or an abort when it cannot get memory.
    if os.WTERMSIG(status) in (signal.SIGTRAP, signal.SIGABRT, signal.SIGILL):
        raise TooLarge("The file needs more memory than we allow, so it was not read to the end.")
    raise Unreadable("The file made its reader fail, so it was not read to the end.")


def lower_limit(kind: int, value: int) -> None:
    """Lower a limit of this process for good; never raise one that is lower already."""
    _soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
