"""Redaction of long files, against PyMuPDF 1.28 and 2 doing search, redact and scrub in the same run on the same file.

Files as Word, LibreOffice and Chrome write them: dense (12 names, about 22 hits a page) and sparse (1 name on every
tenth page). Each engine runs alone in a process of its own. Seconds are of the processor, which compares on a busy
machine; the clock is given beside them. Ours are given without verification and with it; the peers verify nothing.
The peers are installed in folders that are thrown away. What is not installed is said to be missing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.unit.redaction import longfiles
from tests.unit.redaction.peers import PEERS, install_peer

PAGES = 130
VERY_LONG = 5_000
OURS, OURS_ALONE = "ours", "ours in one process"
# The kernel's own high-water mark: what getrusage tells includes the parent's.
_PEAK = """
def peak_mib():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
"""
_OURS = (
    _PEAK
    + """
import json, resource, sys
from pathlib import Path
from redaction.apply import apply_plan
from redaction.plan import Plan
plan = Plan(words=tuple(json.loads(sys.argv[3])))
report = apply_plan(Path(sys.argv[1]), plan, Path(sys.argv[2]), processes=json.loads(sys.argv[4]))
cpu = report.processor_seconds
print(json.dumps({"cpu_seconds": cpu["edit"] + cpu["save"], "with_verification": sum(cpu.values()),
    "seconds": sum(report.seconds.values()), "hits": report.boxes, "pictured": len(report.pictured),
    "processes": report.processes, "peak_mib": peak_mib(),
    "peak_of_the_others_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}))
"""
)
_PEER = (
    _PEAK
    + """
import json, sys, time
import pymupdf
began, cpu = time.perf_counter(), time.process_time()
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
    "cpu_seconds": time.process_time() - cpu, "peak_mib": peak_mib()}))
"""
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench redaction", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--very-long", action="store_true", help=f"and {VERY_LONG:,} dense pages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-redaction-") as name:
        folder = Path(name)
        peers = {version: install_peer(folder / f"peer-{number}", version) for number, version in enumerate(PEERS)}
        files = [(producer, kind) for producer in longfiles.PRODUCERS for kind in ("dense", "sparse")]
        results = [_measure(folder, producer, kind, PAGES, peers) for producer, kind in files]
        if options.very_long:
            results.append(_measure(folder, "word", "dense", VERY_LONG, peers))
    missing = {version: problem for version, (python, problem) in peers.items() if python is None}
    if options.json:
        print(json.dumps({"benchmark": "redaction", "peers_missing": missing, "results": results}))
    else:
        _print_table(results, missing)
    return 0


def _measure(
    folder: Path, producer: str, kind: str, pages: int, peers: dict[str, tuple[Path | None, str]]
) -> dict[str, Any]:
    result: dict[str, Any] = {"producer": producer, "file": kind, "pages": pages}
    if not longfiles.is_there(producer):
        return {**result, "missing": True}
    source = folder / f"{producer}-{kind}.pdf"
    names = longfiles.NAMES if kind == "dense" else longfiles.NAMES[:1]
    longfiles.PRODUCERS[producer](source, pages, kind)
    result |= {"bytes": source.stat().st_size, "names": len(names)}
    engines = {OURS: (Path(sys.executable), _OURS)}
    if pages == VERY_LONG:
        engines[OURS_ALONE] = engines[OURS]
    engines |= {version: (python, _PEER) for version, (python, _) in peers.items() if python is not None}
    for label, (python, program) in engines.items():
        target = folder / "out.pdf"
        most_processes = json.dumps(1 if label == OURS_ALONE else None)
        command = [str(python), "-c", program, str(source), str(target), json.dumps(names), most_processes]
        # With one thread, as in the sandbox, a process may be forked for long files.
        one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=one_thread)
        figures = json.loads(done.stdout.splitlines()[-1])
        figures["pages_per_second"] = round(pages / figures["cpu_seconds"], 1)
        figures["size_ratio"] = round(target.stat().st_size / source.stat().st_size, 2)
        result[label] = figures
    return result


def _print_table(results: list[dict[str, Any]], missing: dict[str, str]) -> None:
    print("Find, redact, scrub, save: processor seconds; pages a second by these; ours with verification apart")
    for result in results:
        if result.get("missing"):
            print(f"\n{result['producer']}, {result['file']}: *** THE PROGRAM IS NOT INSTALLED, nothing was measured")
            continue
        size = f"{result['pages']:,} pages, {result['bytes'] / 1024:,.0f} KiB"
        print(f"\n{result['producer']}, {result['file']}: {size}, {result['names']} name(s)")
        for label in (OURS, OURS_ALONE, *PEERS):
            if (figures := result.get(label)) is None:
                continue
            name = f"PyMuPDF {figures['version']}" if label in PEERS else label
            speed = f"{figures['cpu_seconds']:7.2f} s {figures['pages_per_second']:7.1f} pages/s"
            cost = f"size {figures['size_ratio']}  peak {figures['peak_mib']} MiB  clock {figures['seconds']:.1f} s"
            extra = ""
            if label not in PEERS:
                shared = f"{figures['processes']} process(es), the others' peak {figures['peak_of_the_others_mib']} MiB"
                extra = f"  with verification {figures['with_verification']:.2f} s  {shared}"
            print(f"  {name:19} {speed} {figures['hits']:6} hits  {cost}{extra}")
    for version, problem in missing.items():
        print(f"\n*** A PEER IS MISSING: PyMuPDF {version} could not be installed ({problem}).", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
