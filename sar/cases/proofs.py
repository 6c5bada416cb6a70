"""Commands about who is asking: proof of identity, and of a representative's authority (law.md sections 2 and 6).

Proof is asked for only on reasonable doubt. What is kept of a check is who checked what, and when; the copy that was
looked at is destroyed in the same transaction. The number of a document is never written down.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from sar.cases.contact_changes import guard_reply, reach_of
from sar.cases.ledger import Fact, case_for, require_open, store_fact
from sar.cases.models import Case, ProofCheck
from sar.cases.moves import AUTHORITY_SETTLED, IDENTITY_SETTLED, go_on
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.intake import evidence as accepted
from sar.intake import identity_copies
from sar.intake.answers import Channel, Representative, require_representative

# What lets one person ask for another. Law.md section 6.
AUTHORITY: Final = {
    "signed": "Written authority, signed by the person",
    "attorney": "Power of attorney",
    "deputy": "Order of the court that makes them a deputy",
    "parental": "Proof of parental responsibility for a child",
}
# Years are no document's number: "2019-2024", "1 May 2023".
_YEAR: Final = re.compile(r"(?<![0-9A-Za-z])(?:19|20)\d\d(?![0-9A-Za-z])")
_DOCUMENT_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){5,}|[A-Z]{2,}\d{5,}", re.IGNORECASE)


def check_identity(
    actor: Actor,
    case_id: str,
    evidence: str,
    *,
    on: date | None = None,
    known_by: str = "",
    how: str = "",
    version: int | None = None,
) -> None:
    """Record that identity is settled, and by what. The copy of the document, if one came, is destroyed at once.

    Where proof was asked for, `on` is the day it came: the clock starts then. Nowhere else does identity move it. Of
    someone known to staff, `known_by` says who knows them and `how`.
    """
    if evidence not in accepted.choices():
        raise Refused("Choose what shows who the person is.")
    if evidence == accepted.KNOWN and not (known_by.strip() and how.strip()):
        raise Refused("Say who knows the person, and how they know them.")
    _refuse_numbers(known_by, how)
    with write_transaction() as session:
        case = case_for(actor, case_id, version)
        go_on(actor, case)
        if case.identity in IDENTITY_SETTLED:
            raise Conflict("Identity has already been settled for this case.")
        if case.identity == "asked":
            store_fact(actor, case, Fact("id_received", on or london_today()))
        case.identity = "known_to_staff" if evidence == accepted.KNOWN else "verified"
        session.add(_check(actor, case, "identity", evidence, known_by, how))
        record(actor, Action.IDENTITY_CHECKED, case.id, outcome=case.identity, evidence=evidence)
        identity_copies.destroy(actor, case.submission_id, "verified")


def check_authority(
    actor: Actor,
    case_id: str,
    document: str,
    *,
    scope: str,
    given_by: str = "",
    dated: date | None = None,
    on: date | None = None,
    version: int | None = None,
) -> None:
    """Record what shows that the representative may ask: which document, who gave it, its date, what it covers.

    Where it was asked for, `on` is the day it came: the clock starts then.
    """
    if document not in AUTHORITY:
        raise Refused("Choose what shows that they may ask.")
    if not scope.strip():
        raise Refused("Say what the authority covers, for example: all records, or the records of 2024 only.")
    if dated is not None and dated > london_today():
        raise Refused("The date on the document is in the future. Check it.")
    _refuse_numbers(scope, given_by)
    with write_transaction() as session:
        case = case_for(actor, case_id, version)
        go_on(actor, case)
        if case.authority == "not_needed":
            raise Refused("Nobody asks for this person: the request is their own.")
        if case.authority == "settled":
            raise Conflict("Authority has already been settled for this case.")
        if case.authority == "asked":
            store_fact(actor, case, Fact("authority_received", on or london_today()))
        case.authority = "settled"
        check = _check(actor, case, "authority", document, given_by, scope)
        check.dated = dated
        session.add(check)
        record(actor, Action.AUTHORITY_CHECKED, case.id, document=document, dated=dated)


def set_representative(actor: Actor, case_id: str, someone: Representative, *, version: int | None = None) -> None:
    """Write down who asks for the person: someone who came later, or whose details changed.

    Whoever is new must show that they may ask, also where the one before them had: authority is given to a person. Our
    time waits for that only where the request came through somebody: as it was written down, or put right the same day.
    Where a reply is out or ready, only the data protection officer changes where letters go (see `contact_changes`).
    """
    require_representative(someone)
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        before, reach = case.submission.representative, reach_of(case)
        case.submission.representative = someone.as_dict()
        case.submission.representative_kind = someone.relationship.value
        case.for_another = case.for_another or _was_written_down_today(case)
        is_new = before is None or before["name"].casefold() != someone.as_dict()["name"].casefold()
        if is_new and case.authority in AUTHORITY_SETTLED:
            case.authority = "unchecked"
        flag_modified(case, "authority")  # the case changes also where only an address did
        guard_reply(actor, case, reach, None)
        record(
            actor,
            Action.REPRESENTATIVE_CHANGED,
            case.id,
            relationship=someone.relationship.value,
            gets_letters=someone.gets_letters,
        )


def _was_written_down_today(case: Case) -> bool:
    """Whether somebody here wrote the request down today. One that came online says itself who asks."""
    submission = case.submission
    return submission.channel != Channel.ONLINE and london_date(submission.created_at) == london_today()


def checks_of(case: Case) -> list[ProofCheck]:
    """What was checked, oldest first."""
    query = select(ProofCheck).where(ProofCheck.case_id == case.id)
    return list(db.session.scalars(query.order_by(ProofCheck.created_at, ProofCheck.id)))


def document_name(check: ProofCheck) -> str:
    """What was seen, in words."""
    return AUTHORITY[check.document] if check.about == "authority" else accepted.name_of(check.document)


def _check(actor: Actor, case: Case, about: str, document: str, who: str, detail: str) -> ProofCheck:
    return ProofCheck(
        scope_id=case.scope_id,
        case_id=case.id,
        about=about,
        document=document,
        checked_by=actor.id,
        who=who.strip() or None,
        detail=detail.strip() or None,
    )


def _refuse_numbers(*texts: str) -> None:
    if any(_DOCUMENT_NUMBER.search(_YEAR.sub("", text)) for text in texts):
        raise Refused("Leave out the number of the document. We keep who checked what and when, and nothing more.")
