"""Working days and public holidays, by jurisdiction.

Holidays are data from three places, in this order:
1. the bundled copy of the GOV.UK list (package govuk-bank-holidays; read from disk, never from the network);
2. one_off_holidays.json beside this file: holidays proclaimed since that list was bundled;
3. holidays the organisation adds, passed as `extra`.
Years outside the bundled list follow the regular rules in `regular_holidays`; one-off holidays in those years
cannot be known, so a calculation that reaches them carries a caution (see `Calendar.is_published`).
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from dateutil.easter import easter

REGULAR_RULES_VERSION = 1
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_DECEMBER = 12


class Jurisdiction(StrEnum):
    """Whose public holidays count."""

    EW = "EW"
    SC = "SC"
    NI = "NI"
    NONE = "NONE"


_DIVISIONS = {
    Jurisdiction.EW: "england-and-wales",
    Jurisdiction.SC: "scotland",
    Jurisdiction.NI: "northern-ireland",
}


@dataclass(frozen=True)
class Holiday:
    """One public holiday."""

    jurisdiction: Jurisdiction
    day: date
    title: str


@dataclass(frozen=True)
class Rolled:
    """A date moved forward to a working day, with each day passed over and why."""

    day: date
    skipped: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Calendar:
    """The public holidays of one jurisdiction, as known at one moment.

    `holidays` holds the listed days (published, one-off and added); years outside
    `first_year`..`last_year` are filled in by rule. `version` is a hash of all of it.
    """

    jurisdiction: Jurisdiction
    holidays: Mapping[date, str]
    first_year: int
    last_year: int

    @cached_property
    def version(self) -> str:
        """Sixteen hex digits that change whenever any day in the calendar does."""
        return sha256(json.dumps(self.snapshot(), sort_keys=True).encode()).hexdigest()[:16]

    def snapshot(self) -> dict[str, object]:
        """JSON-ready copy, to be stored once per version so that a calculation can be repeated later."""
        return {
            "jurisdiction": self.jurisdiction.value,
            "holidays": {day.isoformat(): title for day, title in sorted(self.holidays.items())},
            "first_year": self.first_year,
            "last_year": self.last_year,
            "regular_rules": REGULAR_RULES_VERSION,
        }

    def is_published(self, day: date) -> bool:
        """False where holidays are only inferred from the regular rules."""
        return self.jurisdiction is Jurisdiction.NONE or self.first_year <= day.year <= self.last_year

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday on `day`, if there is one."""
        listed = self.holidays.get(day)
        if listed is not None or self.is_published(day):
            return listed
        return regular_holidays(self.jurisdiction, day.year).get(day)

    def between(self, first: date, last: date) -> list[date]:
        """The public holidays from `first` to `last`, both counted, in order."""
        known = set(self._days[bisect_left(self._days, first) : bisect_right(self._days, last)])
        for year in range(first.year, last.year + 1):
            if not self.is_published(date(year, 1, 1)):
                known.update(day for day in regular_holidays(self.jurisdiction, year) if first <= day <= last)
        return sorted(known)

    @cached_property
    def _days(self) -> list[date]:
        return sorted(self.holidays)

    def is_working_day(self, day: date) -> bool:
        """Neither a Saturday, a Sunday nor a public holiday."""
        return day.weekday() < _SATURDAY and self.holiday(day) is None

    def roll(self, day: date) -> Rolled:
        """`day`, or the next working day after it."""
        skipped: list[tuple[date, str]] = []
        while not self.is_working_day(day):
            skipped.append((day, self.holiday(day) or f"{day:%A}"))
            day += _ONE_DAY
        return Rolled(day, tuple(skipped))

    def roll_back(self, day: date) -> date:
        """`day`, or the last working day before it."""
        while not self.is_working_day(day):
            day -= _ONE_DAY
        return day

    def working_day_after(self, day: date, count: int) -> date:
        """The `count`th working day after `day`; `day` itself for none."""
        for _ in range(count):
            day = self.roll(day + _ONE_DAY).day
        return day

    def working_days_after(self, first: date, last: date) -> int:
        """How many working days there are after `first`, up to and including `last`."""
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def calendar(jurisdiction: Jurisdiction, extra: Iterable[Holiday] = ()) -> Calendar:
    """The calendar in force for `jurisdiction`, with the organisation's own additions for it."""
    base = _bundled(jurisdiction)
    added = {h.day: h.title for h in extra if h.jurisdiction is jurisdiction and h.day not in base.holidays}
    if not added:
        return base
    return Calendar(jurisdiction, {**base.holidays, **added}, base.first_year, base.last_year)


