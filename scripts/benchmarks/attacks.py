"""What redacted files still say about the withheld name: attacks M1 to M4 on files of real producers.

M1 documents that differ only in the name: distinct output files. M2 share of boxes whose gap is within half a point of
the name's own width; beside it how many different sets of gaps there are, and the share of a list of names that fits
those gaps by chance. Where the gaps are the same for every name, a fit tells nothing: whoever had guessed that width
without the file would be right as often. M3 share of the list of names that fits the line breaks: from which words
stand on which lines. M4 glyphs, widths, names and ToUnicode entries of fonts for characters no longer
shown. Traps: documents of which a reader (text, objects, bytes, OCR with boxes off) still finds the name.

Beside it what PyMuPDF leaves (search, redact, scrub), and a picture of the page at 200 dpi with the boxes painted on.
Since PyMuPDF writes a number by chance into every file, of its files the content of the page counts in M1, not the
whole file. The peers are installed in folders that are thrown away. What is not installed is said to be missing.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf

from redaction.apply import apply_plan
from redaction.errors import RedactionError
from redaction.plan import Plan
from redaction.verify import verify_file
from tests.unit.redaction import attacks, fontmakers
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.peers import PEERS, install_peer
from tests.unit.redaction.readers import TRAPS, content, pdfium_text

MEASURE = 451.0  # points: the width of the paragraphs of M3
LIST = 5_000
NAME_SIZE = 12.0  # points: of text in the documents, for the blind guess
SPACES = 6.0  # points: two spaces beside a box at 11 or 12 points
_WORDS = "the officer noted that on arrival at the office a full account was given and no action would be taken".split()


OURS, PICTURE = "ours", "picture"
# What a peer makes of a list of [source, target, names, rectangles]; the rectangles in user space, by page (from 0).
_PEER = """
import json, sys
import pymupdf
as_picture = sys.argv[1] == "picture"
for source, target, names, rectangles in json.load(sys.stdin):
    with pymupdf.open(source) as document:
        for number, page in enumerate(document):
            page.set_rotation(0)
            places = [found for name in names for found in page.search_for(name)]
            places += [pymupdf.Rect(sides) * page.transformation_matrix for sides in rectangles.get(str(number), [])]
            for place in places:
                if as_picture:
                    page.draw_rect(place, fill=(0, 0, 0))
                else:
                    page.add_redact_annot(place, fill=(0, 0, 0))
            page.apply_redactions()
        if as_picture:
            with pymupdf.open() as pictures:
                for page in document:
                    drawn = pictures.new_page(width=page.rect.width, height=page.rect.height)
                    drawn.insert_image(drawn.rect, pixmap=page.get_pixmap(dpi=200))
                pictures.save(target, deflate=True)
        else:
            document.scrub()
            document.save(target, garbage=3, deflate=True)
