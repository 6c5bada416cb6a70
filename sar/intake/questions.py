"""The public questions: which come, in which order, and what they add up to. Pure.

Answers lie in a draft by page: {"name": {"full_name": "..."}, ...}, dates as ISO texts. A page that was
passed with nothing in it is there as well: that is how we know it was seen. {"who": {"other": true}} is written at the
start by someone who asks for someone else: they are asked other questions, and fewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sar.intake.answers import (
    EVERYTHING,
    Contact,
    IdentityKind,
    Relationship,
    Representative,
    RequestAnswers,
    Route,
    split_names,
    staff_connection_from,
)

Answers = Mapping[str, Mapping[str, Any]]

# How to reach someone, and the page that asks for what the route needs.
DETAIL_OF_ROUTE: Final = {Route.EMAIL: "email", Route.PHONE: "phone", Route.POST: "letter"}


# What a representative can have to show that they may ask, as they say it.
SHOWS: Final = {
    "signed": "A letter that says so, signed by the person",
    "attorney": "A power of attorney, or an order of the court",
    "parental": "Something that shows I am the parent or carer of the child",
    "nothing": "I have nothing yet",
}


def is_for_other(answers: Answers) -> bool:
    """Whether someone asks for someone else."""
    return bool(_get(answers, "who", "other"))


def path(answers: Answers) -> list[str]:
    """The pages of this requester, in order, as far as their answers tell."""
    other = is_for_other(answers)
    pages = [*(["helper"] if other else []), "name", "other-names", "date-of-birth", "where"]
    living = _get(answers, "where", "living")
    if living == "address":
        pages.append("address")
    elif living == "prison":
        pages.append("prison")
    pages += [*([] if other else ["last-contact"]), "office", "staff", "wanted"]
    if _get(answers, "wanted", "all") == "some":
        pages.append("details")
    pages.append("contact")
    route = _get(answers, "contact", "route")
    if route in set(DETAIL_OF_ROUTE):
        pages.append(DETAIL_OF_ROUTE[Route(route)])
    if other:
        return [*pages, "authority"]
    pages.append("photo")
    if _get(answers, "photo", "sent") is False:
        pages.append("no-photo")
    return pages


def is_answered(page: str, answers: Answers) -> bool:
    """Whether a page was passed, and its answer still fits the others."""
    if page not in answers:
        return False
    if page == "contact":
        return Route(_get(answers, "contact", "route")) in routes(answers)
    return True


def routes(answers: Answers) -> list[Route]:
    """The ways to reach this requester; through the prison only for someone who is in one."""
    common = [Route.EMAIL, Route.PHONE, Route.POST]
    in_prison = _get(answers, "where", "living") == "prison" and not is_for_other(answers)
    return [Route.PRISON, *common] if in_prison else common


def first_open(answers: Answers) -> str | None:
    """The first page that still needs an answer; None when the request can be checked and sent."""
    return next((page for page in path(answers) if not is_answered(page, answers)), None)


def is_open(page: str, answers: Answers) -> bool:
    """Whether a page may be shown now: it is on the path, and none before it is missing."""
    pages = path(answers)
    if page not in pages:
        return False
    return all(is_answered(earlier, answers) for earlier in pages[: pages.index(page)])


def before(page: str, answers: Answers) -> str | None:
    """The page in front of this one; None for the first."""
    pages = path(answers)
    place = pages.index(page)
    return pages[place - 1] if place else None


def after(page: str, answers: Answers) -> str | None:
    """Where to go when a page was answered: the next one, or None (check the answers) when all are given."""
    if first_open(answers) is None:
        return None
    pages = path(answers)
    place = pages.index(page) + 1
    return pages[place] if place < len(pages) else first_open(answers)


def answers_from(answers: Answers) -> RequestAnswers:
    """The request that a full set of answers makes. Ready when `first_open` is None."""
    living = _get(answers, "where", "living")
    in_prison = living == "prison"
    some = _get(answers, "wanted", "all") == "some"
    sent_photo, other = bool(_get(answers, "photo", "sent")), is_for_other(answers)
    address = _text(answers, "address", "address") if living == "address" else ""
    return RequestAnswers(
        full_name=_text(answers, "name", "full_name"),
        former_names=split_names(_text(answers, "other-names", "names")),
        date_of_birth=_date(answers, "date-of-birth", "date_of_birth"),
        address=address,
        prison_name=_text(answers, "prison", "prison_name") if in_prison else "",
        prison_number=_text(answers, "prison", "prison_number") if in_prison else "",
        last_contact_on=_date(answers, "last-contact", "on"),
        office=_text(answers, "office", "office"),
        wanted=_text(answers, "details", "wanted") if some else EVERYTHING,
        wanted_from=_date(answers, "details", "from_day") if some else None,
        wanted_to=_date(answers, "details", "to_day") if some else None,
        contact=Contact(Route.POST, address=address) if other else _contact(answers),
        identity_kind=_identity_kind(answers),
        identity_note="" if sent_photo or other else _text(answers, "no-photo", "worker"),
        representative=_representative(answers) if other else None,
        staff_connection=staff_connection_from(_text(answers, "staff", "said"), _text(answers, "staff", "staff_name")),
    )


def _identity_kind(answers: Answers) -> IdentityKind:
    if is_for_other(answers):
        return IdentityKind.NONE
    return IdentityKind.PHOTO if _get(answers, "photo", "sent") else IdentityKind(_text(answers, "no-photo", "kind"))


def _representative(answers: Answers) -> Representative:
    return Representative(
        relationship=Relationship(_text(answers, "helper", "relationship")),
        name=_text(answers, "helper", "helper_name"),
        organisation=_text(answers, "helper", "organisation"),
        contact=_contact(answers),
        shows=SHOWS.get(_text(answers, "authority", "shows"), ""),
    )


def _contact(answers: Answers) -> Contact:
    route = Route(_text(answers, "contact", "route"))
    return Contact(
        route=route,
        email=_text(answers, "email", "email") if route is Route.EMAIL else "",
        phone=_text(answers, "phone", "phone") if route is Route.PHONE else "",
        address=_text(answers, "letter", "address") if route is Route.POST else "",
    )


def _get(answers: Answers, page: str, name: str) -> Any:
    return answers.get(page, {}).get(name)


def _text(answers: Answers, page: str, name: str) -> str:
    return str(_get(answers, page, name) or "")


def _date(answers: Answers, page: str, name: str) -> date | None:
    text = _get(answers, page, name)
    return date.fromisoformat(text) if text else None
