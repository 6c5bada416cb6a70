"""Each kind of person against each address of the service, made from the URL map: nothing is reached by guessing."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from sar.access.permissions import Permission, Role, permissions_of
from sar.cases import service as cases
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from tests.security.addresses import addresses
from tests.security.people import actor_of
from tests.security.world import CANARIES, PERSONAS, World, everything_stored

ROLES = {role.value for role in Role}
STAFF_DOOR, REQUESTER_DOOR = "/staff/sign-in", "/check"
OF_THE_FIRST = ("name", "former", "email", "street", "wanted", "title", "representative", "attached")


def may(persona: str, guard: str) -> bool:
    if guard == "public":
        return True
    if guard in ("requester", "originator"):
        return persona == guard
    if guard == "staff":
        return persona in ROLES
    return persona in ROLES and Permission(guard) in permissions_of(frozenset({persona}))


def right_refusal(persona: str, guard: str, response: TestResponse) -> bool:
    """Signed-in staff are told no; others are shown the door that this page belongs to."""
    if guard == "originator" or (persona in ROLES and guard != "requester"):
        return response.status_code == 403
    door = REQUESTER_DOOR if guard == "requester" else STAFF_DOOR
    return response.status_code == 302 and (response.location or "").split("?")[0] == door


def let_in(response: TestResponse) -> bool:
    location = (response.location or "").split("?")[0]
    return response.status_code != 403 and location not in (STAFF_DOOR, REQUESTER_DOOR)


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_page_is_seen_by_those_it_is_for_and_by_nobody_else(world: World, persona: str) -> None:
    browser, wrong = world.browser(persona), []
    for address in addresses(world.app, safe=True):
        response = browser.get(address.url)
        allowed = may(persona, address.guard)
        good = let_in(response) if allowed else right_refusal(persona, address.guard, response)
        if allowed and address.has_arguments and address.guard != "public":
            good = good and response.status_code == 404  # what is not there is simply not there
        if not good:
            wrong.append(f"{address}: {response.status_code} {response.location or ''}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_button_works_for_those_it_is_for_and_for_nobody_else(world: World, persona: str) -> None:
    browser = world.browser(persona)
    before, wrong = everything_stored(world.app), []
    for address in addresses(world.app, world.values(), safe=False):
        if not may(persona, address.guard):
            response = browser.post(address.url, {}, form_at="/staff/sign-in")
            if not right_refusal(persona, address.guard, response):
                wrong.append(f"{address}: {response.status_code} {response.location or ''}")
    assert not wrong, "\n".join(wrong)
    assert everything_stored(world.app) == before


def test_a_grave_step_leads_to_the_second_factor_first(world: World) -> None:
    browser = world.browser("administrator", stepped_up=False)
    response = browser.get(f"/staff/people/{world.staff['dpo']}/roles")
    assert response.status_code == 302
    assert (response.location or "").startswith("/staff/step-up?next=/staff/people/")


def _seen_everywhere(world: World, persona: str, which: int) -> dict[str, str]:
    """What this person reads on every page they can open, of either request."""
    browser = world.browser(persona, which=which)
    return {
        str(address): browser.get(address.url).data.decode("utf-8", "replace")
        for values in (world.values(0), world.values(1))
        for address in addresses(world.app, values, safe=True)
        if address.endpoint != "originator.link"
    }


@pytest.mark.parametrize("persona", ["auditor", "administrator", "anonymous"])
def test_nothing_personal_is_shown_to_those_without_a_part_in_the_case(world: World, persona: str) -> None:
    pages = _seen_everywhere(world, persona, 0)
    found = {(page, word) for page, text in pages.items() for word in CANARIES.values() if word in text}
    assert not found


def test_a_requester_and_an_originator_see_nothing_of_another_request(world: World) -> None:
    for persona in ("requester", "originator"):
        pages = _seen_everywhere(world, persona, 1)
        found = {(page, CANARIES[key]) for page, text in pages.items() for key in OF_THE_FIRST if CANARIES[key] in text}
        assert not found, persona
        assert not [page for page, text in pages.items() if world.references[0] in text], persona


def test_the_canaries_are_really_there_for_those_who_work_on_the_case(world: World) -> None:
    """Without this, the tests above could pass on empty pages."""
    text = "".join(_seen_everywhere(world, "caseworker", 0).values())
    assert CANARIES["name"] in text
    assert CANARIES["title"] in text
    assert CANARIES["attached"] in text
    assert CANARIES["title"] in "".join(_seen_everywhere(world, "originator", 0).values())


def test_an_originator_finds_only_the_records_it_was_asked_about(world: World) -> None:
    browser = world.browser("originator", which=1)
    theirs, anothers = world.records[1], world.records[0]
    pages = "/originator/records/{}/pages/1{}"
    browser.post(pages.format(theirs, ""), {}, form_at="/staff/sign-in")
    assert browser.get(pages.format(theirs, "")).status_code == 200
    assert browser.get(pages.format(anothers, "")).status_code == 404
    assert browser.get(pages.format(anothers, ".png")).status_code == 404
    assert browser.post(pages.format(anothers, ""), {}).status_code == 404


def test_someone_with_a_conflict_of_interest_finds_no_trace_of_the_case(world: World) -> None:
    reader = world.staff["second_reader"]
    with world.app.app_context():
        cases.declare_conflict(actor_of(reader), world.cases[1], reader)
    browser = world.browser("second_reader")
    of_the_case = [
        address
        for address in addresses(world.app, world.values(1), safe=True)
        if any(one in address.url for one in (world.cases[1], world.records[1], world.consultations[1]))
        and may("second_reader", address.guard)
    ]
    assert of_the_case
    opened = [str(address) for address in of_the_case if browser.get(address.url).status_code != 404]
    assert not opened, "\n".join(opened)
    assert CANARIES["other name"] not in browser.get("/staff/cases/").text
    assert world.references[1] not in browser.get("/staff/cases/").text


def test_opening_a_case_is_itself_written_down(world: World) -> None:
    address = f"/staff/cases/{world.cases[0]}"
    world.browser("dpo").get(address)
    with world.app.app_context():
        last = db.session.scalars(
            db.select(AuditEntry).where(AuditEntry.action == "case.viewed").order_by(AuditEntry.seq.desc())
        ).first()
        assert last is not None
        assert (last.subject_id, last.actor_id) == (world.cases[0], world.staff["dpo"])
