"""Searching the reference case for people once more, by a process that has just started, after one record came.

The pages are those of scripts/reference_case.py. The first process reads every page and keeps the findings with the
case (on SQLite, in a folder that is thrown away); the second, which knows nothing else, opens them. Beside it the same
second search where nothing was kept. Processor seconds of all processes compare on a busy machine; the clock does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import reference_case
from flask_migrate import upgrade
from sqlalchemy import func, select

from redaction.detect import Detector, PageString
from sar.application import create_app
from sar.foundation import keys
from sar.foundation.db import db, write_transaction
from sar.review.findings import CaseMemory
from sar.review.models import PageFindings
from sar.settings import Settings

_SUBJECT = "Reece Daniel Hartley-Moon"
_NEW = "A new record: Zephyrine Oakhollow rang about the tag."
_STEPS = {"first": "first search", "again": "again, findings kept", "afresh": "again, nothing kept"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench search_again", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--pages", type=int, default=reference_case.PAGES, help="only so many, 60 %% of them copies")
    parser.add_argument("--step", choices=_STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(_search(options.step, options.folder, options.pages)))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-search-again-") as folder:
        results = [_in_process(step, folder, options.pages) for step in _STEPS]
    same = results[1]["digest"] == results[2]["digest"]
    if options.json:
        print(json.dumps({"benchmark": "search_again", "same_mentions": same, "results": results}))
    else:
        print(f"{'':24}{'CPU s':>8}{'s':>8}{'mentions':>10}{'texts kept':>12}{'KiB kept':>10}")
        for row in results:
            times = f"{row['cpu_seconds']:>8}{row['seconds']:>8}"
            print(f"{_STEPS[row['step']]:24}{times}{row['mentions']:>10,}{row['texts']:>12,}{row['kib']:>10,}")
        print("The same mentions, kept or not." if same else "THE MENTIONS DIFFER.")
    return 0 if same else 1


def _in_process(step: str, folder: str, pages: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--step", step, "--folder", folder, "--pages", str(pages)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer


def _search(step: str, folder: Path, count: int) -> dict[str, Any]:
    reference_case.PAGES = count
    texts, people = reference_case.build()
    if step != "first":
        texts.append(_NEW)
    app = create_app(Settings(environment="test", instance=folder / "instance", public_url="https://localhost"))
    with app.app_context():
        if step == "first":
            upgrade()
        scope_id = _scope(folder, new=step != "again")
        pages = [PageString(number, text) for number, text in enumerate(texts, 1)]
        began, cpu = time.perf_counter(), reference_case.cpu_seconds()
        mentions = Detector().detect(pages, [_SUBJECT], people[:1], memory=CaseMemory(scope_id))
        seconds, cpu = time.perf_counter() - began, reference_case.cpu_seconds() - cpu
        kept = select(func.count(), func.sum(func.length(PageFindings.findings_sealed)))
        rows, size = db.session.execute(kept.where(PageFindings.scope_id == scope_id)).one()
    return {
        "step": step,
        "cpu_seconds": round(cpu, 1),
        "seconds": round(seconds, 1),
        "mentions": len(mentions),
        "digest": hashlib.sha256("\n".join(map(repr, mentions)).encode()).hexdigest(),
        "texts": rows,
        "kib": round(size / 1024),
    }


def _scope(folder: Path, *, new: bool) -> str:
    """The key of the case; in the second search, the one whose findings the first one kept."""
    noted = folder / "scope"
    if not new:
        return noted.read_text()
    with write_transaction():
        scope_id = keys.new_scope()
    if not noted.exists():
        noted.write_text(scope_id)
    return scope_id


if __name__ == "__main__":
    sys.exit(main())
