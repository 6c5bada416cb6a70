"""A reply that is ready: it goes out once, to one person, and comes back into nobody else's hands."""

from __future__ import annotations

import csv
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases import outbox
from sar.cases import service as cases
from sar.cases.complaints import service as complaints
from sar.cases.complaints.deciding import standing
from sar.cases.lateness import Lateness
from sar.cases.queries import clock_of, was_answered
from sar.foundation import blobs
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Gone, NotAllowed, NotFound, Problem, Refused
from sar.foundation.messages import Message
from sar.foundation.runtime import settings
from sar.oversight import compliance
from sar.oversight.queries import measures
from sar.release import queries, service
from sar.release.models import Bundle, BundleState, Route
from tests.factories import received_case, staff_actor
from tests.integration.oversight.told import at
from tests.integration.release.office import Office, latest, now, opened
from tests.security.people import browser_of


def let_go(office: Office, route: Route = Route.ONLINE, words: Route = Route.POST) -> Bundle:
    return service.release(office.officer, latest(office).id, route, words)


def letters_about(office: Office, kind: str) -> list[Message]:
    db.session.rollback()
    found = db.session.scalars(select(Message).where(Message.kind == f"letter.{kind}").order_by(Message.created_at))
    return list(found)


def test_two_who_click_at_once_make_one_release(ready: Office) -> None:
    bundle_id, ends, barrier = latest(ready).id, [], threading.Barrier(2)

    def click() -> None:
        with ready.app.app_context():
            barrier.wait()
            try:
                service.release(ready.officer, bundle_id, Route.ONLINE, Route.POST)
                ends.append("released")
            except Problem as problem:
                ends.append(problem.message)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert sorted(ends) == ["This reply has already been released.", "released"]
    assert ready.audit("release.released") == ready.audit("release.passphrase_sent") == 1
    assert len(letters_about(ready, "passphrase")) == len(letters_about(ready, "ready_to_collect")) == 1


def test_asking_for_a_reply_twice_makes_one(ready: Office) -> None:
    first = service.request_bundle(ready.officer, ready.case_id)
    second = service.request_bundle(ready.officer, ready.case_id)
    assert first.id == second.id
    assert ready.audit("release.bundle_requested") == 2, "the one that was ready, and this one"


def test_a_reply_that_is_made_again_takes_the_file_of_the_unsent_one_away(ready: Office) -> None:
    old = latest(ready)
    blob_id = old.blob_id
    assert blob_id is not None
    service.request_bundle(ready.officer, ready.case_id)
    assert (now(old).state, now(old).blob_id) == ("replaced", None)
    with pytest.raises(NotFound):
        blobs.get(blob_id)
    assert not list(settings().instance.glob(f"blobs/??/{blob_id}"))


def test_the_words_never_take_the_way_of_the_records(ready: Office) -> None:
    with pytest.raises(Refused, match="another way than the records"):
        let_go(ready, Route.IN_PERSON, Route.IN_PERSON)
    with pytest.raises(Refused, match="Choose how"):
        let_go(ready, Route.EMAIL, Route.POST)
    assert latest(ready).state == BundleState.READY


def test_a_late_answer_needs_its_reason_and_one_in_time_keeps_none(ready: Office) -> None:
    with write_transaction():
        cases.correct_received_date(SYSTEM, ready.case_id, ready.case.received_on - timedelta(days=200))
    with pytest.raises(Refused, match="late"):
        let_go(ready)
    bundle = service.release(ready.officer, latest(ready).id, Route.ONLINE, Route.POST, Lateness.STAFFING)
    assert bundle.lateness == "staffing"


def test_a_reason_given_for_an_answer_in_time_is_not_kept(ready: Office) -> None:
    bundle = service.release(ready.officer, latest(ready).id, Route.ONLINE, Route.POST, Lateness.STAFFING)
    assert bundle.lateness is None


