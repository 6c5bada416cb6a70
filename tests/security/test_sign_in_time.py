"""How long an answer takes tells nothing, and a guess costs what it should."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from sar.access import passwords, service
from sar.access.permissions import Role
from sar.foundation.actors import SYSTEM
from sar.foundation.errors import Refused
from tests.security.people import hire

pytestmark = pytest.mark.usefixtures("real_hashes")
EMAIL = "someone@northvale.example"


ATTEMPTS = 3


def cost(attempt: Callable[[], object]) -> float:
    """Processor time of one refusal, in seconds: other work on this machine is not counted."""
    started = time.process_time()
    with pytest.raises(Refused):
        attempt()
    return time.process_time() - started


def assert_takes_as_long(unknown: Callable[[str], object], known: Callable[[str], object]) -> None:
    """Both are tried in turn, so that whatever slows this machine slows both; the least of each is what it needs.

    An answer without a hash would take a hundredth of the time.
    """
    first = cost(lambda: unknown("192.0.2.1"))  # the very first is no quicker: nothing is prepared for it
    pairs = [
        (cost(partial(unknown, f"192.0.2.{number}")), cost(partial(known, f"198.51.100.{number}")))
        for number in range(ATTEMPTS)
    ]
    needed, expected = (min(times) for times in zip(*pairs, strict=True))
    assert 0.5 < needed / expected < 2
    assert 0.5 < first / expected


def test_an_unknown_name_takes_as_long_as_a_known_one(in_app: Flask) -> None:
    hire(EMAIL, Role.CASEWORKER)
    passwords._nobody.cache_clear()

    def staff(email: str, address: str) -> object:
        return service.sign_in_staff(email, "wrong wrong wrong wrong", "0", address)

    assert_takes_as_long(partial(staff, "nobody@northvale.example"), partial(staff, EMAIL))


@pytest.mark.parametrize("unknown", ["SAR-66N9-9M4G", "no reference at all"])
def test_an_unknown_reference_takes_as_long_as_a_known_one(in_app: Flask, unknown: str) -> None:
    service.issue_phrase(SYSTEM, "SAR-FCTD-JD4P")
    passwords._nobody.cache_clear()

    def requester(reference: str, address: str) -> object:
        return service.sign_in_requester(reference, "six wrong words", address)

    assert_takes_as_long(partial(requester, unknown), partial(requester, "SAR-FCTD-JD4P"))


def test_a_password_is_hashed_so_that_guessing_is_dear() -> None:
    """Argon2id with 64 MiB, each with a salt of its own (OWASP)."""
    first, second = passwords.hash_secret("same"), passwords.hash_secret("same")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert first != second
    assert passwords.verify_secret("same", first)
    assert not passwords.verify_secret("Same", first)
    assert not passwords.verify_secret("same", None)
