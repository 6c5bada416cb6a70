"""The demonstration has a case in every state, made by the commands that bring a real one there."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases.complaints.queries import complaints_of
from sar.cases.disclosures import disclosures_of
from sar.cases.links.queries import links_of
from sar.cases.models import Case
from sar.cases.queries import clock_of, fee_awaited, may_see
from sar.cases.tasks.queries import tasks_of
from sar.cases.waiting import Whom, waiting_of
from sar.cases.workflow import Stage
from sar.demo.states import Office, make_states
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.jobs import failed
from sar.records.roles.queries import held_for_others
from sar.release.queries import released_bundle
from tests.factories import staff_actor


def test_there_is_a_case_in_every_state_a_repeated_one_and_one_closed_to_a_relative(
    in_app: Flask,
) -> None:
    office = Office(staff_actor(Role.CASEWORKER), staff_actor(Role.DPO), staff_actor(Role.SECOND_READER))
    make_states(in_app, office)
    cases = list(db.session.scalars(select(Case)))
    seen = {(case.stage, case.clock_state) for case in cases}
    for state in (
        ("received", "running"),
        ("acknowledged", "not_started"),
        ("acknowledged", "running"),
        ("gathering", "paused"),
        ("second_check", "running"),
        ("signed_off", "running"),
        ("released", "ended"),
        ("closed", "ended"),
        ("rejected", "ended"),
        ("withdrawn", "ended"),
        ("not_valid", "ended"),
        ("gathering", "reopened"),  # with the reply that went out still there for the requester
        ("released", "running"),  # a part of the answer is out
    ):
        assert state in seen
    assert set(Stage) - {stage for stage, _ in seen} == {"reviewing"}, "that one has real files, and is seeded apart"
    (again,) = [case for case in cases if case.clock_state == "reopened"]
    assert released_bundle(again) is not None
    (part,) = [case for case in cases if disclosures_of(case)]
    assert (part.stage, part.clock_state) == ("released", "running")
    assert [case.clock_state for case in cases if case.authority == "asked"] == ["not_started"]
    assert [case.clock_state for case in cases if fee_awaited(case)] == ["not_started"]
    assert "upheld" in {complaint.outcome for case in cases for complaint in complaints_of(case)}
    (to_post,) = [case for case in cases if Whom.LETTER in waiting_of(cases)[case.id]]
    assert (to_post.stage, to_post.clock_state) == ("gathering", "running")
    clocks = [clock_of(case) for case in cases]
    assert any(clock.extended for clock in clocks)
    assert any(clock.is_overdue(london_today()) for clock in clocks)
    to_do_and_done = [task.done_at is None for case in cases for task in tasks_of(case)]
    assert {True, False} <= set(to_do_and_done)
    (repeat,) = [case for case in cases if [link.words for link in links_of(office.officer, case)] == ["Repeated by"]]
    assert repeat.stage == "closed"
    hidden = {case.id for case in cases if not may_see(case, office.reader.id)}
    assert len(hidden) == 1 and all(may_see(case, office.officer.id) for case in cases)
    held = {case.stage: one.passed_on for case in cases for one in held_for_others(case)}
    assert held == {"gathering": None, "second_check": london_today()}
    assert failed() == []
