"""The public questions come in an order that fits the answers, and make the request that was meant."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sar.foundation.errors import Refused
from sar.intake import questions, summary
from sar.intake.answers import (
    EVERYTHING,
    Contact,
    IdentityKind,
    RequestAnswers,
    Route,
    StaffConnection,
    is_email,
    is_phone,
    require_complete,
    split_names,
)

FULL: dict[str, dict[str, Any]] = {
    "name": {"full_name": "Ada Example"},
    "other-names": {"names": "Ada Before\n\nAda Before\n Addy  Example "},
    "date-of-birth": {"date_of_birth": "1985-03-27"},
    "where": {"living": "address"},
    "address": {"address": "1 Road"},
    "last-contact": {"on": None, "unknown": True},
    "office": {"office": ""},
    "staff": {"said": None, "staff_name": ""},
    "wanted": {"all": "all"},
    "contact": {"route": "post"},
    "letter": {"address": "2 Lane"},
    "photo": {"sent": True},
}
TODAY = date(2026, 11, 22)


def test_each_answer_leads_to_the_next_question_and_the_last_one_to_the_check() -> None:
    seen: list[str] = []
    answers: dict[str, dict[str, Any]] = {}
    page = questions.first_open({})
    while page is not None:
        seen.append(page)
        answers[page] = FULL[page]
        page = questions.after(page, answers)
    assert seen == list(FULL)
    assert questions.first_open(answers) is None


def test_changing_one_answer_of_a_full_set_leads_back_to_the_check() -> None:
    assert questions.after("name", FULL) is None


def test_a_changed_answer_that_needs_another_question_leads_to_it() -> None:
    changed = FULL | {"wanted": {"all": "some"}}
    assert questions.after("wanted", changed) == "details"
    changed = FULL | {"where": {"living": "prison"}}
    assert questions.after("where", changed) == "prison"


@pytest.mark.parametrize("page", list(FULL))
def test_back_leads_to_the_question_before(page: str) -> None:
    order = list(FULL)
    place = order.index(page)
    assert questions.before(page, FULL) == (order[place - 1] if place else None)


def test_only_someone_in_prison_is_offered_letters_through_the_prison() -> None:
    assert Route.PRISON not in questions.routes(FULL)
    assert questions.routes(FULL | {"where": {"living": "prison"}})[0] is Route.PRISON


def test_the_request_is_what_was_answered() -> None:
    request = questions.answers_from(FULL)
    assert request == RequestAnswers(
        full_name="Ada Example",
        contact=Contact(Route.POST, address="2 Lane"),
        former_names=("Ada Before", "Addy Example"),
        date_of_birth=date(1985, 3, 27),
        address="1 Road",
        wanted=EVERYTHING,
        identity_kind=IdentityKind.PHOTO,
    )
    require_complete(request, TODAY)


def test_an_answer_to_a_question_that_no_longer_applies_is_not_part_of_the_request() -> None:
    request = questions.answers_from(
        FULL | {"where": {"living": "none"}, "contact": {"route": "email"}, "email": {"email": "a@b.example"}}
    )
    assert (request.address, request.contact.address) == ("", "")


@pytest.mark.parametrize(
    ("given", "meant", "shown"),
    [
        ({}, None, ""),
        ({"said": "no"}, None, "No"),
        ({"said": "yes"}, StaffConnection(), "Yes"),
        ({"said": "yes", "staff_name": " Ada   Field "}, StaffConnection("Ada Field"), "Yes: Ada Field"),
        # Said in words, if not with the button: rather looked at once too often.
        ({"said": "no", "staff_name": "Ada Field"}, StaffConnection("Ada Field"), "Yes: Ada Field"),
    ],
)
def test_whoever_says_that_someone_works_here_or_names_them_is_taken_at_their_word(
    given: dict[str, str], meant: StaffConnection | None, shown: str
) -> None:
    answers = FULL | {"staff": given}
    assert questions.answers_from(answers).staff_connection == meant
    assert [line.value for line in summary.lines(answers) if line.page == "staff"] == [shown]


def test_every_answer_can_be_checked_and_changed() -> None:
    pages = {line.page for line in summary.lines(FULL)}
    assert pages == set(questions.path(FULL))


def test_dates_that_cannot_be_are_refused() -> None:
    contact = Contact(Route.POST, address="2 Lane")
    for wrong in (
        RequestAnswers("Ada", contact, date_of_birth=TODAY),
        RequestAnswers("Ada", contact, date_of_birth=date(1899, 12, 31)),
        RequestAnswers("Ada", contact, last_contact_on=date(2026, 11, 23)),
        RequestAnswers("Ada", contact, wanted_from=date(2020, 1, 2), wanted_to=date(2020, 1, 1)),
    ):
        with pytest.raises(Refused):
            require_complete(wrong, TODAY)


@pytest.mark.parametrize("good", ["a@b.example", "first.last+tag@sub.domain.example"])
def test_an_email_address_is_taken(good: str) -> None:
    assert is_email(good)


@pytest.mark.parametrize(
    "bad", ["", "a", "a@b", "a@@b.example", "a b@c.example", "a@b.example, c@d.example", "<a@b.example>"]
)
def test_what_is_no_email_address_is_not(bad: str) -> None:
    assert not is_email(bad)


def test_a_phone_number_is_taken_however_it_is_spaced() -> None:
    assert all(map(is_phone, ("07700 900123", "+44 (0)7700 900-123", "01632 960 100 ext 12")))
    assert not any(map(is_phone, ("", "12345", "call me", "07700 900123; 07700 900124")))


def test_other_names_are_read_one_to_a_line() -> None:
    assert split_names(" Ada  Before \r\n\r\nAddy\nAddy") == ("Ada Before", "Addy")
