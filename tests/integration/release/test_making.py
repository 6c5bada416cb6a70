"""From signed-off decisions to one locked file: what is in it, what is not, and what stops it."""

from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from flask import Flask
from sqlalchemy import func, select

from redaction.verify import verify_file
from sar.foundation import blobs, jobs
from sar.foundation.audit import AuditEntry
from sar.foundation.blob_store import FolderStore
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.records.queries import records_of
from sar.release import queries, service
from sar.release.models import Bundle, Route
from sar.review import queries as review
from sar.review import service as reviewing
from sar.review.grounds import Choice, Decision
from sar.review.models import Mention
from tests.integration.release.office import (
    CODE,
    CONTACT,
    PLAIN,
    REASON,
    WITHHELD,
    Office,
    now,
    office_in_review,
    paper,
    signed_off_office,
)


def file_of(bundle: Bundle, folder: Path) -> Path:
    """The bundle as its owner has it after opening it: decrypted, for reading."""
    assert bundle.blob_id is not None
    locked, plain = folder / "locked.pdf", folder / "opened.pdf"
    with blobs.open(bundle.blob_id) as stream:
        locked.write_bytes(stream.read())
    with pikepdf.open(locked, password=bundle.passphrase) as pdf:
        pdf.save(plain, encryption=False)
    return plain


def pages_of(path: Path) -> list[str]:
    document = pdfium.PdfDocument(path)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def leftovers(app: Flask) -> list[Path]:
    """Plaintext that the work left in the instance, and stored files without a row."""
    instance = app.extensions["sar"].settings.instance
    known = set(db.session.scalars(select(blobs.Blob.id)))
    strays = [path for path in instance.glob("blobs/??/*") if path.name not in known]
    return [*(instance / "tmp").iterdir(), *strays]


def test_a_reply_holds_letter_list_and_numbered_records_and_no_withheld_name(
    app: Flask, database: str, tmp_path: Path
) -> None:
    with app.app_context():
        office = signed_off_office(
            app, ("Contact log about Zdenka Hollis", paper(PLAIN, CONTACT)), ("Licence", paper(PLAIN))
        )
        bundle = office.build()
        assert (bundle.state, bundle.findings) == ("ready", None)
        path = file_of(bundle, tmp_path)
        pages = pages_of(path)
        assert len(pages) == bundle.pages
        total = len(pages)
        for number, text in enumerate(pages, start=1):
            assert f"{office.case.reference} page {number} of {total}" in text
        first = next(number for number, text in enumerate(pages) if "Contact log. Marlon" in text)
        assert first == total - 2, "the second of two pages, before the licence"
        assert "Contact log about [withheld]" in " ".join(pages)
        assert f"1 2 {CODE}" in " ".join(pages), "the list names record, page and code"
        assert verify_file(path, review.withheld_strings(office.case)) == []
        assert WITHHELD.split()[0] not in " ".join(pages)
        assert leftovers(app) == []
        service.release(office.officer, bundle.id, Route.ONLINE, Route.POST)
        with service.collect(office.requester) as stream:
            assert stream.read(5) == b"%PDF-"


def test_the_signed_trail_holds_the_digest_of_every_plan_input_and_output(ready: Office) -> None:
    bundle = ready.build()
    assert bundle.proof is not None
    records = bundle.proof["records"]
    assert isinstance(records, list) and records
    assert all(len(record[key]) == 64 for record in records for key in ("plan_sha256", "input_sha256", "output_sha256"))
    told = json.dumps(bundle.proof, sort_keys=True, separators=(",", ":"))
    built = select(AuditEntry).where(AuditEntry.action == "release.bundle_built", AuditEntry.subject_id == bundle.id)
    entry = db.session.scalars(built).one()
    assert json.loads(entry.facts)["proof_sha256"] == hashlib.sha256(told.encode("utf-8")).hexdigest()


