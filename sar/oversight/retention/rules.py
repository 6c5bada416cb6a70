"""How long a finished case is kept: counted in calendar years from the last day on which something ended in it.

The day is worked out whenever it is asked for, from the raw days and the rules in force, and stored nowhere: a rule
that changes counts for every case at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from dateutil.relativedelta import relativedelta

from sar.cases.forecast import number_words
from sar.foundation.wording import date_words

MOST_YEARS: Final = 25


class Rule(StrEnum):
    """By which rule a case is kept. A complaint, to us or to others, comes before how the request ended."""

    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    COMPLAINT = "complaint"


class Since(StrEnum):
    """What ended last in a case."""

    CLOSED = "closed"
    COMPLAINT = "complaint"
    OUTSIDE = "outside"


class Why(StrEnum):
    """Why a case is destroyed: a code, since the log holds no free text."""

    TIME_OVER = "time_over"
    PERSON_ASKED = "person_asked"


RULE_WORDS: Mapping[Rule, str] = MappingProxyType(
    {
        Rule.ANSWERED: "Answered",
        Rule.NOT_ANSWERED: "Refused, taken back, no reply or not valid",
        Rule.COMPLAINT: "With a complaint",
    }
)
SINCE_WORDS: Mapping[Since, str] = MappingProxyType(
    {
        Since.CLOSED: "the day it was closed",
        Since.COMPLAINT: "the day its last complaint was decided",
        Since.OUTSIDE: "the day the regulator or a court decided",
    }
)
WHY_WORDS: Mapping[Why, str] = MappingProxyType(
    {
        Why.TIME_OVER: "Its time is over and nobody needs it any more",
        Why.PERSON_ASKED: "Its time is over and the person asked us to erase it",
    }
)


@dataclass(frozen=True)
class Years:
    """The rules in force, in years; `number` is 0 for those that come with the tool."""

    number: int = 0
    answered: int = 2
    not_answered: int = 2
    complaint: int = 6

    def of(self, rule: Rule) -> int:
        return {Rule.ANSWERED: self.answered, Rule.NOT_ANSWERED: self.not_answered, Rule.COMPLAINT: self.complaint}[
            rule
        ]


@dataclass(frozen=True)
class Kept:
    """How long one case is kept, and why: by the rule from the day `since`, or until the later day `longer`."""

    rule: Rule
    years: int
    since: date
    event: Since
    longer: date | None = None

    @property
    def by_rule(self) -> date:
        return years_after(self.since, self.years)

    @property
    def until(self) -> date:
        """The last day on which it is kept whatever happens."""
        return max(self.by_rule, self.longer or self.by_rule)

    def is_over(self, today: date) -> bool:
        return self.until < today

    @property
    def words(self) -> str:
        """ "Kept until 3 March 2029: two years from 3 March 2027, the day it was closed." """
        span = f"{years_words(self.years)} from {date_words(self.since)}, {SINCE_WORDS[self.event]}"
        if self.until == self.by_rule:
            return f"Kept until {date_words(self.until)}: {span}."
        return f"Kept until {date_words(self.until)}, longer than the rule says ({date_words(self.by_rule)}: {span})."


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 28 February for a 29 February in a year that has none."""
    return day + relativedelta(years=years)


def last_day_over(years: int, today: date) -> date:
    """The latest day from which a case kept for so many years is over today: its last day was yesterday or before."""
    yesterday = today - timedelta(days=1)
    day = yesterday - relativedelta(years=years)
    later = day + timedelta(days=1)  # a 29 February ends on a 28 February, as the day before it does
    return later if years_after(later, years) <= yesterday else day


def years_words(years: int) -> str:
    return f"{number_words(years)} year{'' if years == 1 else 's'}"
