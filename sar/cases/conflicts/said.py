"""A requester who says that they, or someone in their family, work here: the data protection officers look first.

Who is connected, and how, is not known yet, so the case is kept to those who can say whom to close it to. Nothing of it
is a condition: the clock runs, and the case is open to the team where nobody else could open it again.
"""

from __future__ import annotations

from typing import Final

from sar.access.permissions import Permission
from sar.access.queries import active_staff_with, staff_list
from sar.cases.closing_out import close_case, keep_to
from sar.cases.flags import SAID
from sar.cases.models import Case
from sar.cases.waiting import Whom, wait_for
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record

# What the case waits for; see `cases.waiting`.
CONNECTION: Final = "connection"


def keep_to_deciders(actor: Actor, case: Case) -> None:
    """Keep a case that is being opened to those who can close it to people, but to nobody whom the requester named."""
    said = case.submission.staff_connection
    if said is None:
        return
    case.staff_link = SAID
    record(actor, Action.ABOUT_STAFF_MARKED, case.id)
    wait_for(case.id, Whom.DPO, CONNECTION)
    meant = {person.id for person in staff_list() if _same_name(person.name, said["name"])}
    for staff_id in sorted(meant):
        close_case(actor, case, staff_id)
    deciders = {person.id for person in active_staff_with(Permission.CASE_ASSIGN)} - meant
    if deciders:
        keep_to(actor, case, deciders)


def _same_name(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
