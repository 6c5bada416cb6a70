"""The audit log: what happened stays as it was written, in one unbroken chain, whoever writes at the same time."""

from __future__ import annotations

import hashlib
import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from sar.foundation import audit
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction

THREADS, EACH = 8, 100


def write(count: int = 1) -> None:
    for number in range(count):
        with write_transaction():
            audit.record(SYSTEM, Action.SESSIONS_REVOKED, "someone", count=number)


def broken_links() -> list[int]:
    """The numbers of entries that do not follow from the one before, worked out anew from what is stored."""
    db.session.rollback()
    previous, wrong = audit.GENESIS, []
    for number, entry in enumerate(audit.entries(), start=1):
        body = {k: v for k, v in entry.as_dict().items() if k not in ("previous", "hash")}
        expected = hashlib.sha256((previous + audit.canonical(body)).encode()).hexdigest()
        if (entry.seq, entry.previous, entry.hash) != (number, previous, expected):
            wrong.append(number)
        previous = entry.hash
    return wrong


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("facts", [{}, {"count": 1, "name": "Quillonella"}, {"name": "Quillonella"}])
def test_an_entry_holds_exactly_what_its_kind_allows(facts: dict[str, object]) -> None:
    """No name slips into the log because a programmer thought it would be handy."""
    with pytest.raises(ValueError, match="takes"), write_transaction():
        audit.record(SYSTEM, Action.SESSIONS_REVOKED, "someone", **facts)
    assert audit.head().entries == 0


def test_every_kind_of_entry_has_a_name_of_its_own() -> None:
    labels = [action.label for action in Action]
    assert len(labels) == len(set(labels))
    assert not [label for label in labels if len(label) > 60 or not label.replace(".", "").replace("_", "").isalpha()]


@pytest.mark.usefixtures("context")
def test_an_entry_stands_or_falls_with_the_change_it_tells_of() -> None:
    write()
    with pytest.raises(ZeroDivisionError), write_transaction():
        audit.record(SYSTEM, Action.SESSIONS_REVOKED, "someone", count=9)
        _ = 1 / 0
    with pytest.raises(RuntimeError, match="write_transaction"):
        audit.record(SYSTEM, Action.SESSIONS_REVOKED, "someone", count=9)
    write()
    assert audit.head().entries == 2
    assert broken_links() == []


@pytest.mark.usefixtures("context")
def test_only_plain_facts_can_be_written() -> None:
    with write_transaction():
        entry = audit.record(SYSTEM, Action.LINK_ISSUED, "x", purpose="p", expires_on=date(2026, 3, 2))
        assert entry.as_dict()["facts"] == {"purpose": "p", "expires_on": "2026-03-02"}
    with pytest.raises(TypeError), write_transaction():
        audit.record(SYSTEM, Action.SESSIONS_REVOKED, "someone", count=object())


ATTACKS = {
    "edit": "UPDATE audit_entry SET actor_id = 'someone else' WHERE seq = 2",
    "remove": "DELETE FROM audit_entry WHERE seq = 2",
    "remove all": "DELETE FROM audit_entry",
    "put in between": "INSERT INTO audit_entry SELECT 2, at, actor_kind, actor_id, action, subject_id, case_id, facts,"
    " previous, 'x' FROM audit_entry WHERE seq = 1",
}
ONLY_SQLITE = {
    "replace": "INSERT OR REPLACE INTO audit_entry SELECT seq, at, actor_kind, 'someone else', action, subject_id,"
    " case_id, facts, previous, hash FROM audit_entry WHERE seq = 2",
    "update or replace": "UPDATE OR REPLACE audit_entry SET seq = 1 WHERE seq = 2",
    "upsert": "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2"
    " ON CONFLICT (seq) DO UPDATE SET actor_id = 'someone else'",
}
ONLY_POSTGRESQL = {
    "truncate": "TRUNCATE audit_entry",
    "upsert": "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2"
    " ON CONFLICT (seq) DO UPDATE SET actor_id = 'someone else'",
}


def test_the_database_itself_refuses_to_change_what_was_written(context: Flask) -> None:
    """Not only our own code: a stray statement of an administrator stops here too."""
    write(3)
    before = [entry.as_dict() for entry in audit.entries()]
    postgresql = context.extensions["sar"].settings.is_postgresql
    for name, statement in (ATTACKS | (ONLY_POSTGRESQL if postgresql else ONLY_SQLITE)).items():
        db.session.rollback()
        with pytest.raises(DatabaseError), write_transaction() as session:
            session.execute(text(statement))
            pytest.fail(f"{name} went through")
        db.session.rollback()
        assert [entry.as_dict() for entry in audit.entries()] == before, name
    write()
    assert broken_links() == []


def test_many_writers_at_once_leave_one_unbroken_chain(app: Flask) -> None:
    """With SQLite's ordinary BEGIN 600 of 800 were lost."""
    start, failures = threading.Barrier(THREADS), []

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                write(EACH)
            except SQLAlchemyError as error:
                failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with app.app_context():
        assert audit.head().entries == THREADS * EACH
        assert broken_links() == []
        assert db.session.query(AuditEntry.hash).distinct().count() == THREADS * EACH
