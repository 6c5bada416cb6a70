"""The key ring: master keys in a file outside the database. What is sealed with them is in `keys.py`."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sar.settings import Settings, SettingsError

_KEY = 32


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
