"""The workflow of a case as a table: stage, event, guards, target, permission. Pure.

The clock is a separate axis (`sar.cases.deadlines.ClockState`): no row here looks at it, and a paused clock
blocks nothing. The service fills in `CaseFacts`, asks `allowed`, and writes the target stage.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sar.access.permissions import Permission
from sar.foundation.errors import NotAllowed, Refused


class Stage(StrEnum):
    """Where the work of a case stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    GATHERING = "gathering"
    REVIEWING = "reviewing"
    SECOND_CHECK = "second_check"
    SIGNED_OFF = "signed_off"
    RELEASED = "released"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    NOT_VALID = "not_valid"


class Event(StrEnum):
    """What can be done to move a case on."""

    ACKNOWLEDGE = "acknowledge"
    START_GATHERING = "start_gathering"
    START_REVIEW = "start_review"
    SUBMIT_FOR_SECOND_CHECK = "submit_for_second_check"
    RETURN_FOR_CHANGES = "return_for_changes"
    SIGN_OFF = "sign_off"
    REOPEN_REVIEW = "reopen_review"
    RELEASE = "release"
    CLOSE = "close"
    REOPEN = "reopen"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    SET_ASIDE = "set_aside"


class Guard(StrEnum):
    """A condition on the facts of the case."""

    IDENTITY_SETTLED = "identity_settled"
    SEARCHES_DONE = "searches_done"
    SEARCHES_ENDED = "searches_ended"
    RECORDS_READY = "records_ready"
    MENTIONS_DECIDED = "mentions_decided"
    CONSULTATIONS_DECIDED = "consultations_decided"
    PREPARED_BY_ANOTHER = "prepared_by_another"
    SIGNED_OFF_BY_ANOTHER = "signed_off_by_another"
    PLAN_UNCHANGED = "plan_unchanged"
    LEAK_FREE = "leak_free"
    PASSED_ON = "passed_on"
    NO_CONFLICT = "no_conflict"
    REASONS_RECORDED = "reasons_recorded"
    CLOSURE_WARNED = "closure_warned"


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What the guards look at, for one case and one actor. Each default is the one that refuses.

    - `identity_settled`: identity, and authority if a representative asks, is verified or was never in doubt.
    - `searches_open`: searches of the organisation still without an outcome; one where nobody said what was searched.
    - `searches_running`: searches that were begun and have no outcome.
    - `records_pending`: records not read yet, or that could not be shown and nobody has decided about.
    - `undecided_mentions`: mentions of people with no decision.
    - `unanswered_consultations_undecided`: consultations with neither a reply nor a decision without one.
    - `to_pass_on`: organisations that decide about records we hold for them, and have not got the request.
    - `signed_off_by_other`: a sign-off stands that somebody other than the preparer gave.
    - `plan_unchanged`: the plans of redaction are those that were signed off.
    - `leak_free`: every finished file was verified.
    - `actor_prepared_it`: the actor decided or submitted part of the case.
    - `conflict_declared`: the actor declared a conflict of interest.
    - `refusal_reasons_recorded`: reasons for refusing, or for setting aside, are on file.
    - `closure_warned`: the requester was warned, and about a month has passed without the reply the clock waits for.
    """

    identity_settled: bool = False
    searches_open: int = 1
    searches_running: int = 1
    records_pending: int = 1
    undecided_mentions: int = 1
    unanswered_consultations_undecided: int = 1
    to_pass_on: int = 1
    signed_off_by_other: bool = False
    plan_unchanged: bool = False
    leak_free: bool = False
    actor_prepared_it: bool = True
    conflict_declared: bool = True
    refusal_reasons_recorded: bool = False
    closure_warned: bool = False


@dataclass(frozen=True)
class Transition:
    """One row of the table."""

    stage: Stage
    event: Event
    guards: tuple[Guard, ...]
    target: Stage
    permission: Permission


@dataclass(frozen=True)
class Offer:
    """A transition from the stage a case is in, and what stands in its way for this actor, if anything."""

    transition: Transition
    refusals: tuple[str, ...]


class NotPossible(Refused):
    """The event cannot happen now. The message says why, in plain words, and what to do."""


class NotPermitted(NotAllowed):
    """The event could happen, but this person may not cause it."""


_Check = Callable[[CaseFacts], bool]

PREDICATES: Mapping[Guard, _Check] = MappingProxyType(
    {
        Guard.IDENTITY_SETTLED: lambda facts: facts.identity_settled,
        Guard.SEARCHES_DONE: lambda facts: facts.searches_open == 0,
        Guard.SEARCHES_ENDED: lambda facts: facts.searches_running == 0,
        Guard.RECORDS_READY: lambda facts: facts.records_pending == 0,
        Guard.MENTIONS_DECIDED: lambda facts: facts.undecided_mentions == 0,
        Guard.CONSULTATIONS_DECIDED: lambda facts: facts.unanswered_consultations_undecided == 0,
        Guard.PASSED_ON: lambda facts: facts.to_pass_on == 0,
        Guard.PREPARED_BY_ANOTHER: lambda facts: not facts.actor_prepared_it,
        Guard.SIGNED_OFF_BY_ANOTHER: lambda facts: facts.signed_off_by_other,
        Guard.PLAN_UNCHANGED: lambda facts: facts.plan_unchanged,
        Guard.LEAK_FREE: lambda facts: facts.leak_free,
        Guard.NO_CONFLICT: lambda facts: not facts.conflict_declared,
        Guard.REASONS_RECORDED: lambda facts: facts.refusal_reasons_recorded,
        Guard.CLOSURE_WARNED: lambda facts: facts.closure_warned,
    }
)

_READY = (Guard.SEARCHES_DONE, Guard.RECORDS_READY, Guard.MENTIONS_DECIDED, Guard.CONSULTATIONS_DECIDED)
_SIGN_OFF = (Guard.NO_CONFLICT, Guard.PREPARED_BY_ANOTHER, Guard.IDENTITY_SETTLED, *_READY)
# Release asks everything again: what was true at sign-off may not be true now.
_RELEASE = (
    Guard.NO_CONFLICT,
    Guard.SIGNED_OFF_BY_ANOTHER,
    Guard.IDENTITY_SETTLED,
    *_READY,
    Guard.PASSED_ON,
    Guard.PLAN_UNCHANGED,
    Guard.LEAK_FREE,
)
_REJECT = (Guard.NO_CONFLICT, Guard.REASONS_RECORDED)
# Someone who never answered may never have been searched for; but nobody goes on looking for a closed case.
_NO_REPLY = (Guard.CLOSURE_WARNED, Guard.SEARCHES_ENDED)
_ANSWERED = (Guard.SEARCHES_DONE,)
_OWN = (Guard.NO_CONFLICT,)
_S, _E, _P = Stage, Event, Permission

TRANSITIONS: tuple[Transition, ...] = tuple(
    Transition(*row)
    for row in (
        (_S.RECEIVED, _E.ACKNOWLEDGE, (), _S.ACKNOWLEDGED, _P.CASE_WORK),
        (_S.RECEIVED, _E.REJECT, _REJECT, _S.REJECTED, _P.CASE_REJECT),
        (_S.RECEIVED, _E.SET_ASIDE, _REJECT, _S.NOT_VALID, _P.CASE_REJECT),
        (_S.RECEIVED, _E.WITHDRAW, (), _S.WITHDRAWN, _P.CASE_WORK),
        (_S.ACKNOWLEDGED, _E.START_GATHERING, (), _S.GATHERING, _P.CASE_WORK),
        (_S.ACKNOWLEDGED, _E.CLOSE, _NO_REPLY, _S.CLOSED, _P.CASE_CLOSE),
        (_S.ACKNOWLEDGED, _E.REJECT, _REJECT, _S.REJECTED, _P.CASE_REJECT),
        (_S.ACKNOWLEDGED, _E.SET_ASIDE, _REJECT, _S.NOT_VALID, _P.CASE_REJECT),
        (_S.ACKNOWLEDGED, _E.WITHDRAW, (), _S.WITHDRAWN, _P.CASE_WORK),
        (_S.GATHERING, _E.START_REVIEW, _OWN, _S.REVIEWING, _P.CASE_REVIEW),
        (_S.GATHERING, _E.CLOSE, _NO_REPLY, _S.CLOSED, _P.CASE_CLOSE),
        (_S.GATHERING, _E.REJECT, _REJECT, _S.REJECTED, _P.CASE_REJECT),
        (_S.GATHERING, _E.SET_ASIDE, _REJECT, _S.NOT_VALID, _P.CASE_REJECT),
        (_S.GATHERING, _E.WITHDRAW, (), _S.WITHDRAWN, _P.CASE_WORK),
        (_S.REVIEWING, _E.SUBMIT_FOR_SECOND_CHECK, (*_OWN, *_READY), _S.SECOND_CHECK, _P.CASE_REVIEW),
        (_S.REVIEWING, _E.START_GATHERING, (), _S.GATHERING, _P.CASE_WORK),
        (_S.REVIEWING, _E.REJECT, _REJECT, _S.REJECTED, _P.CASE_REJECT),
        (_S.REVIEWING, _E.WITHDRAW, (), _S.WITHDRAWN, _P.CASE_WORK),
        (_S.SECOND_CHECK, _E.SIGN_OFF, _SIGN_OFF, _S.SIGNED_OFF, _P.CASE_SIGN_OFF),
        (_S.SECOND_CHECK, _E.RETURN_FOR_CHANGES, _OWN, _S.REVIEWING, _P.CASE_SIGN_OFF),
        (_S.SECOND_CHECK, _E.REOPEN_REVIEW, (), _S.REVIEWING, _P.CASE_REVIEW),
        (_S.SECOND_CHECK, _E.WITHDRAW, (), _S.WITHDRAWN, _P.CASE_WORK),
        (_S.SIGNED_OFF, _E.RELEASE, _RELEASE, _S.RELEASED, _P.CASE_RELEASE),
        (_S.SIGNED_OFF, _E.REOPEN_REVIEW, (), _S.REVIEWING, _P.CASE_REVIEW),
        (_S.SIGNED_OFF, _E.WITHDRAW, (), _S.WITHDRAWN, _P.CASE_WORK),
        (_S.RELEASED, _E.CLOSE, _ANSWERED, _S.CLOSED, _P.CASE_CLOSE),
        (_S.RELEASED, _E.REOPEN_REVIEW, _OWN, _S.REVIEWING, _P.CASE_REVIEW),
        (_S.CLOSED, _E.REOPEN, (), _S.GATHERING, _P.CASE_CLOSE),
        (_S.REJECTED, _E.REOPEN, (), _S.ACKNOWLEDGED, _P.CASE_CLOSE),
        (_S.WITHDRAWN, _E.REOPEN, (), _S.ACKNOWLEDGED, _P.CASE_CLOSE),
        (_S.NOT_VALID, _E.REOPEN, (), _S.RECEIVED, _P.CASE_CLOSE),
    )
)
_TABLE: Mapping[tuple[Stage, Event], Transition] = MappingProxyType(
    {(row.stage, row.event): row for row in TRANSITIONS}
)

_DOING: Mapping[Event, str] = MappingProxyType(
    {
        Event.ACKNOWLEDGE: "acknowledge this case",
        Event.START_GATHERING: "start gathering records",
        Event.START_REVIEW: "start the review",
        Event.SUBMIT_FOR_SECOND_CHECK: "send this case for a second check",
        Event.RETURN_FOR_CHANGES: "return this case for changes",
        Event.SIGN_OFF: "sign off this case",
        Event.REOPEN_REVIEW: "reopen the review",
        Event.RELEASE: "release the reply",
        Event.CLOSE: "close this case",
        Event.REOPEN: "reopen this case",
        Event.REJECT: "refuse this request",
        Event.WITHDRAW: "record that the request was withdrawn",
        Event.SET_ASIDE: "set this aside as no valid request",
    }
)
STAGE_NAMES: Mapping[Stage, str] = MappingProxyType(
    {stage: stage.value.replace("_", " ").capitalize() for stage in Stage}
)


def events_from(stage: Stage) -> tuple[Transition, ...]:
    """Every transition out of a stage, in the order of the table."""
    return tuple(row for row in TRANSITIONS if row.stage is stage)


def offers(stage: Stage, facts: CaseFacts, permissions: Collection[Permission]) -> tuple[Offer, ...]:
    """The transitions this person may cause from a stage, each with what still stands in its way."""
    return tuple(Offer(row, refusals(row, facts)) for row in events_from(stage) if row.permission in permissions)


def allowed(stage: Stage, event: Event, facts: CaseFacts, permissions: Collection[Permission]) -> Transition:
    """The transition that `event` causes.

    Raises NotPossible if the stage has no such event or a guard refuses (the message joins every refusal),
    and NotPermitted if the permission is missing.
    """
    row = _TABLE.get((stage, event))
    if row is None:
        raise NotPossible(f"You cannot {_DOING[event]} now: it is at the stage “{STAGE_NAMES[stage]}”.")
    if row.permission not in permissions:
        raise NotPermitted(f"You do not have permission to {_DOING[event]}.")
    reasons = refusals(row, facts)
    if reasons:
        raise NotPossible(" ".join(reasons))
    return row


def refusals(row: Transition, facts: CaseFacts) -> tuple[str, ...]:
    """What stands in the way of a transition, in plain words; empty if nothing does."""
    return tuple(_refusal(guard, facts) for guard in row.guards if not PREDICATES[guard](facts))


def _refusal(guard: Guard, facts: CaseFacts) -> str:
    if guard in _SENTENCES:
        return _SENTENCES[guard]
    number, one, many, rest = _COUNTS[guard](facts)
    return f"{number:,} {one if number == 1 else many} {rest}"


_SENTENCES: Mapping[Guard, str] = MappingProxyType(
    {
        Guard.IDENTITY_SETTLED: "We have not yet settled who the requester is, or their authority to ask.",
        Guard.PREPARED_BY_ANOTHER: "You prepared this case, so somebody else must sign it off.",
        Guard.SIGNED_OFF_BY_ANOTHER: "This case needs a sign-off by somebody who did not prepare it.",
        Guard.PLAN_UNCHANGED: ("Something changed after sign-off. Reopen the review, then have it signed off again."),
        Guard.LEAK_FREE: "The check of the finished files has not passed, so nothing can go out.",
        Guard.NO_CONFLICT: "You declared a conflict of interest in this case, so somebody else must do this.",
        Guard.REASONS_RECORDED: "Record the reasons first.",
        Guard.CLOSURE_WARNED: (
            "Warn the requester that the case will close, then allow them a month to reply. A case whose clock runs, "
            "or that is late, does not close that way: answer it."
        ),
    }
)
# The number, the words for one and for many, and the rest of the sentence.
_COUNTS: Mapping[Guard, Callable[[CaseFacts], tuple[int, str, str, str]]] = MappingProxyType(
    {
        Guard.SEARCHES_DONE: lambda facts: (
            facts.searches_open,
            "search has",
            "searches have",
            "no outcome yet. Say on the page of searches where we looked, and what came of it.",
        ),
        Guard.SEARCHES_ENDED: lambda facts: (
            facts.searches_running,
            "search is",
            "searches are",
            "still going on. Give each a result on the page of searches: “not searched” and why will do.",
        ),
        Guard.RECORDS_READY: lambda facts: (
            facts.records_pending,
            "record is",
            "records are",
            "not ready, or could not be shown.",
        ),
        Guard.MENTIONS_DECIDED: lambda facts: (
            facts.undecided_mentions,
            "mention still needs",
            "mentions still need",
            "a decision.",
        ),
        Guard.CONSULTATIONS_DECIDED: lambda facts: (
            facts.unanswered_consultations_undecided,
            "consultation has",
            "consultations have",
            "no reply. Decide without one, or wait.",
        ),
        Guard.PASSED_ON: lambda facts: (
            facts.to_pass_on,
            "organisation that decides about records we hold has",
            "organisations that decide about records we hold have",
            "not got the request. Pass it on from the page of records.",
        ),
    }
)
