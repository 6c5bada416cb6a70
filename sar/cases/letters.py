"""Letters to the requester: wording from templates/letters, sent the way they asked to be reached."""

from __future__ import annotations

import io
from datetime import timedelta

from sar.cases.models import Case
from sar.cases.queries import clock_of
from sar.foundation import blobs, messages, wording
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.foundation.typesetting import typeset
from sar.intake.answers import Route

REPLY_DAYS = 28
ACCEPTED_DOCUMENTS = (
    "a passport or driving licence",
    "a prison or probation card with your photo",
    "two letters to you from the council, a benefits office or the NHS",
    "a signed letter from your probation officer on headed paper",
)
# How the requester wants to hear from us, as an outbox channel.
_CHANNELS = {Route.EMAIL: "email", Route.PHONE: "sms", Route.POST: "post", Route.PRISON: "post"}
NAMES = {
    "acknowledgement": "Acknowledgement",
    "acknowledgement_waiting": "Acknowledgement, waiting for the person",
    "id_request": "Request for proof of identity",
    "clarification": "Question",
    "clarification_no_pause": "Question",
    "extension": "Extension",
    "rejection": "Refusal",
    "withdrawal": "Withdrawal",
    "new_words": "New six words",
    "passphrase": "Words that open the reply",
    "ready_to_collect": "Reply ready to collect",
    "ready_to_hand_over": "Reply ready to hand over",
    "consultation_request": "Originator asked for a view",
    "consultation_chase": "Originator reminded",
    "consultation.code": "Code for an originator",
}


def send(
    actor: Actor, case: Case, name: str, *, channel: str | None = None, **fields: wording.FieldValue
) -> messages.Message:
    """Write a letter and put it in the outbox, inside the caller's write transaction.

    It goes the way the requester asked to be reached, or by `channel`. Raises Refused when we have no address for
    that. `fields` are those that the wording needs beyond what every letter may use: names, dates, how to reach us.
    """
    needed = wording.fields(name)
    given = {key: value for key, value in {**_common(case), **fields}.items() if key in needed and value is not None}
    letter = wording.render(name, given)
    channel = channel or _CHANNELS[_route(case)]
    to = _address(case, channel)
    letter_blob_id = None
    if channel == "post":
        pdf = paper(case, letter)
        letter_blob_id = blobs.put(case.scope_id, io.BytesIO(pdf), media_type="application/pdf").id
    message = messages.send(
        actor,
        scope_id=case.scope_id,
        channel=channel,
        to=to,
        subject=letter.subject,
        body=letter.as_text(),
        letter_blob_id=letter_blob_id,
        kind=f"letter.{name}",
        subject_id=case.id,
    )
    record(actor, Action.LETTER_SENT, case.id, letter=name, message_id=message.id)
    return message


def paper(case: Case, letter: wording.Wording, template: str = "letter") -> bytes:
    """The letter as a PDF for print, or to go first in the bundle."""
    current = settings()
    return typeset(
        template,
        {
            "date": london_today(),
            "reference": case.reference,
            "organisation": current.organisation_name,
            "colour": current.brand_colour,
            "sender": {
                "name": current.organisation_name,
                "lines": [*_lines(current.contact_address), current.contact_email],
            },
            "addressee": {"name": case.submission.full_name, "lines": _lines(postal_address(case))},
            "subject": letter.subject,
            "blocks": letter.as_data(),
            "signatory": {"name": "Records team", "lines": [current.organisation_name]},
        },
    )


def name_of(kind: str) -> str:
    """What a message of this kind is, in words for staff."""
    return NAMES.get(kind.removeprefix("letter."), kind)


def _route(case: Case) -> Route:
    return Route((case.submission.contact or {}).get("route", Route.POST))


def _address(case: Case, channel: str) -> str:
    contact = case.submission.contact or {}
    found = {
        "email": contact.get("email"),
        "sms": contact.get("phone"),
        "post": postal_address(case),
        "in_person": case.submission.full_name,
    }[channel]
    if not found:
        raise Refused("We have no address or number for that. Choose another way.")
    return str(found)


def postal_address(case: Case) -> str:
    """Where a letter to the requester goes, line by line; empty when nobody told us. To prison with the number."""
    submission = case.submission
    contact = submission.contact or {}
    if _route(case) is Route.PRISON:
        lines = (submission.prison_number, submission.prison_name, contact.get("address") or "")
        return "\n".join(line for line in lines if line)
    return str(contact.get("address") or submission.address or "")


def reach_words(case: Case) -> str:
    """How the requester wants to hear from us, with the address or number."""
    contact = case.submission.contact or {}
    return {
        Route.EMAIL: f"Email: {contact.get('email')}",
        Route.PHONE: f"Phone: {contact.get('phone')}",
        Route.POST: "Letter",
        Route.PRISON: "Letter to prison",
    }[_route(case)]


def how_to_reach_us() -> str:
    """Fits after "If you have any questions, "."""
    current = settings()
    return f"call {current.contact_phone}, email {current.contact_email}, or write to {current.contact_address}"


def _common(case: Case) -> dict[str, wording.FieldValue | None]:
    current, today, clock = settings(), london_today(), clock_of(case)
    return {
        "reference": case.reference,
        "name": case.submission.full_name,
        "received_date": case.received_on,
        "due_date": clock.due,
        "asked_date": today,
        "reply_by": today + timedelta(days=REPLY_DAYS),
        "organisation": current.organisation_name,
        "regulator": current.regulator_name,
        "contact": how_to_reach_us(),
        "accepted_documents": ACCEPTED_DOCUMENTS,
        "status_page": f"{current.public_url}/check",
        "collect_by": today + timedelta(days=current.collection_days),
    }


def _lines(address: str) -> list[str]:
    """Lines as they were typed, or at the commas of an address given in one line."""
    parts = address.splitlines() if "\n" in address else address.split(",")
    return [part.strip() for part in parts if part.strip()]
