"""The answers that a spreadsheet of cases can hold, and which of its columns they are in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_HEADING_WITHIN: Final = 10  # rows; above the headings people write titles


@dataclass(frozen=True)
class Field:
    """One answer. `aliases` are headings it goes by, as `plain` makes them; `is_date` that its cells are days."""

    code: str
    label: str
    aliases: tuple[str, ...]
    is_date: bool = False


FIELDS: Final = (
    Field("full_name", "Full name", ("name", "fullname", "requester", "datasubject", "applicant", "subjectname")),
    Field("first_names", "First names", ("firstname", "firstnames", "forename", "forenames", "givenname")),
    Field("last_name", "Last name", ("lastname", "surname", "familyname")),
    Field("other_names", "Other names", ("othernames", "formernames", "alias", "aliases", "aka", "knownas")),
    Field(
        "received_on",
        "Date received",
        ("received", "datereceived", "receivedon", "receiptdate", "dateofreceipt", "requestreceived", "daterequested"),
        True,
    ),
    Field(
        "due_on",
        "Due date in the sheet",
        ("due", "duedate", "deadline", "targetdate", "statutorydeadline", "responsedue", "datedue"),
        True,
    ),
    Field("their_reference", "Reference in the sheet", ("reference", "ref", "caseref", "sarref", "id")),
    Field("date_of_birth", "Date of birth", ("dob", "dateofbirth", "birthdate", "born"), True),
    Field("crn", "CRN", ("crn", "casereferencenumber")),
    Field("prison_number", "Prison number", ("prisonnumber", "prisonno", "nomsnumber", "noms", "nomsid")),
    Field("prison_name", "Prison", ("prison", "prisonname", "establishment", "hmp")),
    Field("address", "Address", ("address", "postaladdress", "homeaddress")),
    Field("email", "Email address", ("email", "emailaddress", "emailaddr")),
    Field("phone", "Phone number", ("phone", "telephone", "phonenumber", "tel", "mobile", "contactnumber")),
    Field("office", "Probation office", ("office", "probationoffice", "region", "pdu", "team")),
    Field("channel", "How it came", ("channel", "how", "howreceived", "method", "receivedby", "source")),
    Field("law", "Law", ("law", "regime", "legislation", "whichlaw")),
    Field("wanted", "What they want", ("wanted", "request", "details", "description", "informationrequested", "scope")),
    Field("id_requested", "Proof of identity asked for on", ("idrequested", "idrequestedon", "idasked"), True),
    Field("id_received", "Proof of identity came on", ("idreceived", "idreceivedon", "idverified", "idchecked"), True),
    Field("rep_name", "Who asks for the person", ("representative", "representativename", "solicitor", "askedby")),
    Field("rep_kind", "What they are to the person", ("relationship", "representativetype", "representativekind")),
    Field("rep_organisation", "Their organisation", ("firm", "representativeorganisation")),
    Field("rep_email", "Their email address", ("representativeemail", "solicitoremail")),
    Field("rep_address", "Their address", ("representativeaddress", "solicitoraddress")),
    Field(
        "authority_requested",
        "Written authority asked for on",
        ("authorityrequested", "authorityrequestedon", "authorityasked", "consentrequested"),
        True,
    ),
    Field(
        "authority_received",
        "Written authority came on",
        ("authorityreceived", "authorityreceivedon", "authoritysettled", "consentreceived"),
        True,
    ),
    Field("fee_requested", "Fee asked for on", ("feerequested", "feerequestedon", "feecharged", "feeasked"), True),
    Field("fee_paid", "Fee paid on", ("feepaid", "feepaidon", "feereceived", "datefeepaid"), True),
    Field(
        "clarification_requested",
        "Question asked on",
        ("clarificationrequested", "clarificationsought", "clarificationasked", "clockstopped", "paused"),
    ),
    Field(
        "clarification_received",
        "Question answered on",
        ("clarificationreceived", "clarificationanswered", "clockrestarted", "restarted"),
    ),
    Field(
        "questions",
        "Questions, each with the day it was asked and answered",
        ("questions", "clarifications", "clarificationdates", "pauses"),
    ),
    Field("extended_on", "Extended on", ("extended", "extendedon", "extensiondate", "dateextended"), True),
    Field("extension_reason", "Why it was extended", ("extensionreason", "reasonforextension", "whyextended")),
    Field(
        "closed_on",
        "Answered or closed on",
        ("closed", "closedon", "dateclosed", "completed", "datecompleted", "responded", "dateofresponse", "datesent"),
        True,
    ),
    Field("outcome", "How it ended", ("outcome", "result", "status", "closurereason")),
)
BY_CODE: Final = {field.code: field for field in FIELDS}


def plain(heading: str) -> str:
    return "".join(character for character in heading.casefold() if character.isalnum())


_ALIASES: Final = {plain(alias): field.code for field in FIELDS for alias in (field.label, field.code, *field.aliases)}


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows (texts of their cells) holds the headings: the one that knows most of them."""
    known = [sum(plain(cell) in _ALIASES for cell in row) for row in rows[:_HEADING_WITHIN]]
    return known.index(max(known)) if known else 0


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Field code to column number (from 0), for the headings that are known. A column serves one field."""
    found: dict[str, int] = {}
    for column, heading in enumerate(headings):
        code = _ALIASES.get(plain(heading))
        if code is not None and code not in found:
            found[code] = column
    return found


def why_not(mapping: Mapping[str, int]) -> str | None:
    """What is missing in a mapping, in words; None if rows can be read with it."""
    if "full_name" not in mapping and "last_name" not in mapping:
        return "Say which column holds the name: the full name, or the last name."
    if "received_on" not in mapping:
        return "Say which column holds the date received. Without it there is no deadline."
    if len(set(mapping.values())) < len(mapping):
        return "One column is chosen twice. Each column can hold one answer."
    return None
