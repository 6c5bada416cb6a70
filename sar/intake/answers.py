"""What a requester tells us, and the rules it must meet. Pure.

Only a name and a way to answer are needed: the rest helps to find records, but a request without
it is a request all the same (law.md section 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sar.foundation.errors import Refused

EVERYTHING: Final = "Everything you hold about me"
MAX_NAME: Final = 200
MAX_FORMER_NAMES: Final = 20
MAX_ADDRESS: Final = 500
MAX_WANTED: Final = 4000
MAX_LINE: Final = 200
# Before this day the Data Protection Act 2018 was not in force, so an earlier receipt is a slip of the pen.
FIRST_DAY: Final = date(2018, 5, 25)
OLDEST_BIRTH_YEAR: Final = 1900

_EMAIL: Final = re.compile(r"[^@\s,;<>\"]{1,64}@([a-z0-9-]+\.)+[a-z0-9-]{2,}", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+?[0-9 ()\-.]{7,25}(\s*(ext|x)\.?\s*[0-9]{1,6})?", re.IGNORECASE)


class Channel(StrEnum):
    """How a request reached the organisation."""

    ONLINE = "online"
    POST = "post"
    EMAIL = "email"
    COUNTER = "counter"
    TELEPHONE = "telephone"
    VERBAL = "verbal"
    COLLEAGUE = "colleague"
    SOLICITOR = "solicitor"
    RELATIVE = "relative"
    PRISON = "prison"
    OTHER = "other"


CHANNEL_WORDS: Final = {
    Channel.ONLINE: "Online",
    Channel.POST: "By post",
    Channel.EMAIL: "By email",
    Channel.COUNTER: "Handed in at an office",
    Channel.TELEPHONE: "By telephone",
    Channel.VERBAL: "Said to a member of staff",
    Channel.COLLEAGUE: "Passed on by a colleague",
    Channel.SOLICITOR: "Through a solicitor or adviser",
    Channel.RELATIVE: "Through a relative or friend",
    Channel.PRISON: "From prison",
    Channel.OTHER: "Another way, or not known",
}


class Route(StrEnum):
    """How to reach the requester."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    PRISON = "prison"


ROUTE_WORDS: Final = {
    Route.POST: "By letter",
    Route.EMAIL: "By email",
    Route.PHONE: "By phone",
    Route.PRISON: "By letter, through the prison",
}


class Relationship(StrEnum):
    """What a representative is to the person whose records are asked for. `law.md` section 6."""

    SOLICITOR = "solicitor"
    ADVOCATE = "advocate"
    RELATIVE = "relative"
    PARENT = "parent"
    ATTORNEY = "attorney"
    DEPUTY = "deputy"
    OTHER = "other"


RELATIONSHIP_WORDS: Final = {
    Relationship.SOLICITOR: "Solicitor or legal adviser",
    Relationship.ADVOCATE: "Advocate or support worker",
    Relationship.RELATIVE: "Relative or friend",
    Relationship.PARENT: "Parent or carer of a child",
    Relationship.ATTORNEY: "Holds a power of attorney",
    Relationship.DEPUTY: "Deputy made by the court",
    Relationship.OTHER: "Someone else",
}


class IdentityKind(StrEnum):
    """What shows who the requester is. A photo is the quickest, never the only way."""

    PHOTO = "photo"
    WORKER = "worker"
    IN_PERSON = "in_person"
    QUESTIONS = "questions"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True)
class Contact:
    """How to reach the requester: `route`, and what that route needs."""

    route: Route
    email: str = ""
    phone: str = ""
    address: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"route": self.route.value, "email": self.email, "phone": self.phone, "address": self.address}


@dataclass(frozen=True)
class Representative:
    """Who asks for someone else, and how to reach them. With `gets_letters`, letters go there by `contact`.

    Without it they go to the person whose records these are, and `contact` only says how to ask something. `shows` is
    what they say they have to show that they may ask.
    """

    relationship: Relationship
    name: str
    contact: Contact
    organisation: str = ""
    gets_letters: bool = True
    shows: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "relationship": self.relationship.value,
            "name": " ".join(self.name.split()),
            "organisation": self.organisation.strip(),
            "gets_letters": self.gets_letters,
            "shows": self.shows,
            **self.contact.as_dict(),
        }


@dataclass(frozen=True)
class StaffConnection:
    """The person says that they, or someone in their family, work here. `name`: who that is, where they said so."""

    name: str = ""


