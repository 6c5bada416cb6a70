"""Due dates as a calendar that mail programs subscribe to (RFC 5545): a reference and a stage, and no name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from icalendar import Calendar, Event

from sar.foundation.clock import utc_now
from sar.oversight.reminders.queries import DueAnswer, DueCase, DueComplaint, DueTask


def calendar_file(
    cases: Sequence[DueCase],
    complaints: Sequence[DueComplaint],
    answers: Sequence[DueAnswer],
    tasks: Sequence[DueTask],
    *,
    host: str,
    address_of: Callable[[str], str],
) -> bytes:
    """One event of a whole day for each due date. `address_of`: the page of a case, by its id.

    The event of a case keeps its identity when its date moves, so that a calendar moves it too.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Subject access//Due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Due dates of requests")
    for case in cases:
        words, uid = f"{case.reference} is due: {case.stage}", f"{case.case_id}.due@{host}"
        calendar.add_component(_day(uid, case.due_on, words, address_of(case.case_id)))
    for complaint in complaints:
        words, uid = f"{complaint.reference}: acknowledge the complaint", f"{complaint.complaint_id}.due@{host}"
        calendar.add_component(_day(uid, complaint.due_on, words, address_of(complaint.case_id)))
    for answer in answers:
        uid = f"{answer.source_id}.due@{host}"
        calendar.add_component(_day(uid, answer.due_on, answer.words, address_of(answer.case_id)))
    for task in tasks:
        words, uid = f"{task.reference}: a task of yours", f"{task.task_id}.due@{host}"
        calendar.add_component(_day(uid, task.due_on, words, address_of(task.case_id)))
    return bytes(calendar.to_ical())


def _day(uid: str, day: date, summary: str, address: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", utc_now())
    event.add("dtstart", day)
    event.add("summary", summary)
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event
