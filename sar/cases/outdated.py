"""Letters that wait to go and are no longer true: what they ask for has come, or a day that they name has gone.

They are marked, and offered to send only on the page that shows them and says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from sar.cases.clock_letters import ON_THE_CLOCK
from sar.cases.deadlines import ClockState
from sar.cases.letters import reply_by
from sar.cases.models import Case, ClockFact, ReplyReminder
from sar.cases.moves import AUTHORITY_SETTLED, IDENTITY_SETTLED
from sar.cases.silence import silence_of
from sar.cases.waiting import ANSWERS
from sar.cases.writing.kinds import LETTERS
from sar.cases.writing.models import LetterDraft
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db
from sar.foundation.messages import Message
from sar.foundation.wording import date_words

_REMINDING = frozenset({"reminder", "reminder_no_pause", "closure_warning"})
_SAYS_WHEN = frozenset({"acknowledgement", "clock_restarted"})
_ASKING = frozenset(kind.removeprefix("letter.") for kind in ON_THE_CLOCK) - {"extension"}
_GIVES_DAYS = _ASKING | {"consent_request", "health_opinion"}
_WHILE_OPEN = _ASKING | _REMINDING | _SAYS_WHEN | {"acknowledgement_waiting", "extension", "delay_apology"}
_HAS_COME = "What it asks for has come, or is settled."


def look_again(waiting: Sequence[tuple[Message, Case]]) -> dict[str, str]:
    """Of letters that wait to go, by the id of the message: why each that is no longer true is not, in words."""
    facts = _facts(waiting)
    drafts = _drafts(waiting)
    found = {}
    for message, case in waiting:
        name = message.kind.removeprefix("letter.")
        why = _why(name, message, case, facts[case.id]) or _gone_day(name, drafts.get(message.id))
        if why is not None:
            found[message.id] = why
    return found


def _why(name: str, message: Message, case: Case, facts: list[ClockFact]) -> str | None:
    if name in _WHILE_OPEN and case.closed_on is not None:
        return "The request has ended since it was written."
    if name in _ASKING and _has_come(message, case, facts):
        return _HAS_COME
    if name in _REMINDING and not _still_awaited(message, case):
        return "What it reminds of has come, or is not waited for any more."
    if name in _SAYS_WHEN and case.due_on is None:
        return "It says by when we answer, and there is no due date now."
    if name in _SAYS_WHEN and case.due_on and date_words(case.due_on) not in message.body:
        return f"The answer is due on {date_words(case.due_on)} now, and the letter names another day."
    if name == "acknowledgement_waiting" and case.clock_state == ClockState.RUNNING:
        return "It says that we wait for the person, and the clock runs now."
    if name in _GIVES_DAYS and reply_by(case, london_date(message.created_at)) < london_today():
        return "The last day to reply that it gives has passed."
    return None


def _has_come(message: Message, case: Case, facts: list[ClockFact]) -> bool:
    kind = ON_THE_CLOCK[message.kind]
    if kind == "id_requested":
        return case.identity in IDENTITY_SETTLED
    if kind == "authority_requested":
        return case.authority in AUTHORITY_SETTLED
    asked = [fact for fact in facts if fact.kind == kind and fact.message_id == message.id]
    come = {(fact.kind, fact.number) for fact in facts}
    return any((ANSWERS[fact.kind], fact.number) in come for fact in asked)


def _still_awaited(message: Message, case: Case) -> bool:
    nudge = db.session.scalar(select(ReplyReminder).where(ReplyReminder.message_id == message.id))
    keys = {item.key for item in silence_of(case).awaited}
    return nudge is None or (bool(keys & set(nudge.about.split())) and nudge.answer_by >= london_today())


def _gone_day(name: str, draft: LetterDraft | None) -> str | None:
    if draft is None or name not in LETTERS:
        return None
    days = [(blank, str(draft.fields.get(blank.name, ""))) for blank in LETTERS[name].blanks if blank.is_day]
    wrong = (blank.problem_with(date.fromisoformat(day), london_today()) for blank, day in days if day)
    return "A day that it names has gone." if any(wrong) else None


def _facts(waiting: Sequence[tuple[Message, Case]]) -> Mapping[str, list[ClockFact]]:
    found: dict[str, list[ClockFact]] = defaultdict(list)
    ids = sorted({case.id for message, case in waiting if message.kind in ON_THE_CLOCK})
    query = select(ClockFact).where(ClockFact.case_id.in_(ids), ClockFact.struck_out_at.is_(None))
    for fact in db.session.scalars(query) if ids else ():
        found[fact.case_id].append(fact)
    return found


def _drafts(waiting: Sequence[tuple[Message, Case]]) -> dict[str, LetterDraft]:
    ids = [message.id for message, _case in waiting]
    query = select(LetterDraft).where(LetterDraft.message_id.in_(ids))
    return {draft.message_id: draft for draft in db.session.scalars(query) if draft.message_id} if ids else {}
