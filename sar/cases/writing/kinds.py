"""The letters an officer may choose from: when each fits, and what the officer fills in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from sar.access.permissions import Permission
from sar.cases.complaints.models import Outcome, State
from sar.cases.letter_names import NAMES


class Entry(Enum):
    """How a blank is filled in: a text, one of a few codes, a list with one item a line, a day."""

    TEXT = auto()
    CHOICE = auto()
    LINES = auto()
    DAY = auto()


@dataclass(frozen=True)
class Blank:
    """A field of a letter that the officer fills in. `name` is that of the wording; choices are codes and words."""

    name: str
    label: str
    hint: str = ""
    entry: Entry = Entry.TEXT
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Standing:
    """What of a case decides which letters fit. `complaint` is the stage of the complaint that is written about."""

    is_open: bool
    is_running: bool
    is_overdue: bool
    awaits_reply: bool
    reminded: bool
    was_waiting: bool
    complaint: str | None = None


@dataclass(frozen=True)
class Letter:
    """One letter of the choice. `to_other`: it goes to someone else, whose name and address the officer gives."""

    name: str
    use: str
    fits: Callable[[Standing], bool]
    blanks: tuple[Blank, ...] = ()
    to_other: bool = False
    permission: Permission = Permission.CASE_WORK

    @property
    def title(self) -> str:
        return NAMES[self.name]


def _always(_standing: Standing) -> bool:
    return True


def _is_open(standing: Standing) -> bool:
    return standing.is_open


def _is_open_complaint(standing: Standing) -> bool:
    return standing.complaint in (State.RECEIVED, State.ACKNOWLEDGED)


_ONE_A_LINE = "One on each line."
_TOLD = "The person is told this. Use plain words."
_EXPECTED = Blank("expected_date", "When do you expect to send it?", entry=Entry.DAY)

_CHOICE = (
    Letter(
        "reminder",
        "We asked the person for something and have not heard from them.",
        lambda standing: standing.awaits_reply,
    ),
    Letter(
        "closure_warning",
        "They were reminded and still have not answered. A month after this the case may close.",
        lambda standing: standing.awaits_reply and standing.reminded,
    ),
    Letter(
        "clock_restarted",
        "What we asked for has come, and the clock runs again.",
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
        "Some records are ready and go out before the rest. The clock runs on.",
        _is_open,
        (
            Blank("sent_now", "What do you send now?", _ONE_A_LINE, Entry.LINES),
            Blank("still_to_come", "What is still to come?", _TOLD),
            _EXPECTED,
        ),
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
            Blank("found_date", "When did we find out?", entry=Entry.DAY),
            Blank("information", "What information was it?", _TOLD),
            Blank("consequences", "What could follow from it?", _TOLD),
            Blank("done", "What have we done?", _TOLD),
            Blank("advice", "What can they do?", _TOLD),
        ),
    ),
    Letter(
        "complaint_acknowledgement",
        "Say that we have the complaint, and how we understand it. The law gives 30 days for this.",
        lambda standing: standing.complaint == State.RECEIVED,
    ),
    Letter(
        "complaint_progress",
        "It takes time to look into the complaint. Say how far we are.",
        _is_open_complaint,
        (
            Blank("done", "What have we done?", _TOLD),
            Blank("next_steps", "What happens next?", _TOLD),
            _EXPECTED,
        ),
    ),
    Letter(
        "complaint_outcome",
        "Say what we found and what we will do.",
        _is_open_complaint,
        (
            Blank(
                "outcome",
                "What is the outcome?",
                entry=Entry.CHOICE,
                choices=(
                    (Outcome.UPHELD.value, "Upheld"),
                    (Outcome.PARTLY.value, "Partly upheld"),
                    (Outcome.NOT_UPHELD.value, "Not upheld"),
                ),
            ),
            Blank("findings", "Why?", _TOLD),
            Blank("actions", "What will we do?", f"{_TOLD} {_ONE_A_LINE} If nothing, say so.", Entry.LINES),
        ),
        permission=Permission.COMPLAINTS_DECIDE,
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
LETTERS: Mapping[str, Letter] = MappingProxyType({letter.name: letter for letter in _CHOICE})