def test_only_its_requester_collects_a_reply(ready: Office) -> None:
    bundle = let_go(ready)
    other = received_case("Ida Brandt")
    with pytest.raises(NotFound):
        service.collect(Actor(ActorKind.REQUESTER, other.reference))
    for stranger in (Actor(ActorKind.ORIGINATOR, ready.case.reference), ready.officer):
        with pytest.raises(NotFound):
            service.collect(stranger)
    with service.collect(ready.requester) as stream, opened(stream.read(), bundle.passphrase) as pdf:
        assert len(pdf.pages) == bundle.pages
    assert now(bundle).collected_at is not None
    assert (ready.audit("release.collected"), ready.audit("release.handed_over")) == (1, 0)


def test_a_reply_is_not_collected_before_it_is_released(ready: Office) -> None:
    with pytest.raises(NotFound, match="not ready yet"):
        service.collect(ready.requester)


def test_a_reply_can_be_collected_to_the_end_of_the_last_day_and_not_after(ready: Office) -> None:
    bundle = let_go(ready)
    days = timedelta(days=settings().collection_days)
    for age, is_there in ((days, True), (days + timedelta(days=1), False)):
        with write_transaction():
            now_stored = db.session.get_one(Bundle, bundle.id)
            # At noon: late in the evening a day of summer time is the next one already.
            now_stored.released_at = utc_now().replace(hour=12) - age
        if is_there:
            assert queries.own_bundle(ready.requester) is not None
        else:
            with pytest.raises(Gone, match="Ask us"):
                service.collect(ready.requester)


def test_the_reply_of_a_case_opened_again_can_be_collected_until_it_is_stopped_or_another_goes_out(
    ready: Office,
) -> None:
    bundle = let_go(ready)
    ready.reopen()
    with service.collect(ready.requester) as stream:
        assert stream.read(5) == b"%PDF-"
    with pytest.raises(Problem):
        service.release(ready.officer, bundle.id, Route.ONLINE, Route.POST)
    requester = browser_of(ready.app, ActorKind.REQUESTER, ready.case.reference)
    officer = browser_of(ready.app, ActorKind.STAFF, ready.officer.id)
    status = requester.get("/my-request/").text
    assert "We sent you records before. Now we are looking" in status and "See the records we sent before" in status
    assert "These are the records that we sent you before." in requester.get("/my-request/records/").text
    page = f"/staff/cases/{ready.case_id}/release"
    assert "The person can still collect that reply until" in officer.get(page).text
    stop = f"/staff/replies/{bundle.id}/stop"
    assert "Say why" in officer.post(stop, {"reason": " "}, form_at=page).text and now(bundle).state == "released"
    assert officer.post(stop, {"reason": "Page 3 names a neighbour"}).location == page
    assert "was stopped: nobody can collect it any more" in officer.get(page).text
    assert "You cannot get these records now" in requester.get("/my-request/records/").text
    for command in (lambda: service.collect(ready.requester), lambda: service.hand_over(ready.officer, bundle.id)):
        with pytest.raises(NotFound):
            command()
    with pytest.raises(Conflict):
        service.stop(ready.officer, bundle.id, "Again")
    assert now(bundle).blob_id is not None and ready.audit("release.bundle_stopped") == 1
    ready.sign_off()
    ready.build()
    again = let_go(ready)
    with service.collect(ready.requester) as stream, opened(stream.read(), again.passphrase):
        assert "You cannot get these" not in requester.get("/my-request/records/").text


def test_a_released_reply_that_is_stopped_opens_the_review_again(ready: Office) -> None:
    bundle = let_go(ready)
    with pytest.raises(NotAllowed):
        service.stop(staff_actor(Role.SECOND_READER), bundle.id, "No")
    service.collect(ready.requester).close()
    service.stop(ready.officer, bundle.id, "Page 3 names a neighbour")
    assert (ready.case.stage, ready.case.clock_state, now(bundle).state) == ("reviewing", "reopened", "stopped")
    assert was_answered(ready.case), "it reached the person"
    [row] = csv.DictReader(compliance.export(SYSTEM, ready.case.received_on, ready.case.received_on))
    assert (row["answers_taken_back"], row["answered"]) == ("0", london_today().isoformat())


