"""Who is closed out of a case finds no trace of it, whatever their role: every address, list, search and file."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases.conflicts import service as conflicts
from sar.foundation.clock import london_today
from sar.foundation.errors import NotFound
from tests.integration.cases.desk import parts
from tests.integration.intake.walk import Browser, csrf_of
from tests.security.addresses import NOBODYS, addresses
from tests.security.people import actor_of, employ
from tests.security.world import CANARIES, World, build, everything_stored

EVERY_PART = (Role.CASEWORKER, Role.DPO, Role.SECOND_READER)
CLOSED = 1  # which of the world's two requests


@pytest.fixture
def closed(app: Flask) -> World:
    """The second request is closed to one who may otherwise do everything, and kept from another who was not named."""
    world = build(app)
    with app.app_context():
        dpo, case_id = actor_of(world.staff["dpo"]), world.cases[CLOSED]
        for name in ("out", "unnamed"):
            world.staff[name] = employ(f"{name}@northvale.example", *EVERY_PART)
        conflicts.close_to(dpo, case_id, [world.staff["out"]])
        conflicts.restrict(dpo, case_id, [world.staff["out"], world.staff["caseworker"]])
    return world


def of_the_case(world: World) -> tuple[str, ...]:
    values = world.values(CLOSED)
    names = ("case_id", "record_id", "consultation_id", "draft_id", "complaint_id", "task_id", "link_id")
    names += ("controller_id", "passed_on_id")
    return tuple(str(values[name]) for name in names)


def file_of(browser: Browser, address: str, **given: object) -> str:
    """A file to keep, read where its stream was begun."""
    token = csrf_of(browser.get("/staff/cases/"))
    answer = Context().run(browser.client.post, address, data={**given, "csrf_token": token}, buffered=True)
    assert answer.status_code == 200
    return answer.text


def test_whoever_is_closed_out_or_not_named_finds_no_trace_of_the_case(closed: World) -> None:
    ids = of_the_case(closed)
    for person in ("out", "unnamed"):
        browser = closed.browser(person)
        mine = [one for one in addresses(closed.app, closed.values(CLOSED), safe=True) if one.url.startswith("/staff")]
        about_it = [one for one in mine if any(id_ in one.url for id_ in ids)]
        assert len(about_it) > 25
        opened = [str(one) for one in about_it if browser.get(one.url).status_code != 404]
        assert not opened, "\n".join(opened)
        others = {str(one): browser.get(one.url).text for one in mine if one not in about_it}
        searches = (closed.references[CLOSED], CANARIES["other name"], CANARIES["other name"].split()[-1])
        for words in searches:  # what was typed is on the page again, and nothing else
            assert "No case was found." in browser.get(f"/staff/cases/?show=all&search={words}").text
        others |= {"the linked one": browser.get(f"/staff/cases/{closed.cases[0]}").text}
        traces = (closed.references[CLOSED], CANARIES["other title"], *(id_ for id_ in ids if id_ != closed.link))
        found = [(where, trace) for where, text in others.items() for trace in traces if trace in text]
        assert not found
        listed = browser.get("/staff/cases/?show=all").text
        assert CANARIES["other name"] not in listed and closed.references[0] in listed and "1 case." in listed
        whole = file_of(browser, "/staff/cases/list.csv", show="all")
        period = {"start": ["1", "1", "2025"], "end": parts(london_today())}
        whole += file_of(browser, "/staff/oversight/compliance.csv", **period)
        whole += file_of(browser, "/staff/oversight/complaints.csv", **period)
        assert closed.references[CLOSED] not in whole and closed.references[0] in whole


def test_a_button_of_a_closed_case_answers_as_one_of_a_case_that_never_was(closed: World) -> None:
    ids = of_the_case(closed)
    never = {name: NOBODYS if str(value) in ids else value for name, value in closed.values(CLOSED).items()}
    for person in ("out", "unnamed"):
        browser = closed.browser(person)
        browser.csrf = csrf_of(browser.get("/staff/cases/"))
        before, different = everything_stored(closed.app), []
        theirs, nobodys = (list(addresses(closed.app, one, safe=False)) for one in (closed.values(CLOSED), never))
        tried = 0
        for real, made_up in zip(theirs, nobodys, strict=True):
            if real.url == made_up.url or not real.url.startswith("/staff"):
                continue
            tried += 1
            given = {"version": "1", "reason": "x", "text": "x"}
            answers = [browser.post(one.url, given) for one in (real, made_up)]
            if answers[0].status_code != answers[1].status_code or answers[0].status_code == 200:
                different.append(f"{real}: {answers[0].status_code}, made up {answers[1].status_code}")
        assert tried > 25 and not different, "\n".join(different)
        assert everything_stored(closed.app) == before


def test_who_is_named_works_on_as_before_and_the_dpo_lifts_it_with_a_reason(closed: World) -> None:
    case_id = closed.cases[CLOSED]
    assert CANARIES["other name"] in closed.browser("caseworker").get(f"/staff/cases/{case_id}").text
    with closed.app.app_context():
        out, dpo = actor_of(closed.staff["out"]), actor_of(closed.staff["dpo"])
        with pytest.raises(NotFound):  # nobody lifts their own
            conflicts.lift(out, case_id, out.id, "I am sure.")
        conflicts.lift(dpo, case_id, out.id, "Another person of the same name.")
    page = closed.browser("out").get(f"/staff/cases/{case_id}").text
    assert "Another person of the same name." in page
