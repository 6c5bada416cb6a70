"""The audit log: a hash chain written in the transaction of the change it tells of (security.md 22-24).

    hash = SHA-256(previous hash + canonical JSON of the entry)

scripts/verify_audit.py checks an export with no code from here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import DDL, Integer, String, Text, event, select
from sqlalchemy.orm import Mapped

from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.clock import utc_now
from sar.foundation.db import ID, Base, UtcDateTime, db, plain
from sar.foundation.key_ring import KeyRing

GENESIS = "0" * 64


class AuditEntry(Base):
    """One link of the chain. Never changed, never removed: triggers refuse both.

    `case_id` only speeds up a case's timeline: it repeats what the hashed facts, or the subject, say.
    """

    __tablename__ = "audit_entry"

    seq: Mapped[int] = plain(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = plain(UtcDateTime, nullable=False, index=True)
    actor_kind: Mapped[str] = plain(String(12), nullable=False)
    actor_id: Mapped[str] = plain(String(40), nullable=False)
    action: Mapped[str] = plain(String(60), nullable=False, index=True)
    subject_id: Mapped[str] = plain(String(40), nullable=False, index=True)
    case_id: Mapped[str | None] = plain(ID, nullable=True, index=True)
    facts: Mapped[str] = plain(Text, nullable=False)
    previous: Mapped[str] = plain(String(64), nullable=False)
    hash: Mapped[str] = plain(String(64), nullable=False, unique=True)

    def as_dict(self) -> dict[str, Any]:
        return _body(self) | {"previous": self.previous, "hash": self.hash}


def record(actor: Actor, action: Action, subject_id: str, **facts: Any) -> AuditEntry:
    """Append one entry inside the caller's write transaction.

    `facts` must be exactly the action's declared ones, else ValueError: the log's form is closed.
    """
    if facts.keys() != action.facts:
        raise ValueError(f"{action.label} takes {sorted(action.facts)}, not {sorted(facts)}")
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("audit entries are written inside write_transaction()")
    session.flush()
    last = session.execute(select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)).first()
    entry = AuditEntry(
        seq=(last.seq if last else 0) + 1,
        at=utc_now(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        action=action.label,
        subject_id=subject_id,
        case_id=facts.get("case_id", subject_id if action.label.startswith("case.") else None),
        facts=canonical(facts),
        previous=last.hash if last else GENESIS,
    )
    entry.hash = hashlib.sha256((entry.previous + canonical(_body(entry))).encode()).hexdigest()
    session.add(entry)
    session.flush()
    return entry


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; dates in ISO form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


@dataclass(frozen=True)
class Head:
    """Where the chain stands: how many entries, and the hash of the last."""

    entries: int
    hash: str


def entries(upto: int | None = None) -> Iterator[AuditEntry]:
    """All entries in order, streamed; `upto` is the last number wanted."""
    query = select(AuditEntry).order_by(AuditEntry.seq)
    if upto is not None:
        query = query.where(AuditEntry.seq <= upto)
    yield from db.session.scalars(query.execution_options(yield_per=1000))


def head() -> Head:
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).first()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


def sign(signed: Head, ring: KeyRing) -> dict[str, Any]:
    """A checkpoint: a signed statement of the chain's head, to be kept outside the system.

    A chain alone does not show a rewrite of the whole: this does, for everything up to it.
    """
    statement = {"entries": signed.entries, "head": signed.hash, "signed_at": utc_now().isoformat()}
    key = ring.signing_key()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(canonical(statement).encode())
    return statement | {
        "public_key": base64.b64encode(public).decode(),
        "signature": base64.b64encode(signature).decode(),
    }


def _body(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_id": entry.subject_id,
        "facts": json.loads(entry.facts),
    }


def _plain(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} cannot be written to the audit log")


# SQLite's INSERT OR REPLACE removes a row without firing its DELETE trigger, so insertion is watched as well.
event.listen(
    AuditEntry.__table__,
    "after_create",
    DDL(
        "CREATE TRIGGER audit_entry_only_at_the_end BEFORE INSERT ON audit_entry "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_entry) "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    ).execute_if(dialect="sqlite"),
)
for _event in ("UPDATE", "DELETE"):
    event.listen(
        AuditEntry.__table__,
        "after_create",
        DDL(
            f"CREATE TRIGGER audit_entry_no_{_event.lower()} BEFORE {_event} ON audit_entry "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
event.listen(
    AuditEntry.__table__,
    "after_create",
    DDL(
        "CREATE OR REPLACE FUNCTION audit_entry_append_only() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql; "
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()"
    ).execute_if(dialect="postgresql"),
)
