"""Staff sign in with a password and a code. A guesser learns nothing, and a code works once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from sar.access import service, sessions
from sar.access.models import RecoveryCode, Staff
from sar.access.permissions import Role
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.foundation.errors import Refused, TooManyTries
from tests.integration.intake.walk import Browser, csrf_of
from tests.security.people import COOKIE, PASSWORD, actor_of, code_for, hire

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "someone@northvale.example"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def staff(in_app: Flask) -> Staff:
    return hire(EMAIL, Role.CASEWORKER)


def sign_in(email: str = EMAIL, password: str = PASSWORD, code: str = "000000", address: str = "192.0.2.1") -> str:
    return service.sign_in_staff(email, password, code, address)


def test_a_wrong_name_password_or_code_look_the_same(app: Flask) -> None:
    """Whoever tries cannot find out who works here, nor that a password is right."""
    with app.app_context():
        person = hire(EMAIL, Role.CASEWORKER)
        stopped = hire("stopped@northvale.example", Role.DPO)
        good, stopped_code = code_for(person), code_for(stopped)
        service.disable_staff(SYSTEM, stopped.id)
    answers = set()
    for email, password, code in (
        ("nobody@northvale.example", PASSWORD, good),
        (EMAIL, "wrong wrong wrong wrong", good),
        (EMAIL, PASSWORD, "000000" if good != "000000" else "111111"),
        ("stopped@northvale.example", PASSWORD, stopped_code),
    ):
        browser = Browser(app)
        answer = browser.post("/staff/sign-in", {"email": email, "password": password, "code": code})
        assert browser.client.get_cookie(COOKIE) is None
        body = answer.text.replace(email, "EMAIL").replace(csrf_of(answer), "TOKEN")
        body = "".join(line for line in body.splitlines() if "nonce" not in line)
        assert password not in body  # nor is what was typed sent back
        assert code not in body
        answers.add((answer.status_code, body))
    assert len(answers) == 1


def test_a_code_works_once(staff: Staff) -> None:
    """Read over the shoulder, or caught on the way, it opens nothing a second time."""
    code = code_for(staff)
    sign_in(code=code)
    with pytest.raises(Refused):
        sign_in(code=code)
    with pytest.raises(Refused):
        sign_in(code=code_for(staff, -1))  # nor does an older one afterwards


def test_a_code_of_a_minute_ago_or_ahead_is_refused(staff: Staff) -> None:
    for offset in (-2, 2):
        with pytest.raises(Refused):
            sign_in(code=code_for(staff, offset))


def race(app: Flask, attempts: list[Callable[[], object]]) -> list[object]:
    """All at once, each in a thread and a context of its own. What came of each: a result or a refusal."""
    start, outcomes = threading.Barrier(len(attempts)), [object()] * len(attempts)

    def run(place: int, attempt: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                outcomes[place] = attempt()
            except Refused as refusal:
                outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=(place, attempt)) for place, attempt in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("kind", ["authenticator", "recovery"])
def test_of_two_who_use_a_code_at_the_same_moment_one_gets_in(app: Flask, kind: str) -> None:
    with app.app_context():
        person = hire(EMAIL, Role.CASEWORKER)
        code = code_for(person) if kind == "authenticator" else service.new_recovery_codes(SYSTEM, person.id)[0]
    outcomes = race(app, [lambda: sign_in(code=code)] * 4)
    assert len([one for one in outcomes if isinstance(one, str)]) == 1
    assert len([one for one in outcomes if isinstance(one, Refused)]) == 3


def test_a_recovery_code_stands_in_for_a_lost_telephone_once(staff: Staff) -> None:
    codes = service.new_recovery_codes(SYSTEM, staff.id)
    assert len(set(codes)) == 8
    sign_in(code=f" {codes[0].replace('-', ' ')} ")
    with pytest.raises(Refused):
        sign_in(code=codes[0])
    sign_in(code=codes[1])
    service.new_recovery_codes(SYSTEM, staff.id)
    with pytest.raises(Refused):
        sign_in(code=codes[2])


def test_recovery_codes_cannot_be_worked_out_from_the_database(staff: Staff) -> None:
    """Ten digits under a plain hash would be read back in seconds."""
    codes = service.new_recovery_codes(SYSTEM, staff.id)
    stored = set(db.session.scalars(select(RecoveryCode.code_hash)))
    guesses = {
        hashlib.sha256(f"{prefix}{code}".encode()).hexdigest() for code in codes for prefix in ("", f"{staff.id}|")
    }
    assert len(stored) == 8
    assert not stored & guesses


def test_someone_elses_code_is_no_use(staff: Staff) -> None:
    other = hire("other@northvale.example", Role.DPO)
    for code in (code_for(other), service.new_recovery_codes(SYSTEM, other.id)[0]):
        with pytest.raises(Refused):
            sign_in(code=code)


@pytest.fixture
def quick_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting tries needs no slow hash: here every password is wrong at once."""
    monkeypatch.setattr(service, "verify_secret", lambda *_: False)


