"""Rate limits in the database (security.md 8): the same for every process, and still there after a restart.

One row for each try, found by a keyed fingerprint of whom it is about: neither names nor addresses are stored.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import Index, String, delete, func, select, text
from sqlalchemy.orm import Mapped

from sar.foundation.clock import utc_now
from sar.foundation.db import Row, UtcDateTime, db, plain, write_transaction
from sar.foundation.errors import TooManyTries
from sar.foundation.jobs import periodic
from sar.foundation.runtime import runtime

LONGEST: Final = timedelta(days=1)
_IPV4_PREFIX: Final = 32
_IPV6_PREFIX: Final = 64  # what one household or one telephone is given


class ThrottleTry(Row):
    """One try that counted."""

    __tablename__ = "throttle_try"
    __table_args__ = (Index("ix_throttle_try_whose", "bucket", "fingerprint", "at"),)

    bucket: Mapped[str] = plain(String(40), nullable=False)
    fingerprint: Mapped[str] = plain(String(64), nullable=False)
    at: Mapped[datetime] = plain(UtcDateTime, nullable=False, index=True)


def check(bucket: str, key: str, limit: int, per: timedelta) -> None:
    """Count one try of `key` (an account, an address prefix) and let it pass, at most `limit` in any `per`.

    Raises TooManyTries, which does not count as a try. It commits by itself, before the thing that is tried: a try
    whose transaction fails must count all the same, so this must not be called inside a write transaction.
    """
    if not timedelta() < per <= LONGEST:
        raise ValueError(f"tries are kept for {LONGEST} only")
    if db.session().info.get("writing"):
        raise RuntimeError("throttle.check() belongs before the write transaction")
    fingerprint = _fingerprint(bucket, key)
    with write_transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": fingerprint})
        now = utc_now()
        mine = (ThrottleTry.bucket == bucket, ThrottleTry.fingerprint == fingerprint, ThrottleTry.at > now - per)
        count = session.scalar(select(func.count()).select_from(ThrottleTry).where(*mine)) or 0
        if count < limit:
            session.add(ThrottleTry(bucket=bucket, fingerprint=fingerprint, at=now))
            return
        # Free again when the oldest of the last `limit` tries has passed out of the window.
        order = ThrottleTry.at.desc()
        oldest = session.scalar(select(ThrottleTry.at).where(*mine).order_by(order).offset(max(0, limit - 1)).limit(1))
    wait = (oldest + per - now) if oldest and limit else per
    raise TooManyTries(max(1, ceil(wait.total_seconds())))


def forget(bucket: str, key: str) -> None:
    """Start anew for this key, say when an account was proven to be its owner's."""
    with write_transaction() as session:
        session.execute(
            delete(ThrottleTry).where(
                ThrottleTry.bucket == bucket, ThrottleTry.fingerprint == _fingerprint(bucket, key)
            )
        )


def address_prefix(address: str) -> str:
    """What of an IP address counts as one sender: all of IPv4, the first 64 bits of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    length = _IPV4_PREFIX if found.version == 4 else _IPV6_PREFIX
    return str(ipaddress.ip_network((found, length), strict=False))


@periodic("throttle.clean", every=timedelta(hours=6))
def _clean() -> None:
    with write_transaction() as session:
        session.execute(delete(ThrottleTry).where(ThrottleTry.at < utc_now() - LONGEST))


def _fingerprint(bucket: str, key: str) -> str:
    secret = runtime().key_ring.derive("throttle")
    return hmac.new(secret, f"{bucket}|{key}".encode(), hashlib.sha256).hexdigest()
