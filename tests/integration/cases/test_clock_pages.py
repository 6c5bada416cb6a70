"""Before a date is recorded the officer sees what it does; on confirming, the command looks again."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from sar.cases import service
from sar.cases.deadlines import ExtensionReason, Rule
from sar.cases.ledger import Fact
from sar.cases.models import ClockFact
from sar.cases.queries import clock_of, waits_of
from sar.cases.silence import silence_of
from sar.foundation import messages
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.wording import date_words
from sar.intake.answers import Relationship, Representative
from tests.factories import letters_go
from tests.integration.cases.desk import POST, ago, browser_of, caseworker, dpo, fresh, opened, parts, put
from tests.integration.intake.walk import rows
from tests.security.people import browser_of as signed_in

pytestmark = pytest.mark.usefixtures("in_app")


def shown(page: str) -> dict[str, str]:
    """What is in the hidden fields of the form."""
    return {name: value for name, value in re.findall(r'name="(version|shown_on)"[^>]* value="([^"]*)"', page)}


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


FRIEND = Representative(Relationship.RELATIVE, "Alex Reed", POST)
WHY = {"reason": "The stamp on the letter"}


def test_a_corrected_date_is_shown_with_old_and_new_due_date_before_it_is_recorded(in_app: Flask) -> None:
    case, officer = opened(days_ago=10), caseworker()
    address, due = f"/staff/cases/{case.id}/received", case.due_on
    browser = browser_of(in_app, officer)
    assert 'id="what-if"' not in browser.get(address).text
    # The first press shows; nothing is recorded.
    preview = browser.post(address, {"on": parts(ago(20)), **WHY, "version": case.version})
    then = service.what_if(officer, case.id, Fact("received", ago(20)))
    assert preview.status_code == 200 and fresh(case).received_on == ago(10) and then.after is not None
    told = words_of(preview.text)
    assert f"Due now {date_words(due)} Due after this {date_words(then.after)}" in told  # type: ignore[arg-type]
    assert f"Received on {date_words(ago(20))}" in told and "Confirm and record it" in preview.text
    # Another date than the one that was shown is shown first.
    hidden = shown(preview.text)
    assert hidden["shown_on"] == ago(20).isoformat()
    again = browser.post(address, {"on": parts(ago(15)), **WHY, **hidden})
    assert again.status_code == 200 and fresh(case).received_on == ago(10)
    done = browser.post(address, {"on": parts(ago(15)), **WHY, **shown(again.text)})
    assert done.status_code == 302 and fresh(case).received_on == ago(15)
    told = f"Date received changed from {date_words(ago(10))} to {date_words(ago(15))}: The stamp on the letter"
    assert told in words_of(browser.get(f"/staff/cases/{case.id}").text)
    # Without saying how one knows, nothing is shown and nothing recorded.
    silent = browser.post(address, {"on": parts(ago(5)), "version": fresh(case).version})
    assert "Say how you know the day" in silent.text and fresh(case).received_on == ago(15)


def test_a_case_that_changed_between_the_preview_and_the_confirmation_is_shown_anew(in_app: Flask) -> None:
    case = opened(days_ago=10)
    address, browser = f"/staff/cases/{case.id}/received", browser_of(in_app, caseworker())
    preview = browser.post(address, {"on": parts(ago(20)), **WHY, "version": case.version})
    put(case, Fact("clarification_requested", ago(3)))
    stale = browser.post(address, {"on": parts(ago(20)), **WHY, **shown(preview.text)})
    assert stale.status_code == 409 and fresh(case).received_on == ago(10)
    assert shown(stale.text) == {"version": str(fresh(case).version), "shown_on": ""}
    # So that the same date is shown again, for the case as it is now, before it is recorded.
    second = browser.post(address, {"on": parts(ago(20)), **WHY, **shown(stale.text)})
    assert second.status_code == 200 and "no date until the answer comes" in second.text
    assert browser.post(address, {"on": parts(ago(20)), **WHY, **shown(second.text)}).status_code == 302
    assert fresh(case).received_on == ago(20)


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "That date is in the future"), (5, "came after the other"), (900, "too long ago")]
)
def test_a_date_that_cannot_be_is_refused_at_the_preview_already(in_app: Flask, days: int, words: str) -> None:
    case = put(opened(days_ago=10), Fact("clarification_requested", ago(8), detail="Which?"))
    browser = browser_of(in_app, caseworker())
    day = ago(days) if days < 900 else date(2001, 5, 1)
    page = browser.post(f"/staff/cases/{case.id}/received", {"on": parts(day), **WHY, "version": case.version})
    assert page.status_code == 200 and words.replace("came after", "cannot have come after") in page.text
    assert 'id="what-if"' not in page.text and fresh(case).received_on == ago(10)


def test_an_answer_of_today_is_shown_at_once_and_one_of_another_day_first(in_app: Flask) -> None:
    case = put(opened(days_ago=20), Fact("clarification_requested", ago(9), detail="Which?"))
    address, browser = f"/staff/cases/{case.id}/answer/1", browser_of(in_app, caseworker())
    page = browser.get(address)
    assert "If it came today" in page.text and shown(page.text)["shown_on"] == london_today().isoformat()
    answer = {"on": parts(ago(4)), "answer": "All of it", **shown(page.text)}
    preview = browser.post(address, answer)
    assert preview.status_code == 200 and "All of it" in preview.text and fresh(case).clock_state == "paused"
    told = words_of(preview.text)
    assert "A question to the person." in told and "Excluded days after the start: 5" in told
    assert browser.post(address, {**answer, **shown(preview.text)}).status_code == 302
    assert clock_of(fresh(case)).paused_days == 5


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("question", "no date until the answer comes"),
        ("extend", "Two further months."),
        ("ask-identity", "no date until what we asked for comes"),
        ("ask-authority", "no date until what we asked for comes"),
    ],
)
def test_what_is_recorded_today_shows_its_effect_before_it_is(in_app: Flask, path: str, words: str) -> None:
    case = opened(days_ago=2, representative=FRIEND)
    told = words_of(browser_of(in_app, caseworker()).get(f"/staff/cases/{case.id}/{path}").text)
    assert f"Due now {date_words(case.due_on)}" in told and words in told  # type: ignore[arg-type]
    assert [fact.kind for fact in rows(ClockFact)] == ["received"]


def test_the_reasons_of_a_change_are_those_rules_alone_that_come_out_differently() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    found = service.what_if(officer, case.id, Fact("extended", london_today(), reason_code="NUMBER"))
    rules = [change.rule for change in found.changes]
    assert rules[0] is Rule.EXTENSION and Rule.RECEIPT not in rules and Rule.MONTH not in rules
    added = found.changes[0]
    assert added.before is None and found.moves
    # A rule that did not apply moves the date from where it stood.
    assert (added.from_date, added.to_date) == (found.now.nominal_end, found.then.nominal_end)
    asked = put(case, Fact("clarification_requested", ago(3), detail="Which?"))
    ended = service.what_if(officer, asked.id, Fact("received", ago(12)))
    assert all(change.explanation for change in ended.changes)


def test_a_rule_that_falls_away_gives_no_new_date_and_where_none_may_extend_no_last_day(in_app: Flask) -> None:
    case, officer = opened(days_ago=3), caseworker()
    told = words_of(browser_of(in_app, officer).get(f"/staff/cases/{case.id}/ask-identity").text)
    assert "This would no longer apply. It gave " in told
    gone = [
        change for change in service.what_if(officer, case.id, Fact("id_requested", ago(0))).changes if not change.after
    ]
    assert gone and all(change.to_date is None for change in gone)
    before_the_change = service.what_if(officer, case.id, Fact("received", date(2026, 2, 4)))
    assert before_the_change.notice_moves and before_the_change.why_no_extension == "these rules allow no extension"


def test_written_authority_starts_the_clock_on_the_day_it_came() -> None:
    officer, case = caseworker(), opened(days_ago=12, representative=FRIEND)
    service.ask_for_authority(officer, case.id, "A friend asks for them")
    letters_go(case)
    waiting = fresh(case)
    assert (waiting.clock_state, waiting.due_on) == ("not_started", None)
    assert messages.about(case.id)[0].kind == "letter.authority_request"
    with pytest.raises(Conflict):
        service.ask_for_authority(officer, case.id, "Again")
    with pytest.raises(Refused, match="authority cannot have come before"):
        service.check_authority(officer, case.id, "signed", scope="all records", on=ago(1))
    service.check_authority(officer, case.id, "signed", scope="all records", on=london_today())
    assert clock_of(fresh(case)).start == london_today()
    with pytest.raises(Conflict, match="already been settled"):
        service.check_authority(officer, case.id, "signed", scope="all records", on=london_today())
    with pytest.raises(Refused, match="why"):
        service.ask_for_authority(officer, opened().id, " ")


def test_a_fee_is_the_officer_in_charges_to_set_and_starts_the_clock_when_paid() -> None:
    lead, officer, case = dpo(), caseworker(), opened(days_ago=3)
    with pytest.raises(NotAllowed):
        service.charge_fee(officer, case.id, "10", "Tenth request this year", "By bank transfer")
    for amount, reason, how in (("10", "", "By card"), ("10", "Why", " "), ("ten", "Why", "x"), ("0", "Why", "x")):
        with pytest.raises(Refused):
            service.charge_fee(lead, case.id, amount, reason, how)
    service.charge_fee(lead, case.id, "£10", "Tenth request this year", "By bank transfer", proposed=True)
    letters_go(case)
    letter = messages.about(case.id)[0]
    assert "£10.00" in letter.body and "Tenth request this year" in letter.body and "By bank transfer" in letter.body
    assert fresh(case).clock_state == "not_started"
    service.record_fee_paid(officer, case.id, london_today())
    assert clock_of(fresh(case)).start == london_today()
    assert waits_of(fresh(case))[Rule.FEE].answered == london_today()
    with pytest.raises(Conflict):
        service.record_fee_paid(lead, case.id, london_today())


def test_the_pages_of_authority_and_fee_do_what_they_say(in_app: Flask) -> None:
    case = opened(days_ago=3, representative=FRIEND)
    lead, page = browser_of(in_app, dpo()), f"/staff/cases/{case.id}"
    assert lead.get(f"/staff/cases/{opened().id}/authority").status_code == 404
    asked = lead.post(f"{page}/ask-authority", {"reason": "A friend asks", "version": case.version})
    assert asked.status_code == 302
    fee = {"amount": "12.50", "reason": "Tenth", "how_to_pay": "By card", "version": fresh(case).version}
    assert "Propose: charge a fee" in lead.get(page).text
    assert lead.post(f"{page}/fee", fee).status_code == 302
    letters_go(case)
    assert "Propose: charge a fee" not in lead.get(page).text
    told = words_of(lead.get(page).text)
    assert "Waiting for written authority and the fee" in told and "No due date until what we asked for comes" in told
    seen = {"document": "signed", "scope": "all records"}
    for path in ("authority", "fee-paid"):
        form = lead.get(f"{page}/{path}").text
        assert "A friend asks" in form or "£12.50: Tenth" in form
        assert lead.post(f"{page}/{path}", {"on": parts(london_today()), **seen, **shown(form)}).status_code == 302
    assert fresh(case).clock_state == "running"


def test_a_case_taken_over_from_elsewhere_has_days_without_words_and_no_page_says_none(in_app: Flask) -> None:
    case = put(opened(days_ago=49), Fact("fee_requested", ago(46)), Fact("clarification_requested", ago(45)))
    officer = browser_of(in_app, caseworker())
    requester = signed_in(in_app, ActorKind.REQUESTER, case.reference)
    page = f"/staff/cases/{case.id}"
    answer = officer.get(f"{page}/letters/reminder")
    assert answer.status_code == 200
    letter = answer.text
    shown = [officer.get(f"{page}{path}").text for path in ("", "/answer/1", "/fee-paid")]
    told = words_of(requester.get("/my-request/").text)
    assert not [text for text in (*map(words_of, shown), told, words_of(letter)) if "None" in text]
    assert f"On {date_words(ago(45))} we asked. What we wrote is not kept here." in words_of(shown[1])
    assert f"On {date_words(ago(45))} we asked you a question. It is in our letter." in told
    assert f"On {date_words(ago(46))} we asked you to pay a fee . Our letter" in told or "pay a fee." in told
    assert silence_of(fresh(case)).awaited[-1].words == f"The answer to the question we asked on {date_words(ago(45))}"


def test_an_extension_that_the_law_does_not_allow_is_refused_with_the_rule() -> None:
    officer, late = caseworker(), opened(days_ago=40)
    limit = clock_of(late).extension_notice_by
    assert limit is not None
    with pytest.raises(Refused, match=rf"by {date_words(limit)} \(Art 12A\(3\)"):
        service.extend(officer, late.id, ExtensionReason.NUMBER, "Many")
    twice = opened(days_ago=4, name="Someone Else")
    service.extend(officer, twice.id, ExtensionReason.NUMBER, "Many")
    letters_go(twice)
    with pytest.raises(Refused, match=r"allows one extension \(Art 12A"):
        service.extend(officer, twice.id, ExtensionReason.NUMBER, "Many")


def test_a_requester_who_owes_a_fee_reads_so_and_no_more_once_it_is_paid(in_app: Flask) -> None:
    case = opened(days_ago=3)
    service.charge_fee(dpo(), case.id, "12.50", "Asked ten times", "Call us")
    requester = signed_in(in_app, ActorKind.REQUESTER, case.reference)
    assert "pay a fee" not in words_of(requester.get("/my-request/").text)
    letters_go(case)
    told = words_of(requester.get("/my-request/").text)
    assert f"On {date_words(london_today())} we asked you to pay a fee of £12.50 . Our letter says why" in told
    assert "Our time starts when we have the fee" in told and "Asked ten times" not in told
    service.record_fee_paid(SYSTEM, case.id, london_today())
    assert "pay a fee" not in words_of(requester.get("/my-request/").text)