def test_letters_of_a_reply_that_have_not_gone_go_with_it_when_it_is_stopped_or_replaced(ready: Office) -> None:
    first = let_go(ready)
    [words] = letters_about(ready, "passphrase")
    with pytest.raises(Refused, match="Stop the reply on the page"):
        outbox.take_back(ready.officer, words.id)
    assert words.delivery == "to_do"
    ready.reopen()
    ready.sign_off()
    ready.build()
    second = let_go(ready)
    assert [letter.delivery for letter in letters_about(ready, "passphrase")] == ["taken_back", "to_do"]
    assert first.passphrase != second.passphrase, "the words of the first open nothing that can be collected"
    outbox.mark_sent(ready.officer, letters_about(ready, "passphrase")[1].id)
    service.stop(ready.officer, second.id, "Page 3 names a neighbour")
    assert [letter.delivery for letter in letters_about(ready, "passphrase")] == ["taken_back", "sent"]
    told = letters_about(ready, "ready_to_collect")
    assert {letter.delivery for letter in told} <= {"taken_back", "sent"} and len(told) == 2


def test_a_reply_that_is_stopped_before_it_reached_anybody_was_no_answer(ready: Office) -> None:
    """Nor was the one before, whose place it took. Also where the case was closed: somebody works on it again."""
    let_go(ready)
    ready.reopen()
    ready.sign_off()
    ready.build()
    bundle = let_go(ready)
    cases.close(ready.officer, ready.case_id)
    due = ready.case.due_on
    assert due is not None and was_answered(ready.case) and ready.case.closed_on is not None
    requester = browser_of(ready.app, ActorKind.REQUESTER, ready.case.reference)
    with at(due + timedelta(days=3)):
        officer = browser_of(ready.app, ActorKind.STAFF, ready.officer.id)
        page = officer.get(f"/staff/cases/{ready.case_id}/release").text
        assert "The case opens again" in page and "nobody handed it over. So it does not count as an answer" in page
        service.stop(ready.officer, bundle.id, "Page 3 names a neighbour")
        case, clock = ready.case, clock_of(ready.case)
        assert (case.stage, case.clock_state, case.closed_on) == ("gathering", "running", None)
        assert (clock.answered_on, clock.due, clock.is_overdue(london_today())) == (None, due, True)
        found = measures(case.received_on, london_today())
        assert (found.stopped, found.overdue_now, found.fell_due, found.answered_in_time) == (1, 1, 1, 0)
        assert (found.corrected_late, found.reopened, found.reopened_open) == (0, 0, 0)
        [row] = csv.DictReader(compliance.export(SYSTEM, case.received_on, case.received_on))
        assert (row["answers_taken_back"], row["answered"], row["in_time"], row["reopened"]) == ("2", "", "overdue", "")
        assert "It had reached nobody" in officer.get(f"/staff/cases/{ready.case_id}/history").text
    assert "We will tell you when they are ready" in requester.get("/my-request/records/").text
    with (
        write_transaction()
    ):  # ended and opened again, it is counted on from the endings that stand and those that do not
        cases.withdraw(SYSTEM, case.id, london_today())
        cases.reopen(SYSTEM, case.id, "She still wants it")
    assert ready.case.clock_state == "running"
    with write_transaction():
        cases.withdraw(SYSTEM, case.id, london_today())
    assert ready.case.clock_state == "ended"
    assert "We took them back" in requester.get("/my-request/records/").text


def test_a_reply_that_was_taken_out_to_be_handed_over_stays_the_answer_when_it_is_stopped(ready: Office) -> None:
    bundle = let_go(ready, Route.IN_PERSON, Route.POST)
    service.hand_over(ready.officer, bundle.id).close()
    service.stop(ready.officer, bundle.id, "Page 3 names a neighbour")
    assert ready.case.clock_state == "reopened" and was_answered(ready.case)


