"""Passwords and phrases: Argon2id, 64 MiB, stored as a PHC string (security.md 1)."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sar.foundation.errors import Refused

MIN_LENGTH = 15
_MEMORY_KIB, _ITERATIONS, _LANES = 64 * 1024, 3, 1
# Patterns that a length rule lets through and a guesser tries first.
_COMMON = ("password", "letmein", "qwerty", "probation", "welcome", "iloveyou", "12345", "abcdef", "admin")


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
    stripped = "".join(c for c in password.lower() if c.isalnum())
    if len(set(stripped)) < 6 or any(stripped.replace(word, "") != stripped
                                     and len(stripped.replace(word, "")) < 8 for word in _COMMON):
        raise Refused("That password is easy to guess. Four random words work well.")


def fingerprint(token: str) -> str:
    """How a random token is stored: its SHA-256. Tokens have 256 bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _nobody() -> str:
    return hash_secret(secrets.token_urlsafe(32))


def _argon2(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB)
