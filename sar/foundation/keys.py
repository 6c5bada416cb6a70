"""Keys: a key ring outside the database wraps one key per scope; a scope key seals a case's data.

Destroying a scope's wrapped key makes everything sealed with it unreadable (security.md 18-20).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped

from sar.foundation import word_index
from sar.foundation.clock import utc_now
from sar.foundation.db import Row, UtcDateTime, db, plain, write_transaction
from sar.foundation.errors import Gone
from sar.foundation.key_ring import KeyRing, open_ring
from sar.foundation.runtime import runtime

SYSTEM_SCOPE = "system"
_NONCE = 12
_REWRAP_AT_ONCE = 500  # a writer elsewhere waits for one batch, not for all


class KeyScope(Row):
    """One key: a case's, or the system's own. `wrapped_key` is gone once erased."""

    __tablename__ = "key_scope"

    wrapped_key: Mapped[bytes | None] = plain(LargeBinary, nullable=True)
    ring_key: Mapped[str] = plain(String(16), nullable=False)
    erased_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


def new_scope(scope_id: str | None = None) -> str:
    """Make a scope and its key, inside a write transaction. Returns the scope's id."""
    ring = runtime().key_ring
    scope = KeyScope(id=scope_id, ring_key=ring.current)
    scope.wrapped_key = _wrap(ring, scope.ring_key, scope.id, AESGCM.generate_key(256))
    db.session.add(scope)
    db.session.flush()
    return scope.id


def scope_key(scope_id: str) -> bytes:
    """The 32-byte key of a scope. Raises Gone after erasure."""
    scope = db.session.get(KeyScope, scope_id)
    if scope is None:
        raise LookupError(f"no key scope {scope_id}")
    if scope.wrapped_key is None:
        raise Gone("These records have been erased.")
    return unwrap(_ring_holding(scope.ring_key), scope.ring_key, scope.id, scope.wrapped_key)


def unwrap(ring: KeyRing, ring_key: str, scope_id: str, wrapped: bytes) -> bytes:
    """A scope's key out of what its row holds. Raises KeyError where the ring lacks the master key, InvalidTag."""
    return AESGCM(ring.keys[ring_key]).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _context(scope_id))


def derived_key(scope_id: str, purpose: str) -> bytes:
    """32 bytes for one purpose, which nobody can work out once the scope's key is destroyed: then raises Gone."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"scope|{purpose}".encode()).derive(scope_key(scope_id))


def rotate() -> int:
    """Make a new master key and wrap every scope's key with it. Returns how many were wrapped anew.

    The new ring is on disk before any row needs it. Processes that run with the old ring read the new one from disk
    when they first meet a row that needs it. What they wrap with the old key meanwhile stays readable, and is wrapped
    anew by the next `rewrap`: the old key may be taken out of the ring only when `rewrap` finds nothing.
    """
    ring = open_ring(runtime().settings).with_new_key()
    ring.replace_file(runtime().settings.key_ring_path)
    current_app.extensions["sar"] = replace(runtime(), key_ring=ring)
    return rewrap()


def rewrap() -> int:
    """Wrap with the current master key every scope key that another one wraps. Safe to repeat; returns how many."""
    done = 0
    while True:
        with write_transaction() as session:
            ring = runtime().key_ring
            behind = session.scalars(
                select(KeyScope)
                .where(KeyScope.ring_key != ring.current, KeyScope.wrapped_key.is_not(None))
                .limit(_REWRAP_AT_ONCE)
                .with_for_update()
            ).all()
            for scope in behind:
                assert scope.wrapped_key is not None
                key = unwrap(_ring_holding(scope.ring_key), scope.ring_key, scope.id, scope.wrapped_key)
                scope.wrapped_key = _wrap(ring, ring.current, scope.id, key)
                scope.ring_key = ring.current
        if not behind:
            return done
        done += len(behind)


def preload(scope_ids: Iterable[str]) -> list[KeyScope]:
    """Fetch many scopes in one query, for lists. They stay at hand while the result is kept."""
    return list(db.session.scalars(select(KeyScope).where(KeyScope.id.in_(set(scope_ids)))))


def erase_scope(scope_id: str) -> None:
    """Destroy a scope's key, inside a write transaction: what it sealed cannot be read again, in any copy of it.

    Nor can it be found by its words any more.
    """
    scope = db.session.get_one(KeyScope, scope_id)
    if scope_id == SYSTEM_SCOPE:
        raise ValueError("the system's own key is never erased")
    scope.wrapped_key = None
    scope.erased_at = scope.erased_at or utc_now()
    word_index.forget(scope_id)
    db.session.flush()


def ensure_system_scope() -> str:
    """The scope for what belongs to no case: staff names, originators' addresses."""
    if db.session.get(KeyScope, SYSTEM_SCOPE) is None:
        new_scope(SYSTEM_SCOPE)
    return SYSTEM_SCOPE


def blind_index(purpose: str, value: str) -> str:
    """A keyed fingerprint for exact search on a sealed column: case, accents and spacing ignored."""
    plain_form = unicodedata.normalize("NFKD", value).casefold()
    letters = "".join(c for c in plain_form if c.isalnum())
    key = runtime().key_ring.derive(f"blind|{purpose}")
    return hmac.new(key, letters.encode(), hashlib.sha256).hexdigest()


def _ring_holding(name: str) -> KeyRing:
    """The ring, read again from disk when another process has added to it since this one started."""
    if name not in runtime().key_ring.keys:
        current_app.extensions["sar"] = replace(runtime(), key_ring=open_ring(runtime().settings))
    return runtime().key_ring


def _wrap(ring: KeyRing, ring_key: str, scope_id: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(ring.keys[ring_key]).encrypt(nonce, key, _context(scope_id))


def _context(scope_id: str) -> bytes:
    return f"key_scope|wrapped_key|{scope_id}".encode()