def calendar_from_snapshot(snapshot: Mapping[str, object]) -> Calendar:
    """The calendar that `Calendar.snapshot` described. ValueError if made under other regular rules."""
    if snapshot.get("regular_rules") != REGULAR_RULES_VERSION:
        raise ValueError("This holiday snapshot was made under different rules.")
    holidays, first, last = snapshot["holidays"], snapshot["first_year"], snapshot["last_year"]
    if not (isinstance(holidays, Mapping) and isinstance(first, int) and isinstance(last, int)):
        raise ValueError("This is not a holiday snapshot.")
    days = {date.fromisoformat(day): str(title) for day, title in holidays.items()}
    return Calendar(Jurisdiction(str(snapshot["jurisdiction"])), days, first, last)


@lru_cache(maxsize=512)
def regular_holidays(jurisdiction: Jurisdiction, year: int) -> Mapping[date, str]:
    """The holidays that recur every year, with substitute days.

    Banking and Financial Dealings Act 1971 Sch 1 and the yearly proclamations: a holiday that falls on a
    weekend is kept on the next weekday that is not itself a holiday.
    """
    days = dict(_movable(jurisdiction, year))
    fixed = list(_fixed(jurisdiction, year))
    # Those on weekdays stand first, so that a substitute never displaces a holiday on its own day.
    for day, title in sorted(fixed, key=lambda item: (item[0].weekday() >= _SATURDAY, item[0])):
        while day.weekday() >= _SATURDAY or day in days:
            day += _ONE_DAY
        days[day] = title
    return days


def _fixed(jurisdiction: Jurisdiction, year: int) -> Iterator[tuple[date, str]]:
    if jurisdiction is Jurisdiction.NONE:
        return
    yield date(year, 1, 1), "New Year’s Day"
    if jurisdiction is Jurisdiction.SC:
        yield date(year, 1, 2), "2nd January"
        yield date(year, 11, 30), "St Andrew’s Day"
    if jurisdiction is Jurisdiction.NI:
        yield date(year, 3, 17), "St Patrick’s Day"
        yield date(year, 7, 12), "Battle of the Boyne (Orangemen’s Day)"
    yield date(year, _DECEMBER, 25), "Christmas Day"
    yield date(year, _DECEMBER, 26), "Boxing Day"


def _movable(jurisdiction: Jurisdiction, year: int) -> Iterator[tuple[date, str]]:
    if jurisdiction is Jurisdiction.NONE:
        return
    easter_day = easter(year)
    yield easter_day - timedelta(days=2), "Good Friday"
    if jurisdiction is not Jurisdiction.SC:
        yield easter_day + _ONE_DAY, "Easter Monday"
    yield _monday_from(date(year, 5, 1)), "Early May bank holiday"
    yield _monday_from(date(year, 5, 25)), "Spring bank holiday"
    yield _monday_from(date(year, 8, 1 if jurisdiction is Jurisdiction.SC else 25)), "Summer bank holiday"


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


@cache
def _bundled(jurisdiction: Jurisdiction) -> Calendar:
    if jurisdiction is Jurisdiction.NONE:
        return Calendar(jurisdiction, {}, 0, 0)
    published = json.loads(files("govuk_bank_holidays").joinpath("bank-holidays.json").read_text("utf-8"))
    events = published[_DIVISIONS[jurisdiction]]["events"]
    days = {date.fromisoformat(event["date"]): str(event["title"]) for event in events}
    years = {day.year for day in days}
    one_off = json.loads(Path(__file__).with_name("one_off_holidays.json").read_text("utf-8"))
    for item in one_off:
        if item["jurisdiction"] == jurisdiction:
            days.setdefault(date.fromisoformat(item["day"]), str(item["title"]))
    return Calendar(jurisdiction, days, min(years), max(years))
