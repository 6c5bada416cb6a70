"""Rebuilds the word and name lists in redaction/detect/data from their public sources.

    python scripts/build_name_lists.py --babynames babynames.parquet --surnames dist.all.last --scowl FOLDER

The lists are committed, so nobody needs this to run the tool; it is here so that where every word came from can be
checked and repeated. Sources and licences: redaction/detect/data/PROVENANCE.md. Needs pyarrow.
"""

import argparse
import gzip
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as parquet

DATA = Path(__file__).resolve().parent.parent / "redaction" / "detect" / "data"
FEWEST_BIRTHS = 200
FEWEST_BIRTHS_IF_A_WORD = 5_000
COMMON_SIZES = (10, 20, 35)
OTHER_SIZES = (40, 50, 55, 60)
ENGLISH = ("english", "british", "british_z", "american", "variant_1")


def write_list(name: str, words: set[str]) -> None:
    """One word a line, sorted; the gzip header carries no time, so equal input gives equal bytes."""
    text = "\n".join(sorted(words)) + "\n"
    with (
        (DATA / name).open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
    ):
        packed.write(text.encode())
    print(f"{name}: {len(words)} words")


def scowl_words(folder: Path, category: str, sizes: tuple[int, ...]) -> set[str]:
    words: set[str] = set()
    for dialect in ENGLISH:
        for size in sizes:
            path = folder / f"{dialect}-{category}.{size}"
            if path.exists():
                words.update(path.read_text(encoding="latin-1").split())
    return {word.lower() for word in words if not word.endswith("'s")}


def births(path: Path) -> dict[str, int]:
    table = parquet.read_table(path, columns=["name", "n"])
    counts: dict[str, int] = defaultdict(int)
    for name, number in zip(table["name"].to_pylist(), table["n"].to_pylist(), strict=True):
        counts[name.lower()] += number
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--babynames", type=Path, required=True)
    parser.add_argument("--surnames", type=Path, required=True)
    parser.add_argument("--scowl", type=Path, required=True)
    sources = parser.parse_args()
    common = scowl_words(sources.scowl, "words", COMMON_SIZES)
    other = scowl_words(sources.scowl, "words", OTHER_SIZES) - common
    counts = births(sources.babynames)
    forenames = {
        name
        for name, number in counts.items()
        if number >= (FEWEST_BIRTHS_IF_A_WORD if name in common or name in other else FEWEST_BIRTHS)
    }
    surnames = {line.split()[0].lower() for line in sources.surnames.read_text().splitlines() if line.strip()}
    write_list("words_common.txt.gz", common)
    write_list("words_other.txt.gz", other)
    write_list("proper_nouns.txt.gz", scowl_words(sources.scowl, "upper", (*COMMON_SIZES, *OTHER_SIZES)))
    write_list("forenames.txt.gz", forenames)
    write_list("surnames.txt.gz", {name for name in surnames if len(name) > 1})


if __name__ == "__main__":
    main()
