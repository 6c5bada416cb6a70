"""An office with one small case, taken by the real services as far as a test wants it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
import typst
from flask import Flask
from sqlalchemy import func, select

from sar.access.permissions import Role
from sar.cases.models import Case
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.foundation.jobs import run_pending
from sar.records.models import Record
from sar.release import queries, service
from sar.release.models import Bundle
from sar.review import queries as review
from sar.review import service as reviewing
from sar.review.grounds import Choice, Decision
from tests.factories import a_record, gathering_case, searches_done, staff_actor

CODE = "P3-OTHERS"
Staffing = tuple[Actor, Actor, str]
REASON = "She was not asked, and would not expect it."
WITHHELD = "Zdenka Hollis"
CONTACT = f"Contact log. Marlon was seen at the office. {WITHHELD} rang and asked after him. Mrs {WITHHELD} was upset."
PLAIN = "Licence. Marlon signed his conditions on Monday."


def paper(*pages: str) -> bytes:
    """A PDF with one page for each text."""
    body = "\n#pagebreak()\n".join(f"#text({_quoted(page)})" for page in pages)
    return bytes(typst.compile(("#set page(width: 300pt, height: 260pt)\n" + body).encode()))


def paper_with_picture(text: str, seen: str) -> bytes:
    """A page with a line of text, and below it a picture of words that stand in no text."""
    pixels = typst.compile(
        f"#set page(width: 200pt, height: 60pt)\n#set text(size: 20pt)\n#text({_quoted(seen)})".encode(),
        format="png",
        ppi=200,
    )
    source = "#set page(width: 300pt, height: 260pt)\n"
    source += f"#text({_quoted(text)})\n#image(bytes(({','.join(map(str, pixels))})), width: 200pt)"
    return bytes(typst.compile(source.encode()))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


@dataclass
class Office:
    """Who works here, and the case in hand."""

    app: Flask
    officer: Actor
    second: Actor
    case_id: str

    @property
    def case(self) -> Case:
        db.session.rollback()
        return db.session.get_one(Case, self.case_id, populate_existing=True)

    @property
    def staffing(self) -> Staffing:
        return self.officer, self.second, self.case_id

    @property
    def requester(self) -> Actor:
        return Actor(ActorKind.REQUESTER, self.case.reference)

    def add(self, content: bytes, title: str, name: str = "") -> Record:
        return a_record(self.case, content, name or f"{len(title)}-{hash(title) % 999}.pdf", title=title)

    def work(self) -> int:
        return run_pending(self.app)

    def decide_all(self, withhold: Sequence[str] = (WITHHELD,), code: str = CODE) -> None:
        """Withhold the people named and keep everybody and everything else."""
        for row in review.people(self.case, show="undecided"):
            kept = not any(name in row.person.name for name in withhold)
            choice = Choice(Decision.NOT_A_PERSON) if kept else Choice(Decision.WITHHOLD, (code,), REASON)
            reviewing.decide_people(self.officer, self.case_id, {row.person.id: row.person.version}, choice)
        for example in review.unclear_mentions(self.case):
            reviewing.decide_mention(
                self.officer, example.mention.id, example.mention.version, Decision.WITHHOLD, CODE, REASON
            )

    def sign_off(self) -> None:
        reviewing.request_second_check(self.officer, self.case_id)
        reviewing.sign_off(self.second, self.case_id)

    def build(self) -> Bundle:
        bundle = service.request_bundle(self.officer, self.case_id)
        self.work()
        return now(bundle)

    def reopen(self) -> None:
        reviewing.reopen_review(self.officer, self.case_id)

    def audit(self, action: str) -> int:
        """How often this stands in the log."""
        db.session.rollback()
        query = select(func.count()).select_from(AuditEntry)
        return db.session.scalar(query.where(AuditEntry.action == action)) or 0


def now(bundle: Bundle) -> Bundle:
    """The bundle as it is stored."""
    db.session.rollback()
    return db.session.get_one(Bundle, bundle.id, populate_existing=True)


def open_office(app: Flask) -> Office:
    """A case whose records are being gathered."""
    return Office(
        app,
        staff_actor(Role.CASEWORKER, Role.DPO, name="Olu Officer"),
        staff_actor(Role.SECOND_READER, Role.DPO, name="Sara Second"),
        gathering_case().id,
    )


def office_in_review(app: Flask, *records: tuple[str, bytes]) -> Office:
    """Records read, people found, nothing decided. Without records: a contact log and a licence."""
    office = open_office(app)
    for title, content in records or (("Contact log", paper(PLAIN, CONTACT)), ("Licence", paper(PLAIN))):
        office.add(content, title)
    office.work()
    searches_done(office.case_id, office.officer)
    reviewing.start_review(office.officer, office.case_id)
    office.work()
    return office


def signed_off_office(app: Flask, *records: tuple[str, bytes]) -> Office:
    office = office_in_review(app, *records)
    office.decide_all()
    office.sign_off()
    return office


def opened(content: bytes, passphrase: str) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content), password=passphrase)


def latest(office: Office) -> Bundle:
    found = queries.latest_bundle(office.case)
    assert found is not None
    return found
