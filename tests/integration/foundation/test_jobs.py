"""Background work: queued with the change that causes it, done once, visible when it failed. On both databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, select

from sar.foundation.actors import SYSTEM
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict
from sar.foundation.jobs import (
    GiveUp,
    Job,
    JobContext,
    LeaseLost,
    State,
    enqueue,
    failed,
    handler,
    latest,
    periodic,
    registry,
    retry,
    run_pending,
    run_worker,
    runner,
)
from sar.foundation.jobs.queue import enqueue_due_periodics

Work = Callable[[JobContext], None]
SHORT = timedelta(seconds=1.5)
LONG = timedelta(seconds=60)
PATIENCE_SECONDS = 60.0  # for a machine that has much else to do


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kinds and periodic tasks of one test are gone after it; those of the application wait meanwhile."""
    monkeypatch.setattr(runner, "_BACKOFF_SECONDS", 0)
    kinds, intervals = dict(registry.handlers), dict(registry.intervals)
    registry.intervals.clear()
    yield
    registry.handlers.clear()
    registry.handlers.update(kinds)
    registry.intervals.clear()
    registry.intervals.update(intervals)


pytestmark = pytest.mark.usefixtures("context")


def queue(kind: str, subject_id: str = "s1", *, not_before: datetime | None = None, unique: bool = True) -> str:
    with write_transaction():
        return enqueue(kind, subject_id, not_before=not_before, unique=unique).id


def row(job_id: str) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


def test_a_queued_job_is_done_once(app: Flask) -> None:
    seen: list[tuple[str, int]] = []
    handler("test.note")(lambda job: seen.append((job.subject_id, job.attempt)))
    job_id = queue("test.note")
    assert run_pending(app) == 1
    assert run_pending(app) == 0
    assert seen == [("s1", 1)]
    done = row(job_id)
    assert (done.state, done.attempts, done.lease_token) == (State.DONE, 1, None)
    assert done.finished_at is not None


def test_a_job_is_not_there_when_its_change_was_rolled_back(app: Flask) -> None:
    handler("test.note")(lambda job: None)
    with pytest.raises(ZeroDivisionError), write_transaction():
        enqueue("test.note", "s1")
        raise ZeroDivisionError
    assert run_pending(app) == 0
    assert latest("test.note", "s1") is None


def test_jobs_are_queued_inside_a_write_transaction_only() -> None:
    with pytest.raises(RuntimeError, match="write_transaction"):
        enqueue("test.note", "s1")


def test_asking_twice_for_the_same_work_queues_it_once(app: Flask) -> None:
    seen: list[str] = []
    handler("test.note")(lambda job: seen.append(job.subject_id))
    assert queue("test.note") == queue("test.note")
    assert queue("test.note", "s2") != queue("test.note", "s2", unique=False)
    assert run_pending(app) == 3
    assert sorted(seen) == ["s1", "s2", "s2"]


def test_work_asked_for_while_it_runs_is_done_once_more_afterwards(app: Flask) -> None:
    """The change came after the handler had looked: it must look again."""
    seen: list[str] = []

    def note(job: JobContext) -> None:
        seen.append(job.id)
        if len(seen) == 1:
            assert queue("test.note") != job.id

    handler("test.note")(note)
    queue("test.note")
    assert run_pending(app) == 2
    assert len(set(seen)) == 2


def test_a_job_for_later_waits_and_can_be_brought_forward(app: Flask) -> None:
    handler("test.note")(lambda job: None)
    job_id = queue("test.note", not_before=utc_now() + timedelta(hours=1))
    assert run_pending(app) == 0
    assert queue("test.note") == job_id
    assert run_pending(app) == 1


def test_a_limit_leaves_the_rest_for_later(app: Flask) -> None:
    handler("test.note")(lambda job: None)
    for number in range(3):
        queue("test.note", f"s{number}")
    assert run_pending(app, limit=2) == 2
    assert run_pending(app) == 1


def test_jobs_that_jobs_cause_are_drained_too(app: Flask) -> None:
    handler("test.first")(lambda job: [queue("test.second")] and None)
    handler("test.second")(lambda job: None)
    queue("test.first")
    assert run_pending(app) == 2


def test_a_job_that_fails_is_tried_again_then_given_up_where_the_operator_sees_it(app: Flask) -> None:
    tries: list[int] = []

    def fail(job: JobContext) -> None:
        tries.append(job.attempt)
        raise KeyError("Delphine Marlowe")

    handler("test.fail", max_attempts=3)(fail)
    job_id = queue("test.fail")
    for _ in range(4):
        run_pending(app)
    assert tries == [1, 2, 3]
    assert [(job.id, job.state, job.error_code) for job in failed()] == [(job_id, "failed", "KeyError")]


def test_what_a_failed_job_said_about_people_is_not_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    name = "Delphine Marlowe"

    @handler("test.fail", max_attempts=1)
    def fail(job: JobContext) -> None:
        raise KeyError(name)

    queue("test.fail")
    run_pending(app)
    assert "KeyError" in caplog.text
    assert "Marlowe" not in caplog.text


def test_a_hopeless_job_is_given_up_at_once_and_can_be_started_again_by_hand(app: Flask) -> None:
    hopeless = True

    def work(job: JobContext) -> None:
        if hopeless:
            raise GiveUp("not_a_pdf")

    handler("test.hopeless")(work)
    job_id = queue("test.hopeless")
    run_pending(app)
    assert row(job_id).error_code == "not_a_pdf"
    hopeless = False
    again = retry(SYSTEM, job_id)
    assert failed() == []
    with pytest.raises(Conflict):
        retry(SYSTEM, again.id)
    run_pending(app)
    assert row(again.id).state == State.DONE


