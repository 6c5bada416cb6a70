"""What the rows of a dump say that a backup and its check both need: the log, the stored files, the keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import verify_audit

from backups.dumps import REVISION_TABLE, Dump, as_bytes, as_instant
from backups.failures import Damaged
from sar.foundation.audit import GENESIS, AuditEntry, Head, canonical

_ENTRY = ("seq", "at", "actor_kind", "actor_id", "action", "subject_id", "facts", "previous", "hash")


@dataclass(frozen=True)
class StoredFile:
    """A row of `blob`: size and fingerprint are of the plaintext."""

    id: str
    scope_id: str
    wrapped_key: bytes
    sha256: str
    size: int


@dataclass(frozen=True)
class ScopeKey:
    """A row of `key_scope`; `wrapped` is gone where the case was destroyed."""

    id: str
    ring_key: str
    wrapped: bytes | None


def revision_of(dump: Dump) -> str:
    found = [version for (version,) in dump.rows(REVISION_TABLE, "version_num")]
    if len(found) != 1:
        raise Damaged("The database does not say which migrations made it. Run: flask --app wsgi db upgrade")
    return str(found[0])


def log_lines(dump: Dump) -> Iterator[str]:
    """The audit log as `flask audit export` writes it."""
    for row in dump.rows("audit_entry", *_ENTRY):
        values: dict[str, Any] = dict(zip(_ENTRY, row, strict=True))
        entry = AuditEntry(**{**values, "seq": int(values["seq"]), "at": as_instant(values["at"])})
        yield canonical(entry.as_dict()) + "\n"


def head_of(dump: Dump) -> Head:
    head = Head(0, GENESIS)
    for seq, digest in dump.rows("audit_entry", "seq", "hash"):
        head = Head(int(seq), str(digest))
    return head


def require_chain(lines: Iterator[str], head: Head) -> None:
    """Follow the whole chain, by the code of scripts/verify_audit.py. Raises Damaged."""
    try:
        count = verify_audit.check_chain(lines, {"entries": head.entries, "head": head.hash})
    except verify_audit.Tampered as error:
        raise Damaged(f"The audit log is not intact: {error}.") from None
    if count != head.entries:
        raise Damaged(f"The audit log has {count} entries; it should have {head.entries}.")


def stored_files(dump: Dump) -> Iterator[StoredFile]:
    for blob_id, scope_id, wrapped, sha256, size in dump.rows(
        "blob", "id", "scope_id", "wrapped_key", "sha256", "size"
    ):
        yield StoredFile(blob_id, scope_id, as_bytes(wrapped), sha256, int(size))


def scope_keys(dump: Dump) -> Iterator[ScopeKey]:
    for scope_id, ring_key, wrapped in dump.rows("key_scope", "id", "ring_key", "wrapped_key"):
        yield ScopeKey(scope_id, ring_key, None if wrapped is None else as_bytes(wrapped))
