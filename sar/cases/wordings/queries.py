"""Reads about the wording of letters, and of the sentences within them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from sar.access.queries import staff_names
from sar.cases.letter_names import GROUPS, NAMES, TO_STAFF
from sar.cases.letters import sheet
from sar.cases.wordings import sentences
from sar.cases.wordings.examples import EXAMPLE_ADDRESSEE, EXAMPLES
from sar.foundation import wording, wordings
from sar.foundation.db import db
from sar.foundation.errors import NotFound, Refused
from sar.foundation.typesetting import typeset_pictures
from sar.foundation.wording import SHARED_PARTS, Wording
from sar.foundation.wordings import WordingVersion

_BECAUSE = "you asked for the same records last week."


@dataclass(frozen=True)
class Row:
    """One letter in the list. `changed_on` is None for a letter that reads as it was delivered; `problem` is set for
    one that cannot be sent as it is."""

    name: str
    title: str
    changed_at: datetime | None
    changed_by: str | None
    problem: str | None


@dataclass(frozen=True)
class Version:
    number: int
    at: datetime
    who: str
    what: str
    current: bool


def letters() -> dict[str, list[Row]]:
    """Every letter by group, then the sentences, with who changed each last."""
    newest = _newest()
    names = staff_names({version.changed_by for version in newest.values()})
    return {
        group: [_row(name, title, newest.get(name), names) for name, title in found.items()]
        for group, found in {**GROUPS, sentences.GROUP: sentences.TITLES}.items()
    }


def title_of(name: str) -> str:
    """Raises NotFound for a name that no letter and no sentence has."""
    if name in sentences.TITLES:
        return sentences.TITLES[name]
    if name not in NAMES or name not in wording.names():
        raise NotFound("There is no such letter.")
    return NAMES[name]


def is_sentence(name: str) -> bool:
    return name in sentences.TITLES


def history(name: str) -> list[Version]:
    """Every version, newest first, with the one that was delivered at the end of them as number 0 left out."""
    found = wordings.versions(name)
    names = staff_names({version.changed_by for version in found})
    return [
        Version(version.number, version.created_at, _who(version, names), _what(version), at == 0)
        for at, version in enumerate(found)
    ]


def text_of_version(name: str, number: int) -> str:
    """The text of one version; 0 is the wording as delivered. Raises NotFound."""
    title_of(name)
    if number == 0:
        return wordings.delivered(name)
    version = next((found for found in wordings.versions(name) if found.number == number), None)
    if version is None:
        raise NotFound("There is no such version of this letter.")
    return version.text if version.text is not None else wordings.delivered(name)


def example(name: str, text: str) -> Wording:
    """How a wording reads with example data; a sentence, within a letter. Raises Refused with what is wrong with it."""
    if not is_sentence(name):
        return wordings.preview(name, text, EXAMPLES, wordings.sentences(SHARED_PARTS, EXAMPLES))
    said = wordings.preview_sentence(name, text, {**EXAMPLES, "reasons": _BECAUSE})
    around, parts = sentences.shown_in(name), wordings.sentences(SHARED_PARTS, EXAMPLES)
    if name in SHARED_PARTS:
        return wordings.preview(around, wordings.text_of(around), EXAMPLES, parts | {name: said})
    return wordings.preview(around, wordings.text_of(around), {**EXAMPLES, "reasons": (said,)}, parts)


def pictures(name: str, text: str) -> list[bytes]:
    """The example as it looks on paper: its pages as PNG. None for what only goes by mail. Raises Refused."""
    if name in GROUPS[TO_STAFF]:
        return []
    return typeset_pictures("letter", sheet(example(name, text), str(EXAMPLES["reference"]), *EXAMPLE_ADDRESSEE))


def _newest() -> dict[str, WordingVersion]:
    last = select(WordingVersion.name, func.max(WordingVersion.number).label("number")).group_by(WordingVersion.name)
    newest = last.subquery()
    query = select(WordingVersion).join(
        newest, (WordingVersion.name == newest.c.name) & (WordingVersion.number == newest.c.number)
    )
    return {version.name: version for version in db.session.scalars(query)}


def _row(name: str, title: str, version: WordingVersion | None, names: dict[str, str]) -> Row:
    if version is None:
        return Row(name, title, None, None, None)
    problem = None
    if version.text is not None:
        try:
            wordings.checked(name, version.text)
        except Refused as refusal:
            problem = refusal.message
    return Row(name, title, version.created_at, _who(version, names), problem)


def _who(version: WordingVersion, names: dict[str, str]) -> str:
    return names.get(version.changed_by, "A former member of staff")


def _what(version: WordingVersion) -> str:
    if version.text is None:
        return "Put back as delivered"
    return f"Version {version.restored_from} put back" if version.restored_from else "Changed"
