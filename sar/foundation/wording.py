"""The wording of letters: plain text with named fields, which the data protection officer can edit.

A template (`templates/letters/NAME.txt`) reads as the letter does:

    Subject: We have your request ({reference})

    Thank you for writing to us on {received_date}.

    # What happens next
    - We look for your records.
    - {more_steps}

A blank line parts paragraphs; `# ` begins a heading; lines that begin with `- ` are a list. A list line that is one
field alone becomes one line for each item when the field is given a list. Fields are filled in after the text has been
taken apart, so nothing that a person wrote can become a heading or a list, and braces in it mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

LETTER_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "letters"

BlockKind = Literal["paragraph", "heading", "list"]
FieldValue = str | int | date | Sequence[str]

# Texts that are the same in every letter that has them, kept apart from the letters so that they can never differ. A
# field of such a name is filled with it. The neutral sentence (neither confirming nor denying) stands in every
# response: it says nothing only as long as it is everywhere and everywhere the same.
SHARED_PARTS = frozenset({"neutral_sentence"})

_FIELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_LONDON = ZoneInfo("Europe/London")


class WordingError(ValueError):
    """A template is missing or malformed, or its fields were not given as it needs them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading (its lines) or a list (one line an item)."""

    kind: BlockKind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter's subject line and its text."""

    subject: str
    paragraphs: tuple[Block, ...]

    def as_data(self) -> list[dict[str, object]]:
        """For `typeset`: the value of `blocks`."""
        return [{"kind": block.kind, "lines": list(block.lines)} for block in self.paragraphs]

    def as_text(self) -> str:
        """For a mail or a text message."""
        shown = []
        for block in self.paragraphs:
            lines = [f"- {line}" for line in block.lines] if block.kind == "list" else list(block.lines)
            shown.append("\n".join(lines))
        return "\n\n".join(shown) + "\n"


@dataclass(frozen=True, slots=True)
class Template:
    """A wording taken apart, its fields not yet filled in."""

    subject: str
    blocks: tuple[Block, ...]

    def fields(self) -> frozenset[str]:
        """Every field it names, shared parts among them."""
        texts = [self.subject, *(line for block in self.blocks for line in block.lines)]
        return frozenset(name for text in texts for name in _FIELD.findall(text))


def date_words(day: date) -> str:
    """22 November 2026; a moment is read in Europe/London first."""
    if isinstance(day, datetime):
        day = day.astimezone(_LONDON).date()
    return f"{day.day} {day:%B %Y}"


