"""Running a reader of hostile files in a child process that can do little harm and cannot run for ever.

The child gets limits on memory, processor time, file size and open files, an almost empty environment, a private
temporary folder as its home and working directory, no input but an order, and where the system permits it no network.
It leads a process group of its own, which is killed when its time is up. Results are read from capped files.
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

from redaction.drafts import end_at_once, hold_back
from redaction.errors import TooLarge, Unreadable
from redaction.limits import MIB
from redaction.sandbox_launch import die_with_parent

# Address space, not resident memory: pdfium and Tesseract stay under 0.5 GiB of it on any page of ordinary size,
# RapidOCR reserves 1.1 GiB while it holds about half of that.
MEMORY_BYTES = 2048 * MIB
CPU_SECONDS = 600
SUPERVISED_CPU_SECONDS = 3_600  # whole files, and scans are read at some seconds a page
WALL_SECONDS = 900.0
FILE_BYTES = 1024 * MIB
OPEN_FILES = 256
_STDERR_KEPT = 64 * 1024
_GRACE_SECONDS = 5
# EX_SOFTWARE of sysexits.h: our child met an exception that nobody foresaw; its traceback is on standard error.
_INTERNAL_FAULT = 70

_LAUNCHER = Path(__file__).with_name("sandbox_launch.py")
_PROJECT = Path(__file__).resolve().parent.parent
_OUT_OF_MEMORY = (b"MemoryError", b"bad_alloc", b"annot allocate memory", b"out of memory")

_ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


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


class Child:
    """A started child that waits for its order on standard input: what takes long to load can be loaded beforehand.

    It is good for one order (`finish`) and gone afterwards, so that no two files meet in one process. `end` does away
    with one that was never used. Limits as for `run`, set before the command itself begins.

    The kernel kills a child when the thread that started it ends: start it in one that lives as long as the child.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        stdout_path: Path | None = None,
        memory_bytes: int = MEMORY_BYTES,
        cpu_seconds: int = CPU_SECONDS,
        file_bytes: int = FILE_BYTES,
        open_files: int = OPEN_FILES,
    ) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="redaction-", dir=folder)
        home = Path(self._home.name)
        self._kept_apart = stdout_path is not None
        self._out_path, self._err_path = stdout_path or home / "stdout", home / "stderr"
        self._file_bytes = file_bytes
        (home / "work").mkdir(mode=0o700)
        limits = [str(number) for number in (memory_bytes, cpu_seconds, file_bytes, open_files)]
        try:
            with self._out_path.open("wb") as out, self._err_path.open("wb") as err:
                # The launcher sets the limits on itself and becomes the command. A preexec_fn would run between fork
                # and exec in a process with threads, where it may hang.
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(_LAUNCHER), *limits, *command],
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=err,
                    cwd=home / "work",
                    env=_environment(home / "work"),
                    start_new_session=True,
                )
        except BaseException:
            self._home.cleanup()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def finish(self, order: bytes = b"", *, wall_seconds: float = WALL_SECONDS) -> Result:
        """Give the child its order and wait for its end, or for the end of its time, counted from now."""
        with self._home:
            in_time = self._wait(order, wall_seconds)
            with self._err_path.open("rb") as file:
                file.seek(max(0, self._err_path.stat().st_size - _STDERR_KEPT))
                stderr = file.read()
            full = self._out_path.stat().st_size >= self._file_bytes
            stdout = b"" if self._kept_apart else self._out_path.read_bytes()
        returncode = self._process.returncode
        return Result(returncode, stdout, stderr, _stopped_by(returncode, stderr, in_time=in_time, full=full))

    def end(self) -> None:
        """Kill the child without asking anything of it, and remove its folder."""
        with self._home:
            self._kill()

    def _wait(self, order: bytes, seconds: float) -> bool:
        """Whether the child ended in time. Its whole group is gone afterwards, on any way out."""
        try:
            self._process.communicate(order, timeout=seconds)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()


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
    child = Child(
        command,
        folder=folder,
        stdout_path=stdout_path,
        memory_bytes=memory_bytes,
        cpu_seconds=cpu_seconds,
        file_bytes=file_bytes,
        open_files=open_files,
    )
    return child.finish(wall_seconds=wall_seconds)


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
        **_ONE_THREAD,
        "PYTHONPATH": str(_PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if "TESSDATA_PREFIX" in os.environ:
        environment["TESSDATA_PREFIX"] = os.environ["TESSDATA_PREFIX"]
    return environment


def supervised(
    work: Callable[[], int], *, memory_bytes: int = MEMORY_BYTES, cpu_seconds: int = SUPERVISED_CPU_SECONDS
) -> int:
    """Do `work` in a forked child under limits on memory and processor time, and return its exit code.

    For the command line, where the file may be hostile and the process is our own: when a reader crashes on the
    file, the caller still gets an answer. Raises Unreadable for a crash or an unforeseen exception, TooLarge for
    want of memory or time. Must be called before any thread is started.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # Between here and there a request to end would be lost: what is raised while a process forks is dropped.
    mask = hold_back()
    child = os.fork()
    if child == 0:
        code = _INTERNAL_FAULT
        try:
            die_with_parent()
            end_at_once()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            lower_limit(resource.RLIMIT_AS, memory_bytes)
            lower_limit(resource.RLIMIT_CPU, cpu_seconds, _GRACE_SECONDS)
            lower_limit(resource.RLIMIT_CORE, 0)
            # As for a child of `run`: threads would take memory, and keep `sharing` from forking.
            os.environ.update(_ONE_THREAD)
            code = work()
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            # Leave without the parent's clean-up, but not without our output.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _, status = os.waitpid(child, 0)
    except BaseException:
        # We are asked to end: nothing may go on writing behind us.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    if not os.WIFSIGNALED(status):
        if os.WEXITSTATUS(status) == _INTERNAL_FAULT:
            raise Unreadable("The file could not be dealt with, because of a fault in this program.")
        return os.WEXITSTATUS(status)
    if os.WTERMSIG(status) == signal.SIGXCPU:
        raise TooLarge("The file takes longer than we allow, so it was not read to the end.")
    # pdfium ends itself by a trap or an abort when it cannot get memory.
    if os.WTERMSIG(status) in (signal.SIGTRAP, signal.SIGABRT, signal.SIGILL):
        raise TooLarge("The file needs more memory than we allow, so it was not read to the end.")
    raise Unreadable("The file made its reader fail, so it was not read to the end.")


def lower_limit(kind: int, value: int, grace: int = 0) -> None:
    """Lower a limit of this process for good; never raise one that is lower already. `grace`: how far beyond it the
    process is killed without a word."""
    _soft, hard = resource.getrlimit(kind)
    last = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(kind, (min(value, last), last))
