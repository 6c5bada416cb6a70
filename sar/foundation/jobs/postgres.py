"""Procrastinate as the engine on PostgreSQL: it wakes workers, spreads jobs over machines, finds those that died.

Its tasks only point at our rows; leasing, attempts and results are `runner`'s, the same as on SQLite.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import psycopg
from flask import Flask
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.app import WorkerOptions
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext as ProcrastinateContext
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
from sar.foundation.jobs import dispatch
from sar.foundation.jobs.queue import enqueue_due_periodics
from sar.foundation.jobs.runner import LEASE, claim, run

_FORGOTTEN_AFTER: Final = timedelta(minutes=2)
_STOP_POLL_SECONDS: Final = 0.2
_RECONNECT_AFTER_SECONDS: Final = 2
_log = logging.getLogger(__name__)
_WORKER_OPTIONS: Final[WorkerOptions] = {
    "queues": [dispatch.QUEUE],
    "delete_jobs": "successful",
    "install_signal_handlers": False,
}


def run_pending(app: Flask, limit: int | None) -> int:
    """Drain the queue through a real Procrastinate worker; returns how many jobs were run."""
    if limit == 0:
        return 0
    count = 0

    async def drain() -> None:
        loop = asyncio.get_running_loop()

        def counted() -> None:
            nonlocal count
            count += 1
            if count == limit:
                loop.call_soon_threadsafe(running.cancel)

        engine = _engine(app, LEASE, counted)
        async with engine.open_async():
            options: WorkerOptions = {**_WORKER_OPTIONS, "wait": False, "listen_notify": False}
            running = asyncio.create_task(engine.run_worker_async(**options))
            with suppress(asyncio.CancelledError):
                await running

    # A thread of its own: the caller's may run an event loop already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, drain()).result()
    return count


def work(app: Flask, stop: threading.Event, lease: timedelta) -> None:
    """Run a worker until `stop` is set; the job in hand is finished first. A lost database is waited for."""

    async def until_stopped() -> None:
        engine = _engine(app, lease, lambda: None)
        _add_periodics(engine, app, lease)
        async with engine.open_async():
            await _retry_stalled(engine, lease)
            options: WorkerOptions = {
                **_WORKER_OPTIONS,
                "update_heartbeat_interval": lease.total_seconds() / 3,
                "stalled_worker_timeout": lease.total_seconds(),
            }
            running = asyncio.create_task(engine.run_worker_async(**options))
            while not stop.is_set() and not running.done():
                await asyncio.sleep(_STOP_POLL_SECONDS)
            running.cancel()  # which Procrastinate takes as: finish what you have, then stop
            with suppress(asyncio.CancelledError):
                await running

    while not stop.is_set():
        try:
            asyncio.run(until_stopped())
        except (ConnectorException, psycopg.OperationalError, OperationalError) as error:
            _log.warning("the database was not to be had: %s", type(error).__name__)
        stop.wait(_RECONNECT_AFTER_SECONDS)


def _engine(app: Flask, lease: timedelta, when_run: Callable[[], None]) -> App:
    url = make_url(app.extensions["sar"].settings.database_url).set(drivername="postgresql")
    engine = App(connector=PsycopgConnector(conninfo=url.render_as_string(hide_password=False), min_size=1))

    # What a handler raises is dealt with by `run`; what gets out here is the database failing us.
    @engine.task(name=dispatch.TASK, queue=dispatch.QUEUE, retry=RetryStrategy(wait=_RECONNECT_AFTER_SECONDS))
    def run_job(job_id: str) -> None:
        with app.app_context():
            job = claim(lease, job_id)
            if isinstance(job, datetime):  # held by another worker: look again when its lease has ended
                with write_transaction() as session:
                    dispatch.defer(session, job_id, job)
        if job is None or isinstance(job, datetime):
            return
        run(app, job, lease)
        when_run()

    return engine


def _add_periodics(engine: App, app: Flask, lease: timedelta) -> None:
    @engine.periodic(cron="* * * * *")
    @engine.task(name="sar.tick", queue=dispatch.QUEUE, queueing_lock="sar.tick")
    def tick(timestamp: int) -> None:
        with app.app_context():
            enqueue_due_periodics()
            with write_transaction() as session:
                dispatch.defer_forgotten(session, utc_now() - _FORGOTTEN_AFTER)

    # The sixth field of the schedule is seconds.
    @engine.periodic(cron="* * * * * */10")
    @engine.task(name="sar.retry_stalled", queue=dispatch.QUEUE, queueing_lock="sar.retry_stalled", pass_context=True)
    async def retry_stalled(context: ProcrastinateContext, timestamp: int) -> None:
        await _retry_stalled(context.app, lease)


async def _retry_stalled(engine: App, lease: timedelta) -> None:
    """Give back what a worker was doing when its heartbeat stopped."""
    manager = engine.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=lease.total_seconds()):
        await manager.retry_job(job)
