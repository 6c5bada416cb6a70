"""Whatever came with the mail of a request can be looked at on the case, as pictures that we made, or says why not."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage

import openpyxl
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.models import Case
from sar.foundation import blobs
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.foundation.runtime import settings
from sar.intake import mail
from sar.intake import service as intake
from sar.intake.answers import Channel, Contact, RequestAnswers, Route
from sar.intake.models import IdentityCopy
from sar.records.queries import records_of
from tests.factories import DEMO_DATA, staff_actor
from tests.integration.cases.desk import browser_of
from tests.integration.intake.walk import Browser, rows
from tests.outlook import outlook_message
from tests.security import hostile_files

LETTER = DEMO_DATA / "case1" / "files" / "contact-log-X417206.pdf"
PNG = b"\x89PNG"


@pytest.fixture
def officer(in_app: Flask) -> Actor:
    return staff_actor(Role.CASEWORKER, name="Robin Field")


def sent(attached: Mapping[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "s.rao@raohart.example", "records@northvale.example"
    message["Date"], message["Subject"] = "Mon, 02 Mar 2026 09:00:00 +0000", "Our client"
    message.set_content("Our client's authority is attached.")
    for name, content in attached.items():
        message.add_attachment(content, "application", "octet-stream", filename=name)
    return message.as_bytes()


def word_document() -> bytes:
    """As Word packs it: a paragraph with a change that was kept, a signature, and a picture that we cannot draw."""
    change = "<w:del><w:r><w:delText>gladly</w:delText></w:r></w:del>"
    text = f"<w:p><w:r><w:t>I authorise Rao and Hart.</w:t></w:r>{change}</w:p>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{text}</w:body></w:document>')
        packed.writestr("word/media/image1.png", hostile_files.picture("PNG"))
        packed.writestr("word/media/image2.emf", b"drawn by Windows")
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    pay, notes = book.active, book.create_sheet("Notes")
    pay.title, notes.sheet_state = "Pay", "hidden"
    for row in (["Day", "Pay"], [date(2026, 3, 2), 1200], [None, "=B2*2"]):
        pay.append(row)
    notes["A1"], notes["AB1"] = "wide " * 20, "far right"
    for place in range(2, 28):
        notes.cell(1, place).value = "filled in"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def case_from(officer: Actor, content: bytes, name: str = "request.eml", copy: int | None = None) -> Case:
    receipt = intake.log_request(
        officer,
        RequestAnswers(full_name="Marlon Pryce", contact=Contact(Route.POST, address="4 Mill Lane")),
        channel=Channel.EMAIL,
        received_on=date(2026, 3, 2),
        mail_draft_id=mail.open_mail(officer, io.BytesIO(content), name),
        mail_copies=[] if copy is None else [copy],
    )
    return cases.open_case(SYSTEM, receipt.submission_id)


def leaves(content: bytes) -> list[bytes]:
    """What is in the leaves of a mail."""
    return [part.get_payload(decode=True) for part in message_from_bytes(content).walk() if not part.is_multipart()]


def page_of(case: Case, number: int, page: int = 1) -> str:
    return f"/staff/cases/{case.id}/mail/{number}/pages/{page}"


def looked_at() -> list[dict[str, object]]:
    db.session.rollback()  # what the browser did since we last read
    query = select(AuditEntry.facts).where(AuditEntry.action == "case.mail_attachment_viewed")
    return [json.loads(facts) for facts in db.session.scalars(query.order_by(AuditEntry.seq))]


def test_a_signed_authority_is_listed_on_the_case_and_read_page_by_page(in_app: Flask, officer: Actor) -> None:
    case, browser = case_from(officer, sent({"authority.pdf": LETTER.read_bytes()})), browser_of(in_app, officer)
    for place in (f"/staff/cases/{case.id}", f"/staff/cases/{case.id}/mail"):
        listed = browser.get(place).text
        assert "authority.pdf" in listed and "PDF, " in listed and " kB" in listed and page_of(case, 1) in listed
    shown = browser.get(page_of(case, 1)).text
    assert f'src="{page_of(case, 1)}/image"' in shown and 'rel="next"' in shown and "Page 1 of 2" in shown
    for number in (1, 2, 1):  # turning back is one reading, not two
        image = browser.get(f"{page_of(case, 1, number)}/image")
        assert image.data.startswith(PNG) and image.mimetype == "image/png"
        assert image.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(image.data)).width == 1200
    assert [entry["page"] for entry in looked_at()] == [1, 2]
    for missing in (page_of(case, 1, 3), f"{page_of(case, 1, 3)}/image", page_of(case, 2)):
        assert browser.get(missing).status_code == 404
    assert records_of(case) == []  # it is no record: nobody reviews or releases it
    assert not [path for path in (settings().instance / "tmp").rglob("*") if path.is_file()]


def test_pictures_texts_and_forwarded_mails_are_shown_as_pages_too(in_app: Flask, officer: Actor) -> None:
    forwarded = sent({"inside.pdf": hostile_files.pdf()})
    attached = {
        "letter.exe.jpg": hostile_files.picture("JPEG"),
        "note.txt": b"I agree to this.",
        "list.csv": b"name;date\nMarlon Pryce;2 March 2026",
        "forwarded.eml": forwarded,
        "sent.msg": outlook_message(
            sender="Sunita Rao",
            address="s@rao.example",
            subject="Re: file",
            body="I sign.",
            attachments={"a.pdf": b"x"},
        ),
        "wages.xlsx": workbook(),
        "authority.docx": word_document(),
    }
    words = {
        "note.txt": ["I agree to this."],
        "list.csv": ["Marlon Pryce;2 March 2026"],
        "sent.msg": ["Sunita Rao &lt;s@rao.example&gt;", "2 March 2026 at 09:30", "I sign.", "a.pdf (not shown here)"],
        "wages.xlsx": ["Sheet: Pay", "2 March 2026", "1200", "Sheet: Notes (hidden in the workbook)", "AB: far right"],
        "authority.docx": ["I authorise Rao and Hart."],
    }
    case, browser = case_from(officer, sent(attached)), browser_of(in_app, officer)
    for number, name in enumerate(attached, 1):
        shown = browser.get(page_of(case, number)).text
        assert name in shown and "cannot be shown" not in shown, shown
        assert all(said in shown for said in words.get(name, [])), shown
    assert browser.get(f"{page_of(case, 1)}/image").data.startswith(PNG)
    assert "of letter.exe.jpg, no text could be read." in browser.get(page_of(case, 1)).text
    # The words of the document, then the picture of the signature; the one that is no picture is said to be missing.
    assert "Page 1 of 2" in shown and browser.get(f"{page_of(case, 7, 2)}/image").data.startswith(PNG)


def test_an_attachment_that_cannot_be_shown_says_why_and_what_to_do(in_app: Flask, officer: Actor) -> None:
    attached = {
        "locked.pdf": (hostile_files.pdf(password="hunter2"), "locked with a password"),
        "broken.pdf": (LETTER.read_bytes()[:900], "damaged or incomplete"),
        "trick.pdf": (hostile_files.archive(), "does not match the ending"),
        "broken.docx": (hostile_files.archive(), "damaged or incomplete"),
        "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "We cannot show this kind of file (DOC)."),
        "unnamed": (b"?", "We cannot show this kind of file (Unknown kind)."),
        "long.txt": (b"word " * 210_000, "too large"),
        "bomb.png": (hostile_files.png_claiming(30_000, 30_000), "too large"),
        "empty.pdf": (b"", "is empty"),
    }
    content = sent({name: data for name, (data, _) in attached.items()})
    case, browser = case_from(officer, content), browser_of(in_app, officer)
    for number, (name, (_, words)) in enumerate(attached.items(), 1):
        shown = browser.get(page_of(case, number))
        assert shown.status_code == 200 and words in shown.text and "<img" not in shown.text, name
        assert f'href="/staff/cases/{case.id}/letters' in shown.text and "cannot save the file" in shown.text
        assert "Ask whoever sent it" in shown.text and "do not settle what it is meant to show" in shown.text
        assert browser.get(f"{page_of(case, number)}/image").status_code == 400, name
    assert looked_at() == []


def test_what_came_in_an_outlook_message_is_shown_too(in_app: Flask, officer: Actor) -> None:
    attached = {"authority.pdf": hostile_files.pdf()}
    content = outlook_message(
        sender="Sunita Rao", address="s.rao@raohart.example", subject="Our client", body="See.", attachments=attached
    )
    case = case_from(officer, content, "request.msg")
    assert browser_of(in_app, officer).get(f"{page_of(case, 1)}/image").data.startswith(PNG)


def test_a_picture_taken_out_as_an_id_is_not_shown_and_the_others_keep_their_places(
    in_app: Flask, officer: Actor
) -> None:
    attached = {"licence.jpg": hostile_files.picture("JPEG"), "authority.pdf": hostile_files.pdf()}
    case, browser = case_from(officer, sent(attached), copy=0), browser_of(in_app, officer)
    listed = browser.get(f"/staff/cases/{case.id}").text
    assert "Left out: it may be a copy of an identity document" in listed and page_of(case, 1) not in listed
    assert browser.get(page_of(case, 1)).status_code == 404
    assert browser.get(f"{page_of(case, 2)}/image").data.startswith(PNG)


@pytest.mark.parametrize("name", ["passport.pdf", "passport.TIF", "passport.gif", "passport.webp", "passport.docx"])
def test_a_copy_of_an_id_of_any_kind_is_left_out_and_the_signed_authority_stays(officer: Actor, name: str) -> None:
    content = sent({"authority.pdf": LETTER.read_bytes(), name: b"zanzibarquux", "note.txt": b"I agree."})
    draft = mail.find(officer, mail.open_mail(officer, io.BytesIO(content), "request.eml"))
    assert mail.possible_copies(draft) == [(0, "authority.pdf"), (1, name)]
    case = case_from(officer, content, copy=1)
    assert [one.is_kept for one in mail.attachments(case.submission)] == [True, False, True]
    assert case.submission.mail_blob_id is not None and rows(IdentityCopy) == []
    with blobs.open(case.submission.mail_blob_id) as kept:
        text = kept.read()
    assert b"zanzibarquux" not in leaves(text) and LETTER.read_bytes() in leaves(text)
    assert f"{name}, 12 bytes, SHA-256".encode() in text


def test_only_those_who_work_on_the_case_see_what_came_with_its_mail(in_app: Flask, officer: Actor) -> None:
    case = case_from(officer, sent({"zanzibarquux.pdf": hostile_files.pdf()}))
    for role, status in ((Role.SECOND_READER, 403), (Role.AUDITOR, 403), (Role.ADMINISTRATOR, 403), (None, 302)):
        browser = browser_of(in_app, staff_actor(role)) if role else Browser(in_app)
        for place in (page_of(case, 1), f"{page_of(case, 1)}/image"):
            assert browser.get(place).status_code == status
        assert "zanzibarquux" not in browser.get(f"/staff/cases/{case.id}").text
    cases.declare_conflict(officer, case.id, officer.id)
    browser = browser_of(in_app, officer)
    assert {browser.get(place).status_code for place in (page_of(case, 1), f"{page_of(case, 1)}/image")} == {404}
    assert looked_at() == []
