"""The letters an officer may choose from: when each fits, what the officer fills in, what it means for the case.

Parts of this stage that build on writing (complaints) register letters of their own, so that writing need not know
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from sar.access.permissions import Permission
from sar.cases.letter_names import NAMES
from sar.cases.models import Case
from sar.cases.writing.models import LetterDraft
from sar.foundation.actors import Actor
from sar.foundation.wording import FieldValue


class Entry(Enum):
    """How a blank is filled in: a text, one of a few codes, a list with one item a line, a day to come, a day that is
    today or has been."""

    TEXT = auto()
    CHOICE = auto()
    LINES = auto()
    DAY_TO_COME = auto()
    DAY_THAT_WAS = auto()


@dataclass(frozen=True)
class Blank:
    """A field of a letter that the officer fills in. `name` is that of the wording.

    `choices` are codes with the words for the officer; `told` has the words that the letter has for each.
    """

    name: str
    label: str
    hint: str = ""
    entry: Entry = Entry.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_day(self) -> bool:
        return self.entry in (Entry.DAY_TO_COME, Entry.DAY_THAT_WAS)

    def problem_with(self, day: date, today: date) -> str | None:
        """Why that day cannot stand in this letter today, in words; None if it can."""
        if self.entry is Entry.DAY_TO_COME and day <= today:
            return f"{self.label} Give a day in the future."
        if self.entry is Entry.DAY_THAT_WAS and day > today:
            return f"{self.label} Give today or an earlier day: this one is in the future."
        return None


@dataclass(frozen=True)
class Standing:
    """What of a case decides which letters fit."""

    is_open: bool
    is_acknowledged: bool
    has_due_date: bool
    is_running: bool
    is_overdue: bool
    may_remind: bool
    may_warn: bool
    was_waiting: bool
    part_released: bool


@dataclass(frozen=True)
class Letter:
    """One letter of the choice. `to_other`: it goes to someone else, whose name and address the officer gives.

    A letter that is about one thing of the case is asked of that thing, by its id: whether it `fits_about`, and what
    it has to say (`facts_about`). `means` notes what sending it means, in the transaction that sends it; `stays`: why
    it cannot be taken back then, in words. `allowed` raises Refused for somebody who may not write it although their
    role allows it.
    """

    name: str
    use: str
    fits: Callable[[Standing], bool]
    blanks: tuple[Blank, ...] = ()
    to_other: bool = False
    permission: Permission = Permission.CASE_WORK
    fits_about: Callable[[str], bool] | None = None
    facts_about: Callable[[Case, str], Mapping[str, FieldValue | None]] | None = None
    means: Callable[[Actor, Case, LetterDraft], None] | None = None
    stays: str = ""
    allowed: Callable[[Actor, str], object] | None = None

    @property
    def title(self) -> str:
        return NAMES[self.name]


def _always(_standing: Standing) -> bool:
    return True


def _is_open(standing: Standing) -> bool:
    return standing.is_open


_ONE_A_LINE = "One on each line."
_TOLD = "The person is told this. Use plain words."
_EXPECTED = Blank("expected_date", "When do you expect to send it?", entry=Entry.DAY_TO_COME)

_ACKNOWLEDGE_AGAIN = "The acknowledgement was taken back or got lost, or was wrong, and has to go again."

_CHOICE = (
    Letter(
        "reminder",
        "We asked the person for something, and the last day to reply has passed. Our time waits for them.",
        lambda standing: standing.may_remind and not standing.is_running,
    ),
    Letter(
        "reminder_no_pause",
        "We asked the person for something, and the last day to reply has passed. The clock runs on.",
        lambda standing: standing.may_remind and standing.is_running,
    ),
    Letter(
        "closure_warning",
        "They were reminded and still have not answered. A month after this the case may close.",
        lambda standing: standing.may_warn,
    ),
    Letter(
        "clock_restarted",
        "What we asked for has come, and the clock runs.",
        lambda standing: standing.is_running and standing.was_waiting,
    ),
    Letter(
        "delay_apology",
        "The due date has passed.",
        lambda standing: standing.is_overdue,
        (
            Blank("reasons", "Why is the answer late?", f"{_TOLD} {_ONE_A_LINE}", Entry.LINES),
            _EXPECTED,
        ),
    ),
    Letter(
        "interim_disclosure",
        "A part of the records was released. Say what is still to come, and when. The clock runs on.",
        lambda standing: standing.is_open and standing.part_released,
        (
            Blank("still_to_come", "What is still to come?", _TOLD),
            _EXPECTED,
        ),
    ),
    Letter(
        "acknowledgement",
        _ACKNOWLEDGE_AGAIN,
        lambda standing: (
            standing.is_open and standing.is_acknowledged and standing.has_due_date and not standing.is_overdue
        ),
    ),
    Letter(
        "acknowledgement_waiting",
        _ACKNOWLEDGE_AGAIN,
        lambda standing: standing.is_open and standing.is_acknowledged and not standing.has_due_date,
    ),
    Letter(
        "referral",
        "Another organisation is in charge of what they asked for.",
        _always,
        (
            Blank("controller", "Who should they ask?", "The name and address of the organisation."),
            Blank("reasons", "Why is it theirs?", f"{_TOLD} {_ONE_A_LINE}", Entry.LINES),
        ),
    ),
    Letter(
        "consent_request",
        "The records name another person, and it is right to ask them. Never say who made the request.",
        _is_open,
        (Blank("information", "What is it about?", "Say no more than they need to decide."),),
        to_other=True,
    ),
    Letter(
        "health_opinion",
        "There is health information, and the law asks for a health professional’s opinion before it is shared.",
        _is_open,
        (
            Blank("information", "What is it about?", "Say no more than they need to give an opinion."),
            Blank("question", "What do you need to know?"),
        ),
        to_other=True,
    ),
    Letter(
        "breach_notice",
        "Something went wrong with the person’s information, and they must be told.",
        _always,
        (
            Blank("happened", "What happened?", _TOLD),
            Blank("found_date", "When did we find out?", entry=Entry.DAY_THAT_WAS),
            Blank("information", "What information was it?", _TOLD),
            Blank("consequences", "What could follow from it?", _TOLD),
            Blank("done", "What have we done?", _TOLD),
            Blank("advice", "What can they do?", _TOLD),
        ),
    ),
    Letter(
        "regulator_chronology",
        "The regulator asks about this case. What happened, the decisions and the clock are filled in from the case.",
        _always,
        (
            Blank("regulator_reference", "Their reference"),
            Blank("summary", "What should they know first?"),
        ),
        to_other=True,
    ),
)
LETTERS: dict[str, Letter] = {letter.name: letter for letter in _CHOICE}


def register(*letters: Letter) -> None:
    """Add letters to the choice. Registered again, a letter stays where it is."""
    for letter in letters:
        if LETTERS.setdefault(letter.name, letter) is not letter:
            raise ValueError(f"There is another letter called {letter.name!r}.")
