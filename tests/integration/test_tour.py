"""The tour: one request through every stage, with a real worker, in a process of its own, as the README says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_tour_walks_a_request_from_the_question_to_a_bundle_that_opens(tmp_path: Path) -> None:
    environment = {**os.environ, "SAR_INSTANCE": str(tmp_path / "instance")}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--tour"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    titles = re.findall(r"(?m)^(\d)\. (\w+)", done.stdout)
    assert [title for _, title in titles] == [
        "Intake",
        "Case",
        "Records",
        "Consultation",
        "Review",
        "Release",
        "Oversight",
    ]
    path = re.search(r"(?m)^Bundle: +(.+)$", done.stdout)
    words = re.search(r"(?m)^Passphrase: +(.+)$", done.stdout)
    assert path and words
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(path.group(1))
    with pikepdf.open(path.group(1), password=words.group(1)) as bundle:
        assert len(bundle.pages) > 8
        assert bundle.encryption.R == 6
