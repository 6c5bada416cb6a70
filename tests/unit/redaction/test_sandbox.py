"""A child in the sandbox cannot take more than it is given, learn our secrets or outlive its time."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from redaction.errors import TooLarge, Unreadable
from redaction.limits import MIB
from redaction.sandbox import Child, Result, Stop, run, supervised
from tests.unit.redaction.pages import TRAPS, make_pdf

PATIENCE_SECONDS = 30.0  # for a machine that has much else to do
SLEEP_SECONDS = 110


def python(code: str, **limits: Any) -> Result:
    return run([sys.executable, "-c", code], **limits)


def test_a_child_that_keeps_to_its_limits_gives_back_what_it_wrote() -> None:
    result = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")
    assert (result.returncode, result.stdout, result.stderr, result.stopped_by) == (7, b"out\n", b"err\n", None)


def test_the_environment_holds_nothing_of_ours_and_home_is_an_empty_private_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAR_SECRET", "hunter2")
    result = python(
        "import json, os, sys; home = os.environ['HOME']; print(json.dumps([dict(os.environ), os.getcwd() == home,"
        " os.listdir(home), oct(os.stat(home).st_mode & 0o777), sys.stdin.read()]))"
    )
    environment, at_home, content, mode, given = json.loads(result.stdout)
    assert set(environment) <= {
        "PATH", "LANG", "HOME", "TMPDIR", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE", "TESSDATA_PREFIX", "LC_CTYPE",
    }  # fmt: skip
    assert (at_home, content, mode, given) == (True, [], "0o700", "")
    assert not Path(environment["HOME"]).exists()


def test_memory_is_capped() -> None:
    result = python("x = bytearray(400 * 1024 * 1024)", memory_bytes=256 * MIB)
    assert result.returncode != 0
    assert result.stopped_by is Stop.MEMORY


@pytest.mark.slow
def test_processor_time_is_capped() -> None:
    assert python("while True: pass", cpu_seconds=1).stopped_by is Stop.CPU_TIME


def test_output_is_capped_on_standard_output_and_in_files() -> None:
    result = python("print('a' * 3_000_000)", file_bytes=MIB)
    assert result.stopped_by is Stop.OUTPUT
    assert len(result.stdout) <= MIB
    assert python("open('f', 'wb').write(b'a' * 3_000_000)", file_bytes=MIB).returncode != 0


def test_open_files_are_capped() -> None:
    assert b"Too many open files" in python("f = [open('/dev/null') for _ in range(100)]", open_files=32).stderr


def test_no_core_dump_is_left_and_a_crash_is_called_one() -> None:
    result = python("import os, resource; print(resource.getrlimit(resource.RLIMIT_CORE)); os.abort()")
    assert result.returncode == -signal.SIGABRT
    assert result.stopped_by is Stop.CRASH


@pytest.mark.slow
def test_when_time_is_up_the_whole_family_of_processes_ends(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep({SLEEP_SECONDS})'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid)); time.sleep({SLEEP_SECONDS})"
    )
    started = time.monotonic()
    child = Child([sys.executable, "-c", code])
    assert _within(PATIENCE_SECONDS, lambda: note.exists() and note.read_text(encoding="utf-8").isdecimal())
    assert child.finish(wall_seconds=0.2).stopped_by is Stop.WALL_TIME
    assert time.monotonic() - started < SLEEP_SECONDS
    assert _gone_within(PATIENCE_SECONDS, int(note.read_text(encoding="utf-8")))


def test_the_network_is_cut_off_where_the_system_permits_it() -> None:
    own = python("import os; print(os.readlink('/proc/self/ns/net'))").stdout.decode().strip()
    if own == os.readlink("/proc/self/ns/net"):
        pytest.skip("This system does not permit a child to leave the network.")
    faces = python("print(open('/proc/self/net/dev').read())").stdout.decode().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in faces if line.strip()] == ["lo"]


@pytest.mark.slow
def test_a_scan_is_read_within_the_default_limits(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "redaction", "read", str(TRAPS / "35_scan_g4.pdf")]
    result = run(command, stdout_path=out)
    assert (result.returncode, result.stdout, result.stopped_by) == (0, b"", None)
    page = json.loads(out.read_text(encoding="utf-8"))
    assert page["source"] == "ocr"
    assert "Zebedee" in [word["text"] for word in page["words"]]


def test_supervised_work_gives_its_exit_code() -> None:
    assert supervised(lambda: 3) == 3


@pytest.mark.parametrize(("ending", "error"), [(signal.SIGKILL, Unreadable), (signal.SIGTRAP, TooLarge)])
def test_a_reader_that_crashes_becomes_a_reason(ending: signal.Signals, error: type[Exception]) -> None:
    def crash() -> int:
        os.kill(os.getpid(), ending)
        return 0

    with pytest.raises(error):
        supervised(crash)


@pytest.mark.slow
def test_supervised_work_without_end_is_ended_with_a_reason() -> None:
    def spin() -> int:
        while True:
            pass

    with pytest.raises(TooLarge, match="longer than we allow"):
        supervised(spin, cpu_seconds=1)


@pytest.mark.slow
def test_a_tree_of_pages_that_is_its_own_parent_is_no_endless_climb(tmp_path: Path) -> None:
    source = make_pdf(tmp_path / "a.pdf")
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.Root.Pages.Parent = pdf.Root.Pages
        pdf.save(source)
    code = (
        "from pathlib import Path\nfrom redaction.apply import apply_plan\nfrom redaction.plan import Plan\n"
        f"print(apply_plan(Path({str(source)!r}), Plan(words=('Zebedee',)), Path('out.pdf')).boxes)"
    )
    assert python(code, cpu_seconds=20).stdout == b"1\n"


def test_a_fault_of_ours_is_a_failure_with_a_traceback_for_the_operator(capfd: pytest.CaptureFixture[str]) -> None:
    def fault() -> int:
        raise KeyError("unforeseen")

    with pytest.raises(Unreadable, match="fault in this program"):
        supervised(fault)
    assert "unforeseen" in capfd.readouterr().err


@pytest.mark.slow
def test_a_file_whose_drawing_explodes_within_its_reader_becomes_a_reason(tmp_path: Path) -> None:
    """Ten forms each drawing the next ten times: no stream is large, but what they draw has no end."""
    path = make_pdf(tmp_path / "a.pdf", [b"/F Do"])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        inner = None
        for _ in range(12):
            form = pdf.make_stream(b"0 0 1 1 re f" if inner is None else b"/F Do " * 10)
            form.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 600, 800]
            )
            if inner is not None:
                form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
            inner = form
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
        pdf.save(path)
    code = (
        "from pathlib import Path\nfrom redaction.document import read_document\n"
        "from redaction.errors import TooLarge\nfrom redaction.sandbox import supervised\n"
        f"try: supervised(lambda: len(list(read_document(Path({str(path)!r})))), memory_bytes=400 << 20)\n"
        "except TooLarge as error: print(error)"
    )
    assert b"more memory than we allow" in python(code).stdout


def _gone_within(seconds: float, pid: int) -> bool:
    """A killed process that is not our child lives on until the kernel gets round to it, on a busy machine a while."""
    return _within(seconds, lambda: not _alive(pid))


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
