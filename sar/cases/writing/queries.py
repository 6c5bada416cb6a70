"""Reads about letters that are being written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from sar.access.permissions import Permission, permissions_of
from sar.cases import letters
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.writing.facts import facts_for, fits
from sar.cases.writing.kinds import LETTERS, Blank, Entry, Letter
from sar.cases.writing.models import LetterDraft
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import NotFound, Refused
from sar.foundation.messages import Channel
from sar.foundation.wording import FieldValue, Wording

_SAYS_NOT_WHO_ASKED = frozenset({"consent_request"})
_TO_A_PERSON = frozenset({"consent_request", "health_opinion"})


def fitting(case: Case) -> list[Letter]:
    """The letters that fit the case as it stands, in the order of the choice."""
    return [letter for letter in LETTERS.values() if fits(letter, case)]


def fitting_about(actor: Actor, case: Case, about: str) -> list[Letter]:
    """The letters that fit one thing of the case and that the actor may send."""
    allowed = frozenset(Permission) if actor.kind is ActorKind.SYSTEM else permissions_of(actor.roles)
    return [letter for letter in LETTERS.values() if letter.permission in allowed and fits(letter, case, about)]


def fitting_letter(case: Case, name: str, about: str | None = None) -> Letter:
    """Raises NotFound for a letter that does not exist, or that does not fit the case now."""
    found = LETTERS.get(name)
    if found is None or not fits(found, case, about):
        raise NotFound("There is no such letter, or it does not fit the case as it stands now.")
    return found


def require_allowed(actor: Actor, letter: Letter, about: str | None) -> None:
    """Raises Refused for somebody who may not write this letter about this thing, with the rule in words."""
    if letter.allowed is not None and about is not None:
        letter.allowed(actor, about)


def visible_draft(actor: Actor, draft_id: str) -> LetterDraft:
    """The draft of a case that this actor may see. Raises NotFound."""
    draft = db.session.get(LetterDraft, draft_id)
    if draft is None:
        raise NotFound("There is no such letter. It may have been put away.")
    visible_case(actor, draft.case_id)
    return draft


def unsent(case: Case) -> list[LetterDraft]:
    """Letters that were filled in and not sent, oldest first."""
    query = select(LetterDraft).where(LetterDraft.case_id == case.id, LetterDraft.message_id.is_(None))
    return list(db.session.scalars(query.order_by(LetterDraft.created_at, LetterDraft.id)))


def given(case: Case, draft: LetterDraft) -> Mapping[str, FieldValue | None]:
    """The fields of the letter: what the case says, and what the officer filled in."""
    letter = LETTERS[draft.name]
    filled = {blank.name: _shown(blank, draft.fields.get(blank.name, "")) for blank in letter.blanks}
    return {**facts_for(letter, case, draft.about), **filled}


def wording_of(case: Case, draft: LetterDraft) -> Wording:
    """The letter as it would go today.

    Raises Refused when it no longer fits, a day in it cannot be, or its wording cannot be used.
    """
    letter = LETTERS[draft.name]
    if not fits(letter, case, draft.about):
        raise Refused("This letter does not fit the case as it stands now.")
    said = given(case, draft)
    days = [(blank, said[blank.name]) for blank in letter.blanks if blank.is_day]
    problems = [blank.problem_with(day, london_today()) for blank, day in days if isinstance(day, date)]
    if wrong := [problem for problem in problems if problem]:
        raise Refused(" ".join(wrong))
    words = letters.compose(case, draft.name, **said)
    return letters.greeted(words, draft.addressee["name"]) if draft.addressee and draft.name in _TO_A_PERSON else words


def names_of_requester(case: Case, draft: LetterDraft, words: Wording) -> list[str]:
    """Names of the person who asked that a letter to another person says, whom it should not tell (law.md section 3).

    A health professional and the regulator have to know.
    """
    if draft.name not in _SAYS_NOT_WHO_ASKED:
        return []
    asked, said = case.submission, replace(words, paragraphs=words.paragraphs[1:]).as_text()  # their own name aside
    known = {word for name in (asked.full_name, *(asked.former_names or ())) for word in name.split() if len(word) > 1}
    return sorted(word for word in known if _says(said, word))


def _says(said: str, word: str) -> bool:
    """Whether a text has a word of a name. One of two letters, like Li or An, only as it is written."""
    if not word.isascii():  # some scripts put no spaces between words
        return word.casefold() in said.casefold()
    return re.search(rf"\b{re.escape(word)}\b", said, re.IGNORECASE if len(word) > 2 else 0) is not None


def pages(case: Case, draft: LetterDraft) -> list[bytes]:
    """The typeset pages as PNG."""
    who = draft.addressee or {}
    return letters.pictures(case, wording_of(case, draft), addressee=who.get("name"), address=who.get("to"))


def channels(case: Case) -> list[Channel]:
    """The ways to reach the requester that we have an address for, the one they asked for first."""
    usual = Channel(letters.usual_channel(case))
    found = []
    for channel in (usual, *(other for other in Channel if other is not usual)):
        try:
            letters.address_for(case, channel)
        except Refused:
            continue
        found.append(channel)
    return found


def where_to(case: Case, draft: LetterDraft) -> str:
    """Who the letter goes to, and where, line by line."""
    if draft.addressee:
        return f"{draft.addressee['name']}\n{draft.addressee['to']}"
    where = "" if draft.channel == Channel.IN_PERSON else letters.address_for(case, draft.channel)
    return f"{letters.addressee_name(case)}\n{where}".strip()


def _shown(blank: Blank, value: str | list[str]) -> FieldValue:
    """What was filled in, as the letter has it."""
    if blank.is_day and isinstance(value, str):
        return date.fromisoformat(value)
    return blank.told[value] if blank.entry is Entry.CHOICE and isinstance(value, str) else value
