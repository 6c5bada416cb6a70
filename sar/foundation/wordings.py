"""The wording in use: what the data protection officer made of each letter, else as it was delivered.

Every letter, of whatever stage, is rendered through here, so that an edited wording reaches all of them. Sentences
that stand within letters and papers are worded in the same way: the shared parts, and those that a stage registers. A
wording is checked when it is saved and again each time it is used: after an update of the software a letter may have
other fields than those that an edited wording names, and nothing leaves with a hole in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped

from sar.foundation import wording
from sar.foundation.db import Row, db, plain
from sar.foundation.errors import Refused
from sar.foundation.wording import SHARED_PARTS, FieldValue, Wording, WordingError

LONGEST, LONGEST_SENTENCE = 20_000, 1_000
# What any letter may say, whether or not its wording as delivered does; whoever renders one gives them all.
ANYWHERE = frozenset({"reference", "organisation", "contact", "regulator"})
# The same for letters to the requester. Those to others do not name the person who asked, unless as delivered.
OF_THE_REQUESTER = frozenset({"name", "received_date"})
TO_OTHERS = frozenset(
    {
        "consultation_request",
        "consultation_chase",
        "consultation_escalation",
        "consent_request",
        "request_passed_on",
        "health_opinion",
        "backlog_recovery",
        "search_request",
        "search_chase",
        "search_escalation",
        "staff_alert",
        "staff_complaint_alert",
        "staff_digest",
    }
)
# What a wording may leave out. Every other field of the wording as delivered carries what the letter is for.
DISPENSABLE = OF_THE_REQUESTER | {
    "reference",
    "organisation",
    "asked_date",
    "first_asked",
    "sent_date",
    "reply_by",
    "collect_by",
    "status_page",
    "record_count",
    "page_count",
    "complaint_date",
    "link_ends",
    "so_far",
    "letters_to_go",
    "nothing_to_pay",
    "tasks",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text of one paragraph that stands within letters. It says the same in each, so it names nothing of a case."""

    delivered: str
    must_name: frozenset[str] = frozenset()
    may_name: frozenset[str] = frozenset({"organisation", "regulator"})


SENTENCES: dict[str, Sentence] = {part: Sentence(wording.shared_part(part)) for part in SHARED_PARTS}


def register_sentences(found: Mapping[str, Sentence]) -> None:
    """Have further sentences worded here, each by a name that no letter has."""
    SENTENCES.update(found)


class WordingVersion(Row):
    """One version of the wording of one letter, or of one sentence. The newest counts; none is ever changed.

    No text: as it was delivered.
    """

    __tablename__ = "wording_version"
    __table_args__ = (UniqueConstraint("name", "number"),)

    name: Mapped[str] = plain(String(60), nullable=False)
    number: Mapped[int] = plain(Integer, nullable=False)
    text: Mapped[str | None] = plain(Text, nullable=True)
    changed_by: Mapped[str] = plain(String(40), nullable=False)
    restored_from: Mapped[int | None] = plain(Integer, nullable=True)


def versions(name: str) -> list[WordingVersion]:
    """Every version that was ever saved, newest first."""
    query = select(WordingVersion).where(WordingVersion.name == name).order_by(WordingVersion.number.desc())
    return list(db.session.scalars(query))


def delivered(name: str) -> str:
    """The wording as it came with the software. Raises WordingError when there is no such letter or sentence."""
    return SENTENCES[name].delivered if name in SENTENCES else wording.text_of(name)


def text_of(name: str) -> str:
    """The wording in use. Raises WordingError when there is no such letter or sentence."""
    newest = _newest({name}).get(name)
    return newest.text if newest is not None and newest.text is not None else delivered(name)


def fields(name: str) -> frozenset[str]:
    """The fields that the wording in use must be given. Raises Refused when it cannot be used."""
    return _usable(name).fields() - SHARED_PARTS


def render(name: str, given: Mapping[str, FieldValue | None]) -> Wording:
    """The letter in the wording in use. What is given beyond its fields is left aside.

    Raises Refused, in words for the officer, when the wording is broken or asks for what this case has not got.
    """
    template = _usable(name)
    return _filled(template, name, given, sentences(template.fields() & SHARED_PARTS, given))


