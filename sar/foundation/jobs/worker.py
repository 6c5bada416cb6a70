"""The worker: takes due jobs one after another until told to stop."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.context import ForkProcess
from typing import Final

from flask import Flask, has_app_context
from sqlalchemy.exc import OperationalError

from sar.foundation import workroom
from sar.foundation.db import db
from sar.foundation.jobs.queue import enqueue_due_periodics
from sar.foundation.jobs.registry import periodic
from sar.foundation.jobs.runner import LEASE, claim, run

_POLL_SECONDS: Final = 0.5
_PERIODICS_EVERY_SECONDS: Final = 15.0
_RESTART_AFTER_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


def run_pending(app: Flask, limit: int | None = None) -> int:
    """Do what is due now, and what that causes, then return how many jobs were run. Periodic tasks are left alone."""
    if has_app_context():
        if db.session().info.get("writing"):
            raise RuntimeError("run_pending() would wait for the write transaction that it is called in")
        db.session.rollback()
    if _on_postgresql(app):
        from sar.foundation.jobs import postgres

        count = postgres.run_pending(app, limit)
    else:
        count = 0
        while (limit is None or count < limit) and _run_next(app, LEASE):
            count += 1
    if has_app_context():
        db.session.rollback()  # so that the caller sees what the jobs did
    return count


def run_worker(app: Flask, stop: threading.Event, processes: int = 1, *, lease: timedelta = LEASE) -> None:
    """Work until `stop` is set; the job in hand is finished first.

    With several processes each is a fork of this one, so call it before starting threads; one that dies is replaced.
    """
    with app.app_context():
        workroom.sweep()  # what a killed worker left is plaintext
    work = _work_on_postgresql if _on_postgresql(app) else _work_on_sqlite
    if processes == 1:
        work(app, stop, lease)
    else:
        _supervise(app, stop, processes, lease, work)


@periodic("workroom.sweep", every=timedelta(hours=1))
def _sweep_workroom() -> None:
    workroom.sweep()


Work = Callable[[Flask, threading.Event, timedelta], None]


def _on_postgresql(app: Flask) -> bool:
    return bool(app.extensions["sar"].settings.is_postgresql)


def _run_next(app: Flask, lease: timedelta) -> bool:
    with app.app_context():
        job = claim(lease)
    if job is None or isinstance(job, datetime):
        return False
    run(app, job, lease)
    return True


def _work_on_sqlite(app: Flask, stop: threading.Event, lease: timedelta) -> None:
    looked_at = float("-inf")
    while not stop.is_set():
        try:
            if time.monotonic() - looked_at >= _PERIODICS_EVERY_SECONDS:
                looked_at = time.monotonic()
                with app.app_context():
                    enqueue_due_periodics()
            busy = _run_next(app, lease)
        except OperationalError as error:
            # Another process kept the database longer than the busy timeout: no reason to stop working.
            _log.warning("the database was not to be had: %s", type(error.orig).__name__)
            busy = False
        if not busy:
            stop.wait(_POLL_SECONDS)


def _work_on_postgresql(app: Flask, stop: threading.Event, lease: timedelta) -> None:
    from sar.foundation.jobs import postgres

    postgres.work(app, stop, lease)


def _supervise(app: Flask, stop: threading.Event, processes: int, lease: timedelta, work: Work) -> None:
    fork = multiprocessing.get_context("fork")
    children: list[ForkProcess] = []
    while not stop.is_set():
        children = [child for child in children if child.is_alive()]
        while len(children) < processes:
            child = fork.Process(target=_child, args=(app, lease, work), daemon=True)
            child.start()
            children.append(child)
        stop.wait(_RESTART_AFTER_SECONDS)
    for child in children:
        child.terminate()
    for child in children:
        child.join()


def _child(app: Flask, lease: timedelta, work: Work) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the group; the parent decides
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)  # connections of the parent are not ours to use or close
    work(app, stop, lease)
