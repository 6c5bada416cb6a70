"""Redacted files before a checker that others wrote: traps and fonts. Scans and files of real producers are shown to it
where they are made, in `test_traps_by_sight` and `test_attacks`."""

from __future__ import annotations

from pathlib import Path

import pytest

from redaction.apply import apply_plan
from redaction.plan import Plan
from tests.integration.redaction.checker import checked
from tests.unit.redaction import attacks, fontmakers
from tests.unit.redaction.readers import TRAPS
from tests.unit.redaction.test_apply_traps import BY_SIGHT, META

NAME = "Zebedee Quillfeather"
_CLEAN = 0


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
