"""Public holidays: the published list, one-off days, the organisation's own, and the years nobody has published."""

from datetime import date, timedelta

import pytest

from sar.cases.calendars import Holiday, Jurisdiction, calendar, calendar_from_snapshot, regular_holidays

JURISDICTIONS = (Jurisdiction.EW, Jurisdiction.SC, Jurisdiction.NI)
# Days moved or added by proclamation: no rule can know them.
ONE_OFF = {
    date(2012, 6, 4),  # moved for the Diamond Jubilee
    date(2012, 6, 5),
    date(2020, 5, 8),  # moved for VE Day
    date(2022, 6, 2),  # moved for the Platinum Jubilee
    date(2022, 6, 3),
    date(2022, 9, 19),  # state funeral
    date(2023, 5, 8),  # coronation
    date(2026, 6, 15),  # Scotland
}
MOVED_AWAY = {date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)}


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
@pytest.mark.parametrize("year", range(2012, 2029))
def test_the_regular_rules_give_every_published_year(jurisdiction: Jurisdiction, year: int) -> None:
    published = {day for day in calendar(jurisdiction).holidays if day.year == year}
    assert set(regular_holidays(jurisdiction, year)) - MOVED_AWAY == published - ONE_OFF


def test_15_june_2026_is_a_holiday_in_scotland_alone() -> None:
    day = date(2026, 6, 15)
    assert [calendar(j).is_working_day(day) for j in JURISDICTIONS] == [True, False, True]
    assert calendar(Jurisdiction.SC).roll(day).day == date(2026, 6, 16)


@pytest.mark.parametrize(
    ("jurisdiction", "day", "working"),
    [
        (Jurisdiction.NI, date(2026, 3, 17), False),
        (Jurisdiction.EW, date(2026, 3, 17), True),
        (Jurisdiction.NI, date(2026, 7, 13), False),
        (Jurisdiction.SC, date(2026, 8, 31), True),
        (Jurisdiction.SC, date(2026, 4, 6), True),
        (Jurisdiction.NONE, date(2026, 12, 25), True),
        (Jurisdiction.NONE, date(2026, 12, 26), False),
    ],
)
def test_each_jurisdiction_keeps_its_own_days(jurisdiction: Jurisdiction, day: date, working: bool) -> None:
    assert calendar(jurisdiction).is_working_day(day) is working


def test_years_beyond_the_published_list_follow_the_rules_and_say_so() -> None:
    later = calendar(Jurisdiction.EW)
    assert later.is_published(date(2028, 12, 31))
    assert not later.is_published(date(2029, 1, 1))
    assert later.holiday(date(2029, 1, 1)) == "New Year’s Day"
    assert later.holiday(date(2029, 3, 30)) == "Good Friday"
    # 25 December 2033 is a Sunday: the substitute follows Boxing Day.
    assert later.roll(date(2033, 12, 24)).day == date(2033, 12, 28)


def test_an_organisation_can_add_a_day_and_the_version_changes() -> None:
    added = Holiday(Jurisdiction.EW, date(2026, 9, 2), "Founders' day")
    base, changed = calendar(Jurisdiction.EW), calendar(Jurisdiction.EW, [added])
    assert changed.holiday(date(2026, 9, 2)) == "Founders' day"
    assert base.is_working_day(date(2026, 9, 2))
    assert changed.version != base.version
    assert calendar(Jurisdiction.SC, [added]).version == calendar(Jurisdiction.SC).version


def test_a_day_added_twice_changes_nothing() -> None:
    again = Holiday(Jurisdiction.EW, date(2026, 12, 25), "Christmas")
    assert calendar(Jurisdiction.EW, [again]).version == calendar(Jurisdiction.EW).version


def test_a_stored_snapshot_gives_the_same_calendar_back() -> None:
    for jurisdiction in Jurisdiction:
        original = calendar(jurisdiction)
        restored = calendar_from_snapshot(original.snapshot())
        assert (restored.version, restored.holidays) == (original.version, original.holidays)
    assert len({calendar(jurisdiction).version for jurisdiction in Jurisdiction}) == len(Jurisdiction)


def test_a_snapshot_made_under_other_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="different rules"):
        calendar_from_snapshot({**calendar(Jurisdiction.EW).snapshot(), "regular_rules": 0})


def test_working_days_are_counted_after_the_first_day_and_including_the_last() -> None:
    # Thursday before Easter 2026 to the Wednesday after: Tuesday and Wednesday.
    assert calendar(Jurisdiction.EW).working_days_after(date(2026, 4, 2), date(2026, 4, 8)) == 2


def test_the_holidays_between_two_days_are_those_that_no_date_may_fall_on() -> None:
    for jurisdiction in Jurisdiction:
        holidays, first = calendar(jurisdiction), date(2027, 12, 1)
        days = [first + timedelta(days=n) for n in range(800)]  # from the published years into those known by rule
        assert holidays.between(days[0], days[-1]) == [day for day in days if holidays.holiday(day) is not None]
