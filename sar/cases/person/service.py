"""The command that changes who the person is or how to reach them: a transfer, a new number, a name that was misread.

What stood before is kept, sealed, with the reason; the log has what changed and never the values. Who may see the case
stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm.attributes import flag_modified

from sar.cases.contact_changes import Checked, guard_reply, reach_of
from sar.cases.ledger import case_for
from sar.cases.models import Case
from sar.cases.moves import IDENTITY_SETTLED
from sar.cases.person.models import PersonChange
from sar.foundation import messages
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.foundation.events import Event, announce
from sar.foundation.messages import Channel
from sar.intake.answers import Details
from sar.intake.details import change

# What proof of identity was of, and what tells whoever reviews the records who the person is.
_PROVED: Final = frozenset({"full_name", "date_of_birth"})
_KNOWN_BY: Final = _PROVED | {"former_names"}


@dataclass(frozen=True)
class Done:
    """What came of a change: whether identity must be looked at again, how many letters carry the old address.

    `told`: the old address is told of it, since a reply is out or ready.
    """

    identity_again: bool
    old_letters: int
    told: bool


def change_person(
    actor: Actor,
    case_id: str,
    new: Details,
    reason: str,
    *,
    version: int | None = None,
    checked: Checked | None = None,
) -> Done:
    """Put the details of the person right; `reason`, how we know, is kept with what stood before.

    Another name or date of birth takes back that identity was settled. What waits to go to an old address takes the
    new one; a letter on paper, which carries the old one, is marked. `checked`: how who asks for it was checked, needed
    where a reply is out or ready and the actor does not decide that alone (see `contact_changes`). Raises Refused for
    details that cannot be, or that are those we have, Conflict where the case has moved on.
    """
    if not reason.strip():
        raise Refused("Say how you know.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        someone, reach = case.submission.representative, reach_of(case)
        before = change(case.submission, new, gets_letters=not (someone and someone["gets_letters"]))
        if not before:
            raise Refused("Nothing is different from what we have.")
        again = case.identity in IDENTITY_SETTLED and _is_of_another(case, before)
        if again:
            case.identity = "unchecked"
        flag_modified(case, "identity")  # the case changes also where only an address did
        kept = PersonChange(scope_id=case.scope_id, case_id=case.id, changed_by=actor.id)
        kept.before, kept.reason = before, reason.strip()
        db.session.add(kept)
        db.session.flush()
        old_letters = _readdress(case, reach.addresses)
        told = guard_reply(actor, case, reach, checked)
        facts = {"fields": sorted(before), "identity_again": again, "letters": old_letters}
        record(actor, Action.DETAILS_CHANGED, case.id, **facts, checked=checked.value if checked and told else None)
        if not _KNOWN_BY.isdisjoint(before):
            announce(Event.PERSON_CHANGED, case.id)
        return Done(again, old_letters, told)


def _is_of_another(case: Case, before: dict[str, Any]) -> bool:
    """Whether what was proved reads differently now: more than in capital letters."""
    return any(
        str(before[name] or "").casefold() != str(getattr(case.submission, name) or "").casefold()
        for name in _PROVED & before.keys()
    )


def _readdress(case: Case, before: dict[Channel, str]) -> int:
    now = reach_of(case).addresses
    moved = [channel for channel in before if now.get(channel) != before[channel]]
    return sum(messages.readdress(case.scope_id, way, before[way], now.get(way, "")) for way in moved)
