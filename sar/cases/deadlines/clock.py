"""What comes out of the clock: the dates, and how each was reached."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from sar.cases.deadlines.events import Regime


class ClockState(StrEnum):
    """The clock's own axis, apart from the stage of the work. It blocks nothing.

    `REOPENED`: an answer went out and work goes on. No second time runs: the first answer was in time, or late.
    """

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    REOPENED = "reopened"
    ENDED = "ended"


class Rule(StrEnum):
    """The rule that a step of the derivation applied."""

    RECEIPT = "receipt"
    IDENTITY = "identity"
    AUTHORITY = "authority"
    FEE = "fee"
    START = "start"
    MONTH = "month"
    EXTENSION = "extension"
    PAUSE = "pause"
    LEGACY = "legacy"
    ROLL = "roll"
    NOTICE = "notice"
    REGIME = "regime"
    COMPLAINT = "complaint"


RULE_NAMES = {
    Rule.RECEIPT: "The request came",
    Rule.IDENTITY: "Proof of identity",
    Rule.AUTHORITY: "Written authority",
    Rule.FEE: "The fee",
    Rule.START: "The clock starts",
    Rule.MONTH: "One month",
    Rule.EXTENSION: "Two further months",
    Rule.PAUSE: "A question to the person",
    Rule.LEGACY: "The earlier rules",
    Rule.ROLL: "Weekends and public holidays",
    Rule.NOTICE: "Last day to extend",
    Rule.REGIME: "The earliest date counts",
    Rule.COMPLAINT: "Acknowledging a complaint",
}


class CautionCode(StrEnum):
    """Things an officer should know before relying on the dates."""

    ASKED_TOO_LATE = "asked_too_late"
    LATE_CLARIFICATION = "late_clarification"
    LEGACY_CLARIFICATION = "legacy_clarification"
    LEGACY_EXTENSION = "legacy_extension"
    LATE_EXTENSION = "late_extension"
    SECOND_EXTENSION = "second_extension"
    ID_ASKED_LATE = "id_asked_late"
    ID_ASKED_AGAIN = "id_asked_again"
    HOLIDAYS_NOT_PUBLISHED = "holidays_not_published"


@dataclass(frozen=True)
class Caution:
    """A warning, in words for an officer."""

    code: CautionCode
    message: str


@dataclass(frozen=True)
class Step:
    """One rule applied. `explanation` is for officers and auditors, `plain` for the requester."""

    rule: Rule
    source: str
    before: date | None
    after: date | None
    explanation: str
    plain: str


@dataclass(frozen=True)
class Clock:
    """The clock of one request under one regime.

    `nominal_end` is before pauses and rolling. `paused_days` are the excluded days that count; None while an
    open question makes their number unknown. `extension_notice_by` and `due` are rolled; each is None while
    it is not known. `due_if_answered_today` is given only if the fold was told today's date and something is
    awaited. `answered_on` is the day of the first answer, a refusal included: no reopening takes it back.
    `internal_target` is the organisation's own aim: a working day, never later than `due`.
    """

    regime: Regime
    state: ClockState
    received: date
    start: date | None
    nominal_end: date | None
    paused_days: int | None
    extended: bool
    extension_available: bool
    extension_notice_by: date | None
    due: date | None
    internal_target: date | None
    due_if_answered_today: date | None
    answered_on: date | None
    ended_on: date | None
    warnings: tuple[Caution, ...]
    derivation: tuple[Step, ...]
    calendar_version: str
    rules_version: str

    def days_left(self, today: date) -> int | None:
        """Calendar days from `today` to the due date, negative when overdue; None while there is none."""
        return None if self.due is None else (self.due - today).days

    def is_overdue(self, today: date) -> bool:
        """True once the due date has passed (at 23:59) without an answer or another end."""
        return self.state is ClockState.RUNNING and self.due is not None and today > self.due

    @property
    def owed_by(self) -> date | None:
        """The due date of an answer that is still owed; None once one went out, or while there is no date."""
        return self.due if self.answered_on is None else None

    @property
    def done_on(self) -> date | None:
        """The day of the first answer or, where there was none, of the end; None while neither has come."""
        return self.answered_on or self.ended_on

    def done_in_time(self) -> bool | None:
        """Whether that day was on or before the due date; None while there is no such day, or no due date."""
        if self.done_on is None or self.due is None:
            return None
        return self.done_on <= self.due

    def as_json(self) -> dict[str, object]:
        """Everything, ready for a JSON column: dates as ISO text."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
