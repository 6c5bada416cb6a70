"""A worker killed with kill -9 while it makes a reply: another makes it once, and no plaintext is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from sar.foundation import blobs, jobs
from sar.foundation.db import db
from sar.release import queries, service
from tests.crash.conftest import StartWorker
from tests.crash.forge import wait_until
from tests.integration.release.office import CONTACT, Office, now, opened, paper, signed_off_office

WORKER = "tests.crash.holding_worker"


def at_work_in(instance: Path) -> list[str]:
    """Command lines of living processes that name a file of the instance's work room."""
    room, found = str(instance / "tmp"), []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if room in words:
            found.append(words)
    return found


def stored(office: Office) -> tuple[int, int]:
    """Rows of stored files, and files without a row."""
    db.session.rollback()
    known = set(db.session.scalars(select(blobs.Blob.id)))
    files = office.app.extensions["sar"].settings.instance.glob("blobs/??/*")
    return len(known), sum(path.name not in known for path in files)


# One moment on each engine: a reply takes seconds to make, and leases are tested on both with quicker jobs.
@pytest.mark.parametrize(
    ("database", "moment"),
    [("sqlite", "while records are redacted"), ("postgresql", "before its result is committed")],
    indirect=["database"],
)
def test_a_reply_whose_maker_was_killed_is_made_once_by_another(
    app: Flask, worker: StartWorker, database: str, moment: str
) -> None:
    instance = app.extensions["sar"].settings.instance
    with app.app_context():
        office = signed_off_office(app, ("Contact log", paper(CONTACT)))
        bundle = service.request_bundle(office.officer, office.case_id)
        rows, _ = stored(office)
        room = instance / "tmp"
        if moment.startswith("while"):
            with worker() as first:
                wait_until(lambda: any(room.glob("bundle-*/record-1.plan.json")) and bool(at_work_in(instance)))
                first.kill()
                first.wait()
            assert list(room.glob("bundle-*")), "it was killed at work, so its folder is still there"
            wait_until(lambda: not at_work_in(instance))
        else:
            with worker("release.bundle_built") as first:
                wait_until((instance / "reached-release.bundle_built").exists)
                first.kill()
                first.wait()
        assert (now(bundle).state, now(bundle).blob_id, stored(office)[0]) == ("waiting", None, rows)
        assert office.audit("release.bundle_built") == 0
        with worker():
            wait_until(lambda: now(bundle).state != "waiting")
            wait_until(lambda: not list(room.iterdir()))
        job = queries.build_job(now(bundle))
        assert job is not None and (job.state, job.attempts) == (jobs.State.DONE, 2)
        assert (now(bundle).state, office.audit("release.bundle_built")) == ("ready", 1)
        # One bundle has its row. What the killed worker sealed has none, and nobody has its key.
        assert stored(office) == (rows + 1, 0 if moment.startswith("while") else 1)
        with blobs.open(now(bundle).blob_id or "") as stream, opened(stream.read(), now(bundle).passphrase) as pdf:
            assert len(pdf.pages) == now(bundle).pages
