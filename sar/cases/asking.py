"""What the case page says about who is asking: a representative, what was checked, earlier requests, the mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from sar.access.queries import staff_names
from sar.cases.flags import is_child
from sar.cases.links.queries import links_of
from sar.cases.models import Case, ProofCheck
from sar.cases.proofs import checks_of, document_name
from sar.cases.queries import visible_to
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.intake import likeness
from sar.intake.answers import RELATIONSHIP_WORDS, Relationship
from sar.intake.models import Submission


@dataclass(frozen=True)
class Check:
    """One line of the record of checks."""

    about: str
    what: str
    detail: str
    by: str
    on: Any


@dataclass(frozen=True)
class Other:
    """Another request that may be of the same person. `case_id` is None in the moment before its case opens."""

    reference: str
    case_id: str | None
    received_on: date
    stage: str
    why: str
    is_hint: bool


@dataclass(frozen=True)
class Asking:
    checks: tuple[Check, ...]
    others: tuple[Other, ...]
    representative: dict[str, Any] | None
    relationship: str
    is_child: bool


def facts(actor: Actor, case: Case) -> Asking:
    someone = case.submission.representative
    return Asking(
        checks=_checks(case),
        others=others_like(actor, case),
        representative=someone,
        relationship=RELATIONSHIP_WORDS[Relationship(someone["relationship"])] if someone else "",
        is_child=_is_child(case),
    )


def others_like(actor: Actor, case: Case) -> tuple[Other, ...]:
    """Other requests that may be of this person, newest first; none that is linked already or closed to the actor."""
    linked = {one.reference for one in links_of(actor, case)}
    found = [one for one in likeness.alike_to(actor, case.submission) if one.reference not in linked]
    if not found:
        return ()
    query = select(Case.submission_id, Case.id, Case.stage).where(
        Case.submission_id.in_([one.submission_id for one in found])
    )
    cases = {row.submission_id: row for row in db.session.execute(query)}
    return tuple(
        Other(
            one.reference,
            cases[one.submission_id].id if one.submission_id in cases else None,
            one.received_on,
            STAGE_NAMES[Stage(cases[one.submission_id].stage)] if one.submission_id in cases else "Just received",
            one.words,
            one.is_hint,
        )
        for one in found
    )


def _checks(case: Case) -> tuple[Check, ...]:
    found = checks_of(case)
    names = staff_names({check.checked_by for check in found})
    return tuple(
        Check(
            "Authority" if check.about == "authority" else "Identity",
            document_name(check),
            _detail(check),
            names.get(check.checked_by, "The system" if check.checked_by == "system" else "A former member of staff"),
            check.created_at,
        )
        for check in found
    )


def _detail(check: ProofCheck) -> str:
    if check.about == "authority":
        given = [f"given by {check.who}" if check.who else "", f"covers {check.detail}" if check.detail else ""]
        return ", ".join(part for part in given if part)
    return ", ".join(part for part in (check.who, check.detail) if part)


def _is_child(case: Case) -> bool:
    born = case.submission.date_of_birth
    return is_child(date.fromisoformat(born), london_today()) if born else False


def _may_hear_of(actor: Actor) -> ColumnElement[bool]:
    """A request whose case the actor may see, or that has no case yet and the actor may see cases."""
    its_case = exists().where(Case.submission_id == Submission.id)
    seen = exists().where(Case.submission_id == Submission.id, visible_to(actor))
    some = select(Case.id).where(visible_to(actor)).exists()
    return or_(seen, ~its_case & some)


likeness.seen_through(_may_hear_of)
