"""Who the person is and how to reach them, put right after the request was made.

Whatever is found by these (search by name, requests that look alike) is renewed in the same transaction.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.intake import likeness, search_words
from sar.intake.answers import Contact, Details, RequestAnswers, Route, require_complete
from sar.intake.models import Submission

# What can be changed, in words.
WORDS: Final = MappingProxyType(
    {
        "full_name": "Full name",
        "former_names": "Former or other names",
        "date_of_birth": "Date of birth",
        "address": "Address",
        "prison_name": "Prison",
        "prison_number": "Prison number",
        "crn": "CRN",
        "route": "How to reach them",
        "email": "Email address",
        "phone": "Phone number",
        "post_address": "Address for letters",
    }
)


def details_of(submission: Submission) -> Details:
    """The details as they stand."""
    contact, born = submission.contact or {}, submission.date_of_birth
    return Details(
        full_name=submission.full_name,
        contact=Contact(
            Route(contact.get("route", Route.POST)),
            contact.get("email") or "",
            contact.get("phone") or "",
            contact.get("address") or "",
        ),
        former_names=tuple(submission.former_names or ()),
        date_of_birth=date.fromisoformat(born) if born else None,
        address=submission.address or "",
        prison_name=submission.prison_name or "",
        prison_number=submission.prison_number or "",
        crn=submission.crn or "",
    )


def columns(who: Details) -> dict[str, Any]:
    """The details as the columns of a submission."""
    return {
        "full_name": " ".join(who.full_name.split()),
        "former_names": list(who.former_names),
        "date_of_birth": who.date_of_birth.isoformat() if who.date_of_birth else None,
        "address": who.address.strip(),
        "prison_name": who.prison_name.strip(),
        "prison_number": who.prison_number.strip().upper(),
        "crn": who.crn.strip().upper() or None,
        "contact": who.contact.as_dict(),
    }


def change(submission: Submission, new: Details, *, gets_letters: bool) -> dict[str, Any]:
    """Put these details in the place of those that stand, inside the caller's transaction.

    Returns the old value of each that changed, by its code in WORDS. Raises Refused for details that cannot be;
    `gets_letters` says whether letters go to the person, who can then no longer be left without a way to reach them.
    """
    old = details_of(submission)
    moves = (new.contact, new.prison_name.strip()) != (old.contact, old.prison_name)
    _require_possible(new, reachable=gets_letters and moves)
    before, after = _flat(columns(old)), _flat(columns(new))
    changed = {code: value for code, value in before.items() if value != after[code]}
    if changed:
        for name, value in columns(new).items():
            setattr(submission, name, value)
        search_words.keep(submission)
        likeness.keep(submission)
    return changed


def _require_possible(new: Details, *, reachable: bool) -> None:
    require_complete(RequestAnswers(**vars(new)), london_today(), reachable=reachable)
    for text in (new.contact.email, new.contact.phone):
        if len(text) > 254:
            raise Refused("The email address or phone number is too long.")


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    contact = values["contact"]
    ways = {"route": contact["route"], "email": contact["email"], "phone": contact["phone"]}
    rest = {name: value for name, value in values.items() if name != "contact"}
    return rest | ways | {"post_address": contact["address"]}
