"""The wording in use: what the data protection officer made of each letter, else as it was delivered.

Every letter, of whatever stage, is rendered through here, so that an edited wording reaches all of them. A wording is
checked when it is saved and again each time it is used: after an update of the software a letter may have other
fields than those that an edited wording names, and nothing leaves with a hole in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped

from sar.foundation import wording
from sar.foundation.db import Row, db, plain
from sar.foundation.errors import Refused
from sar.foundation.wording import SHARED_PARTS, FieldValue, Wording, WordingError

LONGEST = 20_000
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
        "health_opinion",
        "backlog_recovery",
        "search_request",
        "search_chase",
        "search_escalation",
        "staff_alert",
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
    "expected_date",
    "link_ends",
    "so_far",
}


class WordingVersion(Row):
    """One version of one letter's wording. The newest counts; none is ever changed. No text: as it was delivered."""

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


def text_of(name: str) -> str:
    """The wording in use. Raises WordingError when there is no such letter."""
    newest = _newest(name)
    return newest.text if newest is not None and newest.text is not None else wording.text_of(name)


def fields(name: str) -> frozenset[str]:
    """The fields that the wording in use must be given. Raises Refused when it cannot be used."""
    return _usable(name).fields() - SHARED_PARTS


def render(name: str, given: Mapping[str, FieldValue | None]) -> Wording:
    """The letter in the wording in use. What is given beyond its fields is left aside.

    Raises Refused, in words for the officer, when the wording is broken or asks for what this case has not got.
    """
    return _filled(_usable(name), name, given)


def preview(name: str, text: str, given: Mapping[str, FieldValue | None]) -> Wording:
    """How a wording that is not saved would read. Raises Refused with what is wrong with it."""
    return _filled(checked(name, text), name, given)


def possible_fields(name: str) -> frozenset[str]:
    """Every field that a wording of this letter may name, shared parts left out."""
    everywhere = ANYWHERE if name in TO_OTHERS else ANYWHERE | OF_THE_REQUESTER
    return (wording.fields(name) | everywhere) - SHARED_PARTS


def needed_fields(name: str) -> frozenset[str]:
    """The fields that every wording of this letter must name: what it is for, and what all replies share."""
    return wording.parse(wording.text_of(name), name).fields() - DISPENSABLE


def checked(name: str, text: str) -> wording.Template:
    """The wording taken apart. Raises Refused, with all that is wrong with it in plain words."""
    if len(text) > LONGEST:
        raise Refused(f"The wording is too long. Keep it under {LONGEST:,} letters.")
    try:
        template = wording.parse(text, name)
    except WordingError as problem:
        raise Refused(f"This wording cannot be used: {problem}.") from None
    named, needed = template.fields(), needed_fields(name)
    allowed = possible_fields(name) | (needed & SHARED_PARTS)
    wrong = []
    if unknown := sorted(named - allowed):
        wrong.append(f"There is no field {_listed(unknown)} in this letter. You can use {_listed(sorted(allowed))}.")
    if missing := sorted(needed - named):
        wrong.append(f"{_listed(missing)} must stay in this letter.")
    if wrong:
        raise Refused(" ".join(wrong))
    return template


def _newest(name: str) -> WordingVersion | None:
    query = select(WordingVersion).where(WordingVersion.name == name).order_by(WordingVersion.number.desc())
    return db.session.scalars(query.limit(1)).first()


def _usable(name: str) -> wording.Template:
    newest = _newest(name)
    if newest is None or newest.text is None:
        return wording.parse(wording.text_of(name), name)
    try:
        return checked(name, newest.text)
    except Refused as problem:
        raise Refused(
            f"Nothing was sent: the wording of “{name.replace('_', ' ')}” that was edited must be put right first. "
            f"{problem.message}"
        ) from None


def _filled(template: wording.Template, name: str, given: Mapping[str, FieldValue | None]) -> Wording:
    needed = template.fields() - SHARED_PARTS
    present = {field: value for field, value in given.items() if field in needed and value is not None}
    if missing := sorted(needed - present.keys()):
        raise Refused(
            f"The letter “{name.replace('_', ' ')}” says {_listed(missing)}. This case has nothing to put there now."
        )
    return wording.fill(template, present, name)


def _listed(names: list[str]) -> str:
    shown = [f"{{{name}}}" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
