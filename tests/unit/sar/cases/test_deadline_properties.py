"""What must hold for the clock whatever the dates, and for every day of seven years."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar.cases import deadlines as dl
from sar.cases.calendars import Jurisdiction, calendar
from sar.cases.deadlines.facts import gather
from sar.cases.deadlines.fold import Reading, read
from tests.unit.sar.cases.day_by_day import Answer, Request, acknowledge_by, walk
from tests.unit.sar.cases.test_deadline_fold import asked, log_of, requests, rules_of

ANSWERS = {
    "clarification_requested": "clarification_received",
    "id_requested": "id_received",
    "authority_requested": "authority_received",
    "fee_requested": "fee_paid",
}
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)


def on(received: date, days: int) -> date:
    return received + timedelta(days=days)


def shapes(received: date) -> list[dict[str, object]]:
    """Every shape that a request takes: days after receipt on which things were asked and answered."""

    def pairs(*days: tuple[int, int | None]) -> list[tuple[date, date | None]]:
        return [(on(received, ask), None if answer is None else on(received, answer)) for ask, answer in days]

    return [
        {},
        {"waits": pairs((1, 9))},
        {"waits": pairs((0, 3), (2, 17), (5, 5))},
        {"waits": pairs((3, None))},
        {"questions": pairs((6, 13))},
        {"questions": pairs((6, 13), (10, 20), (25, 31))},
        {"questions": pairs((4, 4), (28, 40))},
        {"questions": pairs((12, None))},
        {"questions": pairs((32, None), (2, 5))},
        {"extended": True},
        {"extended": True, "waits": pairs((2, 6)), "questions": pairs((20, 34), (60, 75))},
        {"extended": True, "questions": pairs((100, 120))},
    ]


def found(reading: Reading) -> Answer:
    return Answer(reading.start, reading.nominal_end, reading.paused_days, reading.notice_by, reading.due)


@pytest.mark.slow
def test_two_implementations_agree_for_every_day_of_seven_years() -> None:
    """Every day three shapes, in turn with every regime, pause mode and jurisdiction: no day is left to chance."""
    ways = list(product(range(len(shapes(FIRST))), (False, True), (False, True), map(calendar, Jurisdiction)))
    # Strides share no factor with the number of ways, so neighbouring days meet unlike ones and all have their turn.
    in_turn, seen = cycle(range(0, len(ways) * 5, 5)), set()
    for received in (on(FIRST, n) for n in range((LAST - FIRST).days + 1)):
        every = shapes(received)
        for _ in range(3):
            turn = next(in_turn) % len(ways)
            which, part_3, statutory, holidays = ways[turn]
            request = Request(received, part_3, statutory, **every[which])  # type: ignore[arg-type]
            rules = rules_of(request, holidays.jurisdiction)
            assert found(read(gather(log_of(request)), rules)) == walk(request, holidays), (request, holidays.version)
            seen.add(turn)
    assert (LAST - FIRST).days + 1 == 2557 and len(seen) == len(ways) == 192


def test_two_implementations_agree_on_complaints_for_every_day_of_five_years() -> None:
    """Every day, in each jurisdiction; and the steps that explain it lead from the one day to the other."""
    for holidays in map(calendar, Jurisdiction):
        for received in (on(date(2026, 1, 1), n) for n in range(1826)):
            day, steps = dl.complaint_ack_due(received, holidays), dl.complaint_ack_steps(received, holidays)
            assert day == acknowledge_by(received, holidays), (received, holidays.jurisdiction)
            assert [(step.before, step.after) for step in steps] == (
                [(received, on(received, 30)), (on(received, 30), day)] if day else []
            )


@pytest.mark.parametrize(
    ("jurisdiction", "received", "day"),
    [
        (Jurisdiction.EW, date(2026, 7, 1), date(2026, 7, 31)),  # a Friday
        (Jurisdiction.EW, date(2026, 7, 2), date(2026, 8, 3)),  # past a weekend
        (Jurisdiction.SC, date(2026, 7, 2), date(2026, 8, 4)),  # the summer holiday of Scotland is that Monday
        (Jurisdiction.EW, date(2026, 12, 2), date(2027, 1, 4)),
        (Jurisdiction.SC, date(2026, 12, 2), date(2027, 1, 5)),  # 2 January, kept on the Monday
        (Jurisdiction.NI, date(2027, 2, 15), date(2027, 3, 18)),  # St Patrick's Day
        (Jurisdiction.NONE, date(2026, 11, 25), date(2026, 12, 25)),
        (Jurisdiction.EW, date(2026, 6, 19), date(2026, 7, 20)),  # the first day of the duty
        (Jurisdiction.EW, date(2026, 6, 18), None),
    ],
)
def test_a_complaint_is_acknowledged_within_thirty_days_rolled(
    jurisdiction: Jurisdiction, received: date, day: date | None
) -> None:
    assert dl.complaint_ack_due(received, calendar(jurisdiction)) == day


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(1, 40))
def test_a_request_that_came_later_is_never_due_earlier(request: Request, days: int) -> None:
    """The same other dates, the receipt moved: with no wait and no question of its own to be moved past."""
    earlier = Request(request.received, request.part_3, request.statutory, extended=request.extended)
    later = Request(on(request.received, days), request.part_3, request.statutory, extended=request.extended)
    rules = rules_of(request)
    first, second = dl.due(log_of(earlier), rules).due, dl.due(log_of(later), rules).due
    # Only the law itself may break it: Part 3 had no extension before 5 February 2026.
    assert first is not None and second is not None and first <= second


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 30), st.integers(0, 60))
def test_one_more_question_or_a_later_answer_never_brings_the_date_forward(
    request: Request, after: int, lasts: int
) -> None:
    rules, log = rules_of(request), log_of(request)
    begins, number = on(request.received, after), len(request.questions) + 1
    before = dl.due(log, rules).due or date.max
    shorter = dl.due([*log, *asked(begins, on(begins, lasts), number)], rules).due or date.max
    longer = dl.due([*log, *asked(begins, on(begins, lasts + 1), number)], rules).due or date.max
    # No due date while something is awaited: as if it were never.
    assert before <= shorter <= longer


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests())
def test_the_cautious_way_of_counting_never_gives_the_later_date(request: Request) -> None:
    cautious = Request(**{**vars(request), "statutory": False})
    literal = Request(**{**vars(request), "statutory": True})
    first, second = (dl.due(log_of(one), rules_of(one)).due for one in (cautious, literal))
    assert second is None or (first is not None and first <= second)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 100))
def test_a_question_answered_the_day_it_was_asked_changes_no_date(request: Request, after: int) -> None:
    cautious = Request(**{**vars(request), "statutory": False})
    rules, day, number = rules_of(cautious), on(request.received, after), len(request.questions) + 1
    without = read(gather(log_of(cautious)), rules)
    assert found(read(gather([*log_of(cautious), *asked(day, day, number)]), rules)) == found(without)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.data())
def test_a_question_may_be_split_at_any_day_it_was_open(request: Request, data: st.DataObject) -> None:
    whole = [(day, answer) for day, answer in request.questions if answer is not None]
    split: list[tuple[date, date | None]] = []
    for day, answer in whole:
        middle = on(day, data.draw(st.integers(0, (answer - day).days)))
        split += [(day, middle), (middle, answer)]
    one, two = (Request(**{**vars(request), "questions": questions}) for questions in (whole, split))
    assert found(read(gather(log_of(one)), rules_of(one))) == found(read(gather(log_of(two)), rules_of(two)))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(-60, 60))
def test_after_an_edit_of_the_received_date_everything_is_as_if_it_had_been_right_at_once(
    request: Request, days: int
) -> None:
    """Nothing worked out under the wrong date lives on, not even that an extension was notified in time."""
    right = on(request.received, days)
    log = log_of(request)
    edited = [dl.Received(right) if isinstance(event, dl.Received) else event for event in log]
    month = walk(Request(**{**vars(request), "received": right, "extended": False}), rules_of(request).calendar)
    in_time = month.notice_by is None or request.received <= month.notice_by
    corrected = Request(**{**vars(request), "received": right, "extended": request.extended and in_time})
    assert found(read(gather(edited), rules_of(request))) == walk(corrected, rules_of(request).calendar)


def sent_on(kind: str, written: date, day: date | None, number: int = 1) -> dl.ClockEvent:
    """A letter that was written on one day and went on another, or has not gone."""
    if day is None:
        return dl.Unsent(written, kind, number)
    reason = "COMPLEXITY" if kind == "extended" else ""
    return dl.make_event(kind, day, number=number, reason=reason, written=written)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.sampled_from(sorted(dl.BY_LETTER)), st.integers(0, 60), st.one_of(st.none(), st.integers(0, 60)))
def test_a_letter_that_was_never_sent_never_delays_whatever_came_in_answer(
    request: Request, kind: str, after: int, lasts: int | None
) -> None:
    """It is as if it had not been written; the second implementation, which knows of no letters, agrees."""
    request = replace(request, waits=[])
    log, rules, written = log_of(request), rules_of(request), on(request.received, after)
    number = len(request.questions) + 1
    answer: list[dl.ClockEvent] = []
    if lasts is not None and kind != "extended":
        answer.append(dl.make_event(ANSWERS[kind], on(written, lasts), number=number))
    unsent = [*log, sent_on(kind, written, None, number), *answer]
    assert found(read(gather(unsent), rules)) == walk(request, rules.calendar)
    assert dl.due(unsent[::-1], rules) == dl.due(unsent, rules)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 60), st.one_of(st.none(), st.integers(0, 60)), st.integers(0, 40), st.integers(1, 40))
def test_a_question_or_extension_that_goes_later_never_gives_more_time(
    request: Request, after: int, lasts: int | None, waits: int, longer: int
) -> None:
    """No due date yet, as in an open pause, is later than any; never sent is later than any day."""
    log, rules, written = log_of(replace(request, extended=False)), rules_of(request), on(request.received, after)
    number = len(request.questions) + 1
    answer = [] if lasts is None else [dl.ClarificationReceived(on(written, lasts), number)]
    days = [on(written, waits), on(written, waits + longer), None]
    for kind, then in (("clarification_requested", answer), ("extended", [])):
        dues = [dl.due([*log, sent_on(kind, written, day, number), *then], rules).due or date.max for day in days]
        assert dues == sorted(dues, reverse=True)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(0, 30), st.integers(0, 40), st.integers(0, 60))
def test_proof_delays_only_where_its_letter_went_before_it_came(
    request: Request, after: int, waits: int, lasts: int
) -> None:
    request = replace(request, waits=[])
    log, rules, written = log_of(request), rules_of(request), on(request.received, after)
    went, came = on(written, waits), on(written, lasts)
    clock = dl.due([*log, sent_on("id_requested", written, went), dl.IdReceived(came)], rules)
    waited = replace(request, waits=[(went, came)] if went <= came else [])
    assert (clock.start, clock.due) == (walk(waited, rules.calendar).start, walk(waited, rules.calendar).due)


def test_the_day_a_letter_was_written_changes_no_date() -> None:
    log, rules = [dl.Received(date(2026, 9, 1))], dl.ClockRules(dl.Regime.UKGDPR, calendar(Jurisdiction.EW))
    answer = dl.ClarificationReceived(date(2026, 9, 14), 1)
    same, other = (
        dl.due([*log, sent_on("clarification_requested", date(2026, 9, day), date(2026, 9, 9)), answer], rules)
        for day in (9, 7)
    )
    assert (same.due, same.paused_days) == (other.due, other.paused_days) == (date(2026, 10, 6), 5)
    told = [step.explanation for step in other.derivation if step.rule is dl.Rule.PAUSE]
    assert told != [step.explanation for step in same.derivation if step.rule is dl.Rule.PAUSE]
    assert told[0].endswith("The letter was written on 7 September 2026 and went on 9 September 2026.")
