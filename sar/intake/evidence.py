"""What shows who someone is: one list for requesters and officers, which the data protection officer edits.

People who were in prison or have no home often have no passport, so the list is long and no single thing on it is
needed. It comes with the tool as accepted_evidence.json; every change is kept, so that what was accepted on a day can
still be read. Beside the documents there are ways that staff alone can use: no paper changes hands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from sar.access.permissions import Permission, permissions_of
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import canonical, record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.ids import random_id
from sar.intake.models import EvidenceList

KNOWN: Final = "known"
STAFF_WAYS: Final = {
    KNOWN: "Known in person to a named member of staff",
    "prison_record": "Checked with the prison",
    "own_record": "Answered questions that only they could answer",
}
MOST, LONGEST = 20, 200
_ABOUT_THEM: Final = {"your": "their", "yours": "theirs", "you": "them", "yourself": "themselves"}
_TO_YOU: Final = re.compile(r"\b(?:yourself|yours|your|you)\b", re.IGNORECASE)
_SUPPLIED: Final = Path(__file__).with_name("accepted_evidence.json")


@dataclass(frozen=True)
class Item:
    """One document. `words` fit after "Send us one of these:", in lower case and without a full stop."""

    code: str
    words: str


@dataclass(frozen=True)
class Accepted:
    """The list in force; `number` is 0 for the one that comes with the tool."""

    number: int
    items: tuple[Item, ...]


def in_force() -> Accepted:
    newest = db.session.scalars(select(EvidenceList).order_by(EvidenceList.number.desc()).limit(1)).first()
    return Accepted(newest.number, _items(newest.items)) if newest else _supplied()


def documents() -> tuple[str, ...]:
    """The list as requesters read it."""
    return tuple(item.words for item in in_force().items)


def choices() -> dict[str, str]:
    """What an officer can say was seen, by code: the documents in force, then the ways that staff alone have."""
    return {item.code: _for_officers(item.words) for item in in_force().items} | STAFF_WAYS


def name_of(code: str) -> str:
    """What a code means, also one that is no longer on the list."""
    if code in STAFF_WAYS:
        return STAFF_WAYS[code]
    lists = db.session.scalars(select(EvidenceList).order_by(EvidenceList.number.desc()))
    for items in (*(_items(one.items) for one in lists), _supplied().items):
        for item in items:
            if item.code == code:
                return _for_officers(item.words)
    return code.replace("_", " ")


def supplied_name(code: str) -> str:
    """What a code that comes with the tool means; other codes are of documents that were added. No database."""
    names = {item.code: item.words for item in _supplied().items} | STAFF_WAYS
    return _for_officers(names.get(code, "a document that we accept"))


def change(actor: Actor, items: Sequence[tuple[str, str]], *, number: int) -> Accepted:
    """Put (code, words) in force; an empty code is a new item. `number` is the list that was on the screen.

    Raises Refused, NotAllowed, and Conflict when someone else changed it meanwhile.
    """
    if Permission.EVIDENCE_EDIT not in permissions_of(actor.roles):
        raise NotAllowed("Only the data protection officer changes what is accepted.")
    with write_transaction() as session:
        before = in_force()
        if before.number != number:
            raise Conflict("Someone else changed the list while you had it open. Look at it again.")
        wanted = _checked(items, {item.code for item in before.items})
        row = EvidenceList(
            number=number + 1,
            items=canonical([{"code": item.code, "words": item.words} for item in wanted]),
            changed_by=actor.id,
        )
        session.add(row)
        session.flush()
        record(actor, Action.EVIDENCE_CHANGED, row.id, number=row.number, items=len(wanted))
    return Accepted(number + 1, wanted)


def _checked(items: Sequence[tuple[str, str]], known: set[str]) -> tuple[Item, ...]:
    wanted: list[Item] = []
    for code, typed in items:
        words = " ".join(typed.split()).rstrip(".")
        if not words:
            continue
        if len(words) > LONGEST:
            raise Refused(f"Use {LONGEST} letters or fewer for each.")
        if words.casefold() in {item.words.casefold() for item in wanted}:
            raise Refused(f"“{words}” is on the list twice.")
        if code and code not in known:
            raise Refused("This form is broken. Load the page again.")
        wanted.append(Item(code or f"own_{random_id()[:12]}", words))
    if not wanted:
        raise Refused("Leave at least one thing that people can show.")
    if len(wanted) > MOST:
        raise Refused(f"List {MOST} or fewer.")
    return tuple(wanted)


def _supplied() -> Accepted:
    return Accepted(0, _items(_SUPPLIED.read_text(encoding="utf-8")))


def _items(text: str) -> tuple[Item, ...]:
    return tuple(Item(one["code"], one["words"]) for one in json.loads(text))


def _for_officers(words: str) -> str:
    """The list speaks to the person; officers read about them: "your probation officer" is not theirs."""
    about = _TO_YOU.sub(lambda found: _ABOUT_THEM[found[0].lower()], words)
    return about[:1].upper() + about[1:]
