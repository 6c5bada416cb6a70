"""What redacted files still say about the withheld name: attacks M1 to M4 on files of real producers.

M1 documents that differ only in the name: distinct output files. M2 share of boxes whose gap is within half a point of
the name's own width; beside it how many different sets of gaps there are, and the share of a list of names that fits
those gaps by chance. Where the gaps are the same for every name, a fit tells nothing: whoever had guessed that width
without the file would be right as often. M3 share of the list of names that fits the line breaks: from which words
stand on which lines. M4 glyphs, widths, names and ToUnicode entries of fonts for characters no longer shown.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redaction.apply import apply_plan
from redaction.plan import Plan
from tests.unit.redaction import attacks, fontmakers
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import pdfium_text

MEASURE = 451.0  # points: the width of the paragraphs of M3
LIST = 5_000
NAME_SIZE = 12.0  # points: of text in the documents, for the blind guess
SPACES = 6.0  # points: two spaces beside a box at 11 or 12 points
_WORDS = "the officer noted that on arrival at the office a full account was given and no action would be taken".split()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench attacks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--names", type=int, default=50, help="documents that differ only in the name (default 50)")
    parser.add_argument("--producers", default="", metavar="A,B", help="only these (default all)")
    options = parser.parse_args()
    names = attacks.name_list(options.names)
    with tempfile.TemporaryDirectory(prefix="bench-attacks-") as folder:
        makers = attacks.PRODUCERS | {kind: fontmakers.maker(kind, attacks.story) for kind in fontmakers.KINDS}
        chosen = options.producers.split(",") if options.producers else list(makers)
        swaps = [_swap(Path(folder), producer, makers[producer], names) for producer in chosen]
        breaks = _line_breaks(Path(folder), names)
    results = {"benchmark": "attacks", "names": len(names), "swap": swaps, "line_break": breaks}
    print(json.dumps(results) if options.json else _table(results))
    return 0


def _swap(folder: Path, producer: str, write: Callable[[str, Path], None], names: list[str]) -> dict[str, Any]:
    """M1, M2 and M4 for one producer."""
    if producer in attacks.PRODUCERS and not attacks.is_installed(producer):
        return {"producer": producer, "missing": True}
    outputs: set[bytes] = set()
    gaps: set[tuple[float, ...]] = set()
    boxes = fits = orphans = 0
    blind = 0.0
    widths_of_list = [width(other, NAME_SIZE) for other in attacks.name_list(LIST)]
    for name in names:
        source, target = folder / "in.pdf", folder / "out.pdf"
        write(name, source)
        apply_plan(source, Plan(words=(name,)), target)
        outputs.add(target.read_bytes())
        orphans += attacks.orphans(target)
        # The boxes with words on both sides are in plain type, as the first is.
        wide = attacks.true_widths(source, name)[0]
        found = list(attacks.gaps(target))
        if (rounded := tuple(round(gap, 2) for gap in found)) not in gaps:
            gaps.add(rounded)
            shares = [sum(attacks.gives_away(gap, other, SPACES) for other in widths_of_list) / LIST for gap in found]
            blind = statistics.fmean(shares)
        boxes, fits = boxes + len(found), fits + sum(attacks.gives_away(gap, wide, SPACES) for gap in found)
    return {
        "producer": producer, "outputs": len(outputs), "boxes": boxes, "fits": fits, "gaps": len(gaps),
        "blind": blind, "orphans": orphans,
    }  # fmt: skip


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
        fits = f"M2 fits {swap['fits'] / swap['boxes']:.1%} of {swap['boxes']} boxes, blind guess {swap['blind']:.1%}"
        out.append(
            f"  {swap['producer']:12} M1 outputs {swap['outputs']}   gaps {swap['gaps']}   {fits}   "
            f"M4 orphans {swap['orphans']}"
        )
    breaks = results["line_break"]
    out.append(f"  M3 line breaks: names that still fit, median {breaks['median']:.0%}, p10 {breaks['p10']:.0%}")
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(main())
