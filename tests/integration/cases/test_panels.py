"""What later stages show on the case page."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from sar.cases import panels
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink, PanelRow
from sar.foundation.actors import Actor
from tests.integration.cases.desk import browser_of, caseworker, opened

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.fixture(autouse=True)
def _no_panels_of_other_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_fillers", {})


def test_the_case_page_shows_the_panels_of_later_stages_in_their_order(in_app: Flask) -> None:
    case, officer = opened(), caseworker()

    def searches(actor: Actor, asked: Case) -> Panel:
        assert (actor.id, asked.id) == (officer.id, case.id)
        rows = (PanelRow("Paper store", date(2026, 9, 7)), PanelRow("Email", 3, "/staff/", "See them"))
        return Panel("Searches <of places>", "Two are open.", ("One is late.",), rows, (PanelLink("All of them", "/"),))

    panels.register("places", searches)
    panels.register("empty", lambda *_: None)
    panels.register("last", lambda *_: Panel("What comes last"))
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    for words in ("Searches &lt;of places&gt;", "Two are open.", "One is late.", "7 September 2026", "See them"):
        assert words in page
    assert page.index("Searches &lt;") < page.index("What comes last")


def test_two_panels_never_share_a_name() -> None:
    def first(_actor: Actor, _case: Case) -> None:
        return None

    panels.register("places", first)
    panels.register("places", first)
    with pytest.raises(ValueError, match="another panel"):
        panels.register("places", lambda *_: None)
