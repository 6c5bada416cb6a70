"""Commands on letters that officers write: fill one in, send it, put it away. What a letter means for the case is
noted in the transaction that sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases import letters
from sar.cases.ledger import case_for, require
from sar.cases.models import Case
from sar.cases.silence import Nudge, keep
from sar.cases.writing import queries
from sar.cases.writing.kinds import LETTERS, Letter
from sar.cases.writing.models import LetterDraft
from sar.foundation import messages
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.messages import Channel, Delivery, Message
from sar.intake.answers import is_email

Filled = Mapping[str, str | list[str]]
_TO_OTHERS = (Channel.EMAIL, Channel.POST)


def write(
    actor: Actor,
    case_id: str,
    name: str,
    filled: Filled,
    *,
    channel: str,
    addressee: Mapping[str, str] | None = None,
    about: str | None = None,
    draft: LetterDraft | None = None,
) -> LetterDraft:
    """Keep a letter as the officer filled it in, to be looked at before it goes. `draft`: the one that it changes;
    `about`: the complaint that it is about.

    `addressee` is {name, to} for a letter to someone else. Raises Refused when the letter does not fit the case now,
    when something is missing, or when there is no address for the channel.
    """
    with write_transaction() as session:
        case = case_for(actor, case_id)
        if draft is not None:
            about = draft.about
        kind = queries.fitting_letter(case, name, about)
        require(actor, kind.permission)
        queries.require_allowed(actor, kind, about)
        missing = [blank.label for blank in kind.blanks if not filled.get(blank.name)]
        if missing:
            raise Refused(f"Fill in: {'; '.join(missing)}")
        _require_address(case, kind, channel, addressee)
        if draft is None:
            draft = LetterDraft(scope_id=case.scope_id, case_id=case.id, name=name, about=about, written_by=actor.id)
            session.add(draft)
        elif draft.message_id is not None:
            raise Conflict("This letter has been sent.")
        draft.channel, draft.fields = channel, dict(filled)
        draft.addressee = dict(addressee) if kind.to_other and addressee else None
        queries.wording_of(case, draft)  # refused now rather than on the last page
        session.flush()
        record(actor, Action.LETTER_DRAFTED, case.id, letter=name, draft_id=draft.id)
        return draft


def send(actor: Actor, draft_id: str, *, version: int) -> Message:
    """Send a letter that was looked at; `version` is the one that was on the screen. Sent once, however often asked.

    Raises Refused when it no longer fits the case or its wording cannot be used, Conflict when it was sent or changed.
    """
    with write_transaction() as session:
        found = queries.visible_draft(actor, draft_id)
        case = case_for(actor, found.case_id)
        session.refresh(found)
        if found.message_id is not None:
            raise Conflict("This letter has been sent.")
        if found.version != version:
            raise Conflict("Someone changed this letter while you had it open. Look at it again.")
        require(actor, LETTERS[found.name].permission)
        queries.require_allowed(actor, LETTERS[found.name], found.about)
        _require_address(case, LETTERS[found.name], found.channel, found.addressee)
        letter = queries.wording_of(case, found)
        who = found.addressee
        to = who["to"] if who else letters.address_for(case, found.channel)
        message = letters.post(
            actor, case, found.name, letter, channel=found.channel, to=to, addressee=who["name"] if who else None
        )
        found.message_id = message.id
        means = LETTERS[found.name].means or _MEANS.get(found.name)
        if means is not None:
            means(actor, case, found)
        return message


def discard(actor: Actor, draft_id: str) -> str:
    """Put a letter away that was not sent. Returns the id of its case."""
    with write_transaction() as session:
        require(actor, Permission.CASE_WORK)
        found = queries.visible_draft(actor, draft_id)
        if found.message_id is not None:
            raise Conflict("This letter has been sent.")
        record(actor, Action.LETTER_DISCARDED, found.case_id, letter=found.name, draft_id=found.id)
        case_id = found.case_id
        session.delete(found)
        return case_id


@messages.follow
def write_again(_actor: Actor, message: Message) -> None:
    """A letter that was taken back is a draft again, to be changed and sent, or put away."""
    if message.delivery != Delivery.TAKEN_BACK:
        return
    draft = db.session.scalar(select(LetterDraft).where(LetterDraft.message_id == message.id))
    if draft is not None:
        draft.message_id = None


def _require_address(case: Case, kind: Letter, channel: str, addressee: Mapping[str, str] | None) -> None:
    if not kind.to_other:
        letters.address_for(case, Channel(channel))
    elif channel not in _TO_OTHERS:
        raise Refused("Choose email or post.")
    elif not addressee or not addressee.get("name") or not addressee.get("to"):
        raise Refused("Say who the letter goes to, and where.")
    elif channel == Channel.EMAIL and not is_email(addressee["to"]):
        raise Refused("That is no email address. Write one, like name@example.com, or send the letter by post.")


def _reminded(actor: Actor, case: Case, draft: LetterDraft) -> None:
    keep(actor, case, Nudge.REMINDER, draft.message_id)


def _warned(actor: Actor, case: Case, draft: LetterDraft) -> None:
    keep(actor, case, Nudge.WARNING, draft.message_id)


# What it means for the case that a letter went out.
_MEANS: Mapping[str, Callable[[Actor, Case, LetterDraft], None]] = {
    "reminder": _reminded,
    "reminder_no_pause": _reminded,
    "closure_warning": _warned,
}
