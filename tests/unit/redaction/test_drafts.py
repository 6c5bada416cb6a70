"""A copy that is not yet verified does not outlast the process that makes it, however that ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redaction.drafts import draft_folder
from tests.unit.redaction.made import line, new_pdf

ROOT = Path(__file__).parents[3]
_PAST = time.time() - 3600


@pytest.fixture
def working(tmp_path: Path) -> subprocess.Popen[bytes]:
    """A process that redacts a file of many pages, seen with its draft folder made."""
    text = "".join(line("Dear Thomas Quillfeather", y=800 - 10 * row, size=9) for row in range(70))
    source = new_pdf(tmp_path / "in.pdf", *[text] * 250)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"words": ["Thomas Quillfeather"]}))
    command = [sys.executable, "-m", "redaction", "apply", *map(str, (source, plan, tmp_path / "out.pdf"))]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob(".redaction-*")):
        assert process.poll() is None
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_leaves_nothing(number: int, working: subprocess.Popen[bytes], tmp_path: Path) -> None:
    working.send_signal(number)
    assert working.wait(30) == 128 + number
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pdf", "plan.json"]


def test_what_a_killed_one_leaves_goes_with_the_next(working: subprocess.Popen[bytes], tmp_path: Path) -> None:
    working.kill()
    working.wait(30)
    (left,) = tmp_path.glob(".redaction-*")
    os.utime(left, (_PAST, _PAST))
    deadline = time.time() + 30
    while left.exists() and time.time() < deadline:  # its own child ends with it, a moment later
        with draft_folder(tmp_path / "other.pdf") as folder:
            assert folder.exists()
    assert not left.exists()
    assert not (tmp_path / "out.pdf").exists()


def test_a_folder_in_use_or_just_made_stays(tmp_path: Path) -> None:
    with draft_folder(tmp_path / "a.pdf") as used:
        os.utime(used, (_PAST, _PAST))
        fresh = tmp_path / ".redaction-fresh"
        fresh.mkdir()
        with draft_folder(tmp_path / "b.pdf"):
            assert used.exists()
            assert fresh.exists()
