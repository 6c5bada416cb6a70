"""Commands of release: have a reply made, let it go, collect it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import update

from sar.cases import letters
from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.queries import clock_of, requester_case, visible_case
from sar.cases.workflow import Event
from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.ids import access_phrase
from sar.foundation.jobs import JobContext, enqueue
from sar.release import building, queries
from sar.release.models import Bundle, BundleState, Lateness, Route
from sar.review import queries as review

# The bundle is collected online or handed over; the words that open it take another way.
BUNDLE_ROUTES = (Route.ONLINE, Route.IN_PERSON)
PASSPHRASE_ROUTES = (Route.POST, Route.SMS, Route.EMAIL, Route.IN_PERSON)


def request_bundle(actor: Actor, case_id: str) -> Bundle:
    """Have the reply made from what was signed off. Raises Refused with everything that stands in the way."""
    with write_transaction() as session:
        case = visible_case(actor, case_id)
        latest = queries.latest_bundle(case)
        if latest is not None and latest.state == BundleState.WAITING:
            return latest  # a second click
        stands_in_the_way = queries.gate(actor, case, None).before_building
        if stands_in_the_way:
            raise Refused(" ".join(stands_in_the_way))
        _replace_earlier(case)
        bundle = Bundle(
            scope_id=case.scope_id,
            case_id=case.id,
            state=BundleState.WAITING.value,
            plan_sha256=review.plan_digest(case),
            requested_by=actor.id,
            passphrase=access_phrase(),
        )
        session.add(bundle)
        session.flush()
        record(actor, Action.BUNDLE_REQUESTED, bundle.id, case_id=case.id, plan_sha256=bundle.plan_sha256)
        enqueue(queries.BUILD, bundle.id)
        return bundle


def build_bundle(job: JobContext) -> None:
    """The background work: make the bundle, or block it and say why. Safe to start again after a crash."""
    bundle = db.session.get(Bundle, job.subject_id)
    if bundle is None or bundle.state != BundleState.WAITING:
        return
    case = visible_case(SYSTEM, bundle.case_id)
    with tempfile.TemporaryDirectory(prefix="sar-bundle-") as folder:
        try:
            if review.plan_digest(case) != bundle.plan_sha256:
                raise building.Blocked(
                    [{"record": "The whole bundle", "page": None, "what": "A decision changed after sign-off."}]
                )
            built = building.build(case, bundle.passphrase, Path(folder), job.progress)
        except building.Blocked as blocked:
            _block(job, bundle, blocked)
            return
        blob = building.store(case, built)
    with job.last_step():
        # What was decided while the work went on is not in this bundle: it must not go out as if it were.
        changed = review.plan_digest(case) != bundle.plan_sha256
        bundle.state = (BundleState.REPLACED if changed else BundleState.READY).value
        bundle.blob_id, bundle.bundle_sha256 = blob.id, blob.sha256
        bundle.pages, bundle.redactions, bundle.proof = built.pages, built.redactions, built.proof
        record(
            SYSTEM,
            Action.BUNDLE_BUILT,
            bundle.id,
            case_id=case.id,
            plan_sha256=bundle.plan_sha256,
            bundle_sha256=blob.sha256,
            pages=built.pages,
            redactions=built.redactions,
        )


def release(
    actor: Actor, bundle_id: str, route: Route, passphrase_route: Route, lateness: Lateness | None = None
) -> Bundle:
    """Let the reply go. Once, whoever clicks twice. The words that open it never take the same way."""
    if route not in BUNDLE_ROUTES or passphrase_route not in PASSPHRASE_ROUTES:
        raise Refused("Choose how the records and the six words reach the person.")
    if route is passphrase_route:
        raise Refused("The six words must take another way than the records.")
    with write_transaction():
        bundle = queries.visible_bundle(actor, bundle_id)
        case = visible_case(actor, bundle.case_id)
        if bundle.state == BundleState.RELEASED:
            raise Conflict("This reply has already been released.")
        due = clock_of(case).due
        if due is not None and london_today() > due and lateness is None:
            raise Refused("This answer is late. Choose the reason for it.")
        cases.advance(actor, case.id, Event.RELEASE, queries.facts(actor, case, bundle))
        bundle.state = BundleState.RELEASED.value
        bundle.route, bundle.passphrase_route = route.value, passphrase_route.value
        bundle.lateness = lateness.value if lateness else None
        bundle.released_at = utc_now()
        record(
            actor,
            Action.RELEASED,
            bundle.id,
            case_id=case.id,
            bundle_sha256=bundle.bundle_sha256,
            route=route.value,
            due_on=due,
            lateness_code=bundle.lateness,
        )
        letters.send(actor, case, "passphrase", channel=passphrase_route.value, passphrase=bundle.passphrase)
        record(actor, Action.PASSPHRASE_SENT, bundle.id, case_id=case.id, route=passphrase_route.value)
        letters.send(actor, case, "ready_to_collect")
        return bundle


def collect(actor: Actor) -> BinaryIO:
    """The encrypted bundle, for the requester it belongs to. Raises NotFound before release, Gone when too late."""
    with write_transaction():
        case = requester_case(actor)
        bundle = queries.own_bundle(actor)
        if case is None or bundle is None or bundle.blob_id is None:
            raise NotFound("Your records are not ready yet.")
        bundle.collected_at = bundle.collected_at or utc_now()
        record(actor, Action.COLLECTED, bundle.id, case_id=case.id, bundle_sha256=bundle.bundle_sha256)
        blob_id = bundle.blob_id
    return blobs.open(blob_id)


def hand_over(actor: Actor, bundle_id: str) -> BinaryIO:
    """The encrypted bundle for staff to hand over on a disc or print for prison, after release."""
    with write_transaction():
        bundle = queries.visible_bundle(actor, bundle_id)
        if bundle.state != BundleState.RELEASED or bundle.blob_id is None:
            raise NotFound("This reply has not been released.")
        record(actor, Action.COLLECTED, bundle.id, case_id=bundle.case_id, bundle_sha256=bundle.bundle_sha256)
        blob_id = bundle.blob_id
    return blobs.open(blob_id)


def _block(job: JobContext, bundle: Bundle, blocked: building.Blocked) -> None:
    with job.last_step():
        bundle.state = BundleState.BLOCKED.value
        bundle.findings = blocked.findings
        record(
            SYSTEM,
            Action.BUNDLE_BLOCKED,
            bundle.id,
            case_id=bundle.case_id,
            leaks=len(blocked.findings),
            reason="leak_or_failure",
        )


def _replace_earlier(case: Case) -> None:
    db.session.execute(
        update(Bundle)
        .where(Bundle.case_id == case.id, Bundle.state.in_((BundleState.READY.value, BundleState.BLOCKED.value)))
        .values(state=BundleState.REPLACED.value)
    )
