"""A child that waits for its order is as confined as any other, and does one piece of work only."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from redaction.limits import MIB
from redaction.sandbox import Child, Stop, run

ECHO = "import sys; print(sys.stdin.readline(), end='')"
WHERE_IT_IS = (
    "import json, os, resource, sys; sys.stdin.readline(); kinds = ('AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE');"
    "print(json.dumps([sorted(os.environ), os.path.basename(os.getcwd()), os.listdir('.'),"
    "[resource.getrlimit(getattr(resource, 'RLIMIT_' + kind)) for kind in kinds],"
    "sorted(os.listdir('/proc/self/net/dev_snmp6')) if os.path.isdir('/proc/self/net/dev_snmp6') else [],"
    "len(os.listdir('/proc/self/fd'))]))"
)
LIMITS: dict[str, Any] = {"memory_bytes": 512 * MIB, "cpu_seconds": 7, "file_bytes": MIB, "open_files": 64}


def waiting(folder: Path, code: str, **limits: Any) -> Child:
    return Child([sys.executable, "-c", code], folder=folder, **limits)


def test_a_child_does_what_it_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    child = waiting(tmp_path, ECHO)
    assert child.alive and len(list(tmp_path.iterdir())) == 1
    result = child.finish(b"one order\n", wall_seconds=30)
    assert (result.returncode, result.stdout, result.stopped_by) == (0, b"one order\n", None)
    assert not child.alive and list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_waiting_child_is_confined_exactly_as_one_that_is_started_for_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAR_SECRET", "hunter2")
    waited = waiting(tmp_path, WHERE_IT_IS, **LIMITS).finish(b"go\n", wall_seconds=30)
    direct = run([sys.executable, "-c", WHERE_IT_IS], folder=tmp_path, **LIMITS)
    assert json.loads(waited.stdout) == json.loads(direct.stdout)
    environment, _where, content, limits, _network, _files = json.loads(waited.stdout)
    assert "SAR_SECRET" not in environment and content == []
    assert limits == [[512 * MIB] * 2, [7, 12], [MIB] * 2, [64] * 2, [0, 0]]


def test_a_child_that_does_not_answer_in_time_is_killed(tmp_path: Path) -> None:
    child = waiting(tmp_path, "import time; time.sleep(60)")
    assert child.finish(b"now\n", wall_seconds=0.2).stopped_by is Stop.WALL_TIME
    assert not child.alive and list(tmp_path.iterdir()) == []


def test_an_order_to_a_child_that_has_died_is_a_failure_and_not_an_exception(tmp_path: Path) -> None:
    child = waiting(tmp_path, "import os; os.abort()")
    result = child.finish(b"x" * (1 << 17), wall_seconds=30)
    assert result.stopped_by is Stop.CRASH and result.stdout == b"" and list(tmp_path.iterdir()) == []


def test_a_child_that_is_not_needed_is_ended_without_an_order(tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    child = waiting(tmp_path, f"import sys; sys.stdin.readline() and open({os.fspath(witness)!r}, 'w')")
    child.end()
    assert not child.alive and list(tmp_path.iterdir()) == []
