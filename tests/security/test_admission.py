"""Nothing from outside gets in unless its name, its first bytes and a real parse agree; and whoever sent it is told
in plain words what to do instead."""

from __future__ import annotations

import errno
import io
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
import pytest
from flask import Flask
from PIL import Image

from sar.foundation import sandbox
from sar.foundation.admission import (
    IDENTITY,
    RECORDS,
    Admitted,
    Kind,
    accept_attribute,
    admit,
    display_name,
    reencode_image,
    what_can_be_sent,
)
from sar.foundation.errors import Problem, Refused, StoreFull
from sar.foundation.key_ring import KeyRing
from sar.foundation.runtime import Runtime
from sar.settings import PROJECT_ROOT, Settings
from tests.security import hostile_files as files

MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def settings_of_a_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Admission needs settings and a place for temporary files, nothing else of the application."""
    app = Flask(__name__)
    settings = Settings(environment="test", instance=tmp_path / "instance")
    app.extensions["sar"] = Runtime(settings, KeyRing.create(settings.key_ring_path, demo=True))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with app.app_context():
        yield temporary
    assert list(temporary.iterdir()) == [], "something of an upload was left behind"


def let_in(data: bytes, name: str, *, allowed: frozenset[Kind] = RECORDS, max_bytes: int = 5 * MEGABYTE) -> Admitted:
    with admit(io.BytesIO(data), name, allowed=allowed, max_bytes=max_bytes, max_pages=20_000) as admitted:
        assert admitted.path.read_bytes() == data
        assert admitted.path.stat().st_mode & 0o077 == 0
        return admitted


def refusal(data: bytes, name: str, *, allowed: frozenset[Kind] = RECORDS, max_bytes: int = 5 * MEGABYTE) -> str:
    with (
        pytest.raises(Refused) as refused,
        admit(io.BytesIO(data), name, allowed=allowed, max_bytes=max_bytes, max_pages=20_000),
    ):
        pytest.fail("it was let in")
    return refused.value.message


# What people really send


def test_an_ordinary_pdf_is_let_in_with_its_pages_counted() -> None:
    admitted = let_in(files.pdf(3), "Letter from Mr. Smith 12.03.2024.pdf")
    assert (admitted.kind, admitted.pages) == (Kind.PDF, 3)
    assert admitted.display_name == "Letter from Mr. Smith 12.03.2024.pdf"
    assert admitted.media_type == "application/pdf"
    assert len(admitted.sha256) == 64


def test_a_pdf_printed_from_word_keeps_its_usual_name() -> None:
    assert let_in(files.pdf(), "OASys report.docx.PDF").kind is Kind.PDF


def test_a_pdf_that_only_forbids_printing_is_let_in() -> None:
    assert let_in(files.pdf(2, owner_password="owner"), "notes.pdf").pages == 2


def test_photographs_are_let_in_as_they_come_from_phones_and_scanners() -> None:
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "navy")).save(heic)
    assert let_in(files.picture("JPEG"), "IMG_0001.JPG").kind is Kind.JPEG
    assert let_in(files.picture("PNG"), "screen.png").kind is Kind.PNG
    assert let_in(heic.getvalue(), "IMG_0002.heic").kind is Kind.HEIC
    assert let_in(files.picture("MPO"), "IMG_0003.jpeg").kind is Kind.JPEG


def test_the_pages_of_a_scanned_tiff_are_counted() -> None:
    pages = [Image.new("1", (50, 70), 1) for _ in range(3)]
    target = io.BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])
    assert let_in(target.getvalue(), "scan.tif").pages == 3


@pytest.mark.parametrize("data", ["Jos\u00e9 said".encode(), "Jos\u00e9 said".encode("cp1252"), "x".encode("utf-16")])
def test_plain_text_in_the_usual_encodings_is_let_in(data: bytes) -> None:
    assert let_in(data, "note.txt").kind is Kind.TEXT


def test_a_saved_email_is_let_in() -> None:
    assert let_in(files.mail(), "my request.eml").kind is Kind.EMAIL


# Tricks and accidents

LOCKED = "locked with a password"
MISMATCH = "does not match the ending"
HIDDEN = "another file hidden"
KINDS = "You can send"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        pytest.param(files.picture("JPEG"), "letter.pdf", MISMATCH, id="picture named pdf"),
        pytest.param(files.archive(), "letter.pdf", MISMATCH, id="zip named pdf"),
        pytest.param(files.pdf(), "photo.jpg", MISMATCH, id="pdf named jpg"),
        pytest.param(files.pdf(), "note.txt", MISMATCH, id="pdf named txt"),
        pytest.param(b"MZ\x90\x00" * 100, "note.txt", "not a plain text", id="program named txt"),
        pytest.param(b"just words", "mail.eml", "not a saved email", id="text named eml"),
        pytest.param(files.pdf() + files.archive(), "letter.pdf", HIDDEN, id="zip behind a pdf"),
        pytest.param(b"%PDF-1.7\n" + files.archive(), "letter.pdf", HIDDEN, id="pdf header before a zip"),
        pytest.param(files.picture("JPEG") + files.archive(), "photo.jpg", HIDDEN, id="zip behind a picture"),
        pytest.param(
            files.picture("GIF") + files.archive(name="Main.class"), "photo.gif", KINDS, id="gif and java archive"
        ),
        pytest.param(
            files.picture("JPEG", comment=b"%PDF-1.4 1 0 obj"), "photo.jpg", HIDDEN, id="pdf inside a picture"
        ),
        pytest.param(files.pdf() + b"<script>alert(1)</script>", "a.pdf", "after its end", id="page behind a pdf"),
        pytest.param(files.pdf()[:-40], "letter.pdf", "damaged or incomplete", id="pdf cut short"),
        pytest.param(files.picture("JPEG", (600, 400))[:900], "photo.jpg", "damaged", id="picture cut short"),
        pytest.param(b"%PDF-1.7\n%%EOF\n", "letter.pdf", "damaged", id="pdf of nothing"),
        pytest.param(files.pdf(password="secret"), "letter.pdf", LOCKED, id="pdf locked with a password"),
        pytest.param(b"", "letter.pdf", "empty", id="nothing at all"),
        pytest.param(files.pdf(), "letter.pdf.exe", KINDS, id="double extension"),
        pytest.param(files.pdf(), "letter.exe.pdf", "ending of a program", id="program inside the name"),
        pytest.param(files.pdf(), "letter", KINDS, id="no extension"),
        pytest.param(files.pdf(), "letter.pdf\x00.jpg", "hidden characters", id="NUL in the name"),
        pytest.param(files.pdf(), "letter\u202efdp.exe", "hidden characters", id="name that reads backwards"),
        pytest.param(b"<svg onload=alert(1)>", "drawing.svg", KINDS, id="svg"),
        pytest.param(files.png_claiming(50_000, 50_000), "big.png", "too large", id="picture of 2.5 gigapixels"),
        pytest.param(files.png_claiming(9_000, 9_000), "big.png", "too large", id="picture over the cap"),
    ],
)
def test_a_trick_or_an_accident_is_refused_in_plain_words(data: bytes, name: str, words: str) -> None:
    message = refusal(data, name)
    assert words in message
    assert message.endswith(".")
    assert "Error" not in message


def test_a_locked_pdf_comes_with_how_to_send_it_unlocked() -> None:
    message = refusal(files.pdf(password="secret"), "letter.pdf")
    assert "print it to a new PDF without one" in message
    assert "Do not send us the password" in message


def test_a_kind_that_is_not_on_the_list_here_is_refused_with_the_list() -> None:
    message = refusal(files.mail(), "my request.eml", allowed=IDENTITY)
    assert message == "We cannot take this kind of file. You can send PDF, JPG, PNG or HEIC."


def test_a_file_of_exactly_the_limit_is_let_in_and_one_byte_more_is_not() -> None:
    data = b"a" * 10_000
    assert let_in(data, "a.txt", max_bytes=10_000).size == 10_000
    assert "too large" in refusal(data + b"a", "a.txt", max_bytes=10_000)


def test_an_endless_upload_is_read_no_further_than_the_limit() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"a" * size

    endless = Endless()
    with (
        pytest.raises(Refused),
        admit(
            endless,
            "a.txt",
            allowed=RECORDS,
            max_bytes=3 * MEGABYTE,
            max_pages=1,  # type: ignore[arg-type]
        ),
    ):
        pytest.fail("it was let in")
    assert endless.given < 6 * MEGABYTE


def test_a_hundred_thousand_pages_are_refused() -> None:
    assert "too many pages" in refusal(files.pdf_with_many_pages(100_000), "many.pdf")


def test_a_pdf_that_lies_about_its_number_of_pages_is_refused() -> None:
    message = refusal(files.pdf_lying_about_its_pages(30_000), "many.pdf")
    assert "too many pages" in message or "read differently" in message


@pytest.mark.parametrize("layers", [1, 2])
def test_a_flate_bomb_is_refused_without_filling_memory(layers: int) -> None:
    bomb = files.flate_bomb(576 * 1024 * 1024, layers=layers)
    assert len(bomb) < 2 * MEGABYTE
    assert "unpacks to far more" in refusal(bomb, "bomb.pdf")


def test_a_full_disk_is_said_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreFull) as full, admit(Full(), "a.pdf", allowed=RECORDS, max_bytes=10, max_pages=1):
        pytest.fail("it was let in")
    assert isinstance(full.value, Problem)
    assert "could not store this file" in full.value.message


# Names


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\Desktop\\letter.pdf", "letter.pdf"),
        ("a\u200bb\u2066c\x07d.pdf", "abcd.pdf"),
        ("  spaced   out .pdf", "spaced out .pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "unnamed file"),
        ("...", "unnamed file"),
        ("Zo\u0065\u0308.pdf", "Zo\u00eb.pdf"),
    ],
)
def test_a_file_name_is_shown_without_its_tricks(sent: str, shown: str) -> None:
    assert display_name(sent) == shown


def test_an_over_long_name_is_shortened_but_keeps_its_ending() -> None:
    shown = display_name("x" * 5000 + ".pdf")
    assert len(shown) <= 120
    assert shown.endswith("….pdf")


def test_the_hints_for_the_form_list_what_is_taken() -> None:
    assert what_can_be_sent(frozenset({Kind.PDF})) == "PDF"
    assert what_can_be_sent(IDENTITY) == "PDF, JPG, PNG or HEIC"
    assert accept_attribute(frozenset({Kind.PDF, Kind.JPEG})) == ".pdf,.jpg,.jpeg"


# Pictures made anew


def test_a_photograph_made_anew_is_upright_and_says_nothing_of_where_it_was_taken(tmp_path: Path) -> None:
    original = files.photograph_with_place()
    assert b"PhoneMaker" in original
    path = tmp_path / "photo"
    path.write_bytes(original)
    clean = reencode_image(path)
    assert b"PhoneMaker" not in clean
    assert b"Exif" not in clean
    assert b"taken at home" not in clean
    picture = Image.open(io.BytesIO(clean))
    assert picture.format == "JPEG"
    assert picture.size == (40, 60)
    assert not picture.getexif()
    red, _, blue = picture.convert("RGB").getpixel((20, 10))  # type: ignore[misc]
    assert red > 150
    assert blue < 100


def test_bytes_hidden_behind_the_picture_do_not_survive(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(files.picture("JPEG") + b"behind the picture")
    assert b"behind the picture" not in reencode_image(path)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "CMYK"])
def test_every_kind_of_picture_becomes_a_plain_jpeg(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    form = "TIFF" if mode == "CMYK" else "PNG"
    Image.new(mode, (20, 20)).save(path, form)
    with Image.open(io.BytesIO(reencode_image(path))) as picture:
        assert (picture.mode, picture.format) == ("RGB", "JPEG")


def test_the_largest_picture_that_we_promise_to_take_fits_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    Image.new("RGB", (8000, 8000), "teal").save(path, "JPEG")
    with Image.open(io.BytesIO(reencode_image(path))) as picture:
        assert picture.size == (8000, 8000)


def test_a_picture_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(b"\xff\xd8\xff not a picture")
    with pytest.raises(Refused):
        reencode_image(path)


# The sandbox itself


def test_a_parser_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(files.flate_bomb(576 * 1024 * 1024))
    options = {"max_pages": 1, "max_pixels": 1, "max_stream": 2**40, "max_total": 2**40}
    with pytest.raises(sandbox.SandboxFailed) as failed:
        sandbox.run_task("probe_pdf", path, options, limits=sandbox.Limits(wall=0.3))
    assert failed.value.reason == "time"


def test_a_parser_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    Image.new("RGB", (6000, 6000)).save(path, "JPEG")
    with pytest.raises(sandbox.SandboxFailed) as failed:
        limits = sandbox.Limits(memory=100 * 1024 * 1024)
        sandbox.run_task("reencode_image", path, {"max_pixels": 10**8}, limits=limits)
    assert failed.value.reason in ("memory", "crash")


def test_a_parser_reaches_no_network_where_the_kernel_allows_it() -> None:
    script = (
        "import socket, sys\nfrom sar.foundation.sandbox_tasks import leave_network\n"
        "print('left' if leave_network() else 'not allowed', flush=True)\n"
        "socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=2)\nprint('connected')\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        arguments = [sys.executable, "-W", "ignore", "-c", script, str(server.getsockname()[1])]
        said = subprocess.run(arguments, cwd=PROJECT_ROOT, capture_output=True, check=False).stdout.split(b"\n")
    if said[0] == b"not allowed":
        pytest.skip("this kernel gives no network namespaces to this user")
    assert said == [b"left", b""]


def test_a_parser_that_breaks_is_not_taken_for_a_good_answer(tmp_path: Path) -> None:
    with pytest.raises(sandbox.SandboxFailed) as failed:
        sandbox.run_task("probe_pdf", tmp_path / "missing", {}, limits=sandbox.Limits())
    assert failed.value.reason == "crash"
