"""What a requester entrusts to us: sealed at rest, in no address, and never called received when it is not stored."""

from __future__ import annotations

import io
import os
import re
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image

from sar.access.models import RequesterAccess
from sar.foundation import blobs, throttle
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.intake.drafts import MAX_PHOTOS
from sar.intake.models import Draft, Submission
from tests.integration.intake.walk import (
    EMAIL,
    FORMER,
    NAME,
    OFFICE,
    STREET,
    WANTED,
    Browser,
    photograph,
    receipt_of,
    rows,
)

SECRETS = [*NAME.split(), *FORMER.split(), STREET, EMAIL, OFFICE, WANTED, "1985-03-27"]


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def instance(app: Flask) -> Path:
    folder: Path = app.extensions["sar"].settings.instance
    return folder


def everything_on_disk(app: Flask) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(instance(app).rglob("*")) if path.is_file())


def test_no_answer_can_be_read_on_disk_as_a_draft_or_as_a_request(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in(photograph("taken at Gooseberry Passage"))
    on_disk = everything_on_disk(in_app)
    browser.send()
    on_disk += everything_on_disk(in_app)
    assert b"intake_draft" in on_disk and b"SAR-" in on_disk  # we did look at the database
    assert [secret for secret in SECRETS if secret.encode() in on_disk] == []
    assert b"\xff\xd8\xff" not in on_disk  # no picture in the clear


def test_neither_the_token_nor_the_words_are_stored_or_stand_in_an_address(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    cookie = browser.client.get_cookie("__Host-sar-ask")
    assert cookie and cookie.http_only and cookie.same_site == "Lax"
    assert cookie.value.encode() not in everything_on_disk(in_app)
    response = browser.send()
    _, phrase = receipt_of(response)
    assert phrase.encode() not in everything_on_disk(in_app)
    assert phrase not in str(response.headers)
    for link in re.findall(r'(?:href|action|src)="([^"]*)"', response.text):
        assert cookie.value not in link and not set(urlsplit(link).query.split("=")) & set(phrase.split())


def test_over_tls_the_draft_cookie_is_bound_to_this_host(in_app: Flask) -> None:
    browser = Browser(in_app)
    [cookie] = [line for line in browser.post("/ask").headers.getlist("Set-Cookie") if "sar-ask" in line]
    assert cookie.startswith("__Host-sar-ask=") and "Domain" not in cookie
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The operating system refuses to let any file grow past `size` bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@contextmanager
def room_for_the_database_but_not_for(picture: bytes) -> Iterator[None]:
    db.session.rollback()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with files_no_larger_than(len(picture) - 100_000):
        yield


def stored_files(app: Flask) -> list[str]:
    return sorted(path.name for path in (instance(app) / "blobs").rglob("*") if path.is_file())


def test_when_the_photo_does_not_fit_on_the_disk_nothing_is_received_and_nothing_is_lost(in_app: Flask) -> None:
    browser = Browser(in_app)
    picture = noisy_photograph()
    browser.fill_in(picture)
    before = stored_files(in_app)
    with room_for_the_database_but_not_for(picture):
        answer = browser.send()
    assert answer.status_code == 503
    assert "we have not received it" in answer.text and "SAR-" not in answer.text
    assert (rows(Submission), rows(RequesterAccess)) == ([], [])
    assert "intake.submission_received" not in [entry.action for entry in rows(AuditEntry)]
    assert stored_files(in_app) == before and len(rows(Draft)) == 1
    receipt_of(browser.send())  # the disk has room again
    assert len(rows(Submission)) == 1 and len(rows(blobs.Blob)) == 1


def test_when_the_database_cannot_grow_nothing_is_received_and_nothing_is_lost(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    wal = instance(in_app) / "sar.db-wal"
    with files_no_larger_than(wal.stat().st_size + 4096):
        answer = browser.send()
    assert answer.status_code == 503
    assert "we have not received it" in answer.text and "SAR-" not in answer.text
    assert (rows(Submission), rows(RequesterAccess)) == ([], [])
    assert len(rows(Draft)) == 1
    receipt_of(browser.send())


def test_when_a_photo_cannot_be_stored_the_answers_stay(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    browser.answer()
    picture = noisy_photograph()
    with room_for_the_database_but_not_for(picture):
        answer = browser.send_photo(picture)
    assert answer.status_code == 503 and "Your other answers are safe" in answer.text
    assert rows(blobs.Blob) == [] and stored_files(in_app) == []
    assert rows(Draft)[0].answers["name"] == {"full_name": NAME}


def noisy_photograph(width: int = 650, height: int = 500) -> bytes:
    """A photo that stays large (some 400 KB) however it is packed."""
    target = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(target, "JPEG", quality=90)
    return target.getvalue()


def test_a_machine_that_sends_photos_without_end_is_stopped(in_app: Flask) -> None:
    browser = Browser(in_app, REMOTE_ADDR="203.0.113.9")
    browser.begin()
    browser.answer()
    for _ in range(MAX_PHOTOS):
        throttle.check("intake-photo", throttle.address_prefix("203.0.113.9"), limit=MAX_PHOTOS, per=timedelta(hours=1))
    stopped = browser.send_photo(photograph())
    assert stopped.status_code == 429 and stopped.headers["Retry-After"]
    assert rows(blobs.Blob) == []