def test_a_reply_of_an_earlier_sign_off_cannot_go_out_even_if_nothing_changed(ready: Office) -> None:
    bundle = latest(ready)
    ready.reopen()
    ready.sign_off()
    with pytest.raises(Refused, match="check of the finished files has not passed"):
        let_go(ready)
    again = service.request_bundle(ready.officer, ready.case_id)
    assert (again.plan_sha256, now(bundle).state) == (bundle.plan_sha256, "replaced")


def test_a_reply_does_not_go_out_while_the_case_is_under_review(ready: Office) -> None:
    ready.reopen()
    with pytest.raises(Refused, match="at the stage"):
        let_go(ready)
    assert queries.gate(ready.officer, ready.case, latest(ready)).before_release == ("This case is not signed off.",)


def test_a_reply_handed_over_is_not_online_and_is_written_down_apart(ready: Office) -> None:
    bundle = let_go(ready, Route.IN_PERSON, Route.POST)
    assert queries.own_bundle(ready.requester) is None
    with pytest.raises(NotFound):
        service.collect(ready.requester)
    with service.hand_over(ready.officer, bundle.id) as stream:
        assert stream.read(5) == b"%PDF-"
    assert (ready.audit("release.handed_over"), ready.audit("release.collected")) == (1, 0)
    assert now(bundle).collected_at is None
    assert letters_about(ready, "ready_to_hand_over") and not letters_about(ready, "ready_to_collect")


def test_words_told_in_person_are_shown_to_staff_each_look_logged_and_never_put_in_the_outbox(ready: Office) -> None:
    bundle = let_go(ready, Route.ONLINE, Route.IN_PERSON)
    assert service.show_passphrase(ready.officer, bundle.id) == bundle.passphrase
    assert ready.audit("release.passphrase_shown") == 1
    assert not letters_about(ready, "passphrase")
    assert all(bundle.passphrase not in (found.body or "") for found in db.session.query(Message))


def test_words_that_went_another_way_are_shown_to_nobody(ready: Office) -> None:
    bundle = latest(ready)
    with pytest.raises(NotFound):
        service.show_passphrase(ready.officer, bundle.id)
    let_go(ready)
    with pytest.raises(NotFound):
        service.show_passphrase(ready.officer, bundle.id)
    assert ready.audit("release.passphrase_shown") == 0


def test_an_auditor_makes_releases_and_hands_over_nothing(ready: Office) -> None:
    auditor, bundle_id = staff_actor(Role.AUDITOR, name="Ann Auditor"), latest(ready).id
    for attempt in (
        lambda: service.request_bundle(auditor, ready.case_id),
        lambda: service.release(auditor, bundle_id, Route.ONLINE, Route.POST),
        lambda: service.hand_over(auditor, bundle_id),
        lambda: service.show_passphrase(auditor, bundle_id),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            attempt()
    assert latest(ready).state == BundleState.READY


def test_who_reviewed_signed_off_or_let_go_does_not_decide_a_complaint_about_it(ready: Office) -> None:
    let_go(ready)
    case = ready.case
    complaint = complaints.log(SYSTEM, case.id, "A page is missing.", case.received_on, complaints.Channel.POST)
    officer, second = (standing(one, case, complaint) for one in (ready.officer, ready.second))
    assert officer.part == ("let a reply go", "worked on its review")
    assert second.part == ("worked on its review",) and second.others == () == officer.others
    fresh = staff_actor(Role.DPO, name="Bela Stone")
    assert standing(fresh, case, complaint).may_decide
    assert standing(ready.second, case, complaint).others == ("Bela Stone",)


def test_staff_with_a_conflict_of_interest_cannot_reach_the_reply(ready: Office) -> None:
    cases.declare_conflict(ready.officer, ready.case_id, ready.officer.id)
    with pytest.raises(NotFound):
        let_go(ready)
    with pytest.raises(NotFound):
        service.request_bundle(ready.officer, ready.case_id)
