"""How long an answer takes tells nothing, and a guess costs what it should."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from flask import Flask

from sar.access import passwords, service
from sar.access.permissions import Role
from sar.foundation.actors import SYSTEM
from sar.foundation.errors import Refused
from tests.security.people import hire

EMAIL = "someone@northvale.example"


def median(attempt: Callable[[int], object]) -> float:
    """Processor time of one refusal, in seconds: other work on this machine is not counted."""
    times = []
    for number in range(3):
        started = time.process_time()
        with pytest.raises(Refused):
            attempt(number)
        times.append(time.process_time() - started)
    return statistics.median(times)


def test_an_unknown_name_takes_as_long_as_a_known_one(in_app: Flask) -> None:
    hire(EMAIL, Role.CASEWORKER)
    passwords._nobody.cache_clear()  # the very first unknown name is no quicker and no slower

    def staff(email: str) -> float:
        return median(lambda number: service.sign_in_staff(email, "wrong wrong wrong wrong", "0", f"192.0.2.{number}"))

    assert 0.6 < staff("nobody@northvale.example") / staff(EMAIL) < 1.6


def test_an_unknown_reference_takes_as_long_as_a_known_one(in_app: Flask) -> None:
    service.issue_phrase(SYSTEM, "SAR-FCTD-JD4P")

    def requester(reference: str) -> float:
        return median(lambda number: service.sign_in_requester(reference, "six wrong words", f"192.0.2.{number}"))

    known = requester("SAR-FCTD-JD4P")
    assert 0.6 < requester("SAR-66N9-9M4G") / known < 1.6
    assert 0.6 < requester("no reference at all") / known < 1.6


def test_a_password_is_hashed_so_that_guessing_is_dear() -> None:
    """Argon2id with 64 MiB, each with a salt of its own (OWASP)."""
    first, second = passwords.hash_secret("same"), passwords.hash_secret("same")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert first != second
    assert passwords.verify_secret("same", first)
    assert not passwords.verify_secret("Same", first)
    assert not passwords.verify_secret("same", None)
