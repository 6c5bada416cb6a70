"""Due dates as a calendar that mail programs subscribe to (RFC 5545): a reference and a stage, and no name."""

from __future__ import annotations

from collections.abc import Sequence

from icalendar import Calendar, Event

from sar.foundation.clock import utc_now
from sar.oversight.reminders.queries import DueCase


def calendar_file(cases: Sequence[DueCase], *, host: str, address_of: dict[str, str]) -> bytes:
    """One event of a whole day for each due date. `address_of`: the page of each case, by its id.

    The event of a case keeps its identity when its date moves, so that a calendar moves it too.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Subject access//Due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Due dates of requests")
    now = utc_now()
    for case in cases:
        event = Event()
        event.add("uid", f"{case.case_id}.due@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", case.due_on)
        event.add("summary", f"{case.reference} is due: {case.stage}")
        event.add("url", address_of[case.case_id])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
