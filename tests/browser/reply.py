"""The collected file, read as its owner would: two readers, opened with the words that came another way."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pypdfium2
from sqlalchemy import select

from redaction.geometry import Box
from sar.foundation.db import db
from sar.records import queries as records
from sar.records.models import Record
from sar.review.models import Person, PersonKind
from tests.browser.live import LiveServer
from tests.browser.pages_originator import newest_message


class Reply:
    """`pages`: the text of each page as pdfium reads it. `outline`: titles and the page (from 0) each leads to."""

    def __init__(self, path: Path, server: LiveServer) -> None:
        letter = newest_message(server, "letter.passphrase")
        found = re.search(r"^\s*((?:[a-z]+ ){5}[a-z]+)\s*$", letter, re.MULTILINE)
        assert found, "the letter holds no six words"
        self.phrase = found[1]
        self._read(path)
        with pikepdf.open(path, password=self.phrase) as pdf:
            assert pdf.is_encrypted and pdf.encryption.bits == 256
            assert len(pdf.pages) == len(self.pages)

    def _read(self, path: Path) -> None:
        document = pypdfium2.PdfDocument(path, password=self.phrase)
        try:
            self.pages = [page.get_textpage().get_text_bounded() for page in document]
            self.outline = [
                (item.get_title(), (item.get_dest().get_index() if item.get_dest() else None))
                for item in document.get_toc()
            ]
        finally:
            document.close()


def withheld_names(server: LiveServer) -> set[str]:
    """Every name and nickname of the people that were withheld."""
    with server.app.app_context():
        query = select(Person).where(Person.kind == PersonKind.PERSON.value, Person.decision == "withhold")
        return {name for person in db.session.scalars(query) for name in (person.name, *person.aliases)}


def passage(server: LiveServer, title: str, first: str, after: str) -> tuple[Box, float, float]:
    """The box around the words of page 1 of a record from `first` up to `after`, and the page's width and height."""
    with server.app.app_context():
        read = select(Record).where(Record.words_blob_id.is_not(None)).order_by(Record.created_at)
        found = next(record for record in db.session.scalars(read) if record.title.startswith(title))
        page = records.page_text(found, 1)
    texts = [word.text for word in page.words]
    boxes = [word.box for word in page.words[texts.index(first) : texts.index(after)]]
    around = Box(
        min(box.x0 for box in boxes) - 1,
        min(box.y0 for box in boxes) - 1,
        max(box.x1 for box in boxes) + 1,
        max(box.y1 for box in boxes) + 1,
    )
    return around, page.width, page.height
