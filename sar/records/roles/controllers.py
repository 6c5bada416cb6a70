"""Who decides about a record instead of us, or with us: found among those of the case, or added to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from sar.cases.models import Case
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.records import queries
from sar.records.models import Originator, OtherController, RecordRole

MAX_NAME: Final = 200
_WHO = {
    RecordRole.JOINT_CONTROLLER: "Say which organisation decides with us: choose it, or type its name.",
    RecordRole.PROCESSOR: "Say for which organisation we hold this: choose it, or type its name.",
}


@dataclass(frozen=True)
class Named:
    """An organisation as an officer gives it: an entry of the directory, or else a name."""

    originator_id: str | None = None
    name: str = ""


NOBODY: Final = Named()


def require_named(role: str, named: Named) -> None:
    """Raises Refused, in plain words, where the role is none, or where it needs another organisation and has none."""
    if role not in set(RecordRole):
        raise Refused("Choose what we are for this record.")
    name = _tidy(named.name)
    if role == RecordRole.CONTROLLER:
        return
    if not named.originator_id and not name:
        raise Refused(_WHO[RecordRole(role)])
    if named.originator_id and name:
        raise Refused("Choose the organisation or type its name, not both.")
    if len(name) > MAX_NAME:
        raise Refused(f"Keep the name of the organisation under {MAX_NAME} letters.")
    if name.casefold() == settings().organisation_name.casefold():
        raise Refused("That is us. Name the other organisation.")


def other_controller(case: Case, role: str, named: Named) -> OtherController | None:
    """The row for this organisation in this case, made where there is none; None where we decide alone.

    Inside the caller's write transaction, the case locked. Raises NotFound, and Refused as `require_named` does.
    """
    require_named(role, named)
    if role == RecordRole.CONTROLLER:
        return None
    entry = queries.originator(named.originator_id) if named.originator_id else _entry_called(named.name)
    name = entry.name if entry else _tidy(named.name)
    for known in db.session.scalars(select(OtherController).where(OtherController.case_id == case.id)):
        if (entry is not None and known.originator_id == entry.id) or known.name.casefold() == name.casefold():
            return known
    made = OtherController(scope_id=case.scope_id, case_id=case.id, originator_id=entry.id if entry else None)
    made.name, made.told = name, True
    db.session.add(made)
    db.session.flush()
    return made


def _entry_called(name: str) -> Originator | None:
    """The entry of the directory that a typed name means."""
    wanted = _tidy(name).casefold()
    return next((entry for entry in queries.originators() if entry.name.casefold() == wanted), None)


def _tidy(name: str) -> str:
    return " ".join(name.split())
