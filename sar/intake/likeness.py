"""Whether someone may have asked before, or is asking twice: found by fingerprints, never by reading.

Everything personal is sealed, so nothing can be looked up by name. Each request keeps keyed fingerprints of what
tells people apart; two requests with one in common may be of one person. Staff are told, requesters never: whoever
types a stranger's name must not learn that the stranger has asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, select

from sar.foundation import word_index
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.intake.answers import RequestAnswers
from sar.intake.models import Submission

# What two requests have in common, in words, the surest first.
WORDS: Final = {
    "prison": "the same prison number",
    "crn": "the same CRN",
    "name_birth": "the same name and date of birth",
    "email": "the same email address",
    "phone": "the same phone number",
}
# Says little: many people share a name, and nothing tells these two apart or together. Nothing is held up for it.
HINT: Final = "the same name, no date of birth given"
# The purpose of the words of names in the index: see `search_words`.
NAME: Final = "name"
MOST: Final = 20
_SHORTEST: Final = 5  # fewer letters or digits than this tell nobody apart

Seen = Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True)
class Person:
    """What tells the data subject of a request apart. A representative's address is not theirs and stays out."""

    names: tuple[str, ...]
    date_of_birth: date | None = None
    prison_number: str = ""
    crn: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Alike:
    """Another request that may be of the same person, and why."""

    submission_id: str
    reference: str
    received_on: date
    reasons: tuple[str, ...]

    @property
    def is_hint(self) -> bool:
        return self.reasons == (HINT,)

    @property
    def words(self) -> str:
        return " and ".join(self.reasons)


def _nobody(_actor: Actor) -> ColumnElement[bool]:
    return false()


class _Visibility:
    """Which submissions an actor may hear of; the stage that knows conflicts of interest says so at import."""

    condition: Seen = staticmethod(_nobody)


def seen_through(condition: Seen) -> None:
    """Have `alike` name only requests for which this condition (on Submission) holds."""
    _Visibility.condition = staticmethod(condition)


def marks(person: Person) -> dict[str, frozenset[str]]:
    """What is fingerprinted of a person, by kind: letters and digits alone. Pure.

    Of a name, the first and the last word: people leave out the middle ones.
    """
    births: set[str] = set()
    if person.date_of_birth is not None:
        births = {_plain(f"{first}{last}{person.date_of_birth.isoformat()}") for first, last in _ends(person)}
    found = {kind: frozenset[str]() for kind in WORDS} | {"name_birth": frozenset(births)}
    for kind, value in (
        ("prison", person.prison_number),
        ("crn", person.crn),
        ("email", person.email),
        ("phone", _phone(person.phone)),
    ):
        if len(_plain(value)) >= _SHORTEST:
            found[kind] = frozenset({_plain(value)})
    return found


def looked_up(person: Person) -> dict[str, frozenset[str]]:
    """What is looked for: as `marks`, and each name with its first and last word in the other order. Pure."""
    turned = replace(person, names=tuple(f"{last} {first}" for first, last in _ends(person)))
    found = marks(person)
    return found | {"name_birth": found["name_birth"] | marks(turned)["name_birth"]}


def keep(submission: Submission) -> None:
    """Keep the fingerprints of a request, inside the write transaction that stores or changes it."""
    for kind, values in marks(_person_of(submission)).items():
        word_index.remember(submission.scope_id, _purpose(kind), values)


def alike(actor: Actor, person: Person, *, besides: str | None = None) -> list[Alike]:
    """Requests that may be of this person and that the actor may see, newest first; at most MOST, a HINT last."""
    reasons: dict[tuple[str, str, date], list[str]] = defaultdict(list)
    for kind, values in looked_up(person).items():
        for value in sorted(values):
            which = word_index.found_by(Submission.scope_id, _purpose(kind), value)
            for found in _requests(actor, which, besides):
                if WORDS[kind] not in reasons[found]:
                    reasons[found].append(WORDS[kind])
    for found in _requests(actor, _of_the_name(person), besides):
        reasons[found] = reasons[found] or [HINT]
    every = [Alike(*which, tuple(why)) for which, why in reasons.items()]
    # A common name must not crowd out what is surer.
    return sorted(every, key=lambda one: (not one.is_hint, one.received_on, one.reference), reverse=True)[:MOST]


def alike_to(actor: Actor, submission: Submission) -> list[Alike]:
    """Other requests that may be of the person who made this one."""
    return alike(actor, _person_of(submission), besides=submission.id)


def scopes_like(people: Mapping[int, Person]) -> dict[int, dict[str, set[str]]]:
    """Of many people at once, by number: the scopes of requests that may be of each, with why, in words.

    A query for every few hundred values. It asks nobody's leave: the caller says which of these anyone may hear of.
    """
    of_each = {number: looked_up(person) for number, person in people.items()}
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind, words in WORDS.items():
        scopes = word_index.scopes_with(_purpose(kind), {value for one in of_each.values() for value in one[kind]})
        for number, one in of_each.items():
            for scope_id in {scope_id for value in one[kind] for scope_id in scopes.get(value, ())}:
                found[number][scope_id].add(words)
    return found


def person_in(answers: RequestAnswers) -> Person:
    """Who the answers are about. A representative's own address is not theirs."""
    return Person(
        names=(answers.full_name, *answers.former_names),
        date_of_birth=answers.date_of_birth,
        prison_number=answers.prison_number,
        crn=answers.crn,
        email=answers.contact.email,
        phone=answers.contact.phone,
    )


def _requests(actor: Actor, which: ColumnElement[bool], besides: str | None) -> list[tuple[str, str, date]]:
    """Those that the actor may hear of, as (id, reference, day received), the newest first."""
    query = (
        select(Submission.id, Submission.reference, Submission.received_on)
        .where(which, _Visibility.condition(actor), Submission.id != (besides or ""))
        .order_by(Submission.received_on.desc(), Submission.id)
        .limit(MOST)
    )
    return [(row.id, row.reference, row.received_on) for row in db.session.execute(query)]


def _of_the_name(person: Person) -> ColumnElement[bool]:
    """Requests of the same first and last word of a name, where one of the two has no date of birth."""
    names = [f"{first} {last}" for first, last in _ends(person)]
    same = or_(false(), *(word_index.found_by(Submission.scope_id, NAME, name) for name in names))
    if person.date_of_birth is None:
        return same
    return and_(same, ~word_index.has_any(Submission.scope_id, _purpose("name_birth")))


def _ends(person: Person) -> list[tuple[str, str]]:
    """The first and the last word of each name. One word alone tells nobody apart."""
    split = (name.split() for name in person.names)
    return [(words[0], words[-1]) for words in split if len(words) > 1]


def _purpose(kind: str) -> str:
    return f"like.{kind}"


def _plain(value: str) -> str:
    return "".join(character for character in value.casefold() if character.isalnum())


def _person_of(submission: Submission) -> Person:
    contact = submission.contact or {}
    born = submission.date_of_birth
    return Person(
        names=(submission.full_name, *(submission.former_names or [])),
        date_of_birth=date.fromisoformat(born) if born else None,
        prison_number=submission.prison_number or "",
        crn=submission.crn or "",
        email=contact.get("email") or "",
        phone=contact.get("phone") or "",
    )


def _phone(typed: str) -> str:
    """The digits, with the country left out: +44 7700 900321 is 07700 900321."""
    digits = "".join(character for character in typed if character.isdigit())
    for prefix in ("0044", "44"):
        if digits.startswith(prefix) and len(digits) > 10:
            return "0" + digits.removeprefix(prefix).lstrip("0")
    return digits