def sentences(names: Collection[str], given: Mapping[str, FieldValue | None]) -> dict[str, str]:
    """Some sentences as they read now, by name, in one look at the database. What is not needed is left aside.

    Raises Refused when one is broken.
    """
    newest = _newest(names) if names else {}
    return {name: _one_line(_filled(_usable_version(name, newest.get(name)), name, given, {})) for name in names}


def preview(name: str, text: str, given: Mapping[str, FieldValue | None], parts: Mapping[str, str]) -> Wording:
    """How a wording that is not saved would read, with these shared parts. Raises Refused with what is wrong."""
    return _filled(checked(name, text), name, given, parts)


def preview_sentence(name: str, text: str, given: Mapping[str, FieldValue | None]) -> str:
    """The same for a sentence."""
    return _one_line(_filled(checked(name, text), name, given, {}))


def possible_fields(name: str) -> frozenset[str]:
    """Every field that a wording of this letter or sentence may name, shared parts left out."""
    if name in SENTENCES:
        return SENTENCES[name].may_name | SENTENCES[name].must_name
    everywhere = ANYWHERE if name in TO_OTHERS else ANYWHERE | OF_THE_REQUESTER
    return (wording.fields(name) | everywhere) - SHARED_PARTS


def needed_fields(name: str) -> frozenset[str]:
    """The fields that every wording of this letter must name: what it is for, and what all replies share."""
    if name in SENTENCES:
        return SENTENCES[name].must_name
    return wording.parse(wording.text_of(name), name).fields() - DISPENSABLE


def checked(name: str, text: str) -> wording.Template:
    """The wording taken apart. Raises Refused, with all that is wrong with it in plain words."""
    longest = LONGEST_SENTENCE if name in SENTENCES else LONGEST
    if len(text) > longest:
        raise Refused(f"The wording is too long. Keep it under {longest:,} letters.")
    try:
        template = _parse(text, name)
    except WordingError as problem:
        raise Refused(f"This wording cannot be used: {problem}.") from None
    named, needed = template.fields(), needed_fields(name)
    allowed = possible_fields(name) | (needed & SHARED_PARTS)
    wrong, here = [], "in this sentence" if name in SENTENCES else "in this letter"
    if unknown := sorted(named - allowed):
        wrong.append(f"There is no field {_listed(unknown)} {here}. You can use {_listed(sorted(allowed))}.")
    if missing := sorted(needed - named):
        wrong.append(f"{_listed(missing)} must stay {here}.")
    if wrong:
        raise Refused(" ".join(wrong))
    return template


def _parse(text: str, name: str) -> wording.Template:
    return wording.parse_sentence(text, name) if name in SENTENCES else wording.parse(text, name)


def _newest(names: Collection[str]) -> dict[str, WordingVersion]:
    """The last version of each that was ever changed."""
    query = select(WordingVersion).where(WordingVersion.name.in_(names)).order_by(WordingVersion.number)
    return {version.name: version for version in db.session.scalars(query)}


def _usable(name: str) -> wording.Template:
    return _usable_version(name, _newest({name}).get(name))


def _usable_version(name: str, newest: WordingVersion | None) -> wording.Template:
    if newest is None or newest.text is None:
        return _parse(delivered(name), name)
    try:
        return checked(name, newest.text)
    except Refused as problem:
        raise Refused(
            f"Nothing was sent: the wording of “{name.replace('_', ' ')}” that was edited must be put right first. "
            f"{problem.message}"
        ) from None


def _filled(
    template: wording.Template, name: str, given: Mapping[str, FieldValue | None], parts: Mapping[str, str]
) -> Wording:
    needed = template.fields() - SHARED_PARTS
    present = {field: value for field, value in given.items() if field in needed and value is not None}
    if missing := sorted(needed - present.keys()):
        raise Refused(
            f"The letter “{name.replace('_', ' ')}” says {_listed(missing)}. This case has nothing to put there now."
        )
    return wording.fill(template, present, name, parts)


def _one_line(said: Wording) -> str:
    return " ".join(line for block in said.paragraphs for line in block.lines)


def _listed(names: list[str]) -> str:
    shown = [f"{{{name}}}" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
