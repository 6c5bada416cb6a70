"""A command is stored whole or not at all, and two that write at once do not lose each other's work."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from sar.foundation import db as database
from sar.foundation.audit import AuditEntry
from sar.foundation.db import UtcDateTime, db, write_transaction
from sar.foundation.keys import KeyScope
from sar.foundation.throttle import ThrottleTry

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def note(name: str) -> ThrottleTry:
    """A row of the simplest kind."""
    return ThrottleTry(bucket=name, fingerprint="f", at=NOW)


def stored() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(ThrottleTry.bucket)))


@pytest.mark.usefixtures("context")
class TestOneCommand:
    def test_it_is_stored_when_it_ends_well(self) -> None:
        with write_transaction() as session:
            session.add(note("one"))
        assert stored() == ["one"]

    def test_nothing_of_it_is_stored_when_it_fails(self) -> None:
        with pytest.raises(ZeroDivisionError), write_transaction() as session:
            session.add(note("one"))
            session.flush()
            _ = 1 / 0
        assert stored() == []

    def test_a_command_inside_a_command_is_part_of_it(self) -> None:
        with pytest.raises(ZeroDivisionError), write_transaction() as outer:
            outer.add(note("outer"))
            with write_transaction() as inner:
                assert inner is outer
                inner.add(note("inner"))
            _ = 1 / 0  # the inner one ended well; that alone stores nothing
        assert stored() == []

    def test_it_sees_what_it_wrote_itself(self) -> None:
        with write_transaction() as session:
            session.add(note("one"))
            assert session.scalar(select(func.count()).select_from(ThrottleTry)) == 1

    def test_a_failed_part_that_was_swallowed_stores_nothing(self) -> None:
        """Half a command is never stored, even when somebody forgot about the other half."""
        with pytest.raises(RuntimeError, match="swallowed"), write_transaction() as session:
            session.add(note("first half"))
            try:
                with write_transaction():
                    raise KeyError("second half")
            except KeyError:
                pass
        assert stored() == []

    def test_swallowed_twice_it_stores_nothing_either(self) -> None:
        with pytest.raises(RuntimeError, match="swallowed"), write_transaction() as session:
            session.add(note("first"))
            try:
                with write_transaction():
                    try:
                        with write_transaction():
                            raise KeyError("third")
                    except KeyError:
                        pass
            except KeyError:
                pass
        assert stored() == []

    def test_the_next_command_starts_clean_after_a_failure(self) -> None:
        with pytest.raises(IntegrityError), write_transaction() as session:
            session.add(note("one"))
            session.add(KeyScope(id="system", ring_key="k1"))  # is there already
        with write_transaction() as session:
            session.add(note("two"))
        assert stored() == ["two"]

    def test_changes_made_outside_a_command_are_refused_not_carried_along(self) -> None:
        db.session.add(note("stray"))
        with pytest.raises(RuntimeError, match="outside"), write_transaction():
            pytest.fail("it must not begin")
        db.session.rollback()
        assert stored() == []

    def test_what_a_failed_statement_carried_is_not_in_its_message(self) -> None:
        """Messages of errors end in logs."""
        with pytest.raises(IntegrityError) as failure, write_transaction() as session:
            session.add_all([note("secret value"), KeyScope(id="system", ring_key="secret name")])
        assert "secret" not in str(failure.value)


def test_two_commands_at_once_each_see_the_other_whole(app: Flask) -> None:
    """Counting up from what is there, by read then write, loses no step on SQLite: writers wait for each other."""
    if app.extensions["sar"].settings.is_postgresql:
        lock = "SELECT pg_advisory_xact_lock(1)"
    else:
        lock = "SELECT 1"  # the write transaction itself is the lock
    start, failures = threading.Barrier(4), []

    def count_up() -> None:
        with app.app_context():
            start.wait()
            for _ in range(10):
                with write_transaction() as session:
                    session.connection().exec_driver_sql(lock)
                    there = session.scalar(select(func.count()).select_from(ThrottleTry)) or 0
                    time.sleep(0.001)
                    if session.scalar(select(func.count()).select_from(ThrottleTry)) != there:
                        failures.append("someone wrote in between")
                    session.add(note(f"{there:03}"))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with app.app_context():
        assert stored() == [f"{number:03}" for number in range(40)]


def test_whoever_waits_in_vain_to_write_hears_of_it_and_can_write_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if app.extensions["sar"].settings.is_postgresql:
        pytest.skip("PostgreSQL's writers queue")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    heard: list[object] = []

    def write() -> None:
        with app.app_context():
            with pytest.raises(OperationalError, match="database is locked"), write_transaction():
                pytest.fail("somebody else is writing")
            heard.append("locked")
            released.wait(60)
            with write_transaction() as session:
                session.add(note("late"))
                heard.append(session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one())

    released, writer = threading.Event(), threading.Thread(target=write)
    with app.app_context():
        with write_transaction() as session:
            session.add(note("early"))
            session.flush()
            writer.start()
            until = time.monotonic() + 60
            while not heard and time.monotonic() < until:
                time.sleep(0.01)
        released.set()
        writer.join()
        assert heard == ["locked", 30000] and stored() == ["early", "late"]


def test_a_reader_is_not_kept_waiting_by_a_writer(app: Flask) -> None:
    with app.app_context(), write_transaction() as session:
        session.add(note("unfinished"))
        session.flush()
        seen: list[int] = []

        def read() -> None:
            with app.app_context():
                seen.append(len(stored()))

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=60)
        assert seen == [0]


def test_sqlite_is_set_to_survive_a_power_cut(context: Flask) -> None:
    if context.extensions["sar"].settings.is_postgresql:
        pytest.skip("PostgreSQL's own settings decide")
    wanted = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000, "foreign_keys": 1, "secure_delete": 1}
    with db.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


@pytest.mark.usefixtures("context")
def test_times_are_kept_as_instants_and_a_time_without_zone_is_refused() -> None:
    summer = timezone(timedelta(hours=1))
    with write_transaction() as session:
        session.add(ThrottleTry(bucket="b", fingerprint="f", at=datetime(2026, 7, 1, 0, 30, tzinfo=summer)))
    db.session.expire_all()
    found = db.session.scalars(select(ThrottleTry.at)).one()
    assert found == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="aware"), write_transaction() as session:
        session.add(ThrottleTry(bucket="b", fingerprint="f", at=NOW.replace(tzinfo=None)))


def test_every_column_says_whether_it_is_personal() -> None:
    """A new column that nobody thought about fails here; a personal one is stored as ciphertext or not at all."""
    import sar.site

    assert sar.site.STAFF_DOOR  # brings every stage's tables
    untagged = [
        str(column) for table in db.metadata.sorted_tables for column in table.columns if "personal" not in column.info
    ]
    assert not untagged
    personal = [c for table in db.metadata.sorted_tables for c in table.columns if c.info["personal"]]
    assert len(personal) > 10
    assert not [str(c) for c in personal if not c.name.endswith("_sealed") or c.type.python_type is not bytes]
    assert not [
        str(c) for t in db.metadata.sorted_tables for c in t.columns if c.name.endswith("_sealed") and c not in personal
    ]
    naive = [
        str(c)
        for t in db.metadata.sorted_tables
        for c in t.columns
        if c.type.python_type is datetime and not isinstance(c.type, UtcDateTime)
    ]
    assert not naive
    assert AuditEntry.__table__ in db.metadata.sorted_tables
