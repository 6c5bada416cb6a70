"""What one more fact would do to the dates of a case: old, new, and the rules that make the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from sar.cases.deadlines import RULE_NAMES, Clock, ClockState, Rule, Step
from sar.cases.ledger import Fact, events_with
from sar.cases.queries import clock_from, clock_of, visible_case
from sar.foundation.actors import Actor
from sar.foundation.errors import Refused


@dataclass(frozen=True)
class Change:
    """One rule that comes out differently: `before` or `after` is None where it applies on one side alone."""

    rule: Rule
    before: Step | None
    after: Step | None

    @property
    def name(self) -> str:
        return RULE_NAMES[self.rule]

    @property
    def from_date(self) -> date | None:
        """The date that this rule gave so far; where it did not apply, the one that it would begin with."""
        return self.before.after if self.before else self.after.before if self.after else None

    @property
    def to_date(self) -> date | None:
        """The date that this rule would give; None where it would no longer apply."""
        return self.after.after if self.after else None

    @property
    def explanation(self) -> str:
        """Why: the rule as it would apply, or that it would no longer."""
        return self.after.explanation if self.after else "This would no longer apply."


@dataclass(frozen=True)
class WhatIf:
    """The clock before and after a change that has not been made: what changes and why, and the warnings it adds.

    `second` says why the data protection officer has to agree to it; None where whoever looks may make it.
    """

    now: Clock
    then: Clock
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    second: str | None = None

    @property
    def before(self) -> date | None:
        """The due date now; None while there is none."""
        return self.now.due

    @property
    def after(self) -> date | None:
        """The due date after the change; None when there would be none."""
        return self.then.due

    @property
    def moves(self) -> bool:
        """Whether any date that people act on changes, or there is one where there was none."""
        dates = [(clock.due, clock.extension_notice_by, clock.state) for clock in (self.now, self.then)]
        return dates[0] != dates[1]

    @property
    def notice_moves(self) -> bool:
        """Whether the last day to extend changes, where that is still to be used."""
        return _may_extend_by(self.now) != _may_extend_by(self.then) and not self.then.extended

    @property
    def why_no_extension(self) -> str:
        """Why there would be no last day to extend."""
        return self.why_none if self.then.extension_available else "these rules allow no extension"

    @property
    def why_none(self) -> str:
        """What a due date would wait for, where there would be none."""
        waiting = {
            ClockState.PAUSED: "no date until the answer comes",
            ClockState.NOT_STARTED: "no date until what we asked for comes",
        }
        return waiting.get(self.then.state, "no date")


def what_if(actor: Actor, case_id: str, fact: Fact) -> WhatIf:
    """What one more fact would do. Changes nothing. Raises Refused for dates that cannot all be true."""
    case = visible_case(actor, case_id)
    now, then = clock_of(case), clock_from(case, events_with(case, fact))
    return compare(now, then)


def possible(actor: Actor, case_id: str, fact: Fact) -> WhatIf | None:
    """As `what_if`, but None where the fact cannot be true: the command says why, once it is asked to store it."""
    try:
        return what_if(actor, case_id, fact)
    except Refused:
        return None


def compare(now: Clock, then: Clock) -> WhatIf:
    """What differs between two clocks of one case."""
    warnings = tuple(item.message for item in then.warnings if item not in now.warnings)
    return WhatIf(now, then, changes_between(now.derivation, then.derivation), warnings)


def _may_extend_by(clock: Clock) -> date | None:
    return clock.extension_notice_by if clock.extension_available else None


def changes_between(now: Iterable[Step], then: Iterable[Step]) -> tuple[Change, ...]:
    """What differs between two derivations, rule by rule."""
    return tuple(_changes(now, then))


def _changes(now: Iterable[Step], then: Iterable[Step]) -> Iterable[Change]:
    """Steps that differ; where a rule applies several times (questions), in their order."""
    before, after = _by_rule(now), _by_rule(then)
    for rule in (rule for rule in _ORDER if rule in before or rule in after):
        for old, new in zip_longest(before[rule], after[rule]):
            if old != new:
                yield Change(rule, old, new)


# As the rules apply.
_ORDER = (
    Rule.RECEIPT,
    Rule.LEGACY,
    Rule.IDENTITY,
    Rule.AUTHORITY,
    Rule.FEE,
    Rule.START,
    Rule.MONTH,
    Rule.EXTENSION,
    Rule.PAUSE,
    Rule.COMPLAINT,
    Rule.ROLL,
    Rule.NOTICE,
    Rule.REGIME,
)


def _by_rule(steps: Iterable[Step]) -> defaultdict[Rule, list[Step]]:
    found: defaultdict[Rule, list[Step]] = defaultdict(list)
    for step in steps:
        found[step.rule].append(step)
    return found
