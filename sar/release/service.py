"""Commands of release: have a reply made, let it go, collect it. The making itself is in `building`."""

from __future__ import annotations

import errno
from contextlib import suppress
from datetime import date
from typing import BinaryIO

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases import disclosures, endings, letters
from sar.cases import service as cases
from sar.cases.disclosures import Part
from sar.cases.lateness import Lateness, reason_to_keep
from sar.cases.ledger import keep_note, require
from sar.cases.models import Case
from sar.cases.queries import clock_of, requester_case, visible_case
from sar.cases.taking_back import OF_A_REPLY
from sar.cases.workflow import Event, Stage
from sar.foundation import blobs, messages
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused, StoreFull
from sar.foundation.ids import access_phrase
from sar.foundation.jobs import JobContext, enqueue
from sar.foundation.workroom import private_folder
from sar.release import building, queries
from sar.release.models import Bundle, BundleState, Route
from sar.release.papers import Rest
from sar.review import health
from sar.review import queries as review
from sar.review.service import reopen_review

# The bundle is collected online or handed over; the words that open it take another way.
BUNDLE_ROUTES = (Route.ONLINE, Route.IN_PERSON)
PASSPHRASE_ROUTES = (Route.POST, Route.SMS, Route.EMAIL, Route.IN_PERSON)
# The letter that says so: of the whole answer or a part of it, collected online or handed over.
_READY = {
    (True, True): "ready_to_collect",
    (True, False): "ready_to_hand_over",
    (False, True): "part_ready",
    (False, False): "part_ready_to_hand_over",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)


def request_bundle(
    actor: Actor,
    case_id: str,
    part: Part | None = None,
    still_to_come: str = "",
    rest_by: date | None = None,
) -> Bundle:
    """Have the reply made from what was signed off; asked for twice, it is made once.

    `part` is None for the whole answer; else the requester is told what is `still_to_come` and by when, the due date
    where no other day is given, and the clock runs on.

    Raises Refused with everything that stands in the way.
    """
    with write_transaction() as session:
        case = visible_case(actor, case_id, lock=True)
        require(actor, Permission.CASE_RELEASE)
        rest = queries.rest_of(case, part, still_to_come, rest_by)
        latest = queries.latest_bundle(case)
        if latest is not None and queries.being_made(latest):
            return latest
        stands_in_the_way = queries.gate(actor, case, None).before_building
        signed = review.current_sign_off(case)
        if stands_in_the_way or signed is None:
            raise Refused(" ".join(stands_in_the_way))
        _replace(case, (BundleState.WAITING, BundleState.READY, BundleState.BLOCKED))
        bundle = Bundle(
            scope_id=case.scope_id,
            case_id=case.id,
            state=BundleState.WAITING.value,
            sign_off_id=signed.id,
            plan_sha256=signed.plan_sha256,
            requested_by=actor.id,
            passphrase=access_phrase(),
            part=part.value if part else None,
            still_to_come=rest.words if rest else None,
            rest_by=rest.by if rest else None,
        )
        session.add(bundle)
        session.flush()
        record(actor, Action.BUNDLE_REQUESTED, bundle.id, case_id=case.id, plan_sha256=bundle.plan_sha256)
        enqueue(queries.BUILD, bundle.id)
        return bundle


def build_bundle(job: JobContext) -> None:
    """The background work: make the bundle, or block it and say why. Safe to start again after a crash.

    Raises StoreFull when there is no room: nothing is kept, and it is tried again.
    """
    bundle = db.session.get(Bundle, job.subject_id)
    if bundle is None or bundle.state != BundleState.WAITING:
        return
    case = visible_case(SYSTEM, bundle.case_id)
    try:
        with private_folder("bundle") as folder:
            _require_unchanged(case, bundle)
            rest = Rest(bundle.still_to_come or "", bundle.rest_by) if bundle.part else None
            built = building.build(case, bundle.passphrase, folder, job.progress, rest)
            with built.path.open("rb") as file:
                blob = blobs.seal(case.scope_id, file, media_type="application/pdf")
        _finish(job, bundle.id, built, blob)
    except building.Blocked as blocked:
        _block(job, bundle.id, blocked)
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull("There was no room to make the reply. Nothing was kept.") from error
        raise


