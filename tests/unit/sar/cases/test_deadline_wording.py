"""How a due date explains itself to the requester, and to officers and auditors."""

import json
from datetime import date

from sar.cases import deadlines as dl
from sar.cases.calendars import Jurisdiction, calendar

EW = calendar(Jurisdiction.EW)
RULES = dl.ClockRules(dl.Regime.UKGDPR, EW)
RECEIVED = dl.Received(date(2026, 9, 1))


def plain(*events: dl.ClockEvent, rules: dl.ClockRules = RULES) -> dict[dl.Rule, str]:
    return {step.rule: step.plain for step in dl.due(events, rules).derivation}


def test_a_pause_is_told_in_plain_words() -> None:
    words = plain(
        RECEIVED,
        dl.ClarificationRequested(date(2026, 9, 7), 1),
        dl.ClarificationReceived(date(2026, 9, 14), 1),
    )
    assert words[dl.Rule.PAUSE] == (
        "We asked you a question on 7 September. The clock stopped until you answered on the 14th. "
        "That moved the date by 7 days."
    )


def test_dates_in_other_months_and_years_are_written_out() -> None:
    words = plain(
        dl.Received(date(2026, 12, 1)),
        dl.ClarificationRequested(date(2026, 12, 22), 1),
        dl.ClarificationReceived(date(2027, 1, 3), 1),
    )
    assert "on 22 December 2026. The clock stopped until you answered on 3 January 2027." in words[dl.Rule.PAUSE]


