"""The reference case for detection: 5,000 pages, 60 % of them duplicates, 200 people, about 600,000 different words.

The pages are paragraphs of the annotated development records in a random order, with the names of 200 people in place
of those that are marked, so that no page is like another but its copies. Reported: seconds and processor seconds over
all processes, peak memory of the parent and of the largest child, and what a second search costs after one record more.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from score_detection import MARK

PAGES, DUPLICATES, PEOPLE, WORDS_A_PAGE = 5_000, 0.6, 200, 300
BUDGET_SECONDS, BUDGET_MIB = 300, 1024
DEVSET = Path("tests/fixtures/devset")
_ONSETS = "b br c ch d dr f g gr h j k l m n p r s sh st t tr v w y z".split()
_MIDDLES = "a e i o u ai ea ie oo ar er in on an el or".split()
_ENDS = "n m r l s t d ck th ley ton son man wood ski ova ez ani ul ide".split()


def build() -> tuple[list[str], list[str]]:
    """The texts of all pages, copies included, and the names of the people in them. Always the same."""
    chance = random.Random(5_000)
    people = [f"{_word(chance)} {_word(chance)}" for _ in range(PEOPLE)]
    paragraphs = []
    for path in sorted(DEVSET.glob("case*/doc*.txt")):
        paragraphs += [part for part in path.read_text(encoding="utf-8").split("\n\n") if len(part) > 80]
    unique = [_page(chance, paragraphs, people) for _ in range(round(PAGES * (1 - DUPLICATES)))]
    texts = unique + [chance.choice(unique) for _ in range(PAGES - len(unique))]
    chance.shuffle(texts)
    return texts, people


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(part) for part in (_ONSETS, _MIDDLES, _ENDS)).capitalize()


def _page(chance: random.Random, paragraphs: list[str], people: list[str]) -> str:
    taken: list[str] = []
    while sum(len(part.split()) for part in taken) < WORDS_A_PAGE:
        names: dict[str, str] = {}
        part = chance.choice(paragraphs)
        taken.append(MARK.sub(partial(_named, chance, people, names), part))
    return "\n\n".join(taken)


def _named(chance: random.Random, people: list[str], names: dict[str, str], match: re.Match[str]) -> str:
    kind, entity, surface = match.groups()
    if kind not in ("person", "subject"):
        return "".join(chance.choice("123456789") if letter.isdigit() else letter for letter in surface)
    name = names.setdefault(entity, chance.choice(people))
    words = surface.split()
    made = name if len(words) > 1 else name.split()[chance.randrange(2)]
    return made.upper() if surface.isupper() else made.lower() if surface.islower() else made


def measure() -> dict[str, Any]:
    """Detect in the reference case, then once more with one record added and one person confirmed."""
    from redaction.detect import Detector, PageString

    texts, people = build()
    pages = [PageString(number, text) for number, text in enumerate(texts, 1)]
    told: list[int] = []
    first, cpu = time.perf_counter(), cpu_seconds()
    mentions = Detector().detect(pages, ["Reece Daniel Hartley-Moon"], [], progress=lambda done, _: told.append(done))
    result = {
        "pages": len(pages),
        "different_words": sum(len(text.split()) for text in set(texts)),
        "mentions": len(mentions),
        "people_found": len({m.person for m in mentions if m.person} & set(people)),
        "seconds": round(time.perf_counter() - first, 1),
        "cpu_seconds": round(cpu_seconds() - cpu, 1),
        "progress_reports": len(told),
        "peak_mib_parent": _peak(resource.RUSAGE_SELF),
        "peak_mib_child": _peak(resource.RUSAGE_CHILDREN),
    }
    mentions.clear()
    again = [PageString(page.number, page.raw) for page in pages]
    again.append(PageString(len(pages) + 1, "A new record: Zephyrine Oakhollow rang about the tag."))
    started, cpu = time.perf_counter(), cpu_seconds()
    Detector().detect(again, ["Reece Daniel Hartley-Moon"], people[:1])
    result["seconds_after_one_more_record"] = round(time.perf_counter() - started, 1)
    result["cpu_seconds_after_one_more_record"] = round(cpu_seconds() - cpu, 1)
    result["within_budget"] = (
        result["seconds"] <= BUDGET_SECONDS and max(result["peak_mib_parent"], result["peak_mib_child"]) < BUDGET_MIB
    )
    return result


def cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"  {name.replace('_', ' '):36} {value:,}" if not isinstance(value, bool) else f"  {name:36} {value}")
