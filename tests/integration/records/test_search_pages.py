"""Where we look for records, on the pages: an officer's list and the directory."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from sar.foundation.actors import SYSTEM
from sar.foundation.db import db
from sar.records.searches import queries
from sar.records.searches.models import SearchRequest
from tests.factories import gathering_case
from tests.integration.cases.desk import browser_of
from tests.integration.records.test_searches import dpo, officer

pytestmark = pytest.mark.usefixtures("in_app")


def test_an_officer_does_it_all_on_the_pages(app: Flask) -> None:
    case = gathering_case()
    browser = browser_of(app, officer())
    base = f"/staff/cases/{case.id}"
    assert "Nobody has said yet where we look" in browser.get(f"{base}/searches").text
    areas = queries.areas()
    refused = browser.post(f"{base}/searches/choose", {"areas": areas[0].id})
    assert "Write why we do not look in" in refused.text
    browser.post(f"{base}/searches/choose", {"areas": [area.id for area in areas]})
    page = browser.get(f"{base}/searches").text
    assert f"{len(areas)} of {len(areas)} searches have no result yet" in page
    db.session.rollback()  # what the browser stored is seen from here on
    search = queries.searches_of(case)[0]
    assert "nobody left to ask" in browser.get(f"/staff/searches/{search.id}/ask").text
    officer_form = {"name": "Grace Mbeki", "email": "grace@northvale.example", "manager_email": "", "version": ""}
    browser.post(f"{base}/responsible-officer", officer_form)
    assert "Grace Mbeki" in browser.get(f"{base}/searches").text
    browser.post(f"/staff/searches/{search.id}/ask", {"people": "officer", "look_for": ""})
    assert "answer wanted by" in browser.get(f"{base}/searches").text
    result = f"{base}/searches/result"
    assert (
        "retention schedule the records" in browser.post(result, {"searches": search.id, "outcome": "destroyed"}).text
    )
    browser.post(result, {"searches": search.id, "outcome": "destroyed", "reason": "R7: after 31 days"})
    assert "R7: after 31 days" in browser.get(f"{base}/searches").text
    again = browser.post(result, {"searches": search.id, "outcome": "nothing"}).text
    assert "An area that you chose has a result already" in again and search.id not in again
    browser.post(f"/staff/searches/{search.id}/reopen")
    db.session.rollback()
    assert queries.visible_search(SYSTEM, search.id).is_open
    assert all(request.over for request in db.session.scalars(select(SearchRequest)))


def test_the_directory_is_kept_on_the_pages(app: Flask) -> None:
    browser = browser_of(app, dpo())
    page = browser.get("/staff/search-areas").text
    assert "Victim contact" in page
    answer = browser.post("/staff/search-areas", {"name": "Drones", "told_as": "pictures", "usual_days": "3"})
    area_page = answer.location or ""
    assert "Nobody can be asked here yet" in browser.get(area_page).text
    person = {"name": "Ada Pilot", "role": "Pilot", "email": "not an address", "manager_email": ""}
    assert "correct format" in browser.post(f"{area_page}/contacts", person).text
    browser.post(f"{area_page}/contacts", {**person, "email": "ada@northvale.example"})
    assert "Ada Pilot, Pilot" in browser.get(area_page).text
    db.session.rollback()
    area = next(one for one in queries.areas() if one.name == "Drones")
    contact = queries.contacts_of(area.id)[0]
    browser.post(
        f"/staff/search-contacts/{contact.id}",
        {**person, "email": "ada@northvale.example", "version": str(contact.version), "retired": "y"},
    )
    db.session.rollback()
    assert queries.contacts_of(area.id) == []
    late = {"name": "Drones", "told_as": "pictures", "usual_days": "4", "version": "99"}
    assert "Someone else changed" in browser.post(area_page, late).text