@pytest.mark.usefixtures("quick_guesses")
def test_guessing_at_one_account_is_stopped_from_wherever_it_comes(in_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(10):
            with pytest.raises(Refused):
                sign_in(address=f"192.0.2.{number}")
        with pytest.raises(TooManyTries) as stopped:
            sign_in(EMAIL.upper(), address="192.0.2.99")
        assert 0 < stopped.value.retry_after <= 900
        with pytest.raises(Refused):
            sign_in("other@northvale.example")
        clock.shift(timedelta(minutes=15, seconds=1))
        with pytest.raises(Refused):
            sign_in()


@pytest.mark.usefixtures("quick_guesses")
def test_guessing_at_many_accounts_from_one_address_is_stopped(in_app: Flask) -> None:
    for number in range(60):
        with pytest.raises(Refused):
            sign_in(f"person{number}@northvale.example")
    with pytest.raises(TooManyTries):
        sign_in("person61@northvale.example")
    with pytest.raises(Refused):
        sign_in("person61@northvale.example", address="192.0.2.2")


@pytest.mark.usefixtures("quick_guesses")
def test_too_many_tries_are_answered_with_when_to_come_back(app: Flask) -> None:
    browser = Browser(app)
    form = {"email": EMAIL, "password": PASSWORD, "code": "123456"}
    statuses = [browser.post("/staff/sign-in", form).status_code for _ in range(10)]
    answer = browser.post("/staff/sign-in", form)
    assert statuses == [200] * 10
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_every_try_is_in_the_log_without_what_was_typed(staff: Staff) -> None:
    with pytest.raises(Refused):
        sign_in("nobody@northvale.example", "wrong wrong wrong wrong")
    with pytest.raises(Refused):
        sign_in(password="wrong wrong wrong wrong")
    sign_in(code=code_for(staff))
    query = select(AuditEntry).where(AuditEntry.action.like("access.sign%"))
    rows = db.session.scalars(query.order_by(AuditEntry.seq)).all()
    assert [(row.action, row.subject_id) for row in rows] == [
        ("access.sign_in_failed", "unknown"),
        ("access.sign_in_failed", staff.id),
        ("access.signed_in", staff.id),
    ]
    assert not [row for row in rows if "northvale" in str(row.as_dict()) or "wrong" in str(row.as_dict())]


def test_a_new_password_ends_every_session_and_the_old_password(staff: Staff) -> None:
    token = sign_in(code=code_for(staff))
    with pytest.raises(Refused, match="have now"):
        service.change_password(actor_of(staff.id), "wrong wrong wrong wrong", "harbour velvet candle moss")
    service.change_password(actor_of(staff.id), PASSWORD, "harbour velvet candle moss")
    assert sessions.resolve(token) is None
    with pytest.raises(Refused):
        sign_in(code=code_for(staff, 1))
    sign_in(password="harbour velvet candle moss", code=code_for(staff, 1))


def test_nobody_changes_their_own_roles_or_stops_themselves(staff: Staff) -> None:
    me = actor_of(staff.id)
    for act in (
        lambda: service.change_roles(me, staff.id, frozenset({Role.ADMINISTRATOR})),
        lambda: service.disable_staff(me, staff.id),
        lambda: service.reset_sign_in(me, staff.id, PASSWORD),
    ):
        with pytest.raises(Refused, match="your own account"):
            act()