def release(
    actor: Actor, bundle_id: str, route: Route, passphrase_route: Route, lateness: Lateness | None = None
) -> Bundle:
    """Let the reply go. Once, whoever clicks twice. The words that open it never take the same way.

    Raises Refused, Conflict; NotPossible with everything that stands in the way.
    """
    if route not in BUNDLE_ROUTES or passphrase_route not in PASSPHRASE_ROUTES:
        raise Refused("Choose how the records and the six words reach the person.")
    if route is passphrase_route:
        raise Refused("The six words must take another way than the records.")
    with write_transaction():
        case, bundle = _locked(actor, bundle_id)
        if bundle.state == BundleState.RELEASED:
            raise Conflict("This reply has already been released.")
        _require_health_settled(case, bundle)
        clock = clock_of(case)
        why_late = reason_to_keep(case, clock, lateness)
        whole = bundle.part is None
        cases.advance(actor, case.id, Event.RELEASE, queries.facts(actor, case, bundle), whole=whole)
        if bundle.part is not None:
            sent, to_come = f"{bundle.pages} pages", bundle.still_to_come or ""
            disclosures.keep(actor, case, Part(bundle.part), sent=sent, still_to_come=to_come, bundle_id=bundle.id)
        _replace(case, (BundleState.RELEASED,))
        bundle.state = BundleState.RELEASED.value
        bundle.route, bundle.passphrase_route = route.value, passphrase_route.value
        bundle.lateness = why_late.value if why_late else None
        bundle.released_at = utc_now()
        record(
            actor,
            Action.RELEASED,
            bundle.id,
            case_id=case.id,
            bundle_sha256=bundle.bundle_sha256,
            route=route.value,
            due_on=clock.due,
            lateness_code=bundle.lateness,
            part=bundle.part,
        )
        _take_back_letters(actor, case)
        _tell(actor, case, bundle)
        return bundle


def show_passphrase(actor: Actor, bundle_id: str) -> str:
    """The six words, for whoever tells them to the requester in person; each look is kept in the log.

    Raises NotFound when they took another way: then nobody here has reason to see them.
    """
    with write_transaction():
        case, bundle = _locked(actor, bundle_id)
        require(actor, Permission.CASE_RELEASE)
        if bundle.state != BundleState.RELEASED or bundle.passphrase_route != Route.IN_PERSON:
            raise NotFound("There are no words to be told in person for this reply.")
        record(actor, Action.PASSPHRASE_SHOWN, bundle.id, case_id=case.id)
        return bundle.passphrase


def collect(actor: Actor) -> BinaryIO:
    """The encrypted bundle, for the requester it belongs to. Raises NotFound before release, Gone when too late."""
    with write_transaction():
        case = requester_case(actor)
        if case is not None:
            visible_case(SYSTEM, case.id, lock=True)  # a reply is collected or stopped: what came first counts
        bundle = queries.own_bundle(actor)
        if case is None or bundle is None or bundle.blob_id is None:
            raise NotFound("Your records are not ready yet.")
        stream = blobs.open(bundle.blob_id)  # first: nobody collected what is not there
        bundle.collected_at = bundle.collected_at or utc_now()
        record(actor, Action.COLLECTED, bundle.id, case_id=case.id, bundle_sha256=bundle.bundle_sha256)
        return stream


def hand_over(actor: Actor, bundle_id: str) -> BinaryIO:
    """The encrypted bundle for staff to hand over on a disc or through the prison, or to send once more."""
    with write_transaction():
        case, bundle = _locked(actor, bundle_id)
        require(actor, Permission.CASE_RELEASE)
        if bundle.state != BundleState.RELEASED or bundle.blob_id is None:
            raise NotFound("This reply has not been released, or was replaced or stopped.")
        stream = blobs.open(bundle.blob_id)
        record(actor, Action.HANDED_OVER, bundle.id, case_id=bundle.case_id, bundle_sha256=bundle.bundle_sha256)
        return stream


def stop(actor: Actor, bundle_id: str, reason: str) -> None:
    """Take back a reply that went out: nobody can collect it or hand it over any more, and its letters that have not
    gone do not go. The reason becomes a note.

    A case that stands released or closed is worked on again. A reply that nobody collected and nobody handed over was
    no answer: it is taken off the clock, as are earlier ones that it took the place of and that reached nobody either.
    A part of which that is true was no part of an answer, and is struck out.
    Raises Refused without a reason, Conflict for a reply that is not out.
    """
    if not reason.strip():
        raise Refused("Say why the reply must not be collected.")
    with write_transaction():
        case, bundle = _locked(actor, bundle_id)
        require(actor, Permission.CASE_RELEASE)
        if bundle.state != BundleState.RELEASED:
            raise Conflict("This reply cannot be collected anyway.")
        bundle.state = BundleState.STOPPED.value
        _take_back_letters(actor, case)
        taken_back = endings.take_back_answers(case, queries.reached_nobody(case))
        parts = disclosures.take_back(case, queries.parts_that_reached_nobody(case))
        if case.stage == Stage.RELEASED:
            reopen_review(actor, case.id)
        elif case.stage == Stage.CLOSED:
            cases.advance(actor, case.id, Event.REOPEN, cases.facts_of(actor, case))
        keep_note(actor, case, f"Reply stopped: {reason.strip()}")
        facts = {"bundle_sha256": bundle.bundle_sha256, "answers_taken_back": taken_back, "parts_taken_back": parts}
        record(actor, Action.BUNDLE_STOPPED, bundle.id, case_id=case.id, **facts)


