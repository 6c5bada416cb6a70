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
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped

from sar.foundation.clock import utc_now
from sar.foundation.db import Row, UtcDateTime, db, plain, write_transaction
from sar.foundation.errors import Gone
from sar.foundation.runtime import runtime
from sar.settings import Settings, SettingsError

SYSTEM_SCOPE = "system"
_NONCE, _KEY = 12, 32
_REWRAP_AT_ONCE = 500  # a writer elsewhere waits for one batch, not for all


class KeyScope(Row):
    """One key: a case's, or the system's own. `wrapped_key` is gone once erased."""

    __tablename__ = "key_scope"

    wrapped_key: Mapped[bytes | None] = plain(LargeBinary, nullable=True)
    ring_key: Mapped[str] = plain(String(16), nullable=False)
    erased_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


@dataclass(frozen=True)
class KeyRing:
    """Master keys by name. `current` wraps new scope keys; the others still unwrap old ones.

    `root` is what blind indexes and cookies are keyed from: it stays when master keys are changed.
    """

    current: str
    keys: dict[str, bytes] = field(repr=False)
    root: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)
    demo: bool

    @classmethod
    def create(cls, path: Path, *, demo: bool) -> KeyRing:
        """Make a new ring on disk, readable by its owner alone. Never overwrites one."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = cls(
            current="k1",
            keys={"k1": secrets.token_bytes(_KEY)},
            root=secrets.token_bytes(_KEY),
            signing_seed=secrets.token_bytes(_KEY),
            demo=demo,
        )
        _write_new(path, ring._as_text())
        return ring

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        try:
            ring = json.loads(path.read_text(encoding="utf-8"))
            loaded = cls(
                current=ring["current"],
                keys={name: base64.b64decode(key, validate=True) for name, key in ring["keys"].items()},
                root=base64.b64decode(ring["root"], validate=True),
                signing_seed=base64.b64decode(ring["signing_seed"], validate=True),
                demo=bool(ring["demo"]),
            )
        except FileNotFoundError as error:
            raise SettingsError(f"There is no key ring at {path}. Make one with: flask keys create") from error
        except OSError as error:
            raise SettingsError(f"The key ring at {path} cannot be read: {error.strerror}.") from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"The key ring at {path} is damaged.") from error
        if loaded.current not in loaded.keys or {
            len(key) for key in (*loaded.keys.values(), loaded.root, loaded.signing_seed)
        } != {_KEY}:
            raise SettingsError(f"The key ring at {path} is damaged.")
        return loaded

    def with_new_key(self) -> KeyRing:
        """The same ring with one more master key, which is the current one from now on."""
        name = f"k{max(int(known[1:]) for known in self.keys) + 1}"
        return replace(self, current=name, keys={**self.keys, name: secrets.token_bytes(_KEY)})

    def replace_file(self, path: Path) -> None:
        """Put this ring in the place of the one on disk: whole, or not at all."""
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        _write_new(fresh, self._as_text())
        os.replace(fresh, path)
        _sync_folder(path.parent)

    def _as_text(self) -> str:
        def text(key: bytes) -> str:
            return base64.b64encode(key).decode()

        return json.dumps(
            {
                "current": self.current,
                "demo": self.demo,
                "keys": {name: text(key) for name, key in self.keys.items()},
                "root": text(self.root),
                "signing_seed": text(self.signing_seed),
            }
        )

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (blind index, cookie signing)."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"sar|{purpose}".encode()).derive(self.root)

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
    return _unwrap(_ring_holding(scope.ring_key), scope, scope.wrapped_key)


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
                key = _unwrap(_ring_holding(scope.ring_key), scope, scope.wrapped_key)
                scope.wrapped_key = _wrap(ring, ring.current, scope.id, key)
                scope.ring_key = ring.current
        if not behind:
            return done
        done += len(behind)


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


def _ring_holding(name: str) -> KeyRing:
    """The ring, read again from disk when another process has added to it since this one started."""
    if name not in runtime().key_ring.keys:
        current_app.extensions["sar"] = replace(runtime(), key_ring=open_ring(runtime().settings))
    return runtime().key_ring


def _unwrap(ring: KeyRing, scope: KeyScope, wrapped: bytes) -> bytes:
    return AESGCM(ring.keys[scope.ring_key]).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _context(scope.id))


def _wrap(ring: KeyRing, ring_key: str, scope_id: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(ring.keys[ring_key]).encrypt(nonce, key, _context(scope_id))


def _context(scope_id: str) -> bytes:
    return f"key_scope|wrapped_key|{scope_id}".encode()


def _write_new(path: Path, content: str) -> None:
    """A file that nobody else can read, on disk when this returns. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
