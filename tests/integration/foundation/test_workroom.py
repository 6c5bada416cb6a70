"""Plaintext lies only in private folders of the instance, and nothing that a dead process left stays there."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from sar.foundation import workroom
from sar.settings import PROJECT_ROOT

LEAVES_A_FOLDER = """
import os, sys
from pathlib import Path
from sar.foundation import workroom
from types import SimpleNamespace
workroom.settings = lambda: SimpleNamespace(instance=Path(sys.argv[1]))
with workroom.private_folder("bundle") as folder:
    (folder / "plain.pdf").write_text("Elsie Thornbury")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_private_folder_is_its_owners_alone_and_goes_with_its_content(in_app: Flask) -> None:
    with workroom.private_folder("bundle") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "plain.pdf").write_bytes(b"secret")
        assert folder.parent == in_app.extensions["sar"].settings.instance / "tmp"
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert not folder.exists()


def test_a_private_folder_goes_when_the_work_in_it_fails(in_app: Flask) -> None:
    with pytest.raises(OSError, match="full"), workroom.private_folder("bundle") as folder:
        (folder / "plain.pdf").write_bytes(b"secret")
        raise OSError("full")
    assert not folder.exists()


def test_a_sweep_leaves_alone_what_is_worked_on(in_app: Flask) -> None:
    with workroom.private_folder("bundle") as folder:
        assert workroom.sweep() == []
        assert folder.is_dir()


def test_what_a_killed_process_left_is_swept_and_not_before(in_app: Flask) -> None:
    instance = str(in_app.extensions["sar"].settings.instance)
    command = [sys.executable, "-c", LEAVES_A_FOLDER, instance]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        folder = Path(other.stdout.readline().strip())
        assert workroom.sweep() == [], "another process is at work in it"
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert (folder / "plain.pdf").exists()
        assert workroom.sweep() == [folder.name]
    assert not folder.exists()
