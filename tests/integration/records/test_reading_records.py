"""What an officer adds to a case is read into pages and words, whatever program made it."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage

import pikepdf
import pytest
from flask import Flask
from PIL import Image, ImageDraw, ImageFont

from sar.foundation import blobs, jobs
from sar.foundation.actors import SYSTEM
from sar.foundation.db import db
from sar.records import queries
from sar.records.models import Record
from tests.factories import DEMO_DATA, a_record, gathering_case

FILES = DEMO_DATA / "case1" / "files"
FONT = DEMO_DATA.parent / "foundation" / "typst" / "fonts" / "LiberationSans-Regular.ttf"

RunJobs = Callable[[], int]


def again(record: Record) -> Record:
    db.session.rollback()
    return db.session.get_one(Record, record.id, populate_existing=True)


def words_of(record: Record) -> str:
    return " ".join(word.text for page in queries.page_texts(record) for word in page.words)


def photo_of(text: str, kind: str = "JPEG", frames: int = 1) -> bytes:
    def page(number: int) -> Image.Image:
        image = Image.new("RGB", (1240, 700), "white")
        draw = ImageDraw.Draw(image)
        draw.text((80, 120), f"{text} {number}", fill="black", font=ImageFont.truetype(str(FONT), 60))
        return image

    out = io.BytesIO()
    pages = [page(number) for number in range(1, frames + 1)]
    more = {"save_all": True, "append_images": pages[1:]} if frames > 1 else {}
    exif = Image.Exif()
    exif[0x010E] = "secret place of the photographer"
    pages[0].save(out, kind, exif=exif, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pages", "ocr_pages", "says"),
    [
        ("contact-log-X417206.pdf", 2, 0, "Reece"),
        ("FIB_CB24003318.pdf", 1, 0, "CB/24/003318"),
        ("st-chads-referral-scan.pdf", 1, 1, "Chad"),
    ],
    ids=["printed by Chromium", "printed by LibreOffice", "scan"],
)
def test_pdfs_of_two_programs_and_a_scan_are_read(
    in_app: Flask, run_jobs: RunJobs, name: str, pages: int, ocr_pages: int, says: str
) -> None:
    record = a_record(gathering_case(), FILES / name)
    assert record.state == "waiting"
    run_jobs()
    record = again(record)
    assert (record.state, record.pages, record.ocr_pages) == ("ready", pages, ocr_pages)
    assert says in words_of(record)
    assert record.pdf_blob_id == record.original_blob_id


def test_one_page_is_found_without_the_others(in_app: Flask, run_jobs: RunJobs) -> None:
    record = a_record(gathering_case(), FILES / "contact-log-X417206.pdf")
    run_jobs()
    record = again(record)
    assert [queries.page_text(record, number) for number in (1, 2)] == list(queries.page_texts(record))
    assert queries.text_lines(queries.page_text(record, 1))


@pytest.mark.parametrize(("kind", "name", "frames"), [("JPEG", "photo.jpg", 1), ("TIFF", "scan.tif", 2)])
def test_pictures_become_pages_without_what_the_camera_wrote(
    in_app: Flask, run_jobs: RunJobs, kind: str, name: str, frames: int
) -> None:
    record = a_record(gathering_case(), photo_of("Gooseberry", kind, frames), name)
    run_jobs()
    record = again(record)
    assert (record.state, record.pages, record.ocr_pages) == ("ready", frames, frames), record.trouble
    assert "Gooseberry" in words_of(record)
    assert record.pdf_blob_id
    with blobs.open(record.pdf_blob_id) as stream:
        made = stream.read()
    assert b"photographer" not in made
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert "/Metadata" not in pdf.Root
        box = [float(side) for side in pdf.pages[0].mediabox]
    assert box[2] / box[3] == pytest.approx(1240 / 700, rel=0.01)


def test_a_mail_is_set_on_pages_and_its_attachments_become_records(in_app: Flask, run_jobs: RunJobs) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ola Quist <ola@council.example>", "us@northvale.example", "Housing"
    mail["Date"] = "Thu, 16 May 2024 17:48:00 +0100"
    mail.set_content("Please find the letter attached.\n<b>not markup</b> #strong[nor this]")
    letter = (FILES / "FIB_CB24003318.pdf").read_bytes()
    mail.add_attachment(letter, maintype="application", subtype="pdf", filename="letter.pdf")
    mail.add_attachment(b"MZ\x90 a program", maintype="application", subtype="octet-stream", filename="run.exe")
    case = gathering_case()
    record = a_record(case, mail.as_bytes(), "housing.eml")
    run_jobs()
    first, *others = queries.records_of(case)
    assert (first.id, first.state) == (record.id, "ready")
    said = words_of(again(record))
    assert "Quist" in said and "<b>not" in said and "#strong[nor" in said and "letter.pdf" in said
    by_name = {other.file_name: other for other in others}
    assert (by_name["letter.pdf"].state, by_name["letter.pdf"].parent_id) == ("ready", record.id)
    assert by_name["run.exe"].state == "unreadable" and "kind of file" in (by_name["run.exe"].trouble or "")
    assert queries.unsettled_count(case) == 1
    assert [found.file_name for found in queries.disclosable_records(case)] == ["housing.eml", "letter.pdf"]


def test_a_mail_whose_two_versions_differ_shows_both(in_app: Flask, run_jobs: RunJobs) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Date"] = "a@b.example", "c@d.example", "Thu, 16 May 2024 17:48:00 +0100"
    mail.set_content("The plain words.")
    mail.add_alternative("<p>The plain words.</p><p>Only here: Quandary</p>", subtype="html")
    record = a_record(gathering_case(), mail.as_bytes(), "two.eml")
    run_jobs()
    said = words_of(again(record))
    assert "Quandary" in said and "two versions" in said


def test_an_export_of_messages_keeps_its_columns(in_app: Flask, run_jobs: RunJobs) -> None:
    record = a_record(gathering_case(), DEMO_DATA / "case2" / "files" / "handset-0417-export.txt")
    run_jobs()
    record = again(record)
    assert record.state == "ready" and record.pages >= 1 and record.ocr_pages == 0


def test_a_long_text_is_set_in_pieces_and_loses_nothing(in_app: Flask, run_jobs: RunJobs) -> None:
    lines = [f"Entry{number:05d} visited the flat" for number in range(4500)]
    record = a_record(gathering_case(), "\n".join(lines).encode(), "log.txt")
    run_jobs()
    said = words_of(again(record)).split()
    assert [word for word in said if word.startswith("Entry")] == [line.split()[0] for line in lines]


def test_the_picture_of_a_page_is_drawn_to_the_width_asked_for(in_app: Flask, run_jobs: RunJobs) -> None:
    record = a_record(gathering_case(), FILES / "contact-log-X417206.pdf")
    run_jobs()
    with Image.open(io.BytesIO(queries.page_png(again(record), 2, 900))) as image:
        assert image.format == "PNG" and abs(image.width - 900) <= 1 and image.height > 1000


def test_reading_shows_how_far_it_is(in_app: Flask, run_jobs: RunJobs) -> None:
    case = gathering_case()
    record = a_record(case, FILES / "contact-log-X417206.pdf")
    assert queries.reading_jobs(queries.records_of(case))[record.id].state == "queued"
    assert queries.pending_count(case) == 1
    run_jobs()
    job = jobs.latest(queries.INGEST, record.id)
    assert job and (job.state, job.total) == ("done", 2)
    assert queries.record(SYSTEM, record.id).state == "ready"
