"""Mails to whoever is asked to search: only what is needed to find the records, and never who asked or why."""

from __future__ import annotations

from datetime import date

from sar.access.permissions import Permission
from sar.access.queries import active_staff_with
from sar.cases.letters import anywhere
from sar.cases.models import Case
from sar.cases.queries import may_see
from sar.foundation import messages, wording, wordings
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.wording import date_words
from sar.records.searches.models import Search, SearchRequest
from sar.records.searches.queries import is_kept_out

REQUEST, CHASE, ESCALATION = "search_request", "search_chase", "search_escalation"


def ask(actor: Actor, case: Case, search: Search, request: SearchRequest, look_for: str) -> None:
    _send(actor, case, REQUEST, request.email, _fields(case, search, request) | {"look_for": look_for})


def chase(case: Case, search: Search, request: SearchRequest) -> None:
    _send(SYSTEM, case, CHASE, request.email, _fields(case, search, request))


def escalate(case: Case, search: Search, request: SearchRequest) -> str:
    """Tell the manager, or where none is known that may hear of the case, each data protection officer who may.

    Says whom.
    """
    fields = _fields(case, search, request) | {"so_far": _so_far(case, request)}
    if request.manager_email and not is_kept_out(case, request.manager_email):
        _send(SYSTEM, case, ESCALATION, request.manager_email, fields)
        return "the manager"
    in_charge = [one for one in active_staff_with(Permission.SEARCHES_MANAGE) if may_see(case, one.id)]
    for person in in_charge:
        _send(SYSTEM, case, ESCALATION, person.email, fields)
    return "the data protection officer" if in_charge else "nobody"


def _fields(case: Case, search: Search, request: SearchRequest) -> dict[str, wording.FieldValue]:
    return {
        **anywhere(case.reference),
        "colleague": request.contact,
        "area": search.area.name,
        "details": _who(case),
        "asked_date": request.asked_on,
        "reply_by": request.due_on,
    }


def _so_far(case: Case, request: SearchRequest) -> str:
    """What was done about the silence. Whoever is kept out of the case is not the one to look, nor to say whom for."""
    reminded = "We have reminded them." if request.chases else "We have sent them no reminder."
    if not is_kept_out(case, request.email):
        return reminded
    return f"{reminded} Please have someone else look, and ask us whom it is about."


def _who(case: Case) -> list[str]:
    """What tells this person from others of the name. Not where they live, nor how to reach them."""
    asked = case.submission
    born, period = _day(asked.date_of_birth), _period(asked.wanted_from, asked.wanted_to)
    lines = (
        ("Name", asked.full_name),
        ("Other names", ", ".join(asked.former_names or [])),
        ("Date of birth", born),
        ("Prison number", asked.prison_number),
        ("Case reference number (CRN)", asked.crn),
        ("Office", asked.office),
        ("Period", period),
    )
    return [f"{name}: {value}" for name, value in lines if value]


def _day(iso: str | None) -> str:
    return date_words(date.fromisoformat(iso)) if iso else ""


def _period(start: str | None, end: str | None) -> str:
    words = (f"from {_day(start)}" if start else "", f"to {_day(end)}" if end else "")
    return " ".join(word for word in words if word)


def _send(actor: Actor, case: Case, name: str, to: str, given: dict[str, wording.FieldValue]) -> None:
    text = wordings.render(name, given)
    messages.send(
        actor,
        scope_id=case.scope_id,
        channel="email",
        to=to,
        subject=text.subject,
        body=text.as_text(),
        kind=name,
        subject_id=case.id,
    )
