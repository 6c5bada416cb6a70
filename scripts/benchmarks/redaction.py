"""Redaction of a 200-page file, against PyMuPDF doing its search, redact and scrub in the same run on the same file.

The file is typeset by typst with embedded fonts: dense (12 names, about 22 hits a page) and sparse (1 name on every
tenth page). Each engine runs alone in a process of its own; times are wall clock inside it, without start-up. Our
verification is given apart; the peer verifies nothing. CPU seconds are of the whole process, verification included:
on a busy machine they compare better. PyMuPDF is installed in a folder that is thrown away.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

PAGES = 200
NAMES = (
    "Zebedee Quillfeather", "Marjorie Oakapple", "Tobias Fennimore", "Ann Lee", "Priscilla Thornbury",
    "Iain Mulgrew", "Wilhelmina Hoggart", "Desmond Achebe-Lyle", "Rosalind Petty", "Gareth Llewellyn", "Sunita Varma",
    "Noah Winterbourne",
)  # fmt: skip
HITS_A_PAGE = 22
_WORDS = (
    "the officer noted that on arrival at the office a full account was given and no further action would be taken "
    "until the review had been completed by the team who then wrote to the address held on file asking for an answer"
).split()
# The kernel's own high-water mark: what getrusage tells includes the parent's.
_PEAK = """
def peak_mib():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
"""
_OURS = (
    _PEAK
    + """
import json, sys, time
from pathlib import Path
from redaction.apply import apply_plan
from redaction.plan import Plan
report = apply_plan(Path(sys.argv[1]), Plan(words=tuple(json.loads(sys.argv[3]))), Path(sys.argv[2]))
seconds = report.seconds
print(json.dumps({"seconds": seconds["edit"] + seconds["save"], "verify_seconds": seconds["verify"],
    "hits": report.boxes, "pictured": len(report.pictured),
    "cpu_seconds": time.process_time(), "peak_mib": peak_mib()}))
"""
)
_PEER = (
    _PEAK
    + """
import json, sys, time
import pymupdf
began = time.perf_counter()
hits = 0
with pymupdf.open(sys.argv[1]) as document:
    for page in document:
        for word in json.loads(sys.argv[3]):
            for rectangle in page.search_for(word):
                page.add_redact_annot(rectangle, fill=(0, 0, 0))
                hits += 1
        page.apply_redactions()
    document.scrub()
    document.save(sys.argv[2], garbage=3, deflate=True)
print(json.dumps({"seconds": time.perf_counter() - began, "hits": hits, "version": pymupdf.__version__,
    "cpu_seconds": time.process_time(), "peak_mib": peak_mib()}))
"""
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench redaction", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-redaction-") as name:
        folder = Path(name)
        peer, problem = _install_peer(folder / "peer")
        results = [_measure(folder, kind, peer) for kind in ("dense", "sparse")]
    if options.json:
        print(json.dumps({"benchmark": "redaction", "pages": PAGES, "peer_missing": problem, "results": results}))
    else:
        _print_table(results, problem)
    return 0


def _install_peer(folder: Path) -> tuple[Path | None, str]:
    """The peer's Python, or None and why not."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    done = subprocess.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
            "pymupdf",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        return None, reason[0]
    return python, ""


def _measure(folder: Path, kind: str, peer: Path | None) -> dict[str, Any]:
    source = folder / f"{kind}.pdf"
    names = NAMES if kind == "dense" else NAMES[:1]
    _typeset(source, kind)
    result: dict[str, Any] = {"file": kind, "bytes": source.stat().st_size, "names": len(names)}
    for label, python, program in (("ours", Path(sys.executable), _OURS), ("pymupdf", peer, _PEER)):
        if python is None:
            continue
        target = folder / f"{kind}-{label}.pdf"
        command = [str(python), "-c", program, str(source), str(target), json.dumps(names)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        figures["seconds"], figures["cpu_seconds"] = (
            round(figures["seconds"], 2),
            round(figures["cpu_seconds"], 2),
        )
        figures["pages_per_second"] = round(PAGES / figures["seconds"], 1)
        figures["size_ratio"] = round(target.stat().st_size / source.stat().st_size, 2)
        result[label] = figures
    return result


def _typeset(target: Path, kind: str) -> None:
    import typst

    chance = random.Random(20)
    pages = []
    for page in range(PAGES):
        words = [chance.choice(_WORDS) for _ in range(430)]
        hits = HITS_A_PAGE if kind == "dense" else int(page % 10 == 0)
        for place in sorted(chance.sample(range(len(words)), hits)):
            words[place] = chance.choice(NAMES if kind == "dense" else NAMES[:1])
        pages.append(" ".join(words))
    source = target.with_suffix(".typ")
    source.write_text(
        "#set text(size: 11pt)\n#set par(justify: true)\n" + "\n#pagebreak()\n".join(pages), encoding="utf-8"
    )
    typst.compile(source, output=target)


def _print_table(results: list[dict[str, Any]], problem: str) -> None:
    print(f"Redaction of {PAGES} pages: find, redact, scrub, save (our verification apart)")
    for result in results:
        print(f"\n{result['file']}: {result['names']} name(s), {result['bytes'] / 1024:,.0f} KiB")
        for label in ("ours", "pymupdf"):
            if (figures := result.get(label)) is None:
                continue
            name = f"PyMuPDF {figures['version']}" if label == "pymupdf" else "ours"
            extra = f", verification {figures['verify_seconds']:.2f} s" if "verify_seconds" in figures else ""
            speed = f"{figures['seconds']:7.2f} s (CPU {figures['cpu_seconds']:6.2f})"
            speed += f" {figures['pages_per_second']:6.1f} pages/s"
            cost = f"size {figures['size_ratio']}  peak {figures['peak_mib']} MiB{extra}"
            print(f"  {name:16} {speed} {figures['hits']:6} hits  {cost}")
    if problem:
        print(f"\n*** THE PEER IS MISSING: PyMuPDF could not be installed ({problem}).", file=sys.stderr)
        print("*** There is nothing to compare with; this run proves no claim.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