def test_ordinals_are_right() -> None:
    for day, word in ((11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (22, "22nd"), (23, "23rd"), (24, "24th")):
        words = plain(RECEIVED, dl.IdRequested(date(2026, 9, 2)), dl.IdReceived(date(2026, 9, day)))
        assert f"It came on the {word}." in words[dl.Rule.IDENTITY]


def test_overlapping_questions_are_told_together() -> None:
    words = plain(
        RECEIVED,
        dl.ClarificationRequested(date(2026, 9, 7), 1),
        dl.ClarificationReceived(date(2026, 9, 14), 1),
        dl.ClarificationRequested(date(2026, 9, 9), 2),
        dl.ClarificationReceived(date(2026, 9, 22), 2),
    )
    assert words[dl.Rule.PAUSE].startswith(
        "We asked you questions on 7 September and 9 September. "
        "The clock stopped until you had answered them all, on the 22nd. That moved the date by 15 days."
    )


def test_an_open_question_says_that_the_clock_is_stopped() -> None:
    words = plain(RECEIVED, dl.ClarificationRequested(date(2026, 9, 7), 1))
    assert words[dl.Rule.PAUSE] == "We asked you a question on 7 September. The clock is stopped until you answer."
    assert dl.Rule.ROLL not in words


def test_a_question_that_moved_nothing_is_still_told() -> None:
    events: list[dl.ClockEvent] = [
        RECEIVED,
        dl.ClarificationRequested(date(2026, 9, 7), 1),
        dl.ClarificationReceived(date(2026, 9, 7), 1),
        dl.ClarificationRequested(date(2026, 9, 8), 2),
    ]
    steps = [step for step in dl.due(events, RULES).derivation if step.rule is dl.Rule.PAUSE]
    assert [step.after for step in steps] == [None, None]
    assert steps[1].plain == "We asked you a question on 7 September. It did not change the date."


def test_waiting_for_proof_of_identity_is_told() -> None:
    words = plain(RECEIVED, dl.IdRequested(date(2026, 9, 2)))
    assert words[dl.Rule.IDENTITY] == (
        "We asked you for proof of who you are on 2 September. Our time to reply starts when we have it."
    )


def test_what_came_early_is_told_as_no_change() -> None:
    events: list[dl.ClockEvent] = [
        RECEIVED,
        dl.IdRequested(date(2026, 9, 2)),
        dl.IdReceived(date(2026, 9, 20)),
        dl.FeeRequested(date(2026, 9, 2)),
        dl.FeePaid(date(2026, 9, 4)),
    ]
    assert plain(*events)[dl.Rule.FEE].endswith("It came on the 4th. We were still waiting for more.")


def test_a_rolled_date_names_the_days_passed_over() -> None:
    steps = {step.rule: step for step in dl.due([dl.Received(date(2026, 11, 26))], RULES).derivation}
    roll = steps[dl.Rule.ROLL]
    assert (roll.before, roll.after) == (date(2026, 12, 26), date(2026, 12, 29))
    assert roll.explanation == (
        "Rolled forward once, last of all past 26 December (Saturday), 27 December (Sunday) and "
        "28 December (Boxing Day), to Tuesday 29 December 2026."
    )
    assert roll.plain == (
        "26 December 2026 is not a working day (Saturday). You will have our reply by the end of "
        "Tuesday 29 December 2026."
    )


def test_an_extension_is_told_with_both_dates() -> None:
    words = plain(RECEIVED, dl.Extended(date(2026, 9, 20), dl.ExtensionReason.COMPLEXITY))
    assert words[dl.Rule.EXTENSION] == (
        "On 20 September 2026 we told you that we need two more months, and why. That takes us to 1 December 2026."
    )
    assert words[dl.Rule.NOTICE] == "We cannot take more time than this."


def test_an_extended_request_with_an_open_question_is_promised_no_further_notice() -> None:
    told = dl.Extended(date(2026, 9, 20), dl.ExtensionReason.COMPLEXITY)
    words = plain(RECEIVED, told, dl.ClarificationRequested(date(2026, 9, 22), 1))
    assert words[dl.Rule.NOTICE] == "We cannot take more time than this."


def test_a_question_asked_before_the_start_says_from_which_day_it_counts() -> None:
    events: list[dl.ClockEvent] = [
        RECEIVED,
        dl.IdRequested(date(2026, 9, 2)),
        dl.ClarificationRequested(date(2026, 9, 3), 1),
        dl.IdReceived(date(2026, 9, 20)),
        dl.ClarificationReceived(date(2026, 9, 25), 1),
    ]
    [pause] = [step for step in dl.due(events, RULES).derivation if step.rule is dl.Rule.PAUSE]
    assert pause.plain == (
        "We asked you a question on 3 September, before our time to reply had started. It counts from 21 September "
        "2026. The clock stopped until you answered on the 25th. That moved the date by 5 days."
    )
    assert "before the clock had started, so it counts from 21 September 2026. Excluded days" in pause.explanation


def test_one_open_question_is_not_spoken_of_as_many() -> None:
    asked = [dl.ClarificationRequested(date(2026, 9, 7), 1), dl.ClarificationRequested(date(2026, 9, 9), 2)]
    for events, words in (
        (asked[:1], "Question 1 was asked on 7 September 2026 and is not answered."),
        (asked, "Questions 1 and 2 were asked from 7 September 2026 on, and not all are answered."),
    ):
        steps = dl.due([RECEIVED, *events], RULES).derivation
        assert any(step.explanation.startswith(words) for step in steps)


def test_the_earlier_rules_are_named_where_they_apply() -> None:
    old = dl.Received(date(2026, 2, 4))
    for regime, words in ((dl.Regime.LE, "allowed no extension"), (dl.Regime.UKGDPR, "regulator's practice")):
        steps = dl.due([old], dl.ClockRules(regime, EW)).derivation
        legacy = next(step for step in steps if step.rule is dl.Rule.LEGACY)
        assert legacy.source == "SI 2026/82 reg 4"
        assert words in legacy.explanation
    assert plain(old, rules=dl.ClockRules(dl.Regime.LE, EW))[dl.Rule.NOTICE] == "We cannot take extra months."


def test_each_regime_cites_its_own_law() -> None:
    for regime, law in ((dl.Regime.UKGDPR, "UK GDPR"), (dl.Regime.LE, "DPA 2018 s.54")):
        steps = dl.due([RECEIVED], dl.ClockRules(regime, EW)).derivation
        assert all(law in step.source for step in steps if step.rule is not dl.Rule.ROLL)


def test_what_came_before_the_new_rules_cites_none_of_them() -> None:
    told = dl.Extended(date(2026, 2, 20), dl.ExtensionReason.COMPLEXITY)
    asked = [dl.ClarificationRequested(date(2026, 2, 10), 1), dl.ClarificationReceived(date(2026, 2, 12), 1)]
    waits = [dl.IdRequested(date(2026, 2, 4)), dl.IdReceived(date(2026, 2, 6))]
    for received, is_old in ((date(2026, 2, 4), True), (date(2026, 2, 5), False)):
        events = [dl.Received(received), *(waits if is_old else ()), *asked, told]
        clocks = [dl.due(events, dl.ClockRules(regime, EW)) for regime in dl.Regime]
        clocks.append(dl.earliest_due(events, dl.Regime, dl.ClockRules(dl.Regime.LE, EW)))
        for clock in clocks:
            cited = " ".join(step.source for step in clock.derivation)
            assert any(new in cited for new in ("12A", "4A", "(3A)", "(3C)")) is not is_old, (clock.regime, cited)
    uk = {step.rule: step.source for step in dl.due(events, dl.ClockRules(dl.Regime.UKGDPR, EW)).derivation}
    assert uk[dl.Rule.MONTH] == "Art 12A(1) UK GDPR"
    events[0] = dl.Received(date(2026, 2, 4))
    old = {step.rule: step.source for step in dl.due(events, dl.ClockRules(dl.Regime.UKGDPR, EW)).derivation}
    assert old[dl.Rule.MONTH] == old[dl.Rule.EXTENSION] == "Art 12(3) UK GDPR" and "ICO" in old[dl.Rule.PAUSE]


def test_the_whole_clock_can_be_stored_as_json_with_the_calendar_it_used() -> None:
    stored = json.loads(json.dumps(dl.due([RECEIVED], RULES).as_json()))
    assert (stored["due"], stored["state"], stored["calendar_version"]) == ("2026-10-01", "running", EW.version)
    assert stored["derivation"][0]["rule"] == "receipt"
    assert stored["derivation"][-1]["after"] == "2026-10-01"


def test_the_day_to_acknowledge_a_complaint_explains_itself() -> None:
    counted, rolled = dl.complaint_ack_steps(date(2026, 11, 25), EW)
    assert (counted.rule, counted.source) == (dl.Rule.COMPLAINT, "DPA 2018 s.164A(3)")
    assert (counted.before, counted.after) == (date(2026, 11, 25), date(2026, 12, 25))
    assert "30 days, counted from the day after receipt" in counted.explanation
    assert (rolled.rule, rolled.before, rolled.after) == (dl.Rule.ROLL, date(2026, 12, 25), date(2026, 12, 29))
    assert "past 25 December (Christmas Day)" in rolled.explanation and "ICO guidance" in rolled.source
    assert counted.plain == (
        "We got your complaint on 25 November 2026. We have 30 days to confirm that, which takes us to "
        "25 December 2026."
    )
    assert rolled.plain.endswith("We will have written to you by the end of Tuesday 29 December 2026.")
    assert dl.complaint_ack_steps(date(2026, 6, 18), EW) == ()


def regime(*events: dl.ClockEvent) -> dl.Step:
    return dl.earliest_due(events, dl.Regime, RULES).derivation[-1]


def test_a_mixed_request_says_which_law_gave_its_date() -> None:
    asked, answered = dl.ClarificationRequested(date(2026, 2, 6), 1), dl.ClarificationReceived(date(2026, 2, 20), 1)
    step = regime(dl.Received(date(2026, 2, 4)), asked, answered)
    assert (step.rule, step.before, step.after) == (dl.Rule.REGIME, date(2026, 3, 18), date(2026, 3, 4))
    assert step.explanation == (
        "Under Part 3 of the Data Protection Act 2018 the answer is due on 4 March 2026; under the UK GDPR the answer "
        "is due on 18 March 2026. The earliest counts for the whole request: that of Part 3 of the Data Protection Act "
        "2018, by the steps above."
    )
    assert step.plain == "Two laws cover your records. We keep to the earlier date for all of them."
    waiting = regime(dl.Received(date(2026, 2, 4)), asked)
    assert "under the UK GDPR there is no due date yet" in waiting.explanation


def test_a_mixed_request_whose_laws_agree_says_so_and_one_law_alone_says_nothing() -> None:
    step = regime(RECEIVED)
    assert (step.before, step.after) == (date(2026, 10, 1), date(2026, 10, 1))
    assert step.explanation.endswith("They agree.")
    alone = dl.earliest_due([RECEIVED], [dl.Regime.LE], RULES)
    assert dl.Rule.REGIME not in {step.rule for step in alone.derivation}
