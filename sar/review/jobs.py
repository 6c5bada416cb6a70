"""The search for people in the records, and what follows when records change under a finished review."""

from __future__ import annotations

from sar.cases.models import Case
from sar.foundation.db import db
from sar.foundation.events import Event, listen
from sar.foundation.jobs import JobContext, enqueue, handler
from sar.records.models import Record
from sar.review import sign_off, suggestions
from sar.review.findings import CaseMemory
from sar.review.people import REGISTER

listen(Event.RECORD_READY, "review.detect")
listen(Event.RECORD_CHANGED, "review.changed")
listen(Event.PERSON_CHANGED, "review.person_changed")


@handler("review.detect")
def detect(job: JobContext) -> None:
    """A record was read: a check of the case is overtaken, and the case is searched anew.

    The search is queued by case: of many records that arrive together it runs once or twice, not for each.
    """
    with job.last_step() as session:
        record = session.get_one(Record, job.subject_id)
        suggestions.take_over_marks(record)
        sign_off.overtaken(record.case_id)
        enqueue(REGISTER, record.case_id)


@handler("review.changed")
def changed(job: JobContext) -> None:
    """A record was withdrawn or settled: what was signed off is no longer what would go out."""
    with job.last_step() as session:
        sign_off.overtaken(session.get_one(Record, job.subject_id).case_id)


@handler("review.person_changed")
def person_changed(job: JobContext) -> None:
    """The requester has another name or date of birth: what is theirs is found anew, and the check is overtaken."""
    with job.last_step():
        sign_off.overtaken(job.subject_id)
        enqueue(REGISTER, job.subject_id)


@handler(REGISTER)
def register(job: JobContext) -> None:
    """Search every record of a case for everyone known or newly met in it."""
    case = db.session.get_one(Case, job.subject_id)
    memory = CaseMemory(case.scope_id)
    records, spots = suggestions.search(case, memory, job.progress)
    with job.last_step():
        suggestions.keep(case.id, records, spots)
        memory.forget_others()
