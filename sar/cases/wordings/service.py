"""Commands on the wording of letters and of sentences within them: change one, or put an earlier version back.

No version is ever lost.
"""

from __future__ import annotations

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.cases.wordings.queries import text_of_version, title_of
from sar.foundation import wordings
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wordings import WordingVersion


def change(actor: Actor, name: str, text: str, *, version: int) -> WordingVersion:
    """Make this the wording of a letter from now on. `version` is the one that was on the screen.

    Raises Refused, with nothing saved, for a field that the letter cannot fill, one that must stay and is gone, or a
    text that is no letter; Conflict when someone else changed it meanwhile.
    """
    text = text.replace("\r\n", "\n").strip() + "\n"
    return _save(actor, name, text, version=version)


def restore(actor: Actor, name: str, number: int, *, version: int) -> WordingVersion:
    """Put an earlier version back, as a new version; number 0 is the wording as delivered."""
    text = None if number == 0 else text_of_version(name, number)
    return _save(actor, name, text, version=version, restored_from=number)


def _save(
    actor: Actor, name: str, text: str | None, *, version: int, restored_from: int | None = None
) -> WordingVersion:
    require(actor, Permission.WORDING_EDIT)
    title_of(name)
    with write_transaction() as session:
        last = next(iter(wordings.versions(name)), None)
        if version != (last.number if last else 0):
            raise Conflict("Someone else changed this letter while you had it open. Look at it again.")
        if text is not None:
            wordings.checked(name, text)
        if (text if text is not None else wordings.delivered(name)).strip() == wordings.text_of(name).strip():
            raise Refused("That is the wording in use already.")
        saved = WordingVersion(
            name=name,
            number=version + 1,
            text=text,
            changed_by=actor.id,
            restored_from=restored_from,
        )
        session.add(saved)
        session.flush()
        record(actor, Action.WORDING_CHANGED, saved.id, letter=name, version=saved.number, restored_from=restored_from)
        return saved
