"""Passwords and phrases: Argon2id, 64 MiB, stored as a PHC string (security.md 1)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sar.foundation.errors import Refused

MIN_LENGTH = 15
_MEMORY_KIB, _ITERATIONS, _LANES = 64 * 1024, 3, 1
# What a guesser tries first, and people stretch to the length asked for. What is left without it must stand alone.
_COMMON = (
    "password", "passw0rd", "p4ssword", "letmein", "welcome", "iloveyou", "admin", "administrator", "probation",
    "football", "liverpool", "monkey", "dragon", "sunshine", "princess", "superman", "changeme", "secret", "login",
    "spring", "summer", "autumn", "winter", "monday", "friday",
)  # fmt: skip
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1q2w3e4r5t6y7u8i9o0p",
)  # fmt: skip
_LEFT, _DIFFERENT = 8, 5


def hash_secret(secret: str) -> str:
    return _argon2(secrets.token_bytes(16)).derive_phc_encoded(secret.encode())


def verify_secret(secret: str, phc: str | None) -> bool:
    """Takes the same time whether or not there is anything to compare with."""
    try:
        Argon2id.verify_phc_encoded(secret.encode(), phc or _nobody())
    except InvalidKey:
        return False
    return phc is not None


def require_good_password(password: str) -> None:
    """Raises Refused when a password is short or easy to guess."""
    if len(password) < MIN_LENGTH:
        raise Refused(f"Use a password of at least {MIN_LENGTH} characters. Four random words work well.")
    left = _without_common_parts(password)
    if len(left) < _LEFT or len(set(left)) < _DIFFERENT:
        raise Refused("That password is easy to guess. Four random words work well.")


def _without_common_parts(password: str) -> str:
    """What remains without common words, keyboard runs of four or more, and repetition."""
    left = "".join(c for c in password.lower() if c.isalnum())
    for word in sorted(_COMMON, key=len, reverse=True):
        left = left.replace(word, "")
    for run in (*_RUNS, *(run[::-1] for run in _RUNS)):
        for size in range(len(run), 3, -1):
            for start in range(len(run) - size + 1):
                left = left.replace(run[start : start + size], "")
    return re.sub(r"(.{1,8}?)\1+", r"\1", left)


def fingerprint(token: str) -> str:
    """How a random token is stored: its SHA-256. Tokens have 256 bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _nobody() -> str:
    """A hash of nothing that anyone knows, made without hashing: the first unknown user waits no longer than others."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_ITERATIONS},p={_LANES}${salt}${digest}"


def _argon2(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB)
