"""Reads about replies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases.deadlines import ClockState
from sar.cases.disclosures import Part, known_by
from sar.cases.ledger import require
from sar.cases.models import Case
from sar.cases.queries import clock_of, requester_case, visible_case
from sar.cases.workflow import CaseFacts, Event, Guard, Stage, events_from, refusals
from sar.foundation import jobs
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db
from sar.foundation.errors import Gone, NotFound, Refused
from sar.foundation.runtime import settings
from sar.records.models import Record
from sar.records.queries import disclosable_records
from sar.release import building
from sar.release.models import Bundle, BundleState, Route
from sar.release.papers import Cover, Rest
from sar.review import queries as review
from sar.review.health import out_of_date, require_nothing_held

BUILD = "release.build"
# It went out, and cannot be collected any more.
_GONE = (BundleState.STOPPED, BundleState.REPLACED)


@dataclass(frozen=True)
class Gate:
    """What stands in the way of a reply, in words; empty lists mean nothing does."""

    before_building: tuple[str, ...]
    before_release: tuple[str, ...]


def bundles_of(case: Case) -> list[Bundle]:
    """Newest first."""
    query = select(Bundle).where(Bundle.case_id == case.id)
    return list(db.session.scalars(query.order_by(Bundle.created_at.desc(), Bundle.id)))


def latest_bundle(case: Case) -> Bundle | None:
    found = bundles_of(case)
    return found[0] if found else None


@known_by
def is_out(bundle_id: str) -> bool:
    """Whether this reply was let go, and neither stopped nor replaced since."""
    bundle = db.session.get(Bundle, bundle_id)
    return bundle is not None and bundle.state == BundleState.RELEASED


def visible_bundle(actor: Actor, bundle_id: str) -> Bundle:
    """The bundle of a case this actor may see. Raises NotFound."""
    bundle = db.session.get(Bundle, bundle_id)
    if bundle is None:
        raise NotFound("There is no such reply.")
    visible_case(actor, bundle.case_id)
    return bundle


def being_made(bundle: Bundle) -> bool:
    """Whether a job is at work on it, or will be, for the sign-off that stands."""
    if bundle.state != BundleState.WAITING:
        return False
    job = build_job(bundle)
    return job is not None and job.state != jobs.State.FAILED and _of_this_sign_off(bundle)


def stands(case: Case, bundle: Bundle) -> bool:
    """Whether this is the answer to the case as it stands, or the part of it that is out.

    A case that was opened again after the whole answer waits for another one, though the requester may still collect
    the first (see `released_bundle`). A part stays good while the rest is made.
    """
    if bundle.state != BundleState.RELEASED:
        return False
    return bundle.part is not None or case.stage in (Stage.RELEASED, Stage.CLOSED)


def released_bundle(case: Case) -> Bundle | None:
    """The reply that the requester has or may collect: until another takes its place, or it is stopped."""
    return next((found for found in bundles_of(case) if found.state == BundleState.RELEASED), None)


def reached_nobody(case: Case) -> list[datetime]:
    """When whole answers went out that can no longer be collected, and that nobody collected or handed over."""
    return [
        bundle.released_at
        for bundle in bundles_of(case)
        if bundle.released_at is not None and bundle.part is None and bundle.state in _GONE
        if not has_reached(bundle)
    ]


def parts_that_reached_nobody(case: Case) -> list[str]:
    """The ids of parts that went out, can no longer be collected, and that nobody collected or handed over."""
    return [
        bundle.id
        for bundle in bundles_of(case)
        if bundle.released_at is not None and bundle.part is not None and bundle.state in _GONE
        if not has_reached(bundle)
    ]


def has_reached(bundle: Bundle) -> bool:
    """Whether the requester collected it, or somebody here took the file out to hand it over."""
    handed = select(AuditEntry.seq).where(
        AuditEntry.action == Action.HANDED_OVER.label, AuditEntry.subject_id == bundle.id
    )
    return bundle.collected_at is not None or db.session.scalars(handed.limit(1)).first() is not None


def was_stopped(actor: Actor) -> bool:
    """Whether we took back what the signed-in requester could collect, and nothing took its place yet."""
    case = requester_case(actor)
    gone = (found for found in bundles_of(case) if found.released_at is not None) if case else iter(())
    newest = max(gone, key=lambda found: found.released_at or found.created_at, default=None)
    return newest is not None and newest.state == BundleState.STOPPED


def facts(actor: Actor, case: Case, bundle: Bundle | None) -> CaseFacts:
    """Everything the guards of release ask, read afresh."""
    ready = bundle is not None and bundle.state == BundleState.READY and _of_this_sign_off(bundle)
    return replace(review.case_facts(actor, case), leak_free=ready)


def gate(actor: Actor, case: Case, bundle: Bundle | None) -> Gate:
    """Why a reply cannot be made, or cannot go out, yet."""
    row = next((row for row in events_from(Stage(case.stage)) if row.event is Event.RELEASE), None)
    if row is None:
        answered = case.stage in (Stage.RELEASED, Stage.CLOSED)
        words = ("This case has been answered.",) if answered else ("This case is not signed off.",)
        return Gate(words, words)
    known = facts(actor, case, bundle)
    building, health = tuple(guard for guard in row.guards if guard is not Guard.LEAK_FREE), out_of_date(case)
    return Gate((*refusals(replace(row, guards=building), known), *health), (*refusals(row, known), *health))


def letter_to_look_at(actor: Actor, case_id: str, part: Part | None, still_to_come: str, rest_by: date | None) -> Cover:
    """The letter on top of the reply, before the reply is made; the rest as for making it.

    Raises Refused with what stands in the way of making it.
    """
    case = visible_case(actor, case_id)
    require(actor, Permission.CASE_RELEASE)
    in_the_way = gate(actor, case, None).before_building
    if in_the_way:
        raise Refused(" ".join(in_the_way))
    try:
        return building.letter_to_look_at(case, rest_of(case, part, still_to_come, rest_by))
    except building.Blocked as blocked:
        raise Refused(blocked.findings[0]["what"]) from blocked


def width_shows(case: Case, bundle: Bundle) -> list[tuple[Record, list[int]]]:
    """Records with the pages on which the length of what is withheld can still be seen in a reply, in its order."""
    found = (bundle.proof or {}).get("width_shows")
    pages_of: dict[str, list[int]] = found if isinstance(found, dict) else {}
    return [(record, pages_of[record.id]) for record in disclosable_records(case) if record.id in pages_of]


def rest_of(case: Case, part: Part | None, still_to_come: str, rest_by: date | None) -> Rest | None:
    """What the requester is told is still to come, and when; None with the whole answer.

    Without a day it is the due date, while that is ahead. Raises Refused where nobody says what or when.
    """
    if part is None:
        require_nothing_held(case)
        return None
    if not still_to_come.strip():
        raise Refused("Say what is still to come. The person is told it.")
    by = rest_by or clock_of(case).due
    if by is None or by < london_today():
        raise Refused("Say when you expect to send the rest: a day that is still to come. The person is told it.")
    return Rest(still_to_come.strip(), by)


def build_job(bundle: Bundle) -> jobs.Job | None:
    return jobs.latest(BUILD, bundle.id)


def last_day(bundle: Bundle) -> date | None:
    """The last day on which it can be collected online; None before release."""
    if bundle.released_at is None:
        return None
    return london_date(bundle.released_at) + timedelta(days=settings().collection_days)


def own_bundle(actor: Actor) -> Bundle | None:
    """The released bundle that the signed-in requester may collect online; None when there is none (yet).

    Raises Gone when it is no longer kept for them.
    """
    bundle = answer_to(actor)
    if bundle is None or bundle.route != Route.ONLINE:
        return None
    until = last_day(bundle)
    if until is None or london_today() > until:
        raise Gone("Your records are no longer here to collect. Ask us, and we will send them again.")
    return bundle


def is_looked_at(actor: Actor) -> bool:
    """Whether somebody works on the request of the signed-in requester."""
    case = requester_case(actor)
    return case is not None and case.closed_on is None


def is_open_again(actor: Actor) -> bool:
    """Whether we look once more at a request of the signed-in requester that was answered."""
    case = requester_case(actor)
    return case is not None and case.clock_state == ClockState.REOPENED


def answer_to(actor: Actor) -> Bundle | None:
    """The answer to the signed-in requester, however it reaches them."""
    case = requester_case(actor)
    if case is None:
        return None
    return released_bundle(case)


def _of_this_sign_off(bundle: Bundle) -> bool:
    signed = review.current_sign_off(db.session.get_one(Case, bundle.case_id))
    return signed is not None and (signed.id, signed.plan_sha256) == (bundle.sign_off_id, bundle.plan_sha256)
