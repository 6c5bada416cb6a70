"""What a letter says that the officer does not fill in: it is read from the case as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sar.cases.deadlines import RULE_NAMES, ClockState, Step
from sar.cases.disclosures import part_that_is_out
from sar.cases.letters import goes_to_representative
from sar.cases.models import Case
from sar.cases.queries import clock_facts, clock_of, latest_refusal, timeline_of
from sar.cases.silence import Awaited, close_date, remind_date, silence_of, words_of
from sar.cases.timeline import HIDDEN, in_words
from sar.cases.workflow import Stage
from sar.cases.writing.kinds import Letter, Standing
from sar.foundation.clock import london_today
from sar.foundation.wording import FieldValue, date_words

Facts = Mapping[str, FieldValue | None]
_CHRONOLOGY = 2_000
# Mails to our own staff say nothing of what was done for the person.
_NOT_TOLD = HIDDEN | {"reminder.sent", "reminder.complaint_sent"}
_CAME = frozenset({"id_received", "authority_received", "fee_paid", "clarification_received"})
_DECIDED = frozenset(
    {
        "case.identity_checked",
        "case.refused",
        "case.regimes_changed",
        "record.role_set",
        "record.request_passed_on",
        "record.passing_on_recorded",
        "consultation.decided",
        "review.signed_off",
        "review.returned",
        "complaint.decided",
        "release.released",
    }
)
_REASONS = {
    "id_requested": "We asked for proof of identity, because {detail}",
    "authority_requested": "We asked for written authority, because {detail}",
    "fee_requested": "We charged a fee: {detail}",
    "clarification_requested": "We asked: {detail}",
    "extended": "We extended the time limit: {detail}",
}


def standing(case: Case) -> Standing:
    """What decides which letters fit the case today."""
    clock, silence, today = clock_of(case), silence_of(case), london_today()
    is_open = clock.state is not ClockState.ENDED
    return Standing(
        is_open=is_open,
        is_acknowledged=case.stage != Stage.RECEIVED,
        has_due_date=case.due_on is not None,
        is_running=clock.state is ClockState.RUNNING,
        is_overdue=clock.is_overdue(today),
        may_remind=is_open and bool(silence.to_remind(today)),
        may_warn=is_open and bool(silence.to_warn(today)),
        was_waiting=any(fact.kind in _CAME for fact in clock_facts(case)),
        part_released=part_that_is_out(case) is not None,
    )


def fits(letter: Letter, case: Case, about: str | None = None) -> bool:
    """Whether the letter fits the case, or the thing of the case that it is about, today."""
    if letter.fits_about is None:
        return about is None and letter.fits(standing(case))
    return about is not None and letter.fits_about(about)


def facts_for(letter: Letter, case: Case, about: str | None = None) -> Facts:
    """What the case has to say in this letter, beyond what every letter may."""
    if letter.facts_about is not None and about is not None:
        return letter.facts_about(case, about)
    return _FACTS[letter.name](case) if letter.name in _FACTS else {}


def _reminder(case: Case) -> Facts:
    today = london_today()
    about = silence_of(case).to_remind(today)
    return {"first_asked": _first_asked(about), "awaited": words_of(about), "reply_by": remind_date(case, today)}


def _warning(case: Case) -> Facts:
    silence, today = silence_of(case), london_today()
    about = silence.to_warn(today)
    return {
        "first_asked": _first_asked(about),
        "reminded_date": silence.reminded_on,
        "awaited": words_of(about),
        "close_date": close_date(case, today),
    }


def _first_part(case: Case) -> Facts:
    """What was let go, from the file itself: nobody can write that something was sent which was not."""
    part = part_that_is_out(case)
    whose = "the" if goes_to_representative(case) else "your"
    return {"sent_now": [f"{part.sent} of {whose} records"], "sent_date": part.on} if part else {}


def _first_asked(about: tuple[Awaited, ...]) -> date | None:
    return min((item.asked_on for item in about), default=None)


def _chronology(case: Case) -> Facts:
    """Oldest first. Decisions come with the reasons that were kept with them."""
    entries = timeline_of(case, limit=_CHRONOLOGY)[::-1]
    decided = [entry for entry in entries if entry.action in _DECIDED]
    reasons = [
        f"{date_words(fact.on)}: {_REASONS[fact.kind].format(detail=fact.detail)}"
        for fact in clock_facts(case)
        if fact.kind in _REASONS and fact.detail
    ]
    refusal = latest_refusal(case)
    if refusal is not None:
        day = date_words(refusal.created_at)
        reasons.append(f"{day}: refused ({refusal.code}), because: {refusal.words}")
    received = f"{date_words(case.received_on)}: the request reached us"
    told = [f"{item.when}, {item.who}: {item.text}" for item in in_words(entries, _NOT_TOLD)]
    decisions = [f"{item.when}, {item.who}: {item.text}" for item in in_words(decided)]
    return {
        "chronology": [received, *told],
        "decisions": [*decisions, *reasons] or ["No decision has been made yet."],
        "derivation": [_step_in_words(step) for step in clock_of(case).derivation],
    }


def _step_in_words(step: Step) -> str:
    """A rule with its source and the dates before and after it."""
    before, after = (date_words(day) if day else "no date" for day in (step.before, step.after))
    dates = f"{before}, then {after}" if step.before and step.before != step.after else after
    return f"{RULE_NAMES[step.rule]}: {step.explanation} ({dates}; {step.source})"


_FACTS: Mapping[str, Callable[[Case], Facts]] = {
    "reminder": _reminder,
    "reminder_no_pause": _reminder,
    "closure_warning": _warning,
    "interim_disclosure": _first_part,
    "regulator_chronology": _chronology,
}
