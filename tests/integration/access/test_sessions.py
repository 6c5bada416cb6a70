"""A session stands for a person between two pages: it is given once, ends when it should, and cannot be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import MetaData, select

from sar.access import service, sessions
from sar.access.identities import StaffIdentity
from sar.access.models import WebSession
from sar.access.permissions import Role
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.db import db, write_transaction
from tests.integration.intake.walk import Browser
from tests.security.people import COOKIE, PASSWORD, browser_of, browser_with, code_for, employ, hire, token_for

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = "/staff/step-up"  # any page that needs a member of staff
DOOR = "/staff/sign-in"


def signed_in(browser: Browser, page: str = PAGE) -> bool:
    return browser.get(page).status_code == 200


def test_signing_in_gives_a_fresh_session_and_ends_the_one_before(app: Flask) -> None:
    """A session planted in someone's browser beforehand is not the one they work in (fixation)."""
    with app.app_context():
        staff = hire("someone@northvale.example", Role.CASEWORKER)
        code = code_for(staff)
        planted = token_for(ActorKind.REQUESTER, "SAR-AAAA-AAAA")
    for token in (planted, "a token that an attacker made up"):
        browser = browser_with(app, token)
        answer = browser.post(
            DOOR, {"email": "someone@northvale.example", "password": PASSWORD, "code": code}, form_at=DOOR
        )
        if token == planted:
            assert answer.status_code == 302
            fresh = browser.client.get_cookie(COOKIE)
            assert fresh is not None
            assert fresh.value not in (token, "")
            with app.app_context():
                assert sessions.resolve(planted) is None
                assert isinstance(sessions.resolve(fresh.value), StaffIdentity)
        else:
            assert answer.status_code == 200  # the code was spent, and no session began


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask) -> None:
    with app.app_context():
        token = token_for(ActorKind.STAFF, employ("someone@northvale.example", Role.CASEWORKER))
    browser, copy = browser_with(app, token), browser_with(app, token)
    assert signed_in(browser) and signed_in(copy)
    assert browser.post("/staff/sign-out", form_at=DOOR).status_code == 302
    assert not signed_in(browser)
    assert not signed_in(copy)


