"""Redacts every PDF of a folder twice, with an empty plan and for one word of its own, and tells what became of them.

A crash is any end but done, refused or leak found; a hang is a run stopped for its time. What is refused is listed with
its reason. Of what is written, the first pages are compared with the original: glyphs in place and pixels, away from
the lines on which the word stood.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import resource
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from redaction.apply import apply_plan
from redaction.errors import RedactionError
from redaction.limits import MIB
from redaction.plan import Plan
from tests.unit.redaction import comparison

PAGES_LOOKED_AT = 3
SECONDS = 240
MEMORY = 3072 * MIB
_DONE, _REFUSED, _LEAK, _HUNG = 0, 2, 3, -1
_WORD = re.compile(r"[^\W\d_]{5,}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench corpus", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help="PDF files, in folders as they come")
    parser.add_argument("--match", default="", help="only files with this in their path")
    parser.add_argument("--json", action="store_true", help="print one JSON object a file instead of a table")
    options = parser.parse_args()
    files = sorted(path for path in options.folder.rglob("*.pdf") if options.match in str(path))
    results: list[dict[str, Any]] = []
    for path in files:
        for result in _measure(path):
            results.append(result)
            if options.json:
                print(json.dumps(result), flush=True)
    if not options.json:
        print(_table(results))
    return 1 if any(result["outcome"] in ("crash", "hang") for result in results) else 0


def _measure(path: Path) -> list[dict[str, Any]]:
    word = _word_of(path)
    return [_run(path, words) for words in ([], [word])[: 2 if word else 1]]


def _word_of(path: Path) -> str:
    """A word of the first pages, that stands there a few times at most; "" where there is none."""
    try:
        with pdfium.PdfDocument(path) as document:
            pages = [document[index] for index in range(min(len(document), PAGES_LOOKED_AT))]
            text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    except pdfium.PdfiumError:
        return ""
    counts = Counter(_WORD.findall(text))
    rare = [word for word, count in counts.items() if count <= 5]
    return max(rare, key=lambda word: (len(word), word), default="")


def _run(path: Path, words: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"file": str(path), "plan": "word" if words else "empty"}
    with tempfile.TemporaryDirectory(prefix="bench-corpus-") as name:
        target = Path(name) / "out.pdf"
        code, said = _apart(path, words, target)
        if code == _DONE:
            report = json.loads(said)
            size = target.stat().st_size / path.stat().st_size
            compared = comparison.compare(path, target, words, PAGES_LOOKED_AT)
            return {
                **result, "outcome": "done", "pictured": report["pictured"], "boxes": report["boxes"],
                "size_ratio": round(size, 2), **asdict(compared),
            }  # fmt: skip
        outcome = {_REFUSED: "refused", _LEAK: "leak", _HUNG: "hang"}.get(code, "crash")
        return {**result, "outcome": outcome, "reason": said[-2000:]}


def _apart(path: Path, words: list[str], target: Path) -> tuple[int, str]:
    """(exit code, report or reason) of the engine in a process of its own, under the limits of the command line.

    Forked and not started: with a thousand runs, starting would take longer than the work.
    """
    answer = target.with_suffix(".txt")
    child = multiprocessing.get_context("fork").Process(target=_apply, args=(path, words, target, answer))
    child.start()
    child.join(SECONDS)
    if child.exitcode is None:
        child.kill()
        child.join()
        return _HUNG, ""
    return child.exitcode, answer.read_text(encoding="utf-8") if answer.exists() else ""


def _apply(path: Path, words: list[str], target: Path, answer: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        report = apply_plan(path, Plan(words=tuple(words)), target)
    except RedactionError as error:
        answer.write_text(str(error), encoding="utf-8")
        sys.exit(error.exit_code)
    except Exception:  # noqa: BLE001 -- any other end is what this benchmark is here to find, with its trace
        answer.write_text(traceback.format_exc(), encoding="utf-8")
        sys.exit(1)
    answer.write_text(json.dumps(report.to_data()), encoding="utf-8")


def _table(results: list[dict[str, Any]]) -> str:
    out = [f"{len(results)} runs over {len({result['file'] for result in results})} files"]
    for plan in ("empty", "word"):
        runs = [result for result in results if result["plan"] == plan]
        done = [result for result in runs if result["outcome"] == "done"]
        counts = Counter(result["outcome"] for result in runs)
        glyphs, moved = (sum(result[key] for result in done) for key in ("glyphs", "moved"))
        out.append(f"\nPlan: {plan}. " + ", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())))
        in_text = [result for result in done if not result["pictured"]]
        kept, gone = (sum(result[key] for result in in_text) for key in ("glyphs", "moved"))
        out.append(f"  glyphs in place: {1 - moved / max(1, glyphs):.3%} of {glyphs:,}")
        drawn, unseen = (sum(result[key] for result in done) for key in ("drawn", "unseen"))
        out.append(
            f"  of these drawn as before and read otherwise: {drawn}; not seen before either, so left out: {unseen}"
        )
        out.append(f"  the same without files with pictured pages: {1 - gone / max(1, kept):.3%} of {kept:,}")
        out.append(f"  pictured: {Counter(p['reason'] for result in done for p in result['pictured'])}")
        for reason, count in Counter(r["reason"] for r in runs if r["outcome"] in ("refused", "leak")).most_common():
            out.append(f"  refused {count:3}: {reason}")
        for result in runs:
            if result["outcome"] in ("crash", "hang"):
                out.append(f"  {result['outcome'].upper()} {result['file']}: {result.get('reason', '')[-400:]}")
        for result in sorted(in_text, key=lambda r: -r["changed"] / max(1, r["pixels"])):
            share = result["changed"] / max(1, result["pixels"])
            if share > 0.0005 or result["moved"]:
                out.append(f"  {share:8.3%} of pixels, {result['moved']:5} glyphs  {result['file']}")
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(main())
