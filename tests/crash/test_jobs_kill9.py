"""A worker killed with kill -9 in the middle of a job: another does the job, and its effect happens once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from sar.foundation import blobs, keys, messages
from sar.foundation.actors import SYSTEM
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs import Job, State, enqueue
from sar.settings import PROJECT_ROOT
from tests.crash.conftest import StartWorker
from tests.crash.forge import wait_until
from tests.crash.worker_process import EFFECT
from tests.foundation_app import create_tables, foundation_app, fresh_database, let_go
from tests.mail_server import MailServer
from tests.postgres_pool import PostgresPool

WORKER = "tests.crash.worker_process"


@pytest.fixture
def app(database: str, tmp_path: Path, foundation_databases: PostgresPool | None) -> Iterator[Flask]:
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    with fresh_database(database, instance, foundation_databases) as url:
        app = foundation_app(instance, url)
        create_tables(app)
        with app.app_context():
            yield app
        let_go(app)


def effects(subject_id: str) -> int:
    db.session.rollback()
    query = select(func.count()).select_from(Job).where(Job.kind == EFFECT, Job.subject_id == subject_id)
    return db.session.scalar(query) or 0


def state_of(job_id: str) -> str:
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True).state


@pytest.mark.parametrize("moment", ["before_its_effect", "inside_its_effect", "after_its_effect"])
def test_a_job_whose_worker_was_killed_has_its_effect_once(app: Flask, worker: StartWorker, moment: str) -> None:
    with write_transaction():
        job_id = enqueue(f"crash.{moment}", "subject").id
    with worker() as first:
        reached = app.extensions["sar"].settings.instance / "reached-subject"
        wait_until(reached.exists)
        first.kill()
    assert effects("subject") == (1 if moment == "after_its_effect" else 0)
    with worker():
        wait_until(lambda: state_of(job_id) == State.DONE)
    assert effects("subject") == 1
    assert db.session.get_one(Job, job_id).attempts == (1 if moment == "after_its_effect" else 2)


def test_many_jobs_survive_many_kills_each_with_its_effect_once(worker: StartWorker) -> None:
    with write_transaction():
        job_ids = [enqueue("crash.short", f"s{number}").id for number in range(15)]
    for done_by_then in (3, 8):
        with worker() as killed:
            wait_until(partial(_effects_reach, done_by_then))
            killed.kill()
    with worker():
        wait_until(lambda: all(state_of(job_id) == State.DONE for job_id in job_ids))
    assert [effects(f"s{number}") for number in range(15)] == [1] * 15


def test_a_process_that_dies_is_replaced_and_its_job_done_while_the_worker_goes_on(
    worker: StartWorker,
) -> None:
    with write_transaction():
        job_id = enqueue("crash.deadly", "subject").id
    with worker("2") as supervisor:
        wait_until(lambda: state_of(job_id) == State.DONE)
        supervisor.terminate()
        assert supervisor.wait() == 0
    assert effects("subject") == 1


def test_a_mail_that_was_handed_over_when_the_worker_died_is_not_sent_again(worker: StartWorker) -> None:
    with MailServer(hold_after_data=True) as server:
        message_id = _mail()
        with worker("1", "smtp", str(server.port)) as first:
            wait_until(lambda: len(server.received) == 1)
            first.kill()
        server.hold_after_data = False
        with worker("1", "smtp", str(server.port)):
            wait_until(lambda: _message(message_id).delivery == messages.Delivery.UNSURE)
    assert len(server.received) == 1
    assert [message.id for message in messages.troubled()] == [message_id]


def test_a_store_interrupted_by_a_kill_keeps_nothing_under_the_blobs_name(app: Flask) -> None:
    instance = app.extensions["sar"].settings.instance
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.foundation_app import foundation_app\n"
        "from sar.foundation import blobs\nfrom sar.foundation.keys import SYSTEM_SCOPE\n"
        "class Slow:\n    def read(self, size):\n        time.sleep(0.02)\n        return b'x' * size\n"
        "with foundation_app(Path(sys.argv[1]), sys.argv[2]).app_context():\n"
        "    blobs.put(SYSTEM_SCOPE, Slow(), media_type='text/plain')\n"
    )
    url = app.extensions["sar"].settings.database_url
    process = subprocess.Popen([sys.executable, "-c", script, str(instance), url], cwd=PROJECT_ROOT)
    try:
        wait_until(lambda: any(path.stat().st_size > 200_000 for path in instance.glob("blobs/??/*.part")))
    finally:
        process.kill()
        process.wait()
    assert [path.suffix for path in instance.glob("blobs/??/*")] == [".part"]
    assert db.session.scalar(select(func.count()).select_from(blobs.Blob)) == 0


def _effects_reach(number: int) -> bool:
    db.session.rollback()
    return (db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == EFFECT)) or 0) >= number


def _mail() -> str:
    with write_transaction():
        return messages.send(
            SYSTEM,
            scope_id=keys.SYSTEM_SCOPE,
            channel="email",
            to="tamsin@example.org",
            subject="Your request",
            body="We have it.",
            kind="test",
            subject_id="case",
        ).id


def _message(message_id: str) -> messages.Message:
    db.session.rollback()
    return db.session.get_one(messages.Message, message_id, populate_existing=True)
