"""Redacted files before a checker that others wrote: pdf-redaction-check, in an environment of its own (.checker)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from redaction.apply import apply_plan
from redaction.plan import Plan
from tests.unit.redaction import attacks, fontmakers
from tests.unit.redaction.readers import TRAPS
from tests.unit.redaction.test_apply_traps import BY_SIGHT, META

PYTHON = Path(__file__).parents[3] / ".checker" / "bin" / "python"
NAME = "Zebedee Quillfeather"
# One process for all files: reads [path, [secret, ...]] a line, answers with one report a line.
_DRIVER = """
import contextlib, io, json, sys
from pdf_redaction_check import main
for line in sys.stdin:
    path, secrets = json.loads(line)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main([path, "--json", *(part for secret in secrets for part in ("--secret", secret))])
    print(json.dumps([code, json.loads(said.getvalue() or "{}")]))
"""
_CLEAN = 0


@pytest.fixture(scope="module")
def checker() -> None:
    if not PYTHON.exists():
        message = "the independent checker IS NOT INSTALLED: run scripts/checker"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def checked(files: list[tuple[Path, list[str]]]) -> list[tuple[int, dict[str, Any]]]:
    asked = "".join(json.dumps([str(path), secrets]) + "\n" for path, secrets in files)
    done = subprocess.run([PYTHON, "-c", _DRIVER], input=asked, capture_output=True, text=True, check=True, timeout=300)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.usefixtures("checker")
def test_the_checker_finds_nothing_in_any_trap_and_would_have(tmp_path: Path) -> None:
    names = sorted(set(META) - BY_SIGHT)
    files = []
    for name in names:
        out = tmp_path / f"{name}.pdf"
        apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(META[name]["needles"])), out)
        files.append((out, META[name]["needles"]))
    reports = dict(zip(names, checked(files), strict=True))
    assert {name: report for name, (code, report) in reports.items() if code != _CLEAN} == {}
    before = checked([(TRAPS / f"{name}.pdf", META[name]["needles"]) for name in names])
    assert sum(code != _CLEAN for code, _ in before) > 0.8 * len(names), "the checker does look"


@pytest.mark.usefixtures("checker")
def test_the_checker_finds_nothing_in_fonts_of_any_kind(tmp_path: Path) -> None:
    files = []
    for kind in fontmakers.KINDS:
        source, out = tmp_path / f"{kind}-in.pdf", tmp_path / f"{kind}.pdf"
        fontmakers.maker(kind, attacks.story)(NAME, source)
        apply_plan(source, Plan(words=(NAME,)), out)
        files.append((out, [NAME]))
    assert {path.stem: report for (path, _), (code, report) in zip(files, checked(files), strict=True) if code} == {}