"""
Engine = Callable[[Sequence["Task"]], None]


class Task(NamedTuple):
    """One file to redact. `rectangles`: where the names are seen, in user space, by page (from 0)."""

    source: str
    target: str
    names: list[str]
    rectangles: dict[str, list[list[float]]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench attacks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--names", type=int, default=50, help="documents that differ only in the name (default 50)")
    parser.add_argument("--producers", default="", metavar="A,B", help="only these (default all)")
    options = parser.parse_args()
    names = attacks.name_list(options.names)
    with tempfile.TemporaryDirectory(prefix="bench-attacks-") as name:
        folder = Path(name)
        peers = {version: install_peer(folder / f"peer-{number}", version) for number, version in enumerate(PEERS)}
        engines = _engines(peers)
        makers = attacks.PRODUCERS | {kind: fontmakers.maker(kind, attacks.story) for kind in fontmakers.KINDS}
        chosen = options.producers.split(",") if options.producers else list(makers)
        swaps = [each for producer in chosen for each in _swaps(folder, producer, makers[producer], names, engines)]
        traps = {label: _held_by_traps(folder, engine) for label, engine in engines.items()}
        breaks = _line_breaks(folder, names)
    missing = {version: problem for version, (python, problem) in peers.items() if python is None}
    results = {
        "benchmark": "attacks", "names": len(names), "swap": swaps, "traps": traps, "line_break": breaks,
        "peers_missing": missing,
    }  # fmt: skip
    print(json.dumps(results) if options.json else _table(results))
    return 0


def _engines(peers: dict[str, tuple[Path | None, str]]) -> dict[str, Engine]:
    """Ours, the peers that are there, and the last of these as what draws pages as pictures."""
    engines: dict[str, Engine] = {OURS: _redact}
    for version, (python, _) in peers.items():
        if python is not None:
            engines[f"PyMuPDF {version}"] = partial(_run_peer, python, "redact")
            engines[PICTURE] = partial(_run_peer, python, PICTURE)
    return engines


def _redact(tasks: Sequence[Task]) -> None:
    for task in tasks:
        apply_plan(Path(task.source), Plan(words=tuple(task.names)), Path(task.target))


def _run_peer(python: Path, way: str, tasks: Sequence[Task]) -> None:
    subprocess.run([python, "-c", _PEER, way], input=json.dumps(tasks), text=True, check=True, capture_output=True)


def _swaps(
    folder: Path, producer: str, write: Callable[[str, Path], None], names: list[str], engines: dict[str, Engine]
) -> Iterator[dict[str, Any]]:
    """M1, M2 and M4 of each engine for one producer."""
    if producer in attacks.PRODUCERS and not attacks.is_installed(producer):
        yield {"producer": producer, "missing": True}
        return
    sources = [folder / f"in-{number}.pdf" for number in range(len(names))]
    for name, source in zip(names, sources, strict=True):
        write(name, source)
    # The boxes with words on both sides are in plain type, as the first is.
    widths = [attacks.true_widths(source, name)[0] for name, source in zip(names, sources, strict=True)]
    for label, engine in engines.items():
        targets = [folder / f"out-{number}.pdf" for number in range(len(names))]
        tasks = zip(sources, targets, names, strict=True)
        engine([Task(str(source), str(target), [name], {}) for source, target, name in tasks])
        measured = _attacked(targets, widths, whole=label == OURS, has_text=label != PICTURE)
        yield {"producer": producer, "engine": label, **measured}


def _attacked(targets: Sequence[Path], widths: Sequence[float], *, whole: bool, has_text: bool) -> dict[str, Any]:
    """What redacted files still say of names of these widths. `whole`: files are compared, not what pages draw."""
    outputs: set[bytes] = set()
    gaps: set[tuple[float, ...]] = set()
    boxes = fits = orphans = 0
    blind: list[float] = []
    widths_of_list = [width(other, NAME_SIZE) for other in attacks.name_list(LIST)]
    for target, wide in zip(targets, widths, strict=True):
        outputs.add(target.read_bytes() if whole else content(target) if has_text else _pixels(target))
        if not has_text:
            continue
        orphans += attacks.orphans(target)
        found = list(attacks.gaps(target))
        if (rounded := tuple(round(gap, 2) for gap in found)) not in gaps:
            gaps.add(rounded)
            blind += [sum(attacks.gives_away(gap, other, SPACES) for other in widths_of_list) / LIST for gap in found]
        boxes, fits = boxes + len(found), fits + sum(attacks.gives_away(gap, wide, SPACES) for gap in found)
    return {
        "outputs": len(outputs), "boxes": boxes, "fits": fits, "gaps": len(gaps),
        "blind": statistics.fmean(blind) if blind else 0.0, "orphans": orphans,
    }  # fmt: skip


def _pixels(path: Path) -> bytes:
    """Of the picture that a page is."""
    with pikepdf.open(path) as pdf:
        return b"".join(picture.read_bytes() for _, picture in pdf.pages[0].resources.XObject.items())


def _held_by_traps(folder: Path, engine: Engine) -> list[str]:
    """The traps that hold their name still, or that an engine could not deal with."""
    traps = json.loads((TRAPS / "meta.json").read_text(encoding="utf-8"))
    held = []
    for name, trap in traps.items():
        target = folder / f"trap-{name}.pdf"
        target.unlink(missing_ok=True)
        try:
            engine([Task(str(TRAPS / f"{name}.pdf"), str(target), trap["needles"], trap["rects"])])
            leaks = verify_file(target, trap["needles"], widths=False)
        except (RedactionError, subprocess.CalledProcessError):
            held.append(name)
            continue
        if leaks:
            held.append(name)
    return held


def _line_breaks(folder: Path, names: list[str]) -> dict[str, float]:
    """M3: of a list of names, the share that would break a paragraph into the lines that are still to be seen."""
    candidates = attacks.name_list(LIST)
    shares = []
    chance = random.Random(7)
    for name in names:
        words = [chance.choice(_WORDS) for _ in range(60)]
        place = chance.randrange(5, 55)
        lines = _broken(words, place, name)
        content = "".join(line(text, y=700 - 16 * row) for row, text in enumerate(lines))
        source, target = new_pdf(folder / "breaks.pdf", content), folder / "breaks-out.pdf"
        apply_plan(source, Plan(words=(name,)), target)
        seen = [text.split() for text in pdfium_text(target).splitlines() if text.strip()]
        counts = [len(row) for row in seen]
        fitting = sum(_counts(_broken(words, place, other), other) == counts for other in candidates)
        shares.append(fitting / len(candidates))
    ordered = sorted(shares)
    return {"median": statistics.median(ordered), "p10": ordered[len(ordered) // 10]}


def _broken(words: list[str], place: int, name: str) -> list[str]:
    """The paragraph with the name at `place`, broken where no further word fits; a name may break at its space."""
    rows: list[str] = [""]
    for word in [*words[:place], *name.split(), *words[place:]]:
        longer = f"{rows[-1]} {word}".strip()
        if width(longer) <= MEASURE:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _counts(rows: list[str], name: str) -> list[int]:
    """How many words other than those of the name stand on each line."""
    return [count for row in rows if (count := sum(word not in name.split() for word in row.split()))]


def _table(results: dict[str, Any]) -> str:
    out = [f"Attacks on documents that differ only in the name, {results['names']} names"]
    for swap in results["swap"]:
        if swap.get("missing"):
            out.append(f"  {swap['producer']:12} *** NOT INSTALLED: nothing measured")
            continue
        told = f"  {swap['producer']:12} {swap['engine']:14} M1 outputs {swap['outputs']:2}"
        if swap["engine"] != PICTURE:
            share = f"{swap['fits'] / swap['boxes']:.1%}" if swap["boxes"] else "none"
            told += (
                f"   gaps {swap['gaps']:2}   M2 fits {share} of {swap['boxes']} boxes, blind guess {swap['blind']:.1%}"
            )
            told += f"   M4 orphans {swap['orphans']}"
        out.append(told)
    for label, held in results["traps"].items():
        out.append(f"  Traps that still hold the name: {label}, {len(held)} ({', '.join(held)})")
    breaks = results["line_break"]
    out.append(f"  M3 line breaks: names that still fit, median {breaks['median']:.0%}, p10 {breaks['p10']:.0%}")
    for version, problem in results["peers_missing"].items():
        out.append(f"  *** A PEER IS MISSING: PyMuPDF {version} could not be installed ({problem}).")
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(main())
