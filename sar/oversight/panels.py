"""What oversight shows on the case page."""

from __future__ import annotations

from sar.cases.forecast import NOBODY_SAID, Inputs, Pace
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelRow
from sar.foundation.actors import Actor
from sar.oversight.forecasting import forecast_of


def forecast_panel(_actor: Actor, case: Case) -> Panel | None:
    """When the case will likely be finished, with all that it was worked out from."""
    found = forecast_of(case)
    if found is None:
        return None
    inputs, result = found
    late = result.is_late
    return Panel(
        "Forecast",
        "" if late else result.summary,
        (result.summary,) if late else (),
        tuple(_rows(inputs, result.gaps)),
        template="oversight/_forecast_panel.html",
    )


def _rows(inputs: Inputs, gaps: tuple[str, ...]) -> list[PanelRow]:
    rows = [
        PanelRow("Pages left to review", f"{inputs.pages_left:,} of {inputs.pages:,} with something to decide"),
        PanelRow("The team’s pace", _pace_words(inputs.pace)),
        PanelRow("From review to answer", _closing_words(inputs.pace)),
        PanelRow("Records not ready", _outstanding_words(inputs)),
        PanelRow("Consultations open", inputs.consultations_open),
        PanelRow("Searches open", inputs.searches_open if inputs.searches_named else NOBODY_SAID),
    ]
    if inputs.awaited_until is not None:
        rows.append(PanelRow("Answers due by", inputs.awaited_until))
    if inputs.extend_by is not None:
        rows.append(PanelRow("Last day to extend", inputs.extend_by))
    if gaps:
        rows.append(PanelRow("Not counted", " ".join(gaps)))
    return rows


def _outstanding_words(inputs: Inputs) -> str:
    if not inputs.records_outstanding:
        return "0"
    if inputs.pages_outstanding is None:
        return f"{inputs.records_outstanding:,}, with pages that nobody knows yet"
    return (
        f"{inputs.records_outstanding:,}, taken to have {inputs.pages_outstanding:,} pages to read: as counted when "
        "they came, else as many as other records have on average"
    )


def _pace_words(pace: Pace) -> str:
    if not pace.is_known:
        return f"Not known yet: {pace.reviews} finished reviews in the last half year"
    return (
        f"{pace.pages_a_day:,.0f} pages of a case in a working day "
        f"({pace.pages:,} pages in {pace.working_days:,} days, the last {pace.reviews} reviews)"
        if pace.pages_a_day >= 1
        else f"One page of a case in {1 / pace.pages_a_day:,.0f} working days, from the last {pace.reviews} reviews"
    )


def _closing_words(pace: Pace) -> str:
    if pace.closing_days is None:
        return "Not known yet"
    return f"{pace.closing_days} working day{'' if pace.closing_days == 1 else 's'}, as a rule"
