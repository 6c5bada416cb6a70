"""Time-based one-time codes (RFC 6238, SHA-1, six digits, 30 seconds), pure."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from hmac import compare_digest
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_SECONDS = 30
DIGITS = 6


def new_seed() -> str:
    """A fresh 160-bit seed in base32, as authenticator apps read it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(seed: str, instant: datetime, offset: int = 0) -> str:
    """The code shown `offset` steps from an instant."""
    return _code(seed, _counter(instant) + offset)


def matching_counter(seed: str, code: str, instant: datetime, last_used: int) -> int | None:
    """The counter that this code belongs to, one step early or late allowed; None if wrong or used.

    A counter at or before `last_used` never matches: a code works once.
    """
    typed = code.replace(" ", "")
    now = _counter(instant)
    found = None
    for counter in (now - 1, now, now + 1):
        if compare_digest(_code(seed, counter).encode(), typed.encode()) and counter > last_used:
            found = counter
    return found


def enrolment_uri(seed: str, account: str, issuer: str) -> str:
    """What an authenticator app reads from a QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?secret={seed}&issuer={quote(issuer)}"


def _counter(instant: datetime) -> int:
    return int(instant.timestamp()) // STEP_SECONDS


def _code(seed: str, counter: int) -> str:
    return HOTP(base64.b32decode(seed), DIGITS, SHA1()).generate(max(counter, 0)).decode()
