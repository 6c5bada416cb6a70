"""The fictional files are what the demonstration says they are."""

import hashlib
import json
import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "sar" / "demo_data"
DEVSET = ROOT / "tests" / "fixtures" / "devset"
CASES = ("case1", "case2", "case3", "case4")
MARK = re.compile(r"⟦([^|⟧]*)\|[^|⟧]*\|([^⟧]*)⟧")


def manifest(case: str) -> list[dict]:
    return json.loads((DEMO / case / "manifest.json").read_text(encoding="utf-8"))


ENTRIES = [(case, entry) for case in CASES for entry in manifest(case)]
NAMES = [f"{case}/{entry['file']}" for case, entry in ENTRIES]


def text_of(path: Path) -> str:
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        return text
    if path.suffix == ".eml":
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        headers = "\n".join(f"{name}: {value}" for name, value in message.items())
        return headers + "\n" + message.get_body(("plain",)).get_content()
    return path.read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    # Spaces, quoting marks and hyphens aside: a PDF reader may report one at the end of a line as U+FFFE or U+0002.
    return re.sub(r"[\s>\ufffe\u0002-]+", "", text)


@pytest.mark.parametrize(("case", "entry"), ENTRIES, ids=NAMES)
def test_every_file_is_the_one_its_manifest_describes(case, entry):
    content = (DEMO / case / "files" / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == entry["size"]


@pytest.mark.parametrize("case", CASES)
def test_no_file_is_left_out_of_the_manifest(case):
    assert {path.name for path in (DEMO / case / "files").iterdir()} == {entry["file"] for entry in manifest(case)}


@pytest.mark.parametrize(("case", "entry"), ENTRIES, ids=NAMES)
def test_every_name_and_number_marked_in_the_set_can_be_read_in_the_file_unless_it_is_a_scan(case, entry):
    shown = squeezed(text_of(DEMO / case / "files" / entry["file"]))
    marked = MARK.findall((DEVSET / case / entry["source"]).read_text(encoding="utf-8"))
    if entry["producer"].startswith("Scan"):
        assert shown == ""
    else:
        assert [surface for _kind, surface in marked if squeezed(surface) not in shown] == []


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_one_exact_duplicate_one_mail_one_scan_or_form_and_two_makers_of_pdf(case):
    entries = {entry["file"]: entry for entry in manifest(case)}
    copies = [entry for entry in entries.values() if entry["duplicate_of"]]
    assert len(copies) == 1
    assert copies[0]["sha256"] == entries[copies[0]["duplicate_of"]]["sha256"]
    producers = {entry["producer"] for entry in entries.values()}
    assert {"Chromium", "LibreOffice Writer", "Mail"} <= producers
    assert any(producer.startswith("Scan") for producer in producers)


@pytest.mark.parametrize("case", CASES)
def test_every_originator_of_a_file_has_an_address_to_be_asked_at_or_is_the_office_itself(case):
    known = {o["id"]: o for o in json.loads((DEMO / case / "originators.json").read_text(encoding="utf-8"))}
    for entry in manifest(case):
        if entry["originator_id"] is not None:
            originator = known[entry["originator_id"]]
            assert originator["own"] == (entry["originator"] == "own")
            assert originator["own"] or originator["email"].endswith(".example")


def test_the_photo_of_the_card_says_where_it_was_taken_so_that_intake_has_something_to_drop():
    with Image.open(DEMO / "identity" / "specimen.jpg") as photo:
        assert photo.format == "JPEG"
        assert photo.getexif().get_ifd(0x8825)[2] == (53.0, 43.0, 12.4)


def test_the_files_stay_small_enough_for_a_repository():
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) < 4_000_000
