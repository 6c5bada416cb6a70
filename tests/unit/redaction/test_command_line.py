"""`python -m redaction` keeps its promises to the programs that call it: output, exit codes, reasons."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.redaction.pages import LINE, TRAPS, make_pdf

ROOT = Path(__file__).parents[3]


def redaction(*arguments: object) -> tuple[int, list[Any], str]:
    """Exit code, JSON lines, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "redaction", *map(str, arguments)],
        capture_output=True, cwd=ROOT, timeout=120, check=False, text=True,
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_read_prints_one_json_line_a_page_in_the_agreed_form(tmp_path: Path) -> None:
    code, lines, stderr = redaction("read", make_pdf(tmp_path / "a.pdf", [LINE, b"", LINE]))
    assert (code, stderr) == (0, "")
    assert [line["page"] for line in lines] == [1, 2, 3]
    assert list(lines[0]) == ["page", "width", "height", "rotation", "source", "words"]
    assert (lines[0]["width"], lines[0]["height"], lines[0]["source"]) == (595, 842, "text")
    assert list(lines[0]["words"][0]) == ["text", "box"]
    assert [word["text"] for word in lines[2]["words"]] == ["Present:", "Zebedee", "Quillfeather", "attended."]
    assert lines[0]["words"][1]["box"] == pytest.approx([120, 131, 167, 145], abs=1)


def test_read_can_be_shared_out_by_pages(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LINE] * 5)
    _, lines, _ = redaction("read", "--pages", "2-3", path)
    assert [line["page"] for line in lines] == [2, 3]


def test_what_is_odd_about_a_page_is_said_on_standard_error() -> None:
    code, lines, stderr = redaction("read", TRAPS / "33_no_tounicode.pdf")
    assert (code, lines[0]["source"]) == (0, "ocr")
    assert stderr.startswith("Page 1: The text layer does not say")


@pytest.mark.parametrize(
    "arguments",
    [
        ("read", "missing.pdf"),
        ("read", "setup.cfg"),
        ("read", "--pages", "9-1", "a.pdf"),
        ("detect", "missing.pdf"),
        ("apply", "missing.pdf", "missing.json", "out.pdf"),
        ("verify", "missing.pdf", "--absent", "missing.txt"),
        ("paint", "a.pdf"),
        (),
    ],
)
def test_bad_input_is_exit_2_with_the_same_reason_in_words_and_in_json(arguments: tuple[str, ...]) -> None:
    code, lines, stderr = redaction(*arguments)
    assert code == 2
    assert list(lines[-1]) == ["error"]
    assert lines[-1]["error"] in stderr
    assert "Traceback" not in stderr


def test_whoever_stops_listening_gets_no_traceback(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LINE * 50] * 200)
    with subprocess.Popen(
        [sys.executable, "-m", "redaction", "read", str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_apply_never_overwrites_its_original(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf")
    plan = tmp_path / "plan.json"
    plan.write_text('{"redactions": [], "words": ["Zebedee"]}', encoding="utf-8")
    before = path.read_bytes()
    code, lines, _ = redaction("apply", path, plan, path)
    assert code == 2
    assert "another name" in lines[-1]["error"]
    assert path.read_bytes() == before


def test_a_failed_apply_leaves_nothing_behind(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("this is not JSON", encoding="utf-8")
    code, _, _ = redaction("apply", make_pdf(tmp_path / "a.pdf"), plan, tmp_path / "out.pdf")
    assert code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "plan.json"]


@pytest.mark.slow
def test_apply_writes_a_copy_that_verify_finds_clean_where_the_original_is_not(tmp_path: Path) -> None:
    plan, absent, out = tmp_path / "plan.json", tmp_path / "absent.txt", tmp_path / "out.pdf"
    plan.write_text('{"redactions": [], "words": ["Zebedee Quillfeather"]}', encoding="utf-8")
    absent.write_text("Zebedee Quillfeather\n\n", encoding="utf-8")
    code, lines, _ = redaction("apply", TRAPS / "00_base.pdf", plan, out)
    assert code == 0
    assert lines[0]["pages"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["absent.txt", "out.pdf", "plan.json"]
    code, lines, _ = redaction("verify", TRAPS / "00_base.pdf", "--absent", absent)
    assert code == 3
    assert {leak["where"] for leak in lines[0]} >= {"text"}
    assert redaction("verify", out, "--absent", absent)[:2] == (0, [[]])


def test_verify_refuses_an_empty_list_because_finding_nothing_of_nothing_proves_nothing(tmp_path: Path) -> None:
    absent = tmp_path / "absent.txt"
    absent.write_text("\n  \n", encoding="utf-8")
    code, lines, _ = redaction("verify", make_pdf(tmp_path / "a.pdf"), "--absent", absent)
    assert code == 2
    assert "empty" in lines[0]["error"]