def moment_words(moment: datetime) -> str:
    """22 November 2026 at 10:31 (Europe/London). The moment must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    local = moment.astimezone(_LONDON)
    return f"{date_words(local.date())} at {local:%H:%M}"


def _blocks(body: str, name: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for part in re.split(r"\n[ \t]*\n", body.strip("\n")):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        while lines:
            first = lines[0]
            if first.startswith("# "):
                blocks.append(Block("heading", (first[2:].strip(),)))
                lines = lines[1:]
                continue
            listed = first.startswith("- ")
            run = 0
            while run < len(lines) and lines[run].startswith("- ") == listed and not lines[run].startswith("# "):
                run += 1
            if listed:
                blocks.append(Block("list", tuple(line[2:].strip() for line in lines[:run])))
            else:
                # The lines of a paragraph are wrapped for the editor's sake; on paper it is one run of text.
                blocks.append(Block("paragraph", (" ".join(lines[:run]),)))
            lines = lines[run:]
    if not blocks:
        raise WordingError(f"the wording of {name!r} has no text")
    return tuple(blocks)


def parse(text: str, name: str) -> Template:
    """Take a template apart; raises WordingError when the subject line or the text is missing or a brace is stray."""
    head, _, body = text.replace("\r\n", "\n").partition("\n")
    _require_whole_fields(text, name)
    if not head.startswith("Subject: ") or not head.removeprefix("Subject: ").strip():
        raise WordingError(f"the wording of {name!r} must begin with a line 'Subject: ...'")
    return Template(head.removeprefix("Subject: ").strip(), _blocks(body, name))


def parse_sentence(text: str, name: str) -> Template:
    """Take a text apart that stands within letters: one paragraph, no subject. Raises WordingError."""
    _require_whole_fields(text, name)
    blocks = _blocks(text.replace("\r\n", "\n"), name)
    if len(blocks) > 1 or blocks[0].kind != "paragraph":
        raise WordingError(f"the wording of {name!r} must be one paragraph, with no heading and no list")
    return Template("", blocks)


def _require_whole_fields(text: str, name: str) -> None:
    without_fields = _FIELD.sub("", text)
    if "{" in without_fields or "}" in without_fields:
        raise WordingError(f"the wording of {name!r} has a brace that is not part of a field such as {{reference}}")


def _load(name: str, folder: Path) -> Template:
    return parse(text_of(name, folder), name)


def names(folder: Path = LETTER_FOLDER) -> tuple[str, ...]:
    """The names of all letters, in order."""
    return tuple(sorted(path.stem for path in folder.glob("*.txt")))


def text_of(name: str, folder: Path = LETTER_FOLDER) -> str:
    """The wording as it is delivered with the software. Raises WordingError when there is none of that name."""
    path = folder / f"{name}.txt"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise WordingError(f"there is no wording named {name!r}")
    return path.read_text(encoding="utf-8")


def fields(name: str, folder: Path = LETTER_FOLDER) -> frozenset[str]:
    """The fields that a letter must be given."""
    return _load(name, folder).fields() - SHARED_PARTS


def shared_part(name: str, folder: Path = LETTER_FOLDER) -> str:
    """A shared part as it is delivered with the software."""
    return " ".join((folder / "parts" / f"{name}.txt").read_text(encoding="utf-8").split())


def _as_text(value: FieldValue) -> str:
    if isinstance(value, date):
        return date_words(value)
    if isinstance(value, str | int):
        return str(value)
    return "; ".join(value)


def _filled(line: str, given: Mapping[str, FieldValue]) -> str:
    return _FIELD.sub(lambda match: _as_text(given[match[1]]), line)


def _filled_block(block: Block, given: Mapping[str, FieldValue]) -> Block | None:
    lines: list[str] = []
    for line in block.lines:
        alone = _FIELD.fullmatch(line)
        value = given[alone[1]] if alone else None
        if block.kind == "list" and value is not None and not isinstance(value, str | int | date):
            lines.extend(value)
        elif block.kind == "paragraph":
            lines.extend(_filled(line, given).splitlines())
        else:
            lines.append(" ".join(_filled(line, given).split()))
    return Block(block.kind, tuple(lines)) if any(line.strip() for line in lines) else None


def render(name: str, given: Mapping[str, FieldValue], folder: Path = LETTER_FOLDER) -> Wording:
    """The letter with its fields filled in.

    Dates are put in words. A paragraph or list left empty by its fields is left out. Raises WordingError when a field
    is missing, unknown or None, so that no letter leaves with a hole in it or without something meant for it.
    """
    return fill(_load(name, folder), given, name, {part: shared_part(part, folder) for part in SHARED_PARTS})


def fill(template: Template, given: Mapping[str, FieldValue], name: str, parts: Mapping[str, str]) -> Wording:
    """A template with its fields filled in, from `parts` those of the shared parts. See `render`.

    `name` is for the message of a WordingError.
    """
    needed = template.fields() - SHARED_PARTS
    missing = sorted(field for field in needed if given.get(field) is None)
    if missing:
        raise WordingError(f"the letter {name!r} needs {', '.join(missing)}")
    unknown = sorted(given.keys() - needed)
    if unknown:
        raise WordingError(f"the letter {name!r} has no place for {', '.join(unknown)}")
    values = {**given, **parts}
    blocks = (_filled_block(block, values) for block in template.blocks)
    subject = " ".join(_filled(template.subject, values).split())
    return Wording(subject, tuple(block for block in blocks if block is not None))
