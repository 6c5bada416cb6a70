"""What we say to people goes out once, by the way they asked for; what does not go out is seen by staff."""

from __future__ import annotations

import email
import io
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar.foundation import blobs, messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.jobs import run_pending, runner
from sar.foundation.keys import SYSTEM_SCOPE
from sar.foundation.messages import Delivery
from tests.mail_server import MailServer

MakeApp = Callable[..., Flask]


@pytest.fixture(autouse=True)
def no_waiting_between_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_BACKOFF_SECONDS", 0)


@pytest.fixture
def smtp_app(make_app: MakeApp) -> Iterator[Callable[[MailServer], Flask]]:
    """The application with its mail going to a server of the test; its context is open."""
    contexts = []

    def make(server: MailServer) -> Flask:
        app = make_app(mail_transport="smtp", smtp_port=server.port, smtp_starttls=False)
        contexts.append(app.app_context())
        contexts[-1].push()
        return app

    yield make
    for context in reversed(contexts):
        context.pop()


def say(channel: str = "email", to: str = "tamsin@example.org", **changes: Any) -> str:
    values = {"subject": "Your request", "body": "We have it, Zoë.\n", "kind": "test", "subject_id": "case-1"}
    with write_transaction():
        return messages.send(SYSTEM, scope_id=SYSTEM_SCOPE, channel=channel, to=to, **{**values, **changes}).id


def get(message_id: str) -> messages.Message:
    db.session.rollback()
    return db.session.get_one(messages.Message, message_id, populate_existing=True)


def outbox(app: Flask) -> list[EmailMessage]:
    folder = Path(app.extensions["sar"].settings.instance) / "outbox"
    found = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body()
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def test_a_mail_goes_out_by_the_job_and_is_marked_sent(context: Flask) -> None:
    message_id = say()
    assert outbox(context) == []
    run_pending(context)
    (mail,) = outbox(context)
    assert (mail["To"], mail["Subject"], mail["From"]) == (
        "tamsin@example.org",
        "Your request",
        "records@northvale.example",
    )
    assert message_id in mail["Message-ID"]
    assert text_of(mail) == "We have it, Zoë.\n"
    assert get(message_id).delivery == Delivery.SENT
    assert get(message_id).sent_at is not None
    assert actions() == ["message.queued", "message.sent"]


def test_nothing_is_said_when_the_command_that_said_it_failed(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), write_transaction():
        say()
        raise ZeroDivisionError
    run_pending(context)
    assert outbox(context) == []
    assert messages.about("case-1") == []


def test_address_and_words_are_sealed_in_the_database(context: Flask) -> None:
    message = get(say(body="The phrase is otter lamp"))
    for sealed in (message.to_sealed, message.subject_sealed, message.body_sealed):
        assert sealed is not None
        assert b"tamsin" not in sealed
        assert b"otter" not in sealed
    assert (message.to, message.body) == ("tamsin@example.org", "The phrase is otter lamp")


def test_a_letter_is_attached_to_a_mail(context: Flask) -> None:
    letter = blobs.put(SYSTEM_SCOPE, io.BytesIO(b"%PDF-1.7 letter"), media_type="application/pdf")
    say(letter_blob_id=letter.id)
    run_pending(context)
    (attached,) = outbox(context)[0].iter_attachments()
    assert attached.get_content() == b"%PDF-1.7 letter"
    assert attached.get_content_type() == "application/pdf"


@pytest.mark.parametrize("channel", ["post", "sms", "in_person"])
def test_what_a_person_has_to_do_waits_for_staff_and_is_done_once(context: Flask, channel: str) -> None:
    message_id = say(channel=channel, to="12 Sycamore Close")
    assert run_pending(context) == 0
    assert [message.id for message in messages.to_do()] == [message_id]
    messages.mark_sent(SYSTEM, message_id)
    assert messages.to_do() == []
    with pytest.raises(Conflict):
        messages.mark_sent(SYSTEM, message_id)


@pytest.mark.parametrize(
    "to", ["", "tamsin", "a@b", "a@b.example\nBcc: c@d.example", "Tamsin <a@b.example>", "zoë@b.ex", "a@b.ex, c@d.ex"]
)
def test_what_is_no_mail_address_is_refused_at_once(context: Flask, to: str) -> None:
    with pytest.raises(Refused):
        say(to=to)


def test_a_line_break_in_a_subject_cannot_add_a_header(context: Flask) -> None:
    say(subject="Hello\r\nBcc: other@example.org")
    run_pending(context)
    (mail,) = outbox(context)
    assert mail["Bcc"] is None


def test_smtp_takes_the_mail_and_dots_and_accents_survive(smtp_app: Callable[[MailServer], Flask]) -> None:
    with MailServer() as server:
        app = smtp_app(server)
        message_id = say(body="First\n.\nLast, Zoë\n")
        run_pending(app)
        assert len(server.received) == 1
        assert get(message_id).delivery == Delivery.SENT


def test_a_server_that_is_busy_is_tried_again(smtp_app: Callable[[MailServer], Flask]) -> None:
    with MailServer(refuse="451 try later") as server:
        app = smtp_app(server)
        message_id = say()
        run_pending(app, limit=1)
        assert (get(message_id).delivery, get(message_id).error_code) == ("queued", "smtp_recipient_refused")
        server.refuse = ""
        run_pending(app)
        assert get(message_id).delivery == Delivery.SENT
        assert len(server.received) == 1


def test_a_server_that_is_away_for_good_ends_where_staff_see_it(smtp_app: Callable[[MailServer], Flask]) -> None:
    with MailServer() as server:
        app = smtp_app(server)
    message_id = say()
    for _ in range(8):
        run_pending(app)
    assert [message.id for message in messages.troubled()] == [message_id]
    assert get(message_id).delivery == Delivery.FAILED


def test_an_address_that_does_not_exist_is_not_tried_again(smtp_app: Callable[[MailServer], Flask]) -> None:
    with MailServer(refuse="550 no such person") as server:
        app = smtp_app(server)
        message_id = say()
        run_pending(app)
        assert get(message_id).delivery == Delivery.FAILED
        server.refuse = ""
        run_pending(app)
        assert server.received == []
        messages.send_again(SYSTEM, message_id)
        run_pending(app)
        assert len(server.received) == 1


def test_a_line_that_broke_after_the_mail_was_read_is_not_answered_with_a_second_mail(
    smtp_app: Callable[[MailServer], Flask],
) -> None:
    with MailServer(drop_after_data=True) as server:
        app = smtp_app(server)
        message_id = say()
        for _ in range(3):
            run_pending(app)
        assert len(server.received) == 1
        assert get(message_id).delivery == Delivery.UNSURE
        messages.mark_sent(SYSTEM, message_id)
        assert messages.troubled() == []


def test_the_console_prints_the_mail(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app(mail_transport="console")
    with app.app_context():
        say(body="Printed here")
        run_pending(app)
    assert "Printed here" in capsys.readouterr().out
