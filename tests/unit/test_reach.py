"""What a unit test may reach: neither the network nor a database."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketBlockedError
from sqlalchemy import create_engine


def test_a_unit_test_opens_no_socket() -> None:
    with pytest.raises(SocketBlockedError):
        socket.create_connection(("127.0.0.1", 9), timeout=0.1)


def test_a_unit_test_opens_no_database() -> None:
    with pytest.raises(RuntimeError, match="opened a database"):
        create_engine("sqlite://").connect()
