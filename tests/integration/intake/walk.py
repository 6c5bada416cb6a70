"""What a requester's browser does, page by page, through the real views."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextvars import Context
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import inspect, select
from werkzeug.test import TestResponse

from sar.foundation.db import Base, db

# Words that must be found nowhere but where they belong.
NAME = "Quillon Zebedee Marchbanks"
FORMER = "Quillon Thistlewood"
STREET = "7 Gooseberry Passage"
EMAIL = "quillon.marchbanks@example.org"
OFFICE = "Wexcombe Magna"
WANTED = "the letters about my curfew at Fennimore"

PAGES: dict[str, dict[str, Any]] = {
    "name": {"full_name": NAME},
    "other-names": {"names": f"{FORMER}\n"},
    "date-of-birth": {"date_of_birth": ["27", "3", "1985"]},
    "where": {"living": "address"},
    "address": {"address": f"{STREET}\nNorthvale"},
    "last-contact": {"on": ["14", "6", "2025"]},
    "office": {"office": OFFICE},
    "staff": {},
    "wanted": {"all": "some"},
    "details": {"wanted": WANTED, "from_day": ["1", "1", "2020"], "to_day": ["", "", ""]},
    "contact": {"route": "email"},
    "email": {"email": EMAIL},
}


class Browser:
    """A client that keeps its cookies and reads its CSRF token from a form, as a browser does."""

    def __init__(self, app: Flask, **environ: Any) -> None:
        self.client: FlaskClient = app.test_client()
        self.environ = environ
        self.csrf: str | None = None

    def _open(self, url: str, **options: Any) -> TestResponse:
        # In a context of its own: a test that holds the application's context would lend it to every visitor.
        response: TestResponse = Context().run(self.client.open, url, environ_base=self.environ, **options)
        return response

    def get(self, url: str, *, follow: bool = False) -> TestResponse:
        return self._open(url, follow_redirects=follow)

    def post(self, url: str, data: dict[str, Any] | None = None, *, form_at: str | None = None) -> TestResponse:
        if self.csrf is None:  # one token serves the whole visit
            self.csrf = csrf_of(self.get(form_at or url, follow=True))
        return self._open(url, method="POST", data={"csrf_token": self.csrf, **(data or {})})

    def begin(self) -> None:
        assert self.post("/ask").status_code == 302

    def answer(self, pages: dict[str, dict[str, Any]] | None = None) -> None:
        for page, data in (PAGES if pages is None else pages).items():
            response = self.post(f"/ask/{page}", data)
            assert response.status_code == 302, f"{page}: {response.text}"

    def send_photo(self, picture: bytes, name: str = "id.jpg") -> TestResponse:
        return self.post("/ask/photo", {"photo": (io.BytesIO(picture), name)})

    def fill_in(self, picture: bytes | None = None) -> None:
        """Everything up to the page where the answers are checked."""
        self.begin()
        self.answer()
        response = self.send_photo(picture or photograph())
        assert response.status_code == 302, response.text

    def send(self) -> TestResponse:
        return self.post("/ask/check")


def rows(model: type[Base]) -> Sequence[Any]:
    """All rows of a table as they are now, whatever this test read before; those of the log from the first on."""
    db.session.rollback()
    return db.session.scalars(select(model).order_by(*inspect(model).primary_key)).all()


def csrf_of(response: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', response.text)
    assert found, response.text
    return found[1]


def receipt_of(response: TestResponse) -> tuple[str, str]:
    """The reference and the six words on a page."""
    reference = re.search(r'id="reference">([^<]+)<', response.text)
    phrase = re.search(r'id="phrase">([^<]+)<', response.text)
    assert reference and phrase, response.text
    return reference[1], phrase[1]


def photograph(note: str = "taken at Gooseberry Passage") -> bytes:
    """A JPEG with what a phone writes into one."""
    image = Image.new("RGB", (320, 200), (180, 60, 40))
    exif = Image.Exif()
    exif[0x010E] = note
    exif.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    return target.getvalue()
