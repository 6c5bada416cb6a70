"""What an officer relies on in the clock, checked by example and against a second, naive implementation."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar.cases import deadlines as dl
from sar.cases.calendars import Jurisdiction, calendar
from tests.unit.sar.cases.day_by_day import Request, walk

EW = calendar(Jurisdiction.EW)
RULES = dl.ClockRules(dl.Regime.UKGDPR, EW)
STATUTORY = dl.ClockRules(dl.Regime.UKGDPR, EW, dl.PauseMode.STATUTORY)
PART_3 = dl.ClockRules(dl.Regime.LE, EW)
RECEIVED = dl.Received(date(2026, 9, 1))
EXTENDED = dl.Extended(date(2026, 9, 20), dl.ExtensionReason.COMPLEXITY)
WAITS = (("id_requested", "id_received"), ("authority_requested", "authority_received"), ("fee_requested", "fee_paid"))


def asked(day: date, answered: date | None, number: int = 1) -> list[dl.ClockEvent]:
    question: list[dl.ClockEvent] = [dl.ClarificationRequested(day, number)]
    return question if answered is None else [*question, dl.ClarificationReceived(answered, number)]


def september(day: int) -> date:
    return date(2026, 9, day)


def codes(clock: dl.Clock) -> list[dl.CautionCode]:
    return [caution.code for caution in clock.warnings]


def days_from(first: date, spread: int) -> st.SearchStrategy[date]:
    return st.integers(0, spread).map(lambda n: first + timedelta(days=n))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    received = draw(st.dates(date(2025, 11, 1), date(2027, 6, 30)))

    def pair(spread: int) -> tuple[date, date | None]:
        day = draw(days_from(received, spread))
        return day, draw(st.one_of(st.none(), *[days_from(day, 50)] * 7))

    return Request(
        received=received,
        part_3=draw(st.booleans()),
        statutory=draw(st.booleans()),
        waits=[pair(20) for _ in range(draw(st.integers(0, 3)))],
        questions=[pair(110) for _ in range(draw(st.integers(0, 4)))],
        extended=draw(st.booleans()),
    )


def log_of(request: Request) -> list[dl.ClockEvent]:
    log: list[dl.ClockEvent] = [dl.Received(request.received)]
    for (ask, give), (day, answer) in zip(WAITS, request.waits, strict=False):
        log.append(dl.make_event(ask, day))
        if answer is not None:
            log.append(dl.make_event(give, answer))
    for number, (day, answer) in enumerate(request.questions, start=1):
        log.extend(asked(day, answer, number))
    if request.extended:
        log.append(dl.Extended(request.received, dl.ExtensionReason.NUMBER))
    return log


def rules_of(request: Request, jurisdiction: Jurisdiction = Jurisdiction.EW) -> dl.ClockRules:
    mode = dl.PauseMode.STATUTORY if request.statutory else dl.PauseMode.CONSERVATIVE
    return dl.ClockRules(dl.Regime.LE if request.part_3 else dl.Regime.UKGDPR, calendar(jurisdiction), mode)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(requests(), st.sampled_from(Jurisdiction))
def test_the_fold_agrees_with_counting_the_days_one_by_one(request: Request, jurisdiction: Jurisdiction) -> None:
    clock, counted = dl.due(log_of(request), rules_of(request, jurisdiction)), walk(request, calendar(jurisdiction))
    assert clock.start == counted.start
    assert clock.nominal_end == counted.nominal
    assert clock.paused_days == counted.paused_days
    assert clock.extension_notice_by == counted.notice_by
    assert clock.due == counted.due


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests().flatmap(lambda r: st.tuples(st.just(r), st.permutations(log_of(r)))))
def test_the_order_of_entry_never_matters(case: tuple[Request, list[dl.ClockEvent]]) -> None:
    request, shuffled = case
    assert dl.due(shuffled, rules_of(request)) == dl.due(log_of(request), rules_of(request))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests())
def test_each_step_begins_where_the_one_before_ended(request: Request) -> None:
    clock = dl.due(log_of(request), rules_of(request))
    moving = {dl.Rule.MONTH, dl.Rule.EXTENSION, dl.Rule.PAUSE, dl.Rule.ROLL}
    chain = [step for step in clock.derivation if step.rule in moving]
    assert all(earlier.after == later.before for earlier, later in zip(chain, chain[1:], strict=False))
    if clock.due is not None:
        assert (chain[0].before, chain[-1].after) == (clock.start, clock.due)
    assert all(step.explanation and step.plain and step.source for step in clock.derivation)


@pytest.mark.parametrize("rules", [RULES, STATUTORY])
@given(st.integers(1, 27), st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_a_split_pause_equals_a_whole_one(rules: dl.ClockRules, day: int, first: int, second: int) -> None:
    begin, middle = september(day), september(day) + timedelta(days=first)
    end = middle + timedelta(days=second)
    whole = dl.due([RECEIVED, *asked(begin, end)], rules)
    split = dl.due([RECEIVED, *asked(begin, middle), *asked(middle, end, 2)], rules)
    assert (split.due, split.paused_days) == (whole.due, whole.paused_days)


def test_a_question_answered_the_same_day_changes_nothing() -> None:
    assert dl.due([RECEIVED, *asked(september(7), september(7))], RULES).due == dl.due([RECEIVED], RULES).due


def test_the_literal_statute_counts_the_day_of_asking_too() -> None:
    assert dl.due([RECEIVED, *asked(september(7), september(7))], STATUTORY).paused_days == 1


def test_a_question_on_the_last_day_helps_only_under_the_literal_statute() -> None:
    log = [RECEIVED, *asked(date(2026, 10, 1), date(2026, 10, 5))]
    assert dl.due(log, RULES).due == date(2026, 10, 1)
    assert codes(dl.due(log, RULES)) == [dl.CautionCode.LATE_CLARIFICATION]
    assert dl.due(log, STATUTORY).due == date(2026, 10, 6)
    assert codes(dl.due(log, STATUTORY)) == []


@pytest.mark.parametrize("rules", [RULES, STATUTORY])
def test_a_question_after_the_last_day_cannot_revive_the_period_even_if_open(rules: dl.ClockRules) -> None:
    clock = dl.due([RECEIVED, *asked(date(2026, 10, 5), None)], rules)
    assert (clock.state, clock.due) == (dl.ClockState.RUNNING, date(2026, 10, 1))
    assert codes(clock) == [dl.CautionCode.LATE_CLARIFICATION]


def test_an_open_question_pauses_the_clock_and_shows_the_due_date_if_answered_today() -> None:
    clock = dl.due([RECEIVED, *asked(september(7), None)], RULES, today=september(14))
    assert (clock.state, clock.due, clock.paused_days) == (dl.ClockState.PAUSED, None, None)
    assert clock.due_if_answered_today == date(2026, 10, 8)
    assert clock.days_left(september(14)) is None
    assert not clock.is_overdue(date(2027, 1, 1))


def test_a_clock_waiting_for_identity_shows_the_due_date_if_it_came_today() -> None:
    clock = dl.due([RECEIVED, dl.IdRequested(september(2))], RULES, today=september(10))
    assert (clock.state, clock.start, clock.due) == (dl.ClockState.NOT_STARTED, None, None)
    assert clock.due_if_answered_today == date(2026, 10, 12)


def test_a_second_request_for_identity_waits_for_its_own_answer_and_warns() -> None:
    log: list[dl.ClockEvent] = [RECEIVED, dl.IdRequested(september(2)), dl.IdReceived(september(3))]
    log.append(dl.IdRequested(september(4)))
    assert dl.due(log, RULES).state is dl.ClockState.NOT_STARTED
    answered = dl.due([*log, dl.IdReceived(september(8)), dl.IdReceived(september(20))], RULES)
    assert answered.start == september(8)
    assert codes(answered) == [dl.CautionCode.ID_ASKED_AGAIN]


@pytest.mark.parametrize(("day", "warned"), [(4, False), (6, False), (7, True)])
def test_identity_asked_for_more_than_three_working_days_after_receipt_warns(day: int, warned: bool) -> None:
    # 1 September 2026 is a Tuesday: the third working day after it is Friday the 4th.
    clock = dl.due([RECEIVED, dl.IdRequested(september(day)), dl.IdReceived(september(day))], RULES)
    assert codes(clock) == ([dl.CautionCode.ID_ASKED_LATE] if warned else [])


def test_changing_the_received_date_recomputes_everything() -> None:
    later = [event for event in [RECEIVED, *asked(september(7), september(14))] if event is not RECEIVED]
    clock = dl.due([dl.Received(september(10)), *later], RULES)
    assert (clock.start, clock.paused_days, clock.due) == (september(10), 4, date(2026, 10, 14))


def test_receipt_by_any_part_of_the_organisation_counts_the_earliest() -> None:
    assert dl.due([RECEIVED, dl.Received(september(5))], RULES).received == september(1)


def test_an_extension_counts_three_months_from_the_start() -> None:
    clock = dl.due([RECEIVED, EXTENDED], RULES)
    assert (clock.extended, clock.due, clock.extension_notice_by) == (True, date(2026, 12, 1), date(2026, 10, 1))


def test_an_extension_notified_on_the_last_day_counts_and_one_day_later_does_not() -> None:
    last = dl.Extended(date(2026, 10, 1), dl.ExtensionReason.NUMBER)
    late = dl.Extended(date(2026, 10, 2), dl.ExtensionReason.NUMBER)
    assert dl.due([RECEIVED, last], RULES).extended
    clock = dl.due([RECEIVED, late], RULES)
    assert (clock.extended, clock.due) == (False, date(2026, 10, 1))
    assert codes(clock) == [dl.CautionCode.LATE_EXTENSION]


def test_a_request_is_extended_once_only() -> None:
    clock = dl.due([RECEIVED, EXTENDED, dl.Extended(september(28), dl.ExtensionReason.NUMBER)], RULES)
    assert clock.due == date(2026, 12, 1)
    assert codes(clock) == [dl.CautionCode.SECOND_EXTENSION]


def test_part_3_before_5_february_2026_had_neither_extension_nor_pause() -> None:
    log = [dl.Received(date(2026, 2, 4)), *asked(date(2026, 2, 6), None)]
    log.append(dl.Extended(date(2026, 2, 10), dl.ExtensionReason.COMPLEXITY))
    clock = dl.due(log, PART_3)
    assert (clock.state, clock.due, clock.extension_available) == (dl.ClockState.RUNNING, date(2026, 3, 4), False)
    assert codes(clock) == [dl.CautionCode.LEGACY_CLARIFICATION, dl.CautionCode.LEGACY_EXTENSION]
    assert clock.rules_version != dl.due([RECEIVED], PART_3).rules_version
    assert dl.due([dl.Received(date(2026, 2, 5)), *log[1:]], PART_3).state is dl.ClockState.PAUSED


def test_a_mixed_request_has_one_due_date_the_earliest() -> None:
    log = [dl.Received(date(2026, 2, 4)), *asked(date(2026, 2, 6), date(2026, 2, 20))]
    clock = dl.earliest_due(log, dl.Regime, RULES)
    assert (clock.regime, clock.due) == (dl.Regime.LE, date(2026, 3, 4))
    open_question = dl.earliest_due(log[:2], dl.Regime, RULES)
    assert (open_question.regime, open_question.due) == (dl.Regime.LE, date(2026, 3, 4))


def test_the_clock_ends_with_the_first_answer_and_no_reopening_takes_it_back() -> None:
    replied = dl.Ended(date(2026, 10, 2), dl.EndReason.RESPONDED)
    clock = dl.due([RECEIVED, replied], RULES)
    assert (clock.state, clock.ended_on, clock.done_in_time()) == (dl.ClockState.ENDED, date(2026, 10, 2), False)
    assert not clock.is_overdue(date(2026, 10, 20))
    reopened = dl.due([dl.Reopened(date(2026, 10, 9)), replied, RECEIVED], RULES)
    assert (reopened.state, reopened.ended_on, reopened.answered_on) == (dl.ClockState.REOPENED, None, replied.on)
    assert not reopened.is_overdue(date(2026, 10, 20)) and reopened.done_in_time() is False
    assert (reopened.due, reopened.owed_by) == (clock.due, None)
    second = dl.Ended(date(2026, 10, 9), dl.EndReason.RESPONDED, 2)
    again = dl.due([RECEIVED, replied, dl.Reopened(date(2026, 10, 9)), second], RULES)
    assert (again.ended_on, again.done_on) == (date(2026, 10, 9), replied.on)


def test_what_is_no_answer_is_undone_by_a_reopening_and_the_clock_runs_on() -> None:
    for reason in (dl.EndReason.WITHDRAWN, dl.EndReason.NO_REPLY, dl.EndReason.NOT_VALID):
        log = [RECEIVED, dl.Ended(september(10), reason), dl.Reopened(september(12))]
        clock = dl.due(log, RULES)
        assert (clock.state, clock.done_on, clock.owed_by) == (dl.ClockState.RUNNING, None, date(2026, 10, 1))
        assert clock.is_overdue(date(2026, 10, 2))


@pytest.mark.parametrize("reason", sorted(dl.ANSWER_REASONS))
def test_nothing_asked_for_after_the_first_answer_moves_its_dates(reason: dl.EndReason) -> None:
    answered = [RECEIVED, *asked(september(3), september(5)), dl.Ended(september(20), reason)]
    clock = dl.due([*answered, dl.Reopened(september(22))], RULES)
    later: list[list[dl.ClockEvent]] = [
        asked(september(23), None, 2),
        asked(september(23), september(28), 2),
        [dl.IdRequested(september(23))],
        [dl.FeeRequested(september(23)), dl.FeePaid(september(25))],
        [dl.Extended(september(23), dl.ExtensionReason.NUMBER)],
    ]
    for events in later:
        assert dl.due([*answered, dl.Reopened(september(22)), *events], RULES) == clock
    with pytest.raises(dl.ImpossibleDates):
        dl.due([*answered, dl.Reopened(september(22)), *asked(september(25), september(23), 2)], RULES)


def test_the_internal_target_moves_with_pauses_and_never_passes_the_due_date() -> None:
    assert dl.due([RECEIVED], RULES).internal_target == september(29)
    assert dl.due([RECEIVED, *asked(september(7), september(14))], RULES).internal_target == date(2026, 10, 6)
    assert dl.due([dl.Received(september(5))], RULES).internal_target == date(2026, 10, 2)  # not Saturday the 3rd
    slow = dl.ClockRules(dl.Regime.UKGDPR, EW, internal_target_days=60)
    assert dl.due([RECEIVED], slow).internal_target == date(2026, 10, 1)


def test_a_due_date_beyond_the_published_holidays_says_so() -> None:
    clock = dl.due([dl.Received(date(2028, 12, 15))], RULES)
    assert codes(clock) == [dl.CautionCode.HOLIDAYS_NOT_PUBLISHED]
    assert clock.due == date(2029, 1, 15)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ([dl.IdRequested(september(2))], "received is missing"),
        ([RECEIVED, dl.ClarificationReceived(september(2), 1)], "no record that it was asked"),
        ([RECEIVED, *asked(september(7), september(6))], "before it was asked"),
        ([RECEIVED, *asked(september(7), None), *asked(september(8), None)], "two different dates"),
    ],
)
def test_dates_that_cannot_be_true_are_refused(log: list[dl.ClockEvent], words: str) -> None:
    with pytest.raises(dl.ImpossibleDates, match=words):
        dl.due(log, RULES)


def test_every_kind_of_event_can_be_stored_by_name_and_read_back() -> None:
    reasons = {"extended": "COMPLEXITY", "ended": "WITHDRAWN"}
    made = {kind: dl.make_event(kind, september(1), number=3, reason=reasons.get(kind, "")) for kind in dl.KINDS}
    assert len({type(event) for event in made.values()}) == len(dl.KINDS)
    assert made["clarification_received"] == dl.ClarificationReceived(september(1), 3)
    assert made["ended"] == dl.Ended(september(1), dl.EndReason.WITHDRAWN, 3)
    with pytest.raises(ValueError, match="no clock event"):
        dl.make_event("consulted_police", september(1))
    with pytest.raises(ValueError, match="BUSY"):
        dl.make_event("extended", september(1), reason="BUSY")


def test_a_health_opinion_is_good_for_six_months_and_not_rolled() -> None:
    assert dl.health_opinion_last_good_day(date(2026, 1, 1)) == date(2026, 6, 30)
    assert dl.health_opinion_last_good_day(date(2026, 8, 31)) == date(2027, 2, 27)


@pytest.mark.parametrize(("day", "warned"), [(date(2026, 10, 1), False), (date(2026, 10, 2), True)])
def test_what_is_asked_for_once_the_answer_was_due_warns(day: date, warned: bool) -> None:
    clock = dl.due([RECEIVED, dl.FeeRequested(day), dl.FeePaid(day)], RULES)
    assert codes(clock) == ([dl.CautionCode.ASKED_TOO_LATE] if warned else [])
    if warned:
        assert "The fee was asked for after the answer was due, on 1 October 2026." in clock.warnings[0].message
