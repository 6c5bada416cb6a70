"""Commands on how long cases are kept. Destroying takes two people; every change takes a reason or a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.cases.models import Case
from sar.cases.second_person import is_only_one
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.jobs import enqueue
from sar.foundation.spreadsheets import csv_line
from sar.foundation.wording import date_words
from sar.oversight.retention import queries
from sar.oversight.retention.destroying import DESTROY
from sar.oversight.retention.filters import Filters
from sar.oversight.retention.models import Erasure, Hold, LongerTime, RetentionRules, State
from sar.oversight.retention.queries import HOLD_WORDS, Row
from sar.oversight.retention.rules import MOST_YEARS, RULE_WORDS, Rule, Why, Years, years_after

MOST_AT_ONCE: Final = 50
OVERTAKEN_WORDS: Final = (
    "something changed after this was proposed. The proposal ends by itself within the hour; the case can be proposed "
    "again when its time is over."
)
COLUMNS = (
    "reference",
    "received",
    "closed",
    "stage",
    "rule",
    "counted_from",
    "kept_until_by_rule",
    "kept_until",
    "held_by",
    "proposal",
    "destroyed",
)


def change_rules(actor: Actor, answered: int, not_answered: int, complaint: int, *, number: int) -> Years:
    """Put years in force, for every case at once. `number` is that of the rules on the screen. Raises Conflict."""
    require(actor, Permission.RETENTION_MANAGE)
    for years in (answered, not_answered, complaint):
        if not 1 <= years <= MOST_YEARS:
            raise Refused(f"Choose between 1 and {MOST_YEARS} years.")
    if complaint < max(answered, not_answered):
        raise Refused("A case with a complaint is kept at least as long as one without.")
    with write_transaction() as session:
        if queries.rules_in_force().number != number:
            raise Conflict("Someone else changed the rules while you had them open. Look at them again.")
        row = RetentionRules(
            number=number + 1, answered=answered, not_answered=not_answered, complaint=complaint, changed_by=actor.id
        )
        session.add(row)
        session.flush()
        facts = {"answered": answered, "not_answered": not_answered, "complaint": complaint}
        record(actor, Action.RETENTION_RULES_CHANGED, row.id, number=row.number, **facts)
        return queries.rules_in_force()


def keep_longer(actor: Actor, case_ids: Sequence[str], until: date, reason: str) -> None:
    """Keep finished cases until a later day than now, with the reason. All of them or none."""
    if not reason.strip():
        raise Refused("Say why they are kept longer.")
    today = london_today()
    if until <= today:
        raise Refused("Choose a day in the future.")
    if until > years_after(today, MOST_YEARS):
        raise Refused(f"Choose a day within the next {MOST_YEARS} years.")
    with write_transaction() as session:
        for case in _chosen(actor, case_ids, Permission.RETENTION_MANAGE):
            kept = _finished(case)
            _require_nothing_under_way(case)
            if until <= kept.until:
                raise Refused(f"{case.reference} is kept until {date_words(kept.until)} already. Choose a later day.")
            row = LongerTime(
                scope_id=case.scope_id, case_id=case.id, until=until, decided_by=actor.id, reason=reason.strip()
            )
            session.add(row)
            session.flush()
            record(actor, Action.KEPT_LONGER, row.id, case_id=case.id, until_before=kept.until, until=until)


def set_hold(actor: Actor, case_id: str, reason: str) -> Hold:
    """Keep a case from being destroyed until the hold is lifted. Raises Conflict where one stands."""
    if not reason.strip():
        raise Refused("Say why it must not be destroyed.")
    with write_transaction() as session:
        [case] = _chosen(actor, [case_id], Permission.RETENTION_MANAGE)
        if queries.standing_hold(case) is not None:
            raise Conflict("There is a hold on this case already.")
        hold = Hold(scope_id=case.scope_id, case_id=case.id, set_by=actor.id, reason=reason.strip())
        session.add(hold)
        session.flush()
        record(actor, Action.HOLD_SET, hold.id, case_id=case.id)
        return hold


def lift_hold(actor: Actor, case_id: str, reason: str) -> None:
    """Take a hold off, with the reason. Raises Conflict where none stands."""
    if not reason.strip():
        raise Refused("Say why the hold is no longer needed.")
    with write_transaction():
        [case] = _chosen(actor, [case_id], Permission.RETENTION_MANAGE)
        hold = queries.standing_hold(case)
        if hold is None:
            raise Conflict("There is no hold on this case any more.")
        hold.lifted_at, hold.lifted_by, hold.lift_reason = utc_now(), actor.id, reason.strip()
        record(actor, Action.HOLD_LIFTED, hold.id, case_id=case.id)


def propose(actor: Actor, case_ids: Sequence[str], why: Why, words: str = "") -> list[Erasure]:
    """Propose to destroy cases whose time is over and that nothing holds. All of them or none."""
    made = []
    with write_transaction() as session:
        for case in _chosen(actor, case_ids, Permission.RETENTION_MANAGE):
            kept = _finished(case)
            _require_nothing_under_way(case)
            if not kept.is_over(london_today()):
                raise Refused(f"The time of {case.reference} is not over. {kept.words}")
            _require_not_held(case)
            erasure = Erasure(
                scope_id=case.scope_id,
                case_id=case.id,
                state=State.PROPOSED.value,
                rule=kept.rule.value,
                kept_until=kept.until,
                why=why.value,
                proposed_by=actor.id,
                words=words.strip() or None,
            )
            session.add(erasure)
            session.flush()
            facts = {"case_id": case.id, "rule": kept.rule.value, "kept_until": kept.until, "why": why.value}
            record(actor, Action.ERASURE_PROPOSED, erasure.id, **facts)
            made.append(erasure)
    return made


def decide(
    actor: Actor,
    case_ids: Sequence[str],
    agree: bool,
    words: str = "",
    *,
    seen: Mapping[str, int] | None = None,
) -> None:
    """Agree, and a job destroys them; or decline with a reason. Never by whoever proposed it, unless nobody else is
    there. All of them or none. `seen`: the proposals on the screen, version by id.

    Raises Refused, NotAllowed; Conflict when one was decided meanwhile, or is not the one that was seen.
    """
    if not agree and not words.strip():
        raise Refused("Say why you do not agree.")
    with write_transaction() as session:
        for case in _chosen(actor, case_ids, Permission.RETENTION_AGREE):
            erasure = queries.erasure_under_way(case)
            if erasure is None or erasure.state != State.PROPOSED:
                raise Conflict(f"Somebody decided about {case.reference} already.")
            if seen is not None and seen.get(erasure.id) != erasure.version:
                raise Conflict(f"What is proposed about {case.reference} changed while you looked. Look at it again.")
            alone = erasure.proposed_by == actor.id
            if agree and alone and not is_only_one(actor, Permission.RETENTION_AGREE):
                raise Refused(f"You proposed to destroy {case.reference}, so somebody else must agree.")
            if agree:
                _require_not_held(case)
                _require_not_overtaken(case, erasure)
            erasure.state = (State.AGREED if agree else State.DECLINED).value
            erasure.decided_by, erasure.decided_at, erasure.alone = actor.id, utc_now(), alone
            erasure.decision = words.strip() or None
            session.flush()
            facts = {"case_id": case.id, "outcome": erasure.state, "alone": alone}
            record(actor, Action.ERASURE_DECIDED, erasure.id, **facts)
            if agree:
                enqueue(DESTROY, erasure.id)


def export(actor: Actor, filters: Filters) -> Iterator[str]:
    """The whole of a list as CSV lines, streamed, without names. That it was taken is in the log."""
    require(actor, Permission.RETENTION_VIEW)
    with write_transaction():
        facts = {"whose": "retention", "show": filters.show.value, "narrowed_by": filters.narrowed_by()}
        record(actor, Action.LIST_EXPORTED, actor.id, **facts, rows=queries.count(actor, filters))
    return _lines(actor, filters)


def _chosen(actor: Actor, case_ids: Sequence[str], permission: Permission) -> list[Case]:
    """The cases, each once, locked for the rest of the transaction. What was destroyed is no choice any more."""
    require(actor, permission)
    wanted = sorted(set(case_ids))
    if not wanted:
        raise Refused("Choose at least one case.")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(f"Choose {MOST_AT_ONCE} cases or fewer.")
    agreeing = permission is Permission.RETENTION_AGREE
    found = [queries.case_for_retention(actor, case_id, lock=True, agreeing=agreeing) for case_id in wanted]
    for case in found:
        if case.erased_on is not None:
            raise NotFound(f"The records of {case.reference} were destroyed.")
    return found


def _finished(case: Case) -> queries.Kept:
    kept = queries.kept_of([case]).get(case.id)
    if kept is None:
        raise Refused(f"{case.reference} is still open.")
    return kept


def _require_nothing_under_way(case: Case) -> None:
    if queries.erasure_under_way(case) is not None:
        raise Conflict(f"It is proposed already to destroy {case.reference}. That must be decided first.")


def _require_not_held(case: Case) -> None:
    holds = queries.holds_of([case])[case.id]
    if holds:
        raise Refused(f"{case.reference} cannot be destroyed: {HOLD_WORDS[holds[0]].lower()}.")


def _require_not_overtaken(case: Case, erasure: Erasure) -> None:
    kept = _finished(case)
    if queries.overtaken(erasure, kept):
        raise Refused(f"{case.reference} cannot be destroyed: {OVERTAKEN_WORDS} {kept.words}")


def _lines(actor: Actor, filters: Filters) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for row in queries.every_row(actor, filters):
        yield csv_line(_cells(row))


def _cells(row: Row) -> list[object]:
    case, kept, erasure = row.case, row.kept, row.erasure
    destroyed = erasure if erasure is not None and case.erased_on is not None else None
    return [
        case.reference,
        case.received_on,
        case.closed_on,
        STAGE_NAMES[Stage(case.stage)],
        RULE_WORDS[Rule(destroyed.rule) if destroyed else kept.rule],
        kept.since,
        kept.by_rule,
        destroyed.kept_until if destroyed else kept.until,
        "; ".join(HOLD_WORDS[code] for code in row.holds),
        erasure.state if erasure else None,
        case.erased_on,
    ]
