"""A case under review. Its records are words on pages, stored as the reading of a PDF stores them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation import blobs
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.events import Event, announce
from sar.foundation.ids import random_id
from sar.foundation.jobs import run_pending
from sar.records import words_file
from sar.records.models import Record, RecordState
from sar.review import queries, service
from sar.review.grounds import Decision
from sar.review.models import Mention, Person
from tests.factories import gathering_case, searches_done, staff_actor

FACTORS = {
    "type_of_information": "Name and what was said.",
    "duty_of_confidentiality": "Told in confidence.",
    "steps_to_seek_consent": "Not asked, for her safety.",
    "capacity_to_consent": "An adult.",
    "express_refusal": "Not asked.",
}


@dataclass
class Desk:
    """One case, an officer who prepares it and a second reader."""

    app: Flask
    case_id: str
    officer: Actor
    reader: Actor

    @property
    def case(self) -> Case:
        db.session.rollback()
        return visible_case(SYSTEM, self.case_id)

    def record(self, *pages: str, regime: str = "LE", sha256: str | None = None) -> str:
        """A record of these pages, read; its words are looked through by the jobs."""
        return add_pages(self.app, self.case_id, *pages, regime=regime, sha256=sha256)

    def person(self, name: str) -> Person:
        db.session.rollback()
        found = [row.person for row in queries.people(self.case) if row.person.name == name]
        assert len(found) == 1, [row.person.name for row in queries.people(self.case)]
        return found[0]

    def mentions(self, name: str) -> list[Mention]:
        query = select(Mention).where(Mention.person_id == self.person(name).id)
        return list(db.session.scalars(query.order_by(Mention.record_id, Mention.page, Mention.start)))

    def decide(self, name: str, decision: Decision = Decision.WITHHOLD, **more: Any) -> Person:
        person = self.person(name)
        if decision is Decision.WITHHOLD:
            more = {"code": "P3-OTHERS", "reason": "It would put her at risk.", **more}
        return service.decide_person(self.officer, person.id, person.version, decision, **more)

    def decide_rest(self) -> None:
        """Leave in whatever is still open."""
        for row in queries.people(self.case, show="undecided"):
            person = row.person
            service.decide_person(self.officer, person.id, person.version, Decision.NOT_A_PERSON)

    def hidden(self, record_id: str) -> list[str]:
        """The words that the plan removes at a place, in order."""
        db.session.rollback()
        plan = queries.plan_for(db.session.get_one(Record, record_id))
        assert plan is not None
        return [redaction.text or "box" for redaction in plan.redactions]

    def work(self) -> int:
        return run_pending(self.app)

    def log(self) -> list[AuditEntry]:
        query = select(AuditEntry).where(AuditEntry.case_id == self.case_id)
        return list(db.session.scalars(query.order_by(AuditEntry.seq)))


def open_desk(app: Flask, subject: str = "Marlon Pryce", *pages: str, regime: str = "LE") -> Desk:
    """A case under review with one record of these pages, searched."""
    case = gathering_case(subject)
    officer = staff_actor(Role.CASEWORKER, name=f"Olu Officer {random_id()[:6]}")
    reader = staff_actor(Role.SECOND_READER, name=f"Rae Reader {random_id()[:6]}")
    desk = Desk(app, case.id, officer, reader)
    if pages:
        desk.record(*pages, regime=regime)
    searches_done(case.id, officer)
    service.start_review(officer, case.id)
    desk.work()
    return desk


def add_pages(
    app: Flask, case_id: str, *pages: str, regime: str = "LE", sha256: str | None = None, scanned: bool = False
) -> str:
    packed = io.BytesIO()
    source = "ocr" if scanned else "text"
    words_file.write([_page(number, text) | {"source": source} for number, text in enumerate(pages, start=1)], packed)
    packed.seek(0)
    with write_transaction() as session:
        case = session.get_one(Case, case_id)
        blob = blobs.put(case.scope_id, packed, media_type="application/gzip")
        record = Record(
            scope_id=case.scope_id,
            case_id=case.id,
            title="Contact log",
            file_name="log.pdf",
            kind="pdf",
            regime=regime,
            received_on=london_today(),
            pdf_blob_id=blob.id,  # no page is drawn here; it only says that there are pages
            words_blob_id=blob.id,
            sha256=sha256 or random_id() * 2,
            size=100,
            state=RecordState.READY.value,
            pages=len(pages),
            ocr_pages=len(pages) if scanned else 0,
        )
        session.add(record)
        session.flush()
        announce(Event.RECORD_READY, record.id)
        record_id = record.id
    run_pending(app)
    return record_id


def _page(number: int, text: str) -> dict[str, Any]:
    words = []
    for row, line in enumerate(text.splitlines()):
        x = 50.0
        for word in line.split():
            width = 5.0 * len(word)
            words.append({"text": word, "box": [x, 50.0 + 14 * row, x + width, 60.0 + 14 * row]})
            x += width + 4
    return {
        "page": number,
        "width": 595.0,
        "height": 842.0,
        "rotation": 0,
        "source": "text",
        "words": words,
        "notes": [],
    }


def counting(app: Flask) -> tuple[Callable[[], int], Callable[[], None]]:
    """How many statements the database was given since the counter was set back."""
    from sqlalchemy import event

    seen = 0

    def count(*_args: object) -> None:
        nonlocal seen
        seen += 1

    def reset() -> None:
        nonlocal seen
        seen = 0

    event.listen(db.engine, "before_cursor_execute", count)
    return (lambda: seen), reset
