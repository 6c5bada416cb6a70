"""What a backup says about itself: one signed file, `manifest.json`, which names every other with its fingerprint."""

from __future__ import annotations

import base64
import configparser
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backups.failures import Damaged, OtherVersion
from sar.foundation.audit import canonical
from sar.foundation.key_ring import KeyRing
from sar.settings import PROJECT_ROOT

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True)
class FileFacts:
    """Bytes, and SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True)
class TableFacts:
    """How many rows, and (PostgreSQL) the columns in the order in which they were written."""

    rows: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """`files` by path inside the backup; `blobs`, the stored files, by id. `lost` were gone before the backup began.

    `entries` and `head` are where the audit log stood. `ring_keys` are the master keys that are needed.
    """

    name: str
    made_at: str
    engine: str
    revision: str
    versions: dict[str, str]
    entries: int
    head: str
    ring_keys: tuple[str, ...]
    tables: dict[str, TableFacts]
    files: dict[str, FileFacts]
    blobs: dict[str, FileFacts]
    lost: tuple[str, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in (*self.files.values(), *self.blobs.values()))

    def write(self, folder: Path, ring: KeyRing) -> None:
        """Sign it with the key ring of the service: whoever has only the backup can make no other that passes."""
        statement = {"format": FORMAT, **asdict(self)}
        key = ring.signing_key()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        signed = {
            **statement,
            "public_key": base64.b64encode(public).decode(),
            "signature": base64.b64encode(key.sign(canonical(statement).encode())).decode(),
        }
        with new_file(folder / MANIFEST) as file:
            file.write(json.dumps(signed, sort_keys=True, indent=1).encode())
            synced(file)


def read(folder: Path) -> tuple[Manifest, str]:
    """The manifest of a backup, and the fingerprint of the key that signed it. Raises Damaged, OtherVersion."""
    try:
        stated = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        signature, public = (base64.b64decode(stated.pop(name)) for name in ("signature", "public_key"))
        if stated["format"] != FORMAT:
            raise OtherVersion("This backup was made by a newer version of the application. Restore it with that one.")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(stated).encode())
        return _from(stated), hashlib.sha256(public).hexdigest()
    except FileNotFoundError:
        raise Damaged(f"There is no backup in {folder}: it has no {MANIFEST}.") from None
    except InvalidSignature:
        raise Damaged(f"The {MANIFEST} of this backup was changed: its signature is wrong.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged(f"The {MANIFEST} of this backup is damaged.") from None


def _from(stated: dict[str, Any]) -> Manifest:
    fields = {name: stated[name] for name in ("name", "made_at", "engine", "revision", "versions", "entries", "head")}
    return Manifest(
        **fields,
        ring_keys=tuple(stated["ring_keys"]),
        tables={name: TableFacts(one["rows"], tuple(one["columns"])) for name, one in stated["tables"].items()},
        files={path: FileFacts(**one) for path, one in stated["files"].items()},
        blobs={name: FileFacts(**one) for name, one in stated["blobs"].items()},
        lost=tuple(stated["lost"]),
    )


def application_version() -> str:
    parsed = configparser.ConfigParser()
    parsed.read(PROJECT_ROOT / "setup.cfg", encoding="utf-8")
    return parsed["metadata"]["version"]


def facts_of(path: Path) -> FileFacts:
    with path.open("rb") as file:
        return measured(pieces(file))


class Target(Protocol):
    def write(self, part: bytes, /) -> object: ...


def measured(parts: Iterator[bytes], target: Target | None = None) -> FileFacts:
    """Size and fingerprint of what passes; it is written to `target`, where there is one."""
    digest, size = hashlib.sha256(), 0
    for part in parts:
        digest.update(part)
        size += len(part)
        if target is not None:
            target.write(part)
    return FileFacts(size, digest.hexdigest())


def pieces(source: BinaryIO) -> Iterator[bytes]:
    while part := source.read(_PIECE):
        yield part


def new_file(path: Path) -> BinaryIO:
    """A file that only its owner can read. Raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """What was renamed or made in it lasts through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
