"""Who decides about records, and passing a request on: the pages at both widths, read by axe."""

from __future__ import annotations

from playwright.sync_api import expect

from sar.access.permissions import Role
from sar.cases.queries import visible_case
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.clock import london_today
from sar.records.roles import queries, service
from sar.records.roles.controllers import Named
from sar.records.roles.service import Reach
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, follow
from tests.browser.pages_look import look, visit
from tests.browser.test_case_desk import sign_in
from tests.factories import a_record, an_originator, gathering_case, staff_actor


def test_the_pages_about_who_decides(visitors: Visitors, live_server: LiveServer) -> None:
    with live_server.app.app_context(), visitors.at(DESKTOP) as (page, _watch):
        officer, case, police = staff_actor(Role.CASEWORKER), gathering_case(), an_originator()
        log = a_record(case, b"Seen at the station.", "log.txt", title="Custody log", originator=police)
        a_record(case, b"Seen again.", "again.txt", title="Second custody log", originator=police)
        plan = a_record(case, b"A plan.", "plan.txt", title="Housing plan")
        kept = a_record(case, b"A list.", "list.txt", title="List kept for the council")
        service.set_role(officer, plan.id, "joint_controller", Named(name="Calder Housing Partnership"))
        service.set_role(officer, kept.id, "processor", Named(name="Calder Council"))
        council = queries.held_for_others(case)[0].controller
        service.say_what_is_told(officer, council.id, contact="write to Town Hall, Calder", told=True)
        service.record_passed_on(officer, council.id, way="phone", on=london_today())
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        visit(page, f"/staff/records/{log.id}/role", "roles-role")
        page.get_by_label("We only hold it for another organisation").check()
        follow(page.get_by_role("button", name="Save"))
        expect(page.get_by_role("alert")).to_contain_text("Say for which organisation we hold this")
        look(page, "roles-role-refused")
        page.get_by_label("Which other organisation?").select_option("Calder Police")
        page.get_by_label("All 2 records from Calder Police").check()
        follow(page.get_by_role("button", name="Save"))
        look(page, "roles-list")
        follow(page.get_by_role("button", name="Pass the request on to Calder Police"))
        page.get_by_label("What did the person ask for?").fill("All that the police wrote about me")
        follow(page.get_by_role("button", name="Look at the letter first"))
        look(page, "roles-pass-on")
        follow(page.get_by_role("button", name="Pass the request on"))
        look(page, "roles-list-letter-waits")
        follow(page.get_by_role("button", name="Record that they have it (Calder Police)"))
        look(page, "roles-record-passed-on")
        visit(page, f"/staff/controllers/{council.id}/told", "roles-told")
        visit(page, f"/staff/records/{log.id}", "roles-record")
        visit(page, f"/staff/cases/{case.id}", "roles-case")
        visit(page, f"/staff/cases/{case.id}/records/add", "roles-add")
        service.set_role(officer, log.id, "controller", reach=Reach.SAME_ORIGIN)
        assert [one.controller.name for one in queries.held_for_others(visible_case(SYSTEM, case.id))] == [
            "Calder Council"
        ]
