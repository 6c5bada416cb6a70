"""New words for a requester who lost theirs: the old ones open nothing any more, whoever used them is signed out."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm.attributes import flag_modified

from sar.access.service import issue_phrase
from sar.cases import letters
from sar.cases.ledger import case_for
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import Refused


class Told(StrEnum):
    """How the new words reach the person."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    POST = "post"


def give_new_words(actor: Actor, case_id: str, told: str, *, version: int | None = None) -> str | None:
    """Make six new words. To be told, they are returned, once; by post they go into a letter and None is returned.

    Raises Refused, with the old words still good, where there is no address for a letter; Conflict.
    """
    if told not in set(Told):
        raise Refused("Choose how the person gets the words.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        # The version moves on, so that a second click does not make the words worthless that were just read out.
        flag_modified(case, "clock_state")
        phrase = issue_phrase(actor, case.reference)
        record(actor, Action.NEW_WORDS_GIVEN, case.id, channel=told)
        if told == Told.POST:
            letters.send(actor, case, "new_words", channel="post", words=phrase)
            return None
        return phrase
