"""What the other tests may reach: this machine, and a fresh database each."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from flask import Flask
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from sar.foundation.db import Base, db, write_transaction
from sar.foundation.keys import KeyScope, new_scope
from tests.postgres_pool import PostgresPool
from tests.routing import compiled_afresh


def test_a_test_reaches_no_other_machine() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_the_migrated_database_as_new(app: Flask, database: str, turn: int) -> None:
    with app.app_context():
        assert db.engine.dialect.name == database
        assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())
        before = db.session.query(KeyScope).count()
        with write_transaction():
            new_scope()
        assert db.session.query(KeyScope).count() == before + 1
        assert before <= 1, "only the system's own scope may be there from the start"


def test_addresses_that_were_compiled_before_are_what_they_would_be_afresh(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for built, unknown in ((rule._build, False), (rule._build_unknown, True)):
            ours, fresh = built.__func__.__code__, compiled_afresh(rule, unknown).__code__
            assert (ours.co_code, ours.co_consts, ours.co_varnames) == (
                fresh.co_code,
                fresh.co_consts,
                fresh.co_varnames,
            )


@pytest.fixture(scope="module")
def pool() -> Iterator[PostgresPool]:
    if "SAR_TEST_POSTGRES_URL" not in os.environ:
        pytest.skip("no PostgreSQL server: SAR_TEST_POSTGRES_URL is not set (scripts/test starts one)")

    def fill(url: str) -> None:
        run(
            url,
            "CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, words text)",
            "INSERT INTO kept (words) VALUES ('a\tb'), (NULL)",
            "CREATE TABLE pointing (id bigserial PRIMARY KEY, kept bigint REFERENCES kept (id))",
            "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no'; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER no BEFORE DELETE OR TRUNCATE ON pointing FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
        )

    made = PostgresPool(os.environ["SAR_TEST_POSTGRES_URL"], fill)
    yield made
    made.close()


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    """What the last one gives."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def test_a_database_is_used_again_as_new(pool: PostgresPool) -> None:
    before = None
    for _turn in range(2):
        with pool.lease() as url:
            assert before in (None, url)
            before = url
            assert run(url, "SELECT id, words FROM kept ORDER BY id") == [(1, "a\tb"), (2, None)]
            assert run(url, "SELECT * FROM pointing") == []
            added = run(url, "INSERT INTO kept (words) VALUES ('new') RETURNING id")
            assert added == [(3,)] and run(url, "INSERT INTO pointing (kept) VALUES (3) RETURNING id") == [(1,)]
            run(url, "UPDATE kept SET words = 'changed' WHERE id = 1")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE pointing DISABLE TRIGGER no",
        "ALTER TABLE pointing ADD COLUMN more text",
        "ALTER TABLE kept ALTER COLUMN words SET NOT NULL",
        "CREATE INDEX more ON kept (words)",
        "CREATE TABLE more ()",
        "DROP TABLE pointing",
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RETURN NULL; END $$ LANGUAGE plpgsql",
    ],
)
def test_a_database_whose_shape_was_changed_is_not_used_again(pool: PostgresPool, change: str) -> None:
    with pool.lease() as first:
        run(first, "DELETE FROM kept WHERE words IS NULL", change)
    with pool.lease() as second:
        assert second != first and len(run(second, "SELECT * FROM kept")) == 2


def test_whoever_is_still_connected_is_cut_off(pool: PostgresPool) -> None:
    with pool.lease() as url:
        left_open = create_engine(url).connect()
        left_open.execute(text("INSERT INTO kept (words) VALUES ('not yet committed')"))
    with pytest.raises(OperationalError):
        left_open.execute(text("SELECT 1"))
    left_open.invalidate()
    with pool.lease() as again:
        assert again == url and len(run(url, "SELECT * FROM kept")) == 2