@dataclass(frozen=True)
class Details:
    """Who a person is and how to reach them. Empty texts and None mean "did not say" or "not known"."""

    full_name: str
    contact: Contact
    former_names: tuple[str, ...] = ()
    date_of_birth: date | None = None
    address: str = ""
    prison_name: str = ""
    prison_number: str = ""
    crn: str = ""


@dataclass(frozen=True)
class RequestAnswers(Details):
    """One request: the person, and what they ask for."""

    last_contact_on: date | None = None
    office: str = ""
    wanted: str = EVERYTHING
    wanted_from: date | None = None
    wanted_to: date | None = None
    identity_kind: IdentityKind = IdentityKind.NONE
    identity_note: str = field(default="")
    representative: Representative | None = None
    staff_connection: StaffConnection | None = None


def require_complete(answers: RequestAnswers, today: date, *, reachable: bool = True) -> None:
    """Raises Refused, with words for whoever filled in the form, when a request cannot be taken like this.

    Without `reachable`, a request that says of nobody how to reach them passes: old lists often do not.
    """
    if not answers.full_name.strip():
        raise Refused("Tell us the full name.")
    for text, limit, what in (
        (answers.full_name, MAX_NAME, "name"),
        (answers.address, MAX_ADDRESS, "address"),
        (answers.contact.address, MAX_ADDRESS, "address to write to"),
        (answers.wanted, MAX_WANTED, "description of what is wanted"),
        *((name, MAX_NAME, "other name") for name in answers.former_names),
        *(
            (line, MAX_LINE, "answer")
            for line in (answers.office, answers.prison_name, answers.prison_number, answers.crn)
        ),
        (answers.identity_note, MAX_LINE, "answer"),
    ):
        if len(text) > limit:
            raise Refused(f"The {what} is too long. Use {limit} letters or fewer.")
    if len(answers.former_names) > MAX_FORMER_NAMES:
        raise Refused(f"Give up to {MAX_FORMER_NAMES} other names.")
    if not answers.wanted.strip():
        raise Refused("Say what is wanted.")
    _require_dates(answers, today)
    if answers.representative is not None:
        require_representative(answers.representative, reachable=reachable)
    if reachable and (answers.representative is None or not answers.representative.gets_letters):
        _require_reachable(answers.contact, answers.prison_name)


def require_representative(someone: Representative, *, reachable: bool = True) -> None:
    """Raises Refused, with words for the screen, for a representative without a name or a way to reach them.

    Without `reachable`, a name is enough.
    """
    if not someone.name.strip():
        raise Refused("Give the name of whoever asks for this person.")
    for text, limit in ((someone.name, MAX_NAME), (someone.organisation, MAX_LINE)):
        if len(text) > limit:
            raise Refused(f"The name of whoever asks is too long. Use {limit} letters or fewer.")
    if reachable:
        _require_reachable(someone.contact, "")


def _require_dates(answers: RequestAnswers, today: date) -> None:
    born = answers.date_of_birth
    if born and not (OLDEST_BIRTH_YEAR <= born.year and born < today):
        raise Refused("Check the date of birth. It must be in the past.")
    if answers.last_contact_on and answers.last_contact_on > today:
        raise Refused("Check the date of last contact. It cannot be in the future.")
    if answers.wanted_from and answers.wanted_to and answers.wanted_from > answers.wanted_to:
        raise Refused("Check the dates of the records. The first date must come before the last.")


def _require_reachable(contact: Contact, prison_name: str) -> None:
    if contact.route is Route.EMAIL and not is_email(contact.email):
        raise Refused("Give an email address, like name@example.com.")
    if contact.route is Route.PHONE and not is_phone(contact.phone):
        raise Refused("Give a phone number, like 07700 900 123.")
    if contact.route is Route.POST and not contact.address.strip():
        raise Refused("Give the address to write to.")
    if contact.route is Route.PRISON and not prison_name.strip():
        raise Refused("Give the name of the prison to write to.")


def staff_connection_from(said: str, name: str) -> StaffConnection | None:
    """What was said about working here: `said` is "yes", "no" or nothing. Whoever gives a name says yes."""
    name = " ".join(name.split())
    return StaffConnection(name) if said == "yes" or name else None


def is_email(text: str) -> bool:
    return len(text) <= 254 and _EMAIL.fullmatch(text.strip()) is not None


def is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return 7 <= digits <= 20 and _PHONE.fullmatch(text.strip()) is not None


def split_names(text: str) -> tuple[str, ...]:
    """Names typed one to a line; empty lines and repeats left out, order kept."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))
