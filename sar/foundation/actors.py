"""Who does something: every command takes an actor first, and every audit entry names one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    REQUESTER = "requester"
    ORIGINATOR = "originator"
    PUBLIC = "public"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """`id` is a staff member's row id, a case reference for a requester, a consultation's id for an originator."""

    kind: ActorKind
    id: str
    roles: frozenset[str] = frozenset()


SYSTEM = Actor(ActorKind.SYSTEM, "system")
PUBLIC = Actor(ActorKind.PUBLIC, "public")
