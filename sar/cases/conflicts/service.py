"""Commands on conflicts of interest. Closed means not there: on no list, in no search, no file, on no page.

Anyone declares a conflict of their own (`cases.service.declare_conflict`), and whoever works on a case may name those
it must be closed to as they note what connects the person with us. The data protection officer is told in the digest,
closes a case to others, restricts it to named people, and lifts either, with a reason that is kept as a note.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from sar.access.models import Staff
from sar.access.permissions import Permission, permissions_of
from sar.access.queries import staff_names
from sar.cases.closing_out import close_case, keep_to
from sar.cases.conflicts.queries import left_alone
from sar.cases.conflicts.said import CONNECTION
from sar.cases.flags import STAFF_LINKS
from sar.cases.ledger import case_for, keep_note, require
from sar.cases.models import Case, ConflictOfInterest, NamedPerson
from sar.cases.waiting import Whom, wait_no_more
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused


def mark_about_staff(
    actor: Actor, case_id: str, link: str, *, staff_ids: Collection[str] = (), version: int | None = None
) -> None:
    """Note that the case is about someone who works here, a relative or a colleague; empty: that it is not.

    The case is closed at once to `staff_ids`. To name nobody leaves that to the data protection officer.
    """
    if link and link not in STAFF_LINKS:
        raise Refused("Choose what connects the person with this organisation.")
    if staff_ids and not link:
        raise Refused("Say what connects the person with us before you close the case to anyone.")
    _not_oneself(actor, staff_ids)
    with write_transaction():
        case = case_for(actor, case_id, version)
        for staff_id in sorted(staff_ids):
            close_case(actor, case, staff_id)
        wait_no_more(case.id, Whom.DPO, CONNECTION)
        if (case.staff_link or "") == link:
            return
        case.staff_link = link or None
        # What it is stays sealed with the case: the log says that something was noted.
        record(actor, Action.ABOUT_STAFF_MARKED, case.id)


def settle_connection(
    actor: Actor,
    case_id: str,
    link: str,
    *,
    staff_ids: Collection[str] = (),
    for_the_team: bool,
    version: int | None = None,
) -> None:
    """Say what is in the requester's word that they or their family work here, and who sees the case from now on.

    `for_the_team` opens it again to everyone who works on cases but `staff_ids`; else it stays with whoever has it.
    """
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_ASSIGN)
        mark_about_staff(actor, case_id, link, staff_ids=staff_ids)
        if for_the_team and case.restricted:
            _open_to_the_team(actor, case, "What the requester said about working here was looked at.")


def close_to(actor: Actor, case_id: str, staff_ids: Collection[str], *, version: int | None = None) -> None:
    """Close a case to several people at once. They do not see it again."""
    if not staff_ids:
        raise Refused("Choose whom the case is closed to.")
    _not_oneself(actor, staff_ids)
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_ASSIGN)
        for staff_id in sorted(staff_ids):
            close_case(actor, case, staff_id)


def lift(actor: Actor, case_id: str, staff_id: str, reason: str, *, version: int | None = None) -> None:
    """Open the case again to someone it was closed to. Never to oneself: who is closed out does not find the case."""
    reason = _given(reason)
    with write_transaction() as session:
        case = case_for(actor, case_id, version, Permission.CASE_ASSIGN)
        gone = session.execute(
            delete(ConflictOfInterest).where(
                ConflictOfInterest.case_id == case.id, ConflictOfInterest.staff_id == staff_id
            )
        )
        if int(getattr(gone, "rowcount", 0)) != 1:
            raise NotFound("The case is not closed to that person.")
        name = staff_names({staff_id}).get(staff_id, "a former member of staff")
        keep_note(actor, case, f"Conflict of interest of {name} lifted: {reason}")
        record(actor, Action.CONFLICT_LIFTED, case.id, officer_id=staff_id)


def restrict(actor: Actor, case_id: str, staff_ids: Collection[str], *, version: int | None = None) -> None:
    """Let nobody but these people and the actor see a case. Restricted again, it is for the new list of people."""
    with write_transaction() as session:
        case = case_for(actor, case_id, version, Permission.CASE_ASSIGN)
        named = {*staff_ids, actor.id}
        for staff_id in named:
            person = session.get(Staff, staff_id)
            if person is None or person.disabled or Permission.CASE_VIEW not in permissions_of(person.role_set):
                raise Refused("Choose people who work on cases.")
        keep_to(actor, case, named)


def take_over(actor: Actor, case_id: str, reason: str) -> None:
    """Be named in a restricted case that no data protection officer can see any more. Whoever else is named stays.

    Raises NotFound for a case that is not left alone, or that is closed to the actor by name.
    """
    reason = _given(reason)
    require(actor, Permission.CASE_ASSIGN)
    with write_transaction() as session:
        case = session.scalar(
            select(Case).where(Case.id == case_id).with_for_update(of=Case).execution_options(populate_existing=True)
        )
        if case is None or case not in left_alone(actor):
            raise NotFound("There is no such case, or somebody has taken it over.")
        session.add(NamedPerson(case_id=case.id, staff_id=actor.id))
        flag_modified(case, "restricted")
        session.flush()
        keep_note(actor, case, f"Taken over: {reason}")
        record(actor, Action.CASE_TAKEN_OVER, case.id, officer_id=actor.id)


def lift_restriction(actor: Actor, case_id: str, reason: str, *, version: int | None = None) -> None:
    """Let everyone who works on cases see it again, apart from those it is closed to."""
    reason = _given(reason)
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_ASSIGN)
        if not case.restricted:
            raise Conflict("This case is not restricted any more.")
        _open_to_the_team(actor, case, reason)


def _open_to_the_team(actor: Actor, case: Case, reason: str) -> None:
    db.session.execute(delete(NamedPerson).where(NamedPerson.case_id == case.id))
    case.restricted = False
    keep_note(actor, case, f"Restriction to named people lifted: {reason}")
    record(actor, Action.RESTRICTION_LIFTED, case.id)


def _not_oneself(actor: Actor, staff_ids: Collection[str]) -> None:
    if actor.id in staff_ids:
        raise Refused("To close the case to yourself, declare a conflict of interest.")


def _given(reason: str) -> str:
    if not reason.strip():
        raise Refused("Give the reason. It is kept with the case.")
    return reason.strip()
