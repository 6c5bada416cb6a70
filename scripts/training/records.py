"""Annotated records as the training reads them: plain text, and where the names in it lie."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MARK = re.compile(r"\[\[([^|\]]+)\|(o?\d+)([ni]?)(?::(\w+))?\]\]")
SCORED_MARK = re.compile(r"⟦([^|⟦⟧]*)\|([^|⟦⟧]*)\|([^⟦⟧]*)⟧")


@dataclass(frozen=True)
class Record:
    """`names` are spans of `text`, in order; `open` spans may or may not be names and teach nothing."""

    text: str
    names: tuple[tuple[int, int], ...]
    open: tuple[tuple[int, int], ...] = ()


def written(path: Path) -> list[Record]:
    """The records of a source file (see README.md for its marks)."""
    records = []
    for document in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
        body = document.partition("\n")[2]
        records.append(_unmarked(body, MARK, lambda match: (match[1], match[4] is None)))
    return records


def scored(folder: Path) -> list[Record]:
    """The records of a folder in the form of `tests/fixtures/devset`."""

    def named(match: re.Match[str]) -> tuple[str, bool]:
        return match[3], match[1] in ("person", "subject")

    return [
        _unmarked(path.read_text(encoding="utf-8"), SCORED_MARK, named) for path in sorted(folder.rglob("doc*.txt"))
    ]


_CAPITALS = re.compile(r"[A-Z][\w'-]+")


def judgments(path: Path) -> list[Record]:
    """Documents of the Text Anonymization Benchmark. Only people to be masked are marked there, so that any other word
    in capitals may be a name too."""
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        text: str = document["text"]
        other = [(m["start"], m["end"]) for m in document["mentions"] if m["kind"] != "PERSON"]
        names = sorted({_untitled(text, m["start"], m["end"]) for m in document["mentions"] if m["kind"] == "PERSON"})
        sure = bytearray(len(text))
        for start, end in (*names, *other):
            sure[start:end] = b"\1" * (end - start)
        unsure = [m.span() for m in _CAPITALS.finditer(text) if not sure[m.start()] and _inside(text, m.start())]
        records.append(Record(text, tuple(names), tuple(unsure)))
    return records


def _untitled(text: str, start: int, end: int) -> tuple[int, int]:
    title = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lord|Lady|Judge|Professor|Prof|Captain|Sergeant|Mme|M)\.?\s+)+")
    match = title.match(text, start, end)
    return (match.end() if match else start), end


def _inside(text: str, start: int) -> bool:
    """Whether a word does not merely begin a sentence."""
    return re.search(r"(?:[.!?:]|\n|\A)[\s\"'“(]*\Z", text[max(0, start - 6) : start]) is None


def _unmarked(marked: str, mark: re.Pattern[str], read: Callable[[re.Match[str]], tuple[str, bool]]) -> Record:
    pieces: list[str] = []
    names: list[tuple[int, int]] = []
    length = position = 0
    for match in mark.finditer(marked):
        surface, named = read(match)
        lead = marked[position : match.start()]
        start = length + len(lead)
        if named:
            names.append((start, start + len(surface)))
        pieces += (lead, surface)
        length, position = start + len(surface), match.end()
    pieces.append(marked[position:])
    return Record("".join(pieces), tuple(names))
