"""Answers that are not whole: some records sent early while the case goes on, or an answer with something to come.

Neither ends the clock. They are kept apart from silence: of those who wait past their due date, auditors count who
has had part of an answer and who has had none (law.md section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum

from sqlalchemy import select

from sar.cases.models import Case, Disclosure
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db


class Part(StrEnum):
    """`interim`: sent early, the case goes on. `partial`: meant as the answer, with something still to come."""

    INTERIM = "interim"
    PARTIAL = "partial"


def keep(
    actor: Actor, case: Case, part: Part, *, sent: str, still_to_come: str, bundle_id: str | None = None
) -> Disclosure:
    """Note that part of the answer went out today, inside the caller's write transaction."""
    disclosure = Disclosure(
        scope_id=case.scope_id,
        case_id=case.id,
        part=part.value,
        bundle_id=bundle_id,
        on=london_today(),
        recorded_by=actor.id,
        sent=sent,
        still_to_come=still_to_come,
    )
    db.session.add(disclosure)
    db.session.flush()
    record(actor, Action.PART_DISCLOSED, case.id, part=part.value, disclosure_id=disclosure.id)
    return disclosure


# Whether the file of that id is out still, neither stopped nor replaced. The stage that lets files go says so.
IsOut = Callable[[str], bool]
_is_out: list[IsOut] = []


def known_by(is_out: IsOut) -> IsOut:
    """Have this function asked whether a file that went out is out still."""
    _is_out[:] = [is_out]
    return is_out


def part_that_is_out(case: Case) -> Disclosure | None:
    """The last part that was let go as a file, if the person has it, or can collect it, still."""
    sent = [one for one in disclosures_of(case) if one.bundle_id and any(ask(one.bundle_id) for ask in _is_out)]
    return sent[-1] if sent else None


def take_back(case: Case, bundle_ids: Collection[str]) -> int:
    """Strike out the parts that went out as these files and reached nobody; returns how many. The caller logs why."""
    parts = [part for part in disclosures_of(case) if part.bundle_id in bundle_ids]
    for part in parts:
        part.struck_out_at = utc_now()
    return len(parts)


def disclosures_of(case: Case) -> list[Disclosure]:
    """Those that stand, oldest first."""
    query = select(Disclosure).where(Disclosure.case_id == case.id, Disclosure.struck_out_at.is_(None))
    return list(db.session.scalars(query.order_by(Disclosure.on, Disclosure.created_at)))
