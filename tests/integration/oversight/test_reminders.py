"""Officers are told in time: a calendar, a daily digest, alerts. Nothing twice, no names, nothing that is closed to
them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select, update

from sar.access import service as access
from sar.access.models import AccessLink
from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.complaints import acknowledging, receipt
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Complaint
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.consultation import service as consultation
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.clock import LONDON
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import NotAllowed
from sar.foundation.jobs import enqueue, run_pending
from sar.foundation.jobs.registry import intervals
from sar.oversight.reminders import service
from sar.oversight.reminders.models import SentAlert
from sar.records.searches import queries as search_queries
from sar.records.searches import service as searching
from tests.factories import a_record, an_originator, gathering_case, letters_go, staff_actor
from tests.integration.cases.desk import ago, browser_of
from tests.integration.oversight.told import TUESDAY, at, due, events, mailed
from tests.integration.release.office import PLAIN, paper

pytestmark = pytest.mark.usefixtures("in_app")


def alerts_on(*days: date) -> list[int]:
    sent = []
    for day in days:
        with at(day):
            sent.append(service.send_alerts())
    return sent


# Alerts


def test_an_officer_is_told_ten_five_and_two_days_before_and_when_it_is_late(sam: Actor) -> None:
    case = due(sam, date(2026, 6, 24))
    days = [date(2026, 6, day) for day in range(9, 30)]
    sent = dict(zip(days, alerts_on(*days), strict=True))
    assert [day.day for day, count in sent.items() if count] == [12, 19, 22, 25]
    assert sum(alerts_on(*days)) == 0, "each once"
    subjects = [message.subject for message in mailed("staff_alert")]
    assert subjects == [
        f"{case.reference} is {what}"
        for what in ("due in 12 days", "due in 5 days", "due in 2 days", "past its due date")
    ]
    text = mailed("staff_alert")[0].body
    assert case.id in text and "24 June 2026" in text and "received" in text
    assert "Quillonella" not in "".join(message.subject + message.body for message in mailed("staff_alert"))


def test_when_the_due_date_moves_its_own_alerts_are_sent(sam: Actor) -> None:
    case = due(sam, date(2026, 6, 24))
    assert alerts_on(date(2026, 6, 22)) == [1]
    with write_transaction() as session:
        session.execute(update(Case).where(Case.id == case.id).values(due_on=date(2026, 8, 24)))
    assert alerts_on(date(2026, 6, 25), date(2026, 8, 13), date(2026, 8, 14), date(2026, 8, 19)) == [0, 0, 1, 1]


def test_a_stopped_or_ended_clock_sends_nothing(sam: Actor) -> None:
    with at(TUESDAY):
        paused, ended = gathering_case(), gathering_case()
        for case in (paused, ended):
            cases.assign(sam, case.id, sam.id)
        cases.ask_question(sam, paused.id, "Which office?", "You named none.")
        letters_go(paused)
        cases.withdraw(sam, ended.id, TUESDAY)
    assert visible_case(SYSTEM, paused.id).clock_state == "paused"
    assert sum(alerts_on(date(2026, 7, 6), date(2026, 7, 13), date(2026, 9, 1))) == 0


def test_what_nobody_works_on_is_told_to_whoever_is_in_charge_and_so_is_what_is_late(sam: Actor) -> None:
    dpo = staff_actor(Role.DPO, name="Dana Officer")
    conflicted = staff_actor(Role.DPO, name="Con Flicted")
    nobodys, sams = due(None, date(2026, 6, 24)), due(sam, date(2026, 6, 24))
    for case in (nobodys, sams):
        cases.declare_conflict(dpo, case.id, conflicted.id)
    assert alerts_on(date(2026, 6, 22), date(2026, 6, 25)) == [2, 3]
    assert mailed("staff_alert", "con.flicted") == []
    assert len(mailed("staff_alert", "dana.officer")) == 3
    assert len(mailed("staff_alert", "sam.officer")) == 2


def test_an_officer_who_left_is_told_nothing_and_the_case_is_not_forgotten(sam: Actor) -> None:
    staff_actor(Role.DPO, name="Dana Officer")
    due(sam, date(2026, 6, 24))
    access.disable_staff(SYSTEM, sam.id)
    assert alerts_on(date(2026, 6, 22)) == [1]
    assert mailed("staff_alert", "dana.officer") and not mailed("staff_alert", "sam.officer")


def test_early_alerts_can_be_turned_off_and_being_late_cannot(sam: Actor) -> None:
    service.choose(sam, digest=False, early_alerts=False)
    due(sam, date(2026, 6, 24))
    assert alerts_on(date(2026, 6, 22), date(2026, 6, 25)) == [0, 1]


def test_the_worker_does_both_by_itself(app: Flask, sam: Actor) -> None:
    assert {"reminders.alerts", "reminders.digests"} <= intervals.keys()
    due(sam, date(2026, 6, 8))
    with time_machine.travel(datetime(2026, 6, 9, 9, tzinfo=LONDON)):
        with write_transaction():
            enqueue("reminders.alerts", "-")
            enqueue("reminders.digests", "-")
        run_pending(app)
    assert [message.delivery for message in mailed("staff_alert") + mailed("staff_digest")] == ["sent", "sent"]
    assert db.session.scalar(select(func.count()).select_from(SentAlert)) == 1


# Complaints


def test_a_complaint_nobody_acknowledged_is_told_as_cases_are_also_when_its_case_has_ended(sam: Actor) -> None:
    boss, other = staff_actor(Role.DPO, name="Dana Officer"), staff_actor(Role.DPO, name="Con Flicted")
    received = date(2026, 6, 24)  # to be acknowledged by Friday 24 July
    with at(received):
        case = gathering_case("Quillonella Marchbanks")
        cases.assign(sam, case.id, sam.id)
        found = complaints.log(sam, case.id, "Nobody rang Quillonella.", received, complaints.Channel.PHONE)
        cases.declare_conflict(boss, case.id, other.id)
        cases.withdraw(sam, case.id, received)
    days = [received + timedelta(days=n) for n in range(36)]
    sent = {day.day: count for day, count in zip(days, alerts_on(*days), strict=True) if count}
    assert sent == {14: 1, 17: 1, 22: 1, 27: 2}, "the officer; once it is late, whoever decides complaints too"
    assert sum(alerts_on(*days[-20:])) == 0, "each once"
    said = mailed("staff_complaint_alert", "sam.officer")
    assert [message.subject.rpartition(": ")[2] for message in said] == [
        "due in 10 days",
        "due in 7 days",
        "due in 2 days",
        "past its due date",
    ]
    assert f"/staff/complaints/{found.id}" in said[0].body and "24 July 2026" in said[0].body
    assert len(mailed("staff_complaint_alert", "dana.officer")) == 1 and not mailed("staff_complaint_alert", "con.fl")
    assert "Quillonella" not in "".join(message.subject + message.body for message in said)


def test_a_complaint_that_was_acknowledged_or_has_no_legal_limit_sends_no_alert(sam: Actor) -> None:
    with at(date(2026, 6, 19)):
        case = gathering_case(received_on=date(2026, 6, 1))
        cases.assign(sam, case.id, sam.id)
        complaints.log(sam, case.id, "Before the duty.", date(2026, 6, 18), complaints.Channel.POST)
        done = complaints.log(sam, case.id, "Late.", date(2026, 6, 19), complaints.Channel.POST)
        with write_transaction():
            acknowledging.acknowledged(sam, db.session.get_one(Complaint, done.id), ago(0))
        cases.withdraw(sam, case.id, date(2026, 6, 19))
    assert sum(alerts_on(date(2026, 7, 10), date(2026, 7, 17), date(2026, 7, 21), date(2026, 9, 1))) == 0


def test_when_the_date_of_a_complaint_is_corrected_its_new_day_is_told(sam: Actor) -> None:
    with at(date(2026, 6, 24)):
        case = gathering_case(received_on=date(2026, 6, 19))
        cases.assign(sam, case.id, sam.id)
        found = complaints.log(sam, case.id, "Late.", date(2026, 6, 24), complaints.Channel.POST)
        cases.withdraw(sam, case.id, date(2026, 6, 24))
    assert alerts_on(date(2026, 7, 14)) == [1]
    with at(date(2026, 7, 14)):
        receipt.correct(sam, found.id, date(2026, 6, 22), "The stamp on the envelope", version=1)
    assert alerts_on(date(2026, 7, 14), date(2026, 7, 15), date(2026, 7, 16)) == [1, 0, 0]
    assert [message.subject.rpartition(": ")[2] for message in mailed("staff_complaint_alert")] == [
        "due in 10 days",
        "due in 8 days",
    ]


# The calendar


def test_a_calendar_shows_ones_own_due_dates_by_reference_and_stage(app: Flask, sam: Actor) -> None:
    mine, _anothers = due(sam, date(2026, 6, 24)), due(None, date(2026, 6, 25))
    address = service.make_calendar(sam)
    assert events(app, address) == {f"{mine.reference} is due: received": date(2026, 6, 24)}
    first = app.test_client().get(address).data
    with write_transaction() as session:
        session.execute(update(Case).where(Case.id == mine.id).values(due_on=date(2026, 7, 24)))
    again = app.test_client().get(address).data
    uids = {Calendar.from_ical(data).walk("VEVENT")[0]["uid"] for data in (first, again)}
    assert len(uids) == 1, "a calendar moves the event instead of adding one"


def test_a_calendar_shows_searches_and_consultations_until_they_are_answered_and_no_names(
    app: Flask, sam: Actor
) -> None:
    boss, other = staff_actor(Role.DPO, name="Dana Officer"), staff_actor(Role.CASEWORKER, name="Otto Other")
    with at(TUESDAY):
        case = gathering_case("Quillonella Marchbanks")
        cases.assign(sam, case.id, sam.id)
        record = a_record(case, paper(PLAIN), originator=an_originator("Ada Lovelace", "individual"))
        run_pending(app)
        asked = consultation.send(sam, case.id, str(record.originator_id), [record.id])
        searching.choose(sam, case.id, [area.id for area in search_queries.areas()])
        searching.name_responsible_officer(sam, case.id, name="Grace Mbeki", email="grace@northvale.example")
        search = search_queries.searches_of(case)[0]
        [wanted] = searching.ask(sam, search.id, ["officer"])
        answers = {
            f"{case.reference}: an originator’s view is due": asked.due_on,
            f"{case.reference}: a search is due": wanted.due_on,
        }
        for one, sees in ((sam, True), (boss, True), (other, False)):
            shown = events(app, service.make_calendar(one))
            assert {words: day for words, day in shown.items() if "is due:" not in words} == (answers if sees else {})
        said = app.test_client().get(service.make_calendar(sam)).text
        assert not [name for name in ("Lovelace", "Mbeki", "Marchbanks", search.area.name) if name in said]
        searching.finish(sam, case.id, [search.id], "nothing_held")
        consultation.withdraw(sam, asked.id)
        assert not [words for words in events(app, service.make_calendar(sam)) if words in answers]


def test_whoever_hands_out_cases_sees_all_but_those_closed_to_them(app: Flask, sam: Actor) -> None:
    dpo, _deputy = staff_actor(Role.DPO, name="Dana Officer"), staff_actor(Role.DPO, name="Bela Stone")
    seen, hidden = due(sam, date(2026, 6, 24)), due(sam, date(2026, 6, 25))
    address = service.make_calendar(dpo)
    assert len(events(app, address)) == 2
    cases.declare_conflict(dpo, hidden.id, dpo.id)
    assert list(events(app, address)) == [f"{seen.reference} is due: received"]


def test_an_address_is_256_bits_stored_hashed_and_one_at_a_time(app: Flask, sam: Actor) -> None:
    first = service.make_calendar(sam)
    second = service.make_calendar(sam)
    token = second.rsplit("/", 1)[1].removesuffix(".ics")
    assert len(token) >= 43 and token not in repr(list(db.session.execute(select(AccessLink.token_hash))))
    client = app.test_client()
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    assert client.get("/staff/calendar/made-up.ics").status_code == 404
    service.stop_calendar(sam)
    assert client.get(second).status_code == 410


@pytest.mark.parametrize("what", ["disabled", "reset", "other role"])
def test_it_ends_with_the_account(app: Flask, sam: Actor, what: str) -> None:
    due(sam, date(2026, 6, 24))
    address = service.make_calendar(sam)
    if what == "other role":
        access.change_roles(SYSTEM, sam.id, frozenset({Role.AUDITOR}))
        assert app.test_client().get(address).status_code == 404
        return
    if what == "disabled":
        access.disable_staff(SYSTEM, sam.id)
        assert app.test_client().get(address).status_code == 410
    access.reset_sign_in(SYSTEM, sam.id, "marble kettle orchard stone")
    assert app.test_client().get(address).status_code == 410, "and stays ended when the account is opened again"


def test_reading_it_for_a_year_keeps_nobody_signed_out(app: Flask, sam: Actor) -> None:
    browser = browser_of(app, sam)
    page = browser.post("/staff/reminders/calendar", form_at="/staff/reminders").text
    assert "/staff/calendar/" in page and "It works until" in page
    assert "/staff/calendar/" not in browser.get("/staff/reminders").text, "shown once"
    browser.post("/staff/reminders/calendar/stop")
    assert browser.get("/staff/reminders").status_code == 200, "still signed in"


def test_wishes_are_chosen_on_the_page(app: Flask, sam: Actor) -> None:
    browser = browser_of(app, sam)
    browser.post("/staff/reminders", {"digest": "y"})
    db.session.rollback()
    wish = service.queries.wish_of(sam.id)
    assert (wish.digest, wish.early_alerts) == (True, False)
    with pytest.raises(NotAllowed):
        service.choose(staff_actor(Role.AUDITOR), digest=True, early_alerts=True)
