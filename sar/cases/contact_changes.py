"""Where a reply that is out, or nearly out, can be redirected: a changed way to reach whoever asked.

Whoever rings in with another address could have the words that open the reply sent there. So the data protection
officer changes it, or somebody who checked who asks, and the address that stood before is told. Not of what the
reply is about, nor of the new address: somebody else may live there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sar.access.permissions import Permission, allows
from sar.cases import letters
from sar.cases.disclosures import disclosures_of
from sar.cases.models import Case
from sar.cases.queries import was_answered
from sar.cases.workflow import Stage
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.foundation.messages import Channel


class Checked(StrEnum):
    """How who asked for the change was checked."""

    CALLED_BACK = "called_back"
    SEEN = "seen"
    VOUCHED = "vouched"


CHECKED_WORDS: Final = MappingProxyType(
    {
        Checked.CALLED_BACK: "We called or wrote back, by the number or address that we had before",
        Checked.SEEN: "Somebody here met them and saw a document with their photo",
        Checked.VOUCHED: "An officer or prison staff who know them said so to us",
    }
)
_NEARLY_OUT: Final = (Stage.SIGNED_OFF, Stage.RELEASED)
_CHECK_FIRST: Final = (
    "A reply is out, or ready to go. Whoever gets letters from now on can open it. Say how you checked that it is them "
    "who ask, or let the data protection officer change it."
)


@dataclass(frozen=True)
class Reach:
    """How whoever asked was reached before a change: each way that there is an address for, and the usual one."""

    addresses: dict[Channel, str]
    usual: Channel
    addressee: str


def reply_is_near(case: Case) -> bool:
    """Whether an answer, or a part of one, is signed off or went out."""
    return case.stage in _NEARLY_OUT or was_answered(case) or bool(disclosures_of(case))


def reach_of(case: Case) -> Reach:
    """As it stands; what is handed over needs no address."""
    found: dict[Channel, str] = {}
    for channel in Channel:
        if channel is not Channel.IN_PERSON:
            with suppress(Refused):
                found[channel] = letters.address_for(case, channel)
    return Reach(found, Channel(letters.usual_channel(case)), letters.addressee_name(case))


def guard_reply(actor: Actor, case: Case, before: Reach, checked: Checked | None) -> bool:
    """After a change, in its transaction: where a reply is near and is reached another way now, tell the old address.

    Returns whether it is. Raises Refused where nobody checked who asks and the actor may not decide it alone.
    """
    now = reach_of(case).addresses
    changed = {way for way in {*now, *before.addresses} if now.get(way) != before.addresses.get(way)}
    if not changed or not reply_is_near(case):
        return False
    if checked is None and actor.kind is not ActorKind.SYSTEM and not allows(actor.roles, Permission.CASE_REJECT):
        raise Refused(_CHECK_FIRST)
    letter = letters.compose(case, "contact_changed", changed_date=london_today())
    for way, to in before.addresses.items():
        if way in changed or way is before.usual:
            with suppress(Refused):  # an address from an old list that no mail can go to
                letters.post(actor, case, "contact_changed", letter, channel=way, to=to, addressee=before.addressee)
    return True
