"""Guessing is slowed down, for every process alike, and nobody is named in the table that does it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from sar.foundation.db import db, write_transaction
from sar.foundation.errors import TooManyTries
from sar.foundation.throttle import ThrottleTry, _clean, check, forget

pytestmark = pytest.mark.usefixtures("context")
HOUR = timedelta(hours=1)


def tries(number: int, key: str = "SAR-7KQD-M3XP", bucket: str = "phrase") -> None:
    for _ in range(number):
        check(bucket, key, limit=3, per=HOUR)


def test_so_many_tries_pass_and_the_next_is_told_how_long_to_wait() -> None:
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        tries(1)
        clock.shift(timedelta(minutes=20))
        tries(2)
        with pytest.raises(TooManyTries) as stopped:
            tries(1)
        assert stopped.value.retry_after == 40 * 60
        clock.shift(timedelta(minutes=40, seconds=1))
        tries(1)
        with pytest.raises(TooManyTries):
            tries(1)


def test_being_stopped_does_not_make_the_wait_longer() -> None:
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        tries(3)
        for _ in range(5):
            clock.shift(timedelta(minutes=10))
            with pytest.raises(TooManyTries):
                tries(1)
        clock.shift(timedelta(minutes=10, seconds=1))
        tries(3)


def test_one_person_being_stopped_stops_nobody_else() -> None:
    tries(3)
    tries(3, key="SAR-7KQD-M3XC")
    tries(3, bucket="sign-in")
    with pytest.raises(TooManyTries):
        tries(1)


def test_two_addresses_with_the_same_digits_are_two_senders() -> None:
    tries(3, key="1.11.1.1")
    tries(3, key="11.1.1.1")


def test_a_proven_owner_starts_anew() -> None:
    tries(3)
    forget("phrase", "SAR-7KQD-M3XP")
    tries(3)


def test_a_try_counts_even_when_what_was_tried_fails() -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            check("phrase", "x", limit=3, per=HOUR)
            with write_transaction():
                raise ZeroDivisionError
    with pytest.raises(TooManyTries):
        check("phrase", "x", limit=3, per=HOUR)


def test_a_try_cannot_be_made_to_vanish_with_a_rolled_back_transaction() -> None:
    with write_transaction(), pytest.raises(RuntimeError, match="before the write transaction"):
        check("phrase", "x", limit=3, per=HOUR)


def test_tries_at_the_same_moment_do_not_slip_past_the_limit(app: Flask) -> None:
    passed: list[int] = []

    def one() -> None:
        with app.app_context():
            try:
                check("phrase", "x", limit=5, per=HOUR)
                passed.append(1)
            except TooManyTries:
                pass

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 5


def test_neither_the_reference_nor_the_address_is_in_the_table_and_old_tries_go() -> None:
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        check("address", "203.0.113.9", limit=3, per=HOUR)
        kept = db.session.scalars(select(ThrottleTry)).one()
        assert "203.0.113.9" not in (kept.fingerprint, kept.bucket, kept.id)
        assert len(kept.fingerprint) == 64
        clock.shift(timedelta(days=1, seconds=1))
        _clean()
        assert db.session.scalars(select(ThrottleTry)).all() == []
