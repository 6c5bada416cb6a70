"""Reads about replies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from sar.cases.models import Case
from sar.cases.queries import requester_case, visible_case
from sar.cases.workflow import CaseFacts, Event, Guard, Stage, events_from, refusals
from sar.foundation import jobs
from sar.foundation.actors import Actor
from sar.foundation.clock import utc_now
from sar.foundation.db import db
from sar.foundation.errors import Gone, NotFound
from sar.foundation.runtime import settings
from sar.release.models import Bundle, BundleState
from sar.review import queries as review

BUILD = "release.build"


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


def visible_bundle(actor: Actor, bundle_id: str) -> Bundle:
    """The bundle of a case this actor may see. Raises NotFound."""
    bundle = db.session.get(Bundle, bundle_id)
    if bundle is None:
        raise NotFound("There is no such reply.")
    visible_case(actor, bundle.case_id)
    return bundle


def facts(actor: Actor, case: Case, bundle: Bundle | None) -> CaseFacts:
    """Everything the guards of release ask, read afresh."""
    signed = review.current_sign_off(case)
    unchanged = signed is not None and signed.plan_sha256 == review.plan_digest(case)
    ready = bundle is not None and bundle.state == BundleState.READY
    same = bundle is not None and signed is not None and bundle.plan_sha256 == signed.plan_sha256
    return replace(review.case_facts(actor, case), plan_unchanged=unchanged, leak_free=ready and same)


def gate(actor: Actor, case: Case, bundle: Bundle | None) -> Gate:
    """Why a reply cannot be made, or cannot go out, yet."""
    row = next((row for row in events_from(Stage(case.stage)) if row.event is Event.RELEASE), None)
    if row is None:
        words = ("This case is not signed off.",) if not case.closed_on else ("This case has been answered.",)
        return Gate(words, words)
    known = facts(actor, case, bundle)
    building = tuple(guard for guard in row.guards if guard is not Guard.LEAK_FREE)
    return Gate(refusals(replace(row, guards=building), known), refusals(row, known))


def build_job(bundle: Bundle) -> jobs.Job | None:
    return jobs.latest(BUILD, bundle.id)


def own_bundle(actor: Actor) -> Bundle | None:
    """The released bundle of the signed-in requester; None before release. Raises Gone when it is no longer kept."""
    case = requester_case(actor)
    if case is None:
        return None
    bundle = next((found for found in bundles_of(case) if found.state == BundleState.RELEASED), None)
    if bundle is None:
        return None
    if bundle.released_at and utc_now() - bundle.released_at > timedelta(days=settings().collection_days):
        raise Gone("Your records are no longer here to collect. Ask us, and we will send them again.")
    return bundle
