"""A request in words, for the page where the requester checks it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sar.intake.answers import RELATIONSHIP_WORDS, IdentityKind, RequestAnswers, Route
from sar.intake.questions import Answers, answers_from, is_for_other, path

_LIVING = {"address": "At an address", "prison": "In prison", "none": "No fixed address"}
_ROUTES = {
    Route.PRISON: "By letter, to you in prison",
    Route.EMAIL: "By email",
    Route.PHONE: "By phone",
    Route.POST: "By letter",
}
_PROOF = {
    IdentityKind.WORKER: "Someone who works with you knows who you are",
    IdentityKind.IN_PERSON: "You can show ID or letters at an office",
    IdentityKind.QUESTIONS: "You can answer questions about your records",
    IdentityKind.UNSURE: "Not sure: we will get in touch with you",
}


@dataclass(frozen=True)
class Line:
    """One answer: the page it came from, what it is, and its value ("" when nothing was said)."""

    page: str
    key: str
    value: str


def lines(answers: Answers) -> list[Line]:
    """Every answer of a full draft, in the order of the questions."""
    request = answers_from(answers)
    someone, other = request.representative, is_for_other(answers)
    contact = someone.contact if someone else request.contact
    by_page = {
        "name": [("Full name", request.full_name)],
        "other-names": [("Other names", "\n".join(request.former_names))],
        "date-of-birth": [("Date of birth", _day(request.date_of_birth))],
        "where": [("Where they live" if other else "Where you live", _LIVING[str(answers["where"]["living"])])],
        "address": [("Address", request.address)],
        "prison": [("Prison", request.prison_name), ("Prison number", request.prison_number)],
        "last-contact": [("Last in touch with probation", _day(request.last_contact_on) or "You do not know")],
        "office": [("Probation office", request.office)],
        "staff": [("Works for us" if other else "You or your family work for us", _staff(answers, request))],
        "wanted": [("What you want to see", "Everything we hold" if other else "Everything we hold about you")],
        "details": [
            ("What you are looking for", request.wanted),
            ("From", _day(request.wanted_from) or "Any day"),
            ("Up to", _day(request.wanted_to) or "Any day"),
        ],
        "contact": [("How to reach you", _ROUTES[contact.route])],
        "email": [("Email address", contact.email)],
        "phone": [("Phone number", contact.phone)],
        "letter": [("Address to write to", contact.address)],
        "photo": [("Photo of ID", "Sent" if request.identity_kind is IdentityKind.PHOTO else "Not sent")],
        "no-photo": [
            ("How we can know it is you", _PROOF.get(request.identity_kind, "")),
            *([("Who knows you", request.identity_note)] if request.identity_note else []),
        ],
    }
    if someone:
        by_page["helper"] = [
            ("Your name", someone.name),
            ("Why you ask for them", RELATIONSHIP_WORDS[someone.relationship]),
            *([("Your organisation", someone.organisation)] if someone.organisation else []),
        ]
        by_page["name"] = [("Their full name", request.full_name)]
        by_page["authority"] = [("How you can show that you may ask", someone.shows)]
    if "details" in path(answers):
        by_page["wanted"] = [("What you want to see", "Only some things")]
    return [Line(page, key, value) for page in path(answers) for key, value in by_page[page]]


def _staff(answers: Answers, request: RequestAnswers) -> str:
    if request.staff_connection is None:
        return "No" if answers["staff"].get("said") == "no" else ""
    return f"Yes: {request.staff_connection.name}" if request.staff_connection.name else "Yes"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
