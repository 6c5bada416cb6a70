"""One-time codes agree with every authenticator app (RFC 6238) and each counts once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from sar.access.totp import code_at, enrolment_uri, matching_counter, new_seed

RFC_SEED = base64.b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW = int(NOON.timestamp()) // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1, the last six digits."""
    assert code_at(RFC_SEED, datetime.fromtimestamp(seconds, UTC)) == code


def test_a_clock_half_a_minute_off_is_forgiven_and_no_more() -> None:
    codes = {offset: code_at(RFC_SEED, NOON, offset) for offset in range(-4, 5)}
    accepted = [offset for offset, code in codes.items() if matching_counter(RFC_SEED, code, NOON, 0)]
    assert accepted == [-1, 0, 1]


def test_a_used_code_and_all_before_it_are_no_good() -> None:
    code = code_at(RFC_SEED, NOON)
    assert matching_counter(RFC_SEED, code, NOON, NOW - 1) == NOW
    assert matching_counter(RFC_SEED, code, NOON, NOW) is None
    assert matching_counter(RFC_SEED, code_at(RFC_SEED, NOON, -1), NOON, NOW) is None
    assert matching_counter(RFC_SEED, code_at(RFC_SEED, NOON, 1), NOON, NOW) == NOW + 1


@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\0" * 6])
def test_what_is_no_code_matches_nothing_and_breaks_nothing(typed: str) -> None:
    assert matching_counter(RFC_SEED, typed, NOON, 0) is None


def test_a_code_may_be_typed_as_apps_show_it() -> None:
    code = code_at(RFC_SEED, NOON)
    assert matching_counter(RFC_SEED, f"{code[:3]} {code[3:]}", NOON, 0) == NOW


def test_seeds_are_long_enough_and_differ() -> None:
    seeds = {new_seed() for _ in range(20)}
    assert len(seeds) == 20
    assert {len(base64.b32decode(seed)) for seed in seeds} == {20}


def test_an_account_with_odd_letters_stays_inside_its_place() -> None:
    uri = enrolment_uri("ABC", "a&secret=EVIL@x.example", "North & Vale/Probation")
    assert uri.split("?")[1].count("secret=") == 1
    assert "EVIL" not in uri.split("?")[1]