@pytest.mark.parametrize(("kind", "page"), [(ActorKind.STAFF, PAGE), (ActorKind.REQUESTER, "/my-request/")])
def test_a_session_left_alone_ends_by_itself(app: Flask, kind: ActorKind, page: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        with app.app_context():
            subject = employ("a@northvale.example", Role.DPO) if kind is ActorKind.STAFF else "SAR-AAAA-AAAA"
        browser = browser_of(app, kind, subject)
        for _ in range(4):  # in use, it goes on
            clock.shift(timedelta(minutes=29))
            assert signed_in(browser, page)
        clock.shift(timedelta(minutes=30))
        assert not signed_in(browser, page)


def test_a_session_in_use_ends_with_the_working_day(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        with app.app_context():
            staff_id = employ("someone@northvale.example", Role.DPO)
        browser = browser_of(app, ActorKind.STAFF, staff_id)
        for _ in range(39):
            clock.shift(timedelta(minutes=15))
            assert signed_in(browser)
        clock.shift(timedelta(minutes=15))
        assert not signed_in(browser)


def test_a_stopped_account_is_out_at_the_next_click(app: Flask) -> None:
    with app.app_context():
        leaver = employ("leaver@northvale.example", Role.CASEWORKER)
    browser = browser_of(app, ActorKind.STAFF, leaver)
    assert signed_in(browser)
    with app.app_context():
        service.disable_staff(SYSTEM, leaver)
        kept = token_for(ActorKind.STAFF, leaver)  # even a session that began behind the back of it
    assert not signed_in(browser)
    assert not signed_in(browser_with(app, kept))


def test_all_sessions_of_a_person_can_be_ended_and_nobody_elses(app: Flask) -> None:
    with app.app_context():
        lost, other = employ("lost@northvale.example", Role.DPO), employ("other@northvale.example", Role.DPO)
    theirs = [browser_of(app, ActorKind.STAFF, lost) for _ in range(2)]
    bystander = browser_of(app, ActorKind.STAFF, other)
    with app.app_context():
        assert sessions.end_all(SYSTEM, lost) == 2
    assert not any(signed_in(browser) for browser in theirs)
    assert signed_in(bystander)


def test_new_roles_mean_signing_in_again(app: Flask) -> None:
    with app.app_context():
        staff_id = employ("someone@northvale.example", Role.DPO)
    browser = browser_of(app, ActorKind.STAFF, staff_id)
    with app.app_context():
        service.change_roles(SYSTEM, staff_id, frozenset({Role.AUDITOR}))
    assert not signed_in(browser)


def test_new_words_for_a_request_end_the_sessions_of_the_old_ones(app: Flask) -> None:
    """Someone who found the slip of paper is out as soon as new words are asked for."""
    with app.app_context():
        service.issue_phrase(SYSTEM, "SAR-AAAA-AAAA")
    finder = browser_of(app, ActorKind.REQUESTER, "SAR-AAAA-AAAA")
    assert signed_in(finder, "/my-request/")
    with app.app_context():
        service.issue_phrase(SYSTEM, "SAR-AAAA-AAAA")
    assert not signed_in(finder, "/my-request/")


def test_the_second_factor_stays_proved_for_minutes_and_in_one_browser_only(app: Flask) -> None:
    grave = "/staff/people/add"
    with time_machine.travel(NOON, tick=False) as clock:
        with app.app_context():
            staff = hire("admin@northvale.example", Role.ADMINISTRATOR)
            staff_id, code = staff.id, code_for(staff)
        browser, elsewhere = (browser_of(app, ActorKind.STAFF, staff_id) for _ in range(2))
        assert browser.get(grave).location.startswith(PAGE)
        assert browser.post(f"{PAGE}?next={grave}", {"code": "000000"}).status_code == 200
        assert browser.get(grave).status_code == 302  # a wrong code opens nothing
        assert browser.post(f"{PAGE}?next={grave}", {"code": code}).location == grave
        assert browser.get(grave).status_code == 200
        assert elsewhere.get(grave).status_code == 302
        clock.shift(timedelta(minutes=9, seconds=59))
        assert browser.get(grave).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert browser.get(grave).status_code == 302


def test_a_stolen_copy_of_the_database_opens_no_session(app: Flask) -> None:
    with app.app_context():
        staff = hire("someone@northvale.example", Role.DPO)
        with write_transaction():
            link = service.issue_link(SYSTEM, "consultation", "z" * 26, 7)
            phrase = service.issue_phrase(SYSTEM, "SAR-AAAA-AAAA")
        secrets = [
            link,
            phrase,
            phrase.split()[0] + " " + phrase.split()[1],
            PASSWORD,
            staff.totp_seed,
            service.new_link_code(link, "consultation"),
            token_for(ActorKind.STAFF, staff.id),
            *service.new_recovery_codes(SYSTEM, staff.id),
        ]
        db.session.rollback()
        metadata = MetaData()
        metadata.reflect(db.engine)
        with db.engine.connect() as connection:
            cells = {
                cell.hex() if isinstance(cell, bytes) else str(cell)
                for name, table in metadata.tables.items()
                if not name.startswith("procrastinate")
                for row in connection.execute(select(table))
                for cell in row
            }
    assert len(cells) > 20
    for secret in secrets:
        assert not [cell for cell in cells if (cell == secret if len(secret) < 8 else secret in cell)]
        assert secret.encode().hex() not in " ".join(cells)


def test_a_session_has_256_bits_and_no_two_are_alike(app: Flask) -> None:
    with app.app_context():
        tokens = {token_for(ActorKind.REQUESTER, "SAR-AAAA-AAAA") for _ in range(20)}
        assert len(tokens) == 20
        assert {len(token) for token in tokens} == {43}  # 32 bytes
        stored = set(db.session.scalars(select(WebSession.token_hash)))
        assert not stored & tokens
