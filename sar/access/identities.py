"""Who is signed in, apart from any table: frozen, one of three kinds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sar.access.permissions import Permission, permissions_of
from sar.foundation.actors import Actor, ActorKind


@dataclass(frozen=True)
class StaffIdentity:
    staff_id: str
    name: str
    roles: frozenset[str]
    session_id: str
    stepped_up_at: datetime | None = None
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", permissions_of(self.roles))

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.STAFF, self.staff_id, self.roles)


@dataclass(frozen=True)
class RequesterIdentity:
    """Someone who knows a request's reference and its access phrase."""

    reference: str
    session_id: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.REQUESTER, self.reference)


@dataclass(frozen=True)
class OriginatorIdentity:
    """Someone who opened a consultation's link and proved the mailbox it was sent to."""

    consultation_id: str
    session_id: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.ORIGINATOR, self.consultation_id)


Identity = StaffIdentity | RequesterIdentity | OriginatorIdentity