def test_what_is_not_told_leaves_a_box_and_no_word(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        office = office_in_review(
            app, ("Licence", paper(PLAIN)), ("Zzyzx dossier", paper("Seen elsewhere.")), ("Contact log", paper(CONTACT))
        )
        office.decide_all(code="P3-PUBSEC")
        dossier = next(found for found in records_of(office.case) if found.title == "Zzyzx dossier")
        reviewing.withhold_record(office.officer, dossier.id, "P3-NATSEC", REASON)
        office.sign_off()
        bundle = office.build()
        assert bundle.state == "ready"
        path = file_of(bundle, tmp_path)
        pages = pages_of(path)
        said = " ".join(pages)
        for word in ("NATSEC", "PUBSEC", "Zzyzx", "public security", "s.78A", "45(4)(c)", "Nothing was taken out"):
            assert word not in said
        assert "Our answer covers 2 records" in said
        assert "There is nothing to list." in said
        assert "2. Contact log" in said, "the numbers have no gap"
        assert WITHHELD not in said
        assert verify_file(path, ["P3-NATSEC", "P3-PUBSEC", "Zzyzx"]) == []
        assert bundle.redactions > 0
        assert "Some boxes show no code" in said


def test_a_name_left_standing_blocks_the_reply_until_it_is_put_right_and_signed_again(app: Flask) -> None:
    with app.app_context():
        office = office_in_review(
            app,
            ("Contact log", paper(CONTACT)),
            ("Phone note", paper(PLAIN, "Phone note. Ms Zdenka Novak took the call at noon.")),
        )
        slip = next(row.person for row in review.people(office.case) if "Novak" in row.person.name)
        decide(office, slip.id, Choice(Decision.NOT_A_PERSON))
        office.decide_all()
        office.sign_off()
        bundle = office.build()
        assert (bundle.state, bundle.blob_id, bundle.pages) == ("blocked", None, 0)
        assert {(found["record"], found["page"]) for found in bundle.findings or []} == {("2. Phone note", 2)}
        assert "“zdenka” could still be found (text)" in str(bundle.findings)
        with pytest.raises(Refused, match="has not passed"):
            service.release(office.officer, bundle.id, Route.ONLINE, Route.POST)
        assert queries.own_bundle(office.requester) is None
        assert office.audit("release.bundle_blocked") == 1
        assert leftovers(app) == []

        office.reopen()
        decide(office, slip.id, Choice(Decision.WITHHOLD, (CODE,), REASON))
        with pytest.raises(Refused, match="not signed off"):
            service.request_bundle(office.officer, office.case_id)
        office.sign_off()
        assert office.build().state == "ready"
        assert now(bundle).state == "replaced"


def test_words_that_are_not_where_they_were_found_block_the_reply(app: Flask) -> None:
    with app.app_context():
        office = office_in_review(app, ("Contact log", paper(CONTACT)))
        office.decide_all()
        mention = next(
            found
            for found in db.session.scalars(select(Mention).order_by(Mention.id))
            if WITHHELD in found.found["text"]
        )
        mention.found = {**mention.found, "text": "Nobody There", "boxes": [[200, 200, 280, 220]]}
        db.session.commit()
        office.sign_off()
        bundle = office.build()
        assert bundle.state == "blocked"
        assert [(found["record"], found["page"]) for found in bundle.findings or []] == [("Contact log", 1)]
        assert "not where they were found" in str(bundle.findings)


def test_each_thing_that_is_open_refuses_the_reply_in_words(app: Flask) -> None:
    with app.app_context():
        office = office_in_review(app, ("Contact log", paper(CONTACT)))
        with pytest.raises(Refused, match="not signed off"):
            service.request_bundle(office.officer, office.case_id)
        office.decide_all()
        reviewing.request_second_check(office.officer, office.case_id)
        with pytest.raises(Refused, match="not signed off"):
            service.request_bundle(office.officer, office.case_id)
        assert office.audit("release.bundle_requested") == 0


def test_a_decision_that_changes_while_the_reply_is_made_blocks_it(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = service.request_bundle(ready.officer, ready.case_id)
    seal = blobs.seal

    def reopened_meanwhile(*arguments: object, **more: object) -> blobs.Blob:
        ready.reopen()
        return seal(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(blobs, "seal", reopened_meanwhile)
    ready.work()
    bundle = now(bundle)
    assert (bundle.state, bundle.blob_id) == ("blocked", None)
    assert "changed after sign-off" in str(bundle.findings)
    assert list((settings().instance / "tmp").iterdir()) == []


def test_a_full_disk_fails_in_sight_and_keeps_nothing(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FolderStore, "put", full)
    rows = db.session.scalar(select(func.count()).select_from(blobs.Blob)) or 0
    bundle = service.request_bundle(ready.officer, ready.case_id)
    ready.work()
    job = queries.build_job(now(bundle))
    assert job is not None and (job.state, job.error_code) == (jobs.State.QUEUED, "StoreFull")
    assert (now(bundle).state, now(bundle).blob_id) == ("waiting", None)
    assert db.session.scalar(select(func.count()).select_from(blobs.Blob)) == rows - 1, "the unsent one went"
    assert leftovers(ready.app) == []


def decide(office: Office, person_id: str, choice: Choice) -> None:
    person = review.person(office.officer, person_id)
    reviewing.decide_people(office.officer, office.case_id, {person.id: person.version}, choice)
