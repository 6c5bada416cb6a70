"""What is installed and what is shipped is what was reviewed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import check_vendored
import lock_inputs
import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-lock.lock")


def test_the_locks_hold_every_dependency_with_its_hash() -> None:
    assert lock_inputs.check() == 0


def test_a_dependency_that_is_not_locked_is_noticed(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    lock.write_text("flask==1 \\\n    --hash=sha256:00\nwtforms==2\n", encoding="utf-8")
    found = lock_inputs.unanswered("run", lock)
    assert "pikepdf: not in the lock" in found
    assert "wtforms: no hash" in found
    assert "flask: not in the lock" not in found


def test_the_test_lock_holds_the_very_versions_of_the_ordinary_one() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-test.lock")


@pytest.mark.parametrize("name", [*LOCKS, "setup.cfg"])
def test_no_file_of_ours_says_where_packages_come_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", text)


def test_every_vendored_file_has_the_hash_on_record() -> None:
    assert check_vendored.problems(check_vendored.VENDOR) == []


def test_a_vendored_file_that_was_changed_added_or_lost_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(check_vendored.VENDOR, copy)
    style = next(copy.rglob("*.css"))
    style.write_bytes(style.read_bytes() + b" ")
    next(copy.rglob("*.js")).unlink()
    (copy / "extra.js").write_text("1", encoding="ascii")
    found = [line.split(":")[0] for line in check_vendored.problems(copy)]
    assert sorted(found) == ["changed", "missing", "not listed"]


def test_the_font_of_gov_uk_is_neither_shipped_nor_asked_for() -> None:
    style = next(check_vendored.VENDOR.rglob("govuk-frontend.min.css")).read_text(encoding="utf-8")
    assert "@font-face" not in style
    assert "Transport" not in style
    assert not list(check_vendored.VENDOR.rglob("*.woff*"))
