"""Pages are drawn at once by children that wait, safely, and also when none of them is left."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from sar.access.permissions import Role
from sar.foundation import blobs
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.records import page_picture, queries
from sar.records.models import Record
from sar.records.page_picture import WaitingChildren, children_waiting, picture_of
from sar.serving import ready_to_serve
from tests.factories import DEMO_DATA, a_record, gathering_case, staff_actor
from tests.integration.cases.desk import browser_of

RunJobs = Callable[[], int]
LOG = DEMO_DATA / "case1" / "files" / "contact-log-X417206.pdf"
PNG = b"\x89PNG"


@pytest.fixture
def children(in_app: Flask) -> Iterator[WaitingChildren]:
    with children_waiting(2) as waiting:
        eventually(lambda: waiting.ready() == 2)
        yield waiting


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes(waiting: WaitingChildren) -> list[int]:
    return [child._process.pid for child in waiting._ready]


def left_over() -> list[Path]:
    """Files in the folder where plaintext lies while it is worked on, those of the waiting children apart."""
    room = settings().instance / "tmp"
    found = [path for path in room.rglob("*") if path.is_file()]
    return [path for path in found if path.name not in ("stdout", "stderr") or path.stat().st_size]


def read_record(run_jobs: RunJobs, path: Path = LOG) -> Record:
    made = a_record(gathering_case(), path)
    run_jobs()
    return made


def test_a_page_drawn_by_a_waiting_child_is_the_same_picture(in_app: Flask, run_jobs: RunJobs) -> None:
    record = read_record(run_jobs)
    cold = queries.page_png(record, 1, 900)
    with children_waiting(1) as waiting:
        eventually(lambda: waiting.ready() == 1)
        assert queries.page_png(record, 1, 900) == cold
    with Image.open(io.BytesIO(cold)) as image:
        assert abs(image.width - 900) <= 1


def test_each_page_has_a_child_of_its_own_and_another_takes_its_place(
    children: WaitingChildren, run_jobs: RunJobs
) -> None:
    record, before = read_record(run_jobs), processes(children)
    queries.page_png(record, 1, 900)
    eventually(lambda: children.ready() == 2)
    after = processes(children)
    assert before[0] not in after and before[1] in after
    with pytest.raises(ProcessLookupError):
        os.kill(before[0], 0)


def test_pages_are_drawn_when_no_child_waits_or_all_have_died(children: WaitingChildren, run_jobs: RunJobs) -> None:
    record = read_record(run_jobs)
    for pid in processes(children):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not any(child.alive for child in children._ready))
    assert queries.page_png(record, 1, 900).startswith(PNG)
    eventually(lambda: children.ready() == 2)
    assert queries.page_png(record, 2, 900).startswith(PNG)


def test_more_readers_than_children_all_get_their_page(children: WaitingChildren, run_jobs: RunJobs) -> None:
    record, pages = read_record(run_jobs), []
    assert record.pdf_blob_id is not None
    with blobs.plaintext_path(record.pdf_blob_id) as path:
        readers = [threading.Thread(target=lambda: pages.append(picture_of(path, 1, 400))) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert len(pages) == 4 and all(page.startswith(PNG) for page in pages)
    eventually(lambda: children.ready() == 2)


def test_nothing_unencrypted_is_left_when_a_page_is_shown_and_no_folder_when_serving_ends(
    in_app: Flask, run_jobs: RunJobs
) -> None:
    record = read_record(run_jobs)
    with children_waiting(2) as waiting:
        eventually(lambda: waiting.ready() == 2)
        queries.page_png(record, 1, 900)
        assert left_over() == []
        eventually(lambda: waiting.ready() == 2)
        last = processes(waiting)
    assert list((settings().instance / "tmp").iterdir()) == []
    for pid in last:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_file_that_breaks_its_reader_takes_its_child_with_it_and_no_other(
    children: WaitingChildren, run_jobs: RunJobs, tmp_path: Path
) -> None:
    record, broken = read_record(run_jobs), tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nno more\n%%EOF")
    with pytest.raises(Refused, match="could not be drawn"):
        picture_of(broken, 1, 900)
    assert queries.page_png(record, 1, 900).startswith(PNG)


def test_a_page_that_takes_for_ever_is_given_up(
    children: WaitingChildren, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = read_record(run_jobs)
    monkeypatch.setattr(page_picture, "_WALL_SECONDS", 0.001)
    with pytest.raises(Refused, match="could not be drawn"):
        queries.page_png(record, 1, 2400)


def test_a_page_of_a_case_closed_to_someone_stays_closed_when_pages_are_quick(
    app: Flask, in_app: Flask, run_jobs: RunJobs
) -> None:
    from sar.cases import service as cases

    record, officer, other = read_record(run_jobs), staff_actor(Role.CASEWORKER), staff_actor(Role.CASEWORKER, name="O")
    cases.declare_conflict(other, record.case_id, other.id)
    address = f"/staff/records/{record.id}/pages/1/image?width=1200"
    mine, theirs = browser_of(app, officer), browser_of(app, other)
    with ready_to_serve(app):
        shown = mine.get(address)
        assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (200, "image/png", "no-store")
        assert theirs.get(address).status_code == 404
        assert mine.get(f"/staff/records/{record.id}/pages/99/image").status_code == 404
        assert mine.get(f"/staff/records/{'0' * 26}/pages/1/image").status_code == 404
