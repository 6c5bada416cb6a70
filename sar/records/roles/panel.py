"""The panel about records that we hold for others, on the page of a case."""

from __future__ import annotations

from flask import url_for

from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink, PanelRow
from sar.cases.workflow import Stage
from sar.foundation.actors import Actor
from sar.foundation.wording import date_words
from sar.records.roles.queries import Held, held_for_others
from sar.records.roles.rules import RoleEvent, why_not


def held_panel(actor: Actor, case: Case) -> Panel | None:
    """For whom we hold records, and who still has to get the request. Nothing where all of it is ours."""
    held = held_for_others(case)
    if not held:
        return None
    waiting = [one for one in held if one.passed_on is None]
    still = why_not(RoleEvent.PASS_ON, Stage(case.stage)) is None
    names = ", ".join(one.controller.name for one in waiting)
    warnings = (f"Pass the request on: {names}. The reply cannot go out before that.",) if waiting and still else ()
    address = url_for("records.list_records", case_id=case.id, _anchor="held")
    steps = tuple(PanelLink(_step(one), address) for one in waiting) if still else ()
    link = PanelLink("See these records", address)
    rows = [PanelRow(one.controller.name, _words(one)) for one in held]
    summary = "They decide about these records, so none of them is in the reply."
    return Panel(
        "Records we hold for others", summary, warnings=warnings, rows=tuple(rows), links=(link,), next_steps=steps
    )


def _step(one: Held) -> str:
    if one.waiting_letter:
        return f"See that the letter to {one.controller.name} goes: they decide about records that we hold"
    return f"Pass the request on to {one.controller.name}: they decide about records that we hold"


def _words(one: Held) -> str:
    count = f"{len(one.records)} record{'' if len(one.records) == 1 else 's'}"
    if one.passed_on:
        return f"{count}. Passed on, {date_words(one.passed_on)}"
    return f"{count}. {'The letter to them has not gone' if one.waiting_letter else 'Not passed on'}"