def test_an_unknown_kind_fails_visibly(app: Flask) -> None:
    job_id = queue("test.nobody_knows")
    run_pending(app)
    assert (row(job_id).state, row(job_id).error_code) == ("failed", "unknown_kind")


def test_progress_is_there_for_the_screen(app: Flask) -> None:
    shown: list[tuple[int, int]] = []

    @handler("test.pages")
    def work(job: JobContext) -> None:
        for page in range(1, 11):
            job.progress(page, 10)
        found = latest("test.pages", "s1")
        assert found is not None
        shown.append((found.done, found.total))

    queue("test.pages")
    run_pending(app)
    assert shown == [(10, 10)]


def test_the_effect_and_the_end_of_a_job_are_one_commit(app: Flask) -> None:
    """Whatever fails inside the last step takes the effect back with it."""
    outcomes: list[str] = []

    @handler("test.effect", max_attempts=2)
    def work(job: JobContext) -> None:
        with job.last_step():
            enqueue("test.other", "effect", unique=False)
            if job.attempt == 1:
                raise OSError
        outcomes.append("done")

    handler("test.other")(lambda job: None)
    job_id = queue("test.effect")
    for _ in range(3):
        run_pending(app)
    assert outcomes == ["done"]
    assert row(job_id).state == State.DONE
    db.session.rollback()
    assert len(db.session.scalars(select(Job).where(Job.kind == "test.other")).all()) == 1


def test_a_worker_that_was_believed_dead_can_write_nothing_more(app: Flask) -> None:
    handler("test.slow")(lambda job: None)
    job_id = queue("test.slow")
    sleeper = runner.claim(timedelta(seconds=-1), job_id)
    other = runner.claim(LONG, job_id)
    assert isinstance(sleeper, JobContext)
    assert isinstance(other, JobContext)
    with pytest.raises(LeaseLost):
        sleeper.progress(1, 1)
    with pytest.raises(LeaseLost), sleeper.last_step():
        pytest.fail("the effect of a lost job was let through")
    with other.last_step():
        pass
    assert (row(job_id).state, row(job_id).attempts) == ("done", 2)


def test_a_job_whose_worker_keeps_dying_is_given_up(app: Flask) -> None:
    handler("test.killer", max_attempts=2)(lambda job: None)
    job_id = queue("test.killer")
    for _ in range(2):
        assert isinstance(runner.claim(timedelta(seconds=-1), job_id), JobContext)
    assert runner.claim(LONG, job_id) is None
    assert (row(job_id).state, row(job_id).error_code) == ("failed", "worker_lost")


def test_two_jobs_of_a_kind_on_one_subject_never_run_together(app: Flask) -> None:
    handler("test.note")(lambda job: None)
    first, second = queue("test.note", unique=False), queue("test.note", unique=False)
    running = runner.claim(LONG, first)
    assert isinstance(running, JobContext)
    assert runner.claim(LONG, second) is None
    with running.last_step():
        pass
    assert isinstance(runner.claim(LONG, second), JobContext)


def test_a_long_job_keeps_its_lease_and_a_stopped_worker_finishes_it(app: Flask) -> None:
    stop, started, go_on, seen = threading.Event(), threading.Event(), threading.Event(), []

    @handler("test.long")
    def work(job: JobContext) -> None:
        started.set()
        assert go_on.wait(PATIENCE_SECONDS)
        seen.append(job.attempt)

    job_id, lease = queue("test.long"), {"lease": timedelta(seconds=6)}
    workers = [threading.Thread(target=run_worker, args=(app, stop), kwargs=lease) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert started.wait(PATIENCE_SECONDS)
    first_lease = row(job_id).leased_until
    _wait_until(lambda: row(job_id).leased_until != first_lease)
    stop.set()
    go_on.set()
    for worker in workers:
        worker.join(PATIENCE_SECONDS)
        assert not worker.is_alive()
    assert seen == [1]
    assert row(job_id).state == State.DONE


def test_a_periodic_task_is_queued_once_for_each_interval(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[datetime] = []
    periodic("test.hourly", every=timedelta(hours=1))(lambda: ran.append(utc_now()))
    enqueue_due_periodics()
    enqueue_due_periodics()
    run_pending(app)
    assert len(ran) == 1
    later = utc_now() + timedelta(minutes=61)
    monkeypatch.setattr("sar.foundation.jobs.queue.utc_now", lambda: later)
    enqueue_due_periodics()
    monkeypatch.undo()
    job = latest("test.hourly", "-")
    assert job is not None
    assert job.state == State.QUEUED


def test_draining_inside_a_write_transaction_is_refused_instead_of_waiting_for_ever(app: Flask) -> None:
    with write_transaction(), pytest.raises(RuntimeError, match="write transaction"):
        run_pending(app)


def test_a_worker_outlives_the_loss_of_its_connections(app: Flask, database: str) -> None:
    if database == "sqlite":
        pytest.skip("SQLite has no connections to lose")
    handler("test.note", max_attempts=5)(lambda job: None)
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(app, stop), kwargs={"lease": SHORT})
    worker.start()
    try:
        first = queue("test.note", "first")
        _wait_until_done(first)
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"
        db.session.remove()
        killer = create_engine(db.engine.url)
        with killer.connect() as connection:
            connection.exec_driver_sql(others, (db.engine.url.database,))
        killer.dispose()
        db.engine.dispose()
        _wait_until_done(queue("test.note", "second"))
    finally:
        stop.set()
        worker.join(PATIENCE_SECONDS)
    assert not worker.is_alive()


def _wait_until_done(job_id: str) -> None:
    _wait_until(lambda: row(job_id).state == State.DONE)


def _wait_until(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)