def _locked(actor: Actor, bundle_id: str) -> tuple[Case, Bundle]:
    """The bundle and its case, read afresh and held: two releases, or a release and a change, cannot cross."""
    bundle = queries.visible_bundle(actor, bundle_id)
    case = visible_case(actor, bundle.case_id, lock=True)
    db.session.refresh(bundle)
    return case, bundle


def _require_unchanged(case: Case, bundle: Bundle) -> None:
    """What is decided while the work goes on is not in this bundle: it must not go out as if it were."""
    signed = review.current_sign_off(case)
    if signed is None or signed.id != bundle.sign_off_id or review.plan_digest(case) != bundle.plan_sha256:
        what = "A decision or a record changed after sign-off. Have the case signed off again."
        raise building.blocked("The whole bundle", what, reason="changed")


def _require_health_settled(case: Case, bundle: Bundle) -> None:
    """What rested on a health professional's opinion when the reply was made may not any more. Raises Refused."""
    if hindrances := health.out_of_date(case):
        raise Refused(" ".join(hindrances))
    if bundle.part is None:
        health.require_nothing_held(case)


def _finish(job: JobContext, bundle_id: str, built: building.Built, blob: blobs.Blob) -> None:
    with job.last_step():
        bundle = _still_waiting(bundle_id)
        if bundle is None:
            return
        _require_unchanged(db.session.get_one(Case, bundle.case_id), bundle)
        blobs.keep(blob)
        bundle.state = BundleState.READY.value
        bundle.blob_id, bundle.bundle_sha256 = blob.id, blob.sha256
        bundle.pages, bundle.redactions, bundle.proof = built.pages, built.redactions, built.proof
        record(
            SYSTEM,
            Action.BUNDLE_BUILT,
            bundle.id,
            case_id=bundle.case_id,
            plan_sha256=bundle.plan_sha256,
            bundle_sha256=blob.sha256,
            proof_sha256=built.proof_sha256,
            pages=built.pages,
            redactions=built.redactions,
        )


def _block(job: JobContext, bundle_id: str, blocked: building.Blocked) -> None:
    with job.last_step():
        bundle = _still_waiting(bundle_id)
        if bundle is None:
            return
        bundle.state = BundleState.BLOCKED.value
        bundle.findings = blocked.findings
        record(
            SYSTEM,
            Action.BUNDLE_BLOCKED,
            bundle.id,
            case_id=bundle.case_id,
            leaks=len(blocked.findings),
            reason=blocked.reason,
        )


def _still_waiting(bundle_id: str) -> Bundle | None:
    """The bundle, its case held, unless another was asked for meanwhile."""
    bundle = db.session.get_one(Bundle, bundle_id)
    visible_case(SYSTEM, bundle.case_id, lock=True)
    db.session.refresh(bundle)
    return bundle if bundle.state == BundleState.WAITING else None


def _replace(case: Case, states: tuple[BundleState, ...]) -> None:
    """Put earlier bundles aside. Those that never went out lose their file; what was sent stays on record."""
    wanted = [state.value for state in states]
    for bundle in db.session.scalars(select(Bundle).where(Bundle.case_id == case.id, Bundle.state.in_(wanted))):
        bundle.state = BundleState.REPLACED.value
        if bundle.released_at is None and bundle.blob_id is not None:
            unsent, bundle.blob_id = bundle.blob_id, None
            db.session.flush()
            blobs.delete(unsent)


def _take_back_letters(actor: Actor, case: Case) -> None:
    """Letters about a reply that nobody can collect any more: those that have not gone never do."""
    for message in messages.about(case.id):
        if message.kind.removeprefix("letter.") in OF_A_REPLY and message.delivery in messages.TO_GO:
            with suppress(Conflict):  # it went in this moment
                messages.take_back(actor, message.id)


def _tell(actor: Actor, case: Case, bundle: Bundle) -> None:
    """Say that the reply is there, and send the words that open it, unless they are told in person."""
    letters.send(actor, case, _READY[bundle.part is None, bundle.route == Route.ONLINE])
    route = bundle.passphrase_route
    if route is not None and route != Route.IN_PERSON:
        letters.send(actor, case, "passphrase", channel=route, passphrase=bundle.passphrase)
        record(actor, Action.PASSPHRASE_SENT, bundle.id, case_id=case.id, route=route)
