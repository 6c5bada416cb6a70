"""Rules of the house that a reader relies on: short files, short functions, nothing dangerous in templates."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MAX_LINES, MAX_FUNCTION = 400, 60


def _files(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in ROOT.glob(pattern)]
    return sorted(path for path in found if not {"vendor", "fixtures", "versions"} & set(path.parts))


CODE = _files("*.py", "sar/**/*.py", "redaction/**/*.py", "scripts/**/*.py", "tests/**/*.py")
TEMPLATES = _files("templates/**/*", "sar/static/*.css", "sar/static/*.js")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [path for path in CODE + TEMPLATES if path.is_file()], ids=_name)
def test_a_file_is_no_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", CODE, ids=_name)
def test_a_function_fits_a_screen(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    )
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions
        if node.end_lineno is not None and node.end_lineno - node.lineno >= MAX_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", [path for path in CODE if "tests" not in path.parts], ids=_name)
def test_code_uses_none_of_the_shortcuts_that_let_input_become_markup_or_fields(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"render_template_string|\.populate_obj\(|\bshell=True|\bpickle\b|\byaml\.load\(", text)


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=_name)
def test_a_template_escapes_everything_and_holds_no_inline_style_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", text)
    assert not re.search(r"""\sstyle\s*=\s*["']|\son[a-z]+\s*=\s*["']""", text)


def test_nothing_reaches_outside_the_checkout() -> None:
    reaching = [_name(path) for path in CODE if "../" + "shared" in path.read_text(encoding="utf-8")]
    assert reaching == []
