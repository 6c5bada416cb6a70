"""Adding, settling and taking out: nothing is lost, nothing counts twice, release stays blocked until it is right."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.queries import visible_case
from sar.foundation import blobs, jobs
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.records import queries, service
from sar.records.models import Record
from sar.records.panel import documents_panel
from tests.factories import DEMO_DATA, a_record, an_originator, gathering_case, received_case, staff_actor
from tests.security import hostile_files

FILES = DEMO_DATA / "case1" / "files"
LOG, COPY = FILES / "FIB_CB24003318.pdf", FILES / "FIB_CB24003318_copy.pdf"

RunJobs = Callable[[], int]


def again(record: Record) -> Record:
    db.session.rollback()
    return db.session.get_one(Record, record.id, populate_existing=True)


def broken_page() -> bytes:
    """Admitted, since its structure is sound; its one page is larger than any page we take."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14_000, 14_000))
        pdf.pages[0].obj["/UserUnit"] = 1_000
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def stored() -> int:
    """How many files are kept: the letters of a case are among them."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(blobs.Blob)) or 0


def actions_on(record: Record) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject_id == record.id).order_by(AuditEntry.seq)
    return list(db.session.scalars(query))


def test_the_same_file_again_is_a_duplicate_and_is_not_read_again(in_app: Flask, run_jobs: RunJobs) -> None:
    case = gathering_case()
    first = a_record(case, LOG)
    second = a_record(case, COPY, originator=an_originator())
    assert (second.state, second.duplicate_of_id) == ("duplicate", first.id)
    assert jobs.latest(queries.INGEST, second.id) is None
    run_jobs()
    assert [found.id for found in queries.disclosable_records(case)] == [first.id]
    assert again(second).state == "duplicate"
    with in_app.test_request_context():
        panel = documents_panel(SYSTEM, visible_case(SYSTEM, first.case_id))
    assert panel is not None and panel.summary == "2 records, all ready."
    assert actions_on(second) == ["record.added", "record.duplicate"]
    kept = select(func.count()).select_from(blobs.Blob).where(blobs.Blob.sha256 == first.sha256)
    assert db.session.scalar(kept) == 1


def test_the_same_file_in_another_case_is_no_duplicate(in_app: Flask) -> None:
    a_record(gathering_case("One Person"), LOG)
    assert a_record(gathering_case("Two Persons"), LOG).state == "waiting"


def test_when_the_first_is_taken_out_its_duplicate_takes_its_place(in_app: Flask, run_jobs: RunJobs) -> None:
    case = gathering_case()
    first, second, third = a_record(case, LOG), a_record(case, COPY), a_record(case, LOG)
    run_jobs()
    service.withdraw_record(SYSTEM, first.id, "added_by_mistake")
    second, third = again(second), again(third)
    assert (second.state, second.pages) == ("ready", 1)
    assert third.duplicate_of_id == second.id
    assert list(queries.page_texts(second))
    service.withdraw_record(SYSTEM, second.id, "added_by_mistake")
    assert again(third).state == "ready"
    with pytest.raises(Conflict):
        service.withdraw_record(SYSTEM, second.id, "added_by_mistake")


def test_a_duplicate_of_what_was_taken_out_before_it_was_read_is_read(in_app: Flask, run_jobs: RunJobs) -> None:
    case = gathering_case()
    first, second = a_record(case, LOG), a_record(case, COPY)
    service.withdraw_record(SYSTEM, first.id, "better_copy")
    run_jobs()
    assert (again(first).state, again(second).state) == ("withdrawn", "ready")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.pdf"),
        (hostile_files.archive(), "zip.pdf"),
        (hostile_files.pdf(password="secret"), "locked.pdf"),
        (hostile_files.pdf_with_many_pages(100_000), "many.pdf"),
        (b"hello", "program.exe"),
    ],
)
def test_a_file_that_is_refused_leaves_nothing_behind(in_app: Flask, content: bytes, name: str) -> None:
    case, before = gathering_case(), stored()
    with pytest.raises(Refused):
        a_record(case, content, name)
    assert (queries.records_of(case), stored()) == ([], before)


def test_a_case_takes_no_more_than_its_cap(make_app: Callable[..., Flask]) -> None:
    app = make_app(max_case_mb=1)
    with app.app_context():
        case = gathering_case()
        a_record(case, b"first line\n" * 60_000, "first.txt")
        before = stored()
        with pytest.raises(Refused, match="holds all the files it can"):
            a_record(case, b"other line\n" * 60_000, "other.txt")
        assert stored() == before
        assert a_record(case, b"first line\n" * 60_000, "again.txt").state == "duplicate"


def test_a_large_file_is_stored_before_its_row_and_not_kept_without_it(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SMALL_FILE", 1_000)
    case, before = gathering_case(), stored()
    assert a_record(case, LOG).state == "waiting"
    monkeypatch.setattr("sar.records.arrival.enqueue", _disk_full)
    with pytest.raises(OSError):
        a_record(case, FILES / "licence-12-March-2024.pdf")
    assert [found.file_name for found in queries.records_of(case)] == [LOG.name]
    assert stored() == before + 1


def _disk_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_cannot_be_shown_blocks_until_an_officer_settles_it(in_app: Flask, run_jobs: RunJobs) -> None:
    case = gathering_case()
    record = a_record(case, broken_page(), "plan.pdf")
    run_jobs()
    record = again(record)
    assert record.state == "unreadable" and "larger than any page" in (record.trouble or "")
    assert (queries.unsettled_count(case), queries.disclosable_records(case)) == (1, [])
    with pytest.raises(Refused):
        service.settle_unreadable(SYSTEM, record.id, "disclosed_apart", " ")
    with pytest.raises(Refused):
        service.settle_unreadable(SYSTEM, record.id, "lost", "It is a plan.")
    service.settle_unreadable(SYSTEM, record.id, "disclosed_apart", "A printed copy goes with the reply.")
    assert (again(record).state, queries.unsettled_count(case)) == ("settled", 0)
    with pytest.raises(Conflict):
        service.settle_unreadable(SYSTEM, record.id, "withheld", "Again.")


def test_a_record_whose_reading_was_given_up_can_be_settled(in_app: Flask) -> None:
    record = a_record(gathering_case(), LOG)
    with pytest.raises(Conflict):
        service.settle_unreadable(SYSTEM, record.id, "withheld", "Not needed.")
    with write_transaction():
        job = jobs.latest(queries.INGEST, record.id)
        assert job
        job.state = jobs.State.FAILED.value
    assert service.settle_unreadable(SYSTEM, record.id, "obtained_again", "A copy on paper came.").state == "settled"


def test_a_record_taken_out_while_it_is_read_stays_out(in_app: Flask, run_jobs: RunJobs) -> None:
    record = a_record(gathering_case(), LOG)
    assert service.start_reading(record.id)
    service.withdraw_record(SYSTEM, record.id, "wrong_person")
    run_jobs()
    assert (again(record).state, again(record).words_blob_id) == ("withdrawn", None)


def test_the_laws_of_the_records_decide_when_the_case_is_due(in_app: Flask) -> None:
    case = gathering_case()
    assert case.regimes == "LE UKGDPR"
    first = a_record(case, LOG, regime="LE")
    assert visible_case(SYSTEM, case.id).regimes == "LE"
    a_record(case, FILES / "duty-to-refer.eml", regime="UKGDPR")
    assert visible_case(SYSTEM, case.id).regimes == "LE UKGDPR"
    service.withdraw_record(SYSTEM, first.id, "outside_request")
    assert visible_case(SYSTEM, case.id).regimes == "UKGDPR"


def test_records_are_added_only_while_they_are_gathered_or_reviewed(in_app: Flask) -> None:
    case = received_case()
    with pytest.raises(Refused, match="Start gathering"):
        a_record(case, LOG)


def test_dates_in_the_future_and_unknown_originators_are_refused(in_app: Flask) -> None:
    case = gathering_case()

    def add(**changes: object) -> None:
        known = {"title": "", "originator_id": None, "regime": "LE", "received_on": london_today()}
        service.add_record(SYSTEM, case.id, io.BytesIO(LOG.read_bytes()), LOG.name, **{**known, **changes})

    for changes in (
        {"received_on": london_today() + timedelta(days=1)},
        {"document_date": date(2999, 1, 1)},
        {"regime": "GDPR"},
    ):
        with pytest.raises(Refused):
            add(**changes)
    with pytest.raises(NotFound):
        add(originator_id="0" * 26)
    assert queries.records_of(case) == []


def test_someone_with_a_conflict_of_interest_reaches_neither_records_nor_pages(
    in_app: Flask, run_jobs: RunJobs
) -> None:
    case, officer = gathering_case(), staff_actor(Role.CASEWORKER)
    record = a_record(case, LOG, actor=officer)
    run_jobs()
    assert service.view_page(officer, record.id, 1).id == record.id
    cases.declare_conflict(officer, case.id, officer.id)
    for attempt in (
        lambda: queries.record(officer, record.id),
        lambda: service.view_page(officer, record.id, 1),
        lambda: service.withdraw_record(officer, record.id, "wrong_person"),
        lambda: service.settle_unreadable(officer, record.id, "withheld", "x"),
        lambda: a_record(case, COPY, actor=officer),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_looking_at_a_page_is_kept_in_the_log_once_for_each_look(in_app: Flask, run_jobs: RunJobs) -> None:
    case, officer, other = gathering_case(), staff_actor(Role.CASEWORKER), staff_actor(Role.DPO, name="Dee Po")
    record = a_record(case, FILES / "contact-log-X417206.pdf")
    with pytest.raises(NotFound):
        service.view_page(officer, record.id, 1)  # not read yet
    run_jobs()
    for actor, page in ((officer, 1), (officer, 1), (officer, 2), (other, 1), (officer, 1)):
        service.view_page(actor, record.id, page)
    with pytest.raises(NotFound):
        service.view_page(officer, record.id, 3)
    assert actions_on(record).count("record.page_viewed") == 3


def test_no_word_of_a_record_lies_readable_in_the_instance_folder(in_app: Flask, run_jobs: RunJobs) -> None:
    title, canary = "Zanzibarquux titled", b"Xylophonequux said so on the phone"
    case, before = gathering_case("Quibblewick Surname"), stored()
    a_record(case, canary, "Frobozzquux name.txt", title=title)
    run_jobs()
    [record] = queries.records_of(case)
    assert "Xylophonequux" in " ".join(word.text for word in queries.page_text(record, 1).words)
    folder = in_app.extensions["sar"].settings.instance
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert stored() == before + 3  # the original, its pages, its words
    assert len([path for path in files if "blobs" in path.parts]) == stored()
    for path in files:
        content = path.read_bytes()
        for secret in (b"Xylophonequux", b"Zanzibarquux", b"Frobozzquux", b"Quibblewick"):
            assert secret not in content, path


def test_the_directory_has_each_organisation_once(in_app: Flask) -> None:
    police = an_originator("Calder Police")
    with pytest.raises(Conflict):
        an_originator("calder  police")
    with pytest.raises(Refused):
        an_originator("Council", email="not an address")
    changed = service.change_originator(
        SYSTEM, police.id, name="Calder and Aire Police", kind="police", email="", contact_name="", retired=True
    )
    assert queries.originators() == [] and queries.originators(retired=True) == [changed]
