"""Which letters can be taken back before they go, and what stands in the way of the others.

Taking a letter back undoes what hangs on it: what it asks or tells does not happen on the clock (`clock_letters`), a
reminder counts for nothing (`silence`), and one that an officer filled in is a draft again (`writing`). Where something
was decided that the letter only tells of, the decision is taken back first, on its own page.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from sar.access.permissions import Permission, allows
from sar.cases.models import Case
from sar.cases.workflow import Stage
from sar.cases.writing.kinds import LETTERS
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.messages import Message

# Letters that tell of the end of a request.
_OF_AN_END: Final = frozenset({"rejection", "ncnd", "withdrawal", "closed_no_reply", "not_valid"})
# Letters that belong to a reply; taken back by themselves where the reply is stopped.
OF_A_REPLY: Final = frozenset(
    {"ready_to_collect", "ready_to_hand_over", "part_ready", "part_ready_to_hand_over", "passphrase"}
)
_HINDRANCES: Final = MappingProxyType(
    {
        "contact_changed": (
            "This tells the old address that letters go elsewhere now, so that nobody has a reply sent elsewhere in "
            "secret. It has to go."
        ),
        "fee_request": "Only the data protection officer charges a fee, and only they take the letter about it back.",
    }
)


def why_not(actor: Actor, case: Case, message: Message) -> str | None:
    """Why a letter that has not gone cannot be taken back, in words; None if it can."""
    name = message.kind.removeprefix("letter.")
    if name == message.kind:
        return "This was not written as a letter of the case. See to it on the page that it was sent from."
    if name in OF_A_REPLY and case.stage in (Stage.RELEASED, Stage.CLOSED):
        return "This belongs to a reply that is out. Stop the reply on the page “Release”: that takes its letters back."
    if case.closed_on is not None and (name in _OF_AN_END or (name == "referral" and case.stage == Stage.NOT_VALID)):
        return "This tells the person that their request has ended. Open the case again first."
    if name == "fee_request" and (actor.kind is ActorKind.SYSTEM or allows(actor.roles, Permission.CASE_REJECT)):
        return None
    if name in LETTERS and LETTERS[name].stays:
        return LETTERS[name].stays
    return _HINDRANCES.get(name)
