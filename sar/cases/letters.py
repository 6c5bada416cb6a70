"""Letters to the requester: wording from templates/letters, sent the way they asked to be reached."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sar.cases.deadlines import Rule
from sar.cases.models import Case
from sar.cases.queries import asked_for, clock_of, clock_rules
from sar.foundation import blobs, messages, wording, wordings
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.foundation.typesetting import typeset, typeset_pictures
from sar.intake.answers import Relationship, Route
from sar.intake.evidence import documents

REPLY_DAYS = 28
# Letters that say themselves who asks for whom.
_TO_REPRESENTATIVES = frozenset({"authority_request"})
# The ending of the names of wordings that speak of the person by name, to whoever acts for them. Letters without one
# say "you" of whoever reads them, and nothing of whose records they are.
_BY_NAME = "_by_name"
_FAMILY = (Relationship.RELATIVE, Relationship.PARENT)
# How the requester wants to hear from us, as an outbox channel.
_CHANNELS = {Route.EMAIL: "email", Route.PHONE: "sms", Route.POST: "post", Route.PRISON: "post"}

# Letters that go to neither the person nor whoever asks for them, or to where these are reached no more.
_TO_OTHERS = wordings.TO_OTHERS | {"regulator_chronology", "contact_changed"}


def compose(case: Case, name: str, **fields: wording.FieldValue | None) -> wording.Wording:
    """The letter as it would read today. Raises Refused when its wording cannot be used for this case.

    `fields` are those that the wording needs beyond what every letter may use: names, dates, how to reach us.
    """
    if name in _TO_REPRESENTATIVES:
        require_to_representative(case)
    letter = wordings.render(variant(case, name), {**_common(case), **fields})
    return letter if name in _TO_OTHERS else for_whoever_asks(case, name, letter)


def variant(case: Case, name: str) -> str:
    """The wording for whoever reads this letter: some speak of the person by name, to whoever acts for them."""
    someone = _representative(case)
    if someone is None:
        return name
    if name == "authority_request" and Relationship(someone["relationship"]) in _FAMILY:
        return "authority_request_family"
    return f"{name}{_BY_NAME}" if f"{name}{_BY_NAME}" in wording.names() else name


def send(
    actor: Actor, case: Case, name: str, *, channel: str | None = None, **fields: wording.FieldValue
) -> messages.Message:
    """Write a letter and put it in the outbox, inside the caller's write transaction.

    It goes the way the requester asked to be reached, or by `channel`. Raises Refused when we have no address for
    that, or as `compose` does.
    """
    channel = channel or usual_channel(case)
    return post(actor, case, name, compose(case, name, **fields), channel=channel, to=address_for(case, channel))


def for_whoever_asks(case: Case, name: str, letter: wording.Wording) -> wording.Wording:
    """The letter to whoever it goes to, by name. A representative is told first whom it is about, unless the letter
    speaks of the person by name."""
    if name not in _TO_REPRESENTATIVES and _representative(case) and variant(case, name) == name:
        words = f"We write to you because you act for {case.submission.full_name}."
        letter = replace(letter, paragraphs=(wording.Block("paragraph", (words,)), *letter.paragraphs))
    return greeted(letter, addressee_name(case))


def greeted(letter: wording.Wording, name: str) -> wording.Wording:
    """The letter, begun with the name of whoever it goes to."""
    return replace(letter, paragraphs=(wording.Block("paragraph", (f"Dear {name},",)), *letter.paragraphs))


def why_not_to_representative(case: Case) -> str | None:
    """Why no letter for whoever asks for the person can go: nobody does, or it would reach the person, who needs no
    authority. None if one can."""
    if not case.submission.representative:
        return (
            "Nobody acts for this person: the request is their own, so there is no authority to ask for. If someone "
            "does act for them, write down who that is first."
        )
    if not _representative(case):
        return (
            "Letters go to the person, and this one is for whoever asks for them. Change who gets letters, or record "
            "the authority once you have seen it."
        )
    return None


def require_to_representative(case: Case) -> None:
    """Raises Refused as `why_not_to_representative` has it."""
    hindrance = why_not_to_representative(case)
    if hindrance is not None:
        raise Refused(hindrance)


def post(
    actor: Actor,
    case: Case,
    name: str,
    letter: wording.Wording,
    *,
    channel: str,
    to: str,
    addressee: str | None = None,
) -> messages.Message:
    """Put a letter that is written into the outbox, for the requester or for `addressee`, and log it."""
    letter_blob_id = None
    if channel == "post":
        pdf = paper(case, letter, addressee=addressee, address=to)
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


def paper(case: Case, letter: wording.Wording, *, addressee: str | None = None, address: str | None = None) -> bytes:
    """The letter as a PDF for print."""
    return typeset("letter", _on_paper(case, letter, addressee, address))


def pictures(
    case: Case, letter: wording.Wording, *, addressee: str | None = None, address: str | None = None
) -> list[bytes]:
    """The pages of the letter as PNG, to look at before it goes."""
    return typeset_pictures("letter", _on_paper(case, letter, addressee, address))


def _on_paper(case: Case, letter: wording.Wording, addressee: str | None, address: str | None) -> dict[str, object]:
    where = postal_address(case) if address is None else address
    return sheet(letter, case.reference, addressee or addressee_name(case), where)


def sheet(letter: wording.Wording, reference: str, addressee: str, address: str) -> dict[str, object]:
    """What the typesetter needs for a letter of ours, dated today. `address`: line by line, or parted by commas."""
    current = settings()
    return {
        "date": london_today(),
        "reference": reference,
        "organisation": current.organisation_name,
        "colour": current.brand_colour,
        "sender": {
            "name": current.organisation_name,
            "lines": [*_lines(current.contact_address), current.contact_email],
        },
        "addressee": {"name": addressee, "lines": _lines(address)},
        "subject": letter.subject,
        "blocks": letter.as_data(),
        "signatory": {"name": "Records team", "lines": [current.organisation_name]},
    }


def reply_by(case: Case, asked: date, days: int = REPLY_DAYS) -> date:
    """The last day to reply to a letter of that day: a working day."""
    return clock_rules(case).calendar.roll(asked + timedelta(days=days)).day


def sentence(reason: str) -> str:
    """A reason that somebody typed, as a sentence of its own."""
    words = reason.strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?', '!')) else '.'}" if words else ""


def usual_channel(case: Case) -> str:
    """The way the requester asked to be reached, as a channel of the outbox."""
    return _CHANNELS[_route(case)]


def addressee_name(case: Case) -> str:
    """Who letters go to: the person, or whoever asks for them where that was chosen."""
    someone = _representative(case)
    return str(someone["name"]) if someone else case.submission.full_name


def _representative(case: Case) -> dict[str, Any] | None:
    """Whoever asks for the person, if letters go there."""
    someone = case.submission.representative
    return someone if someone and someone["gets_letters"] else None


def goes_to_representative(case: Case) -> bool:
    """Whether letters go to whoever acts for the person."""
    return _representative(case) is not None


def _contact(case: Case) -> dict[str, Any]:
    return _representative(case) or case.submission.contact or {}


def _route(case: Case) -> Route:
    return Route(_contact(case).get("route", Route.POST))


def address_for(case: Case, channel: str) -> str:
    """Where a letter to the requester goes by this channel. Raises Refused when nobody told us."""
    contact = _contact(case)
    found = {
        "email": contact.get("email"),
        "sms": contact.get("phone"),
        "post": postal_address(case),
        "in_person": addressee_name(case),
    }[channel]
    if not found:
        raise Refused("We have no address or number for that. Choose another way.")
    return str(found)


def can_be_written_to(case: Case) -> bool:
    """Whether we know where a letter to the requester goes, by the way they asked for."""
    try:
        address_for(case, usual_channel(case))
    except Refused:
        return False
    return True


def postal_address(case: Case) -> str:
    """Where a letter to the requester goes, line by line; empty when nobody told us. To prison with the number.

    The address of somebody's home is never taken for that of a prison: the letter would tell it to whoever handles it.
    Where letters go to whoever asks for the person, never the person's own address: the two may live far apart.
    """
    submission, contact = case.submission, _contact(case)
    if _route(case) is Route.PRISON:
        typed, home = (contact.get("address") or "").strip(), (submission.address or "").strip()
        lines = (submission.prison_number, submission.prison_name, "" if typed == home else typed)
        return "\n".join(line for line in lines if line)
    of_person = "" if _representative(case) else submission.address
    return str(contact.get("address") or of_person or "")


def reach_words(case: Case) -> str:
    """How the requester wants to hear from us, with the address or number."""
    contact = _contact(case)
    return {
        Route.EMAIL: f"Email: {contact.get('email')}",
        Route.PHONE: f"Phone: {contact.get('phone')}",
        Route.POST: f"Letter: {', '.join(_lines(postal_address(case))) or 'no address yet'}",
        Route.PRISON: "Letter to prison",
    }[_route(case)]


def how_to_reach_us() -> str:
    """Fits after "If you have any questions, "."""
    current = settings()
    return f"call {current.contact_phone}, email {current.contact_email}, or write to {current.contact_address}"


def anywhere(reference: str) -> dict[str, wording.FieldValue]:
    """What every letter may say, whichever stage writes it (see `wordings.ANYWHERE`)."""
    current = settings()
    return {
        "reference": reference,
        "organisation": current.organisation_name,
        "regulator": current.regulator_name,
        "contact": how_to_reach_us(),
    }


def _common(case: Case) -> dict[str, wording.FieldValue | None]:
    current, today, clock = settings(), london_today(), clock_of(case)
    return {
        **anywhere(case.reference),
        "name": case.submission.full_name,
        "received_date": case.received_on,
        "due_date": clock.due,
        "asked_date": today,
        "reply_by": reply_by(case, today),
        "nothing_to_pay": "" if Rule.FEE in asked_for(case) else "There is nothing to pay.",
        "regulator_contact": current.regulator_contact,
        "accepted_documents": documents(),
        "status_page": f"{current.public_url}/check",
        "collect_by": today + timedelta(days=current.collection_days),
    }


def _lines(address: str) -> list[str]:
    """Lines as they were typed, or at the commas of an address given in one line."""
    parts = address.splitlines() if "\n" in address else address.split(",")
    return [part.strip() for part in parts if part.strip()]
