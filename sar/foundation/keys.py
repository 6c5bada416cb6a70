"""Keys: a key ring outside the database wraps one key per scope; a scope key seals a case's data.

Destroying a scope's wrapped key makes everything sealed with it unreadable (security.md 18-20).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped

from sar.foundation.clock import utc_now
from sar.foundation.db import Row, UtcDateTime, db, plain
from sar.foundation.errors import Gone
from sar.foundation.runtime import runtime
from sar.settings import Settings, SettingsError

SYSTEM_SCOPE = "system"
_NONCE = 12


class KeyScope(Row):
    """One key: a case's, or the system's own. `wrapped_key` is gone once erased."""

    __tablename__ = "key_scope"

    wrapped_key: Mapped[bytes | None] = plain(LargeBinary, nullable=True)
    ring_key: Mapped[str] = plain(String(16), nullable=False)
    erased_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


@dataclass(frozen=True)
class KeyRing:
    """Master keys by name. `current` wraps new scope keys; the others still unwrap old ones."""

    current: str
    keys: dict[str, bytes]
    signing_seed: bytes
    demo: bool

    @classmethod
    def create(cls, path: Path, *, demo: bool) -> KeyRing:
        """Make a new ring on disk, readable by its owner alone. Never overwrites one."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = {
            "current": "k1",
            "demo": demo,
            "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
            "signing_seed": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(ring, file)
            file.flush()
            os.fsync(file.fileno())
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        try:
            ring = json.loads(path.read_text())
            return cls(
                current=ring["current"],
                keys={name: base64.b64decode(key) for name, key in ring["keys"].items()},
                signing_seed=base64.b64decode(ring["signing_seed"]),
                demo=bool(ring["demo"]),
            )
        except FileNotFoundError as error:
            raise SettingsError(f"There is no key ring at {path}. Make one with: flask keys create") from error
        except (KeyError, ValueError) as error:
            raise SettingsError(f"The key ring at {path} is damaged.") from error

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (blind index, cookie signing), from the first master key."""
        first = self.keys[min(self.keys)]
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"sar|{purpose}".encode()).derive(first)

    def signing_key(self) -> Ed25519PrivateKey:
        """Signs audit checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self.signing_seed)

    def fingerprint(self) -> str:
        """SHA-256 of the public signing key: note it down where the database's keeper cannot change it."""
        public = self.signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return hashlib.sha256(public).hexdigest()


def open_ring(settings: Settings) -> KeyRing:
    """The ring for these settings. Demo and test rings are made on first use; production never."""
    path = settings.key_ring_path
    if not path.exists() and settings.environment != "production":
        return KeyRing.create(path, demo=True)
    ring = KeyRing.load(path)
    if ring.demo and settings.environment == "production":
        raise SettingsError("This key ring was made for a demonstration. Make one with: flask keys create")
    return ring


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
    ring = runtime().key_ring
    return AESGCM(ring.keys[scope.ring_key]).decrypt(
        scope.wrapped_key[:_NONCE], scope.wrapped_key[_NONCE:], _context(scope.id)
    )


def preload(scope_ids: Iterable[str]) -> list[KeyScope]:
    """Fetch many scopes in one query, for lists. They stay at hand while the result is kept."""
    return list(db.session.scalars(select(KeyScope).where(KeyScope.id.in_(set(scope_ids)))))


def erase_scope(scope_id: str) -> None:
    """Destroy a scope's key, inside a write transaction: what it sealed cannot be read again, in any copy of it."""
    scope = db.session.get_one(KeyScope, scope_id)
    if scope_id == SYSTEM_SCOPE:
        raise ValueError("the system's own key is never erased")
    scope.wrapped_key = None
    scope.erased_at = scope.erased_at or utc_now()
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


def _wrap(ring: KeyRing, ring_key: str, scope_id: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(ring.keys[ring_key]).encrypt(nonce, key, _context(scope_id))


def _context(scope_id: str) -> bytes:
    return f"key_scope|wrapped_key|{scope_id}".encode()
