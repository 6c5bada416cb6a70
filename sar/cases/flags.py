"""What an officer must not overlook about a case, in two or three words each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sar.cases.models import Case

ADULT_AT = 18
STAFF_LINKS = {
    "employee": "A member of staff",
    "relative": "A relative of a member of staff",
    "lived_experience": "A colleague with lived experience of probation",
}
# The requester said that they or their family work here, and nobody has looked yet at what that means.
SAID = "said"
_SHORT = {
    SAID: "Conflict: look at it",
    "employee": "Conflict: staff",
    "relative": "Conflict: relative of staff",
    "lived_experience": "Conflict: colleague",
}


@dataclass(frozen=True)
class Flag:
    text: str
    colour: str


def flags_of(case: Case, today: date) -> list[Flag]:
    """In prison, a child, connected with someone who works here, restricted: in this order."""
    asked, found = case.submission, []
    if asked.prison_name or asked.prison_number:
        found.append(Flag("In prison", "purple"))
    if asked.date_of_birth and is_child(date.fromisoformat(asked.date_of_birth), today):
        found.append(Flag("Child", "pink"))
    if case.staff_link:
        found.append(Flag(_SHORT[case.staff_link], "red"))
    if case.restricted:
        found.append(Flag("Named people only", "red"))
    return found


def is_child(born: date, today: date) -> bool:
    """Until the eighteenth birthday; who was born on 29 February has it on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < ADULT_AT
