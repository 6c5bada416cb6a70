"""What the other tests may reach: this machine, and a fresh database each."""

from __future__ import annotations

import socket

import pytest
from flask import Flask
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import inspect

from sar.foundation.db import Base, db, write_transaction
from sar.foundation.keys import KeyScope, new_scope


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
