"""Rules of the house that a reader relies on: short files, short functions, nothing dangerous in templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
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


def _named(paths: list[Path], breaks: Callable[[str], list[str]]) -> list[str]:
    """Each file that breaks a rule, with what in it does."""
    found = ((_name(path), breaks(path.read_text(encoding="utf-8"))) for path in paths)
    return [f"{name}: {', '.join(what)}" for name, what in found if what]


def _matches(pattern: str) -> Callable[[str], list[str]]:
    return lambda text: [match[0].strip() for match in re.finditer(pattern, text)]


def test_a_file_is_no_longer_than_400_lines() -> None:
    def too_long(text: str) -> list[str]:
        lines = len(text.splitlines())
        return [f"{lines} lines"] if lines > MAX_LINES else []

    assert len(CODE) > 100 and len(TEMPLATES) > 50
    assert _named([path for path in CODE + TEMPLATES if path.is_file()], too_long) == []


@pytest.mark.slow
def test_a_function_fits_a_screen() -> None:
    def too_long(text: str) -> list[str]:
        functions = (
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
        )
        return [
            f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
            for node in functions
            if node.end_lineno is not None and node.end_lineno - node.lineno >= MAX_FUNCTION
        ]

    assert _named(CODE, too_long) == []


def test_code_uses_none_of_the_shortcuts_that_let_input_become_markup_or_fields() -> None:
    shortcuts = r"render_template_string|\.populate_obj\(|\bshell=True|\bpickle\b|\byaml\.load\("
    assert _named([path for path in CODE if "tests" not in path.parts], _matches(shortcuts)) == []


def test_a_template_escapes_everything_and_holds_no_inline_style_or_handler() -> None:
    pages = [path for path in TEMPLATES if path.suffix == ".html"]
    assert _named(pages, _matches(r"\|\s*safe\b|autoescape\s+false")) == []
    assert _named(pages, _matches(r"""\sstyle\s*=\s*["']|\son[a-z]+\s*=\s*["']""")) == []


def test_nothing_reaches_outside_the_checkout() -> None:
    reaching = [_name(path) for path in CODE if "../" + "shared" in path.read_text(encoding="utf-8")]
    assert reaching == []
