"""What we say to people outside: one outbox, written in the transaction of the command that says it.

Mail is delivered by a job. Letters, texts and things said in person wait in the same table for a member of staff to
print, text or hand them over. Nothing is sent twice: a mail is marked before it is handed over, and one that was
handed over when the worker died is not tried again by itself but shown to staff, who can ask before they repeat it.
What has not gone can be taken back: it never goes then.

A message has gone, on a day, when the mail server took it or when whoever posted it, or told it, said so. A stage for
which that day matters has itself told with `follow`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped

from sar.foundation import audit, blobs
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.clock import london_date, london_today, utc_now
from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, db, plain, sealed_column, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.jobs import JobContext, enqueue, handler
from sar.foundation.runtime import settings
from sar.foundation.transports import NotTaken, transport_for
from sar.foundation.wording import date_words

DELIVER: Final = "messages.deliver"
# The error code of a letter on paper that waits and carries an address that is right no more.
OLD_ADDRESS: Final = "old_address"
# That of a letter or a mail that came back: it reached nobody.
CAME_BACK: Final = "came_back"
_MAX_ATTEMPTS: Final = 6


class Channel(StrEnum):
    EMAIL = "email"
    POST = "post"
    SMS = "sms"
    IN_PERSON = "in_person"


class Delivery(StrEnum):
    """`to_do` waits for a member of staff; `unsure` may have gone out when a worker or the line died. What was
    `taken_back` never goes."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    TO_DO = "to_do"
    UNSURE = "unsure"
    FAILED = "failed"
    TAKEN_BACK = "taken_back"


# What has not gone for sure, and still can.
TO_GO: Final = (Delivery.QUEUED.value, Delivery.TO_DO.value, Delivery.FAILED.value)


class Message(ScopedRow):
    """One thing said to one person. `kind` is a code of the sender's stage, `subject_id` what it is about.

    `went_on`: the day it went. `sent_at`: when that was written down here.
    """

    __tablename__ = "message"

    channel: Mapped[str] = plain(String(10), nullable=False)
    kind: Mapped[str] = plain(String(60), nullable=False)
    subject_id: Mapped[str] = plain(String(40), nullable=False, index=True)
    letter_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id", ondelete="SET NULL"), nullable=True)
    delivery: Mapped[str] = plain(String(10), nullable=False, index=True)
    error_code: Mapped[str | None] = plain(String(80), nullable=True)
    sent_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    went_on: Mapped[date | None] = plain(Date, nullable=True)
    to_sealed: Mapped[bytes | None] = sealed_column()
    subject_sealed: Mapped[bytes | None] = sealed_column()
    body_sealed: Mapped[bytes | None] = sealed_column()

    to = Sealed[str]("to_sealed")
    subject = Sealed[str]("subject_sealed")
    body = Sealed[str]("body_sealed")


# Called with who did it in the transaction in which a message goes, comes back, or is taken back.
Follower = Callable[[Actor, Message], None]
_followers: list[Follower] = []


def follow(follower: Follower) -> Follower:
    """Have a function called each time that a message has gone, was taken back, or had gone and came back."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def send(
    actor: Actor,
    *,
    scope_id: str,
    channel: str,
    to: str,
    subject: str,
    body: str,
    kind: str,
    subject_id: str,
    letter_blob_id: str | None = None,
) -> Message:
    """Put one message in the outbox, in the caller's write transaction. `letter_blob_id`: a PDF to attach or print.

    Raises Refused when `to` is not an address that mail can go to.
    """
    way = Channel(channel)
    if way is Channel.EMAIL:
        to = _mail_address(to)
    message = Message(scope_id=scope_id, channel=way.value, kind=kind, subject_id=subject_id)
    message.letter_blob_id = letter_blob_id
    message.to, message.subject, message.body = to, " ".join(subject.split()), body
    message.delivery = (Delivery.QUEUED if way is Channel.EMAIL else Delivery.TO_DO).value
    with write_transaction() as session:
        session.add(message)
        session.flush()
        if way is Channel.EMAIL:
            enqueue(DELIVER, message.id)
        _record(actor, Action.MESSAGE_QUEUED, message)
    return message


def to_do() -> list[Message]:
    """What a member of staff has to print and post, text, or hand over; oldest first."""
    return _in_state(Delivery.TO_DO)


def troubled() -> list[Message]:
    """What did not go out, or may not have; oldest first."""
    return _in_state(Delivery.FAILED, Delivery.UNSURE)


def about(subject_id: str) -> list[Message]:
    """Everything said about one thing, oldest first."""
    query = select(Message).where(Message.subject_id == subject_id)
    return list(db.session.scalars(query.order_by(Message.created_at, Message.id)))


def mark_sent(actor: Actor, message_id: str, on: date | None = None) -> Message:
    """A member of staff posted it, texted it, handed it over, or found that a doubtful mail arrived; `on`: today.

    Raises Conflict, or Refused for a day on which it cannot have gone.
    """
    with write_transaction():
        message = _locked(message_id)
        if message.delivery not in (Delivery.TO_DO, Delivery.UNSURE, Delivery.FAILED):
            raise Conflict("This message was dealt with already.")
        _mark_sent(actor, message, _possible(message, on or london_today()))
        return message


def correct_day(message_id: str, on: date) -> None:
    """It went on another day than was written down, which the caller logs. Raises Refused as `mark_sent` does."""
    with write_transaction():
        message = _locked(message_id)
        message.went_on = _possible(message, on)


def came_back(actor: Actor, message_id: str) -> Message:
    """A letter, or a mail that the server had taken, came back: it reached nobody, and so did not go.

    It waits for someone again: a letter to be posted, a mail among those that did not go out. Raises Conflict.
    """
    with write_transaction():
        message = _locked(message_id)
        if message.delivery != Delivery.SENT or message.channel not in (Channel.EMAIL, Channel.POST):
            raise Conflict("Only a letter or an email that was sent can come back.")
        message.sent_at, message.went_on = None, None
        waits = Delivery.FAILED if message.channel == Channel.EMAIL else Delivery.TO_DO
        _mark_troubled(actor, message, waits, CAME_BACK)
        _tell_followers(actor, message)
        return message


def take_back(actor: Actor, message_id: str) -> Message:
    """Keep a message that has not gone from going, for good. Raises Conflict where it went, or may have, meanwhile."""
    with write_transaction():
        message = _locked(message_id)
        if message.delivery not in TO_GO:
            raise Conflict(_too_late(message))
        message.delivery, message.error_code = Delivery.TAKEN_BACK.value, None
        _record(actor, Action.MESSAGE_TAKEN_BACK, message)
        _tell_followers(actor, message)
        return message


def send_again(actor: Actor, message_id: str) -> Message:
    """Try a failed or doubtful mail once more, by decision of a member of staff."""
    with write_transaction():
        message = _locked(message_id)
        if message.delivery not in (Delivery.FAILED, Delivery.UNSURE):
            raise Conflict("This message was dealt with already.")
        message.delivery, message.error_code = Delivery.QUEUED.value, None
        enqueue(DELIVER, message.id)
        _record(actor, Action.MESSAGE_QUEUED, message)
        return message


def readdress(scope_id: str, channel: str, was: str, now: str) -> int:
    """Have what waits to go to an address go to the one that took its place, inside the caller's transaction.

    A letter on paper carries its address: it is marked with OLD_ADDRESS, as is all where there is no new address
    (`now` is empty). What may have gone out already stays as it is. Returns how many were marked.
    """
    way = Channel(channel)
    if way is Channel.EMAIL and now:
        now = _mail_address(now)
    waiting = (Message.scope_id == scope_id, Message.channel == way.value, Message.delivery.in_(TO_GO))
    query = select(Message).where(*waiting)
    marked = 0
    for message in db.session.scalars(query.with_for_update()):
        if message.to == now and message.error_code == OLD_ADDRESS:
            message.error_code = None
        elif message.to == was and now and way is not Channel.POST:
            message.to = now
        elif message.to == was:
            message.error_code, marked = OLD_ADDRESS, marked + 1
    return marked


@handler(DELIVER, max_attempts=_MAX_ATTEMPTS)
def _deliver(job: JobContext) -> None:
    transport = transport_for(settings())
    with write_transaction():
        message = _locked(job.subject_id)
        if message.delivery == Delivery.SENDING and not transport.repeatable:
            # A worker died, or the line broke, after this was marked: it may be out already.
            _mark_troubled(SYSTEM, message, Delivery.UNSURE, "interrupted")
        if message.delivery not in (Delivery.QUEUED, Delivery.SENDING):
            return
        message.delivery = Delivery.SENDING.value
    mail = _as_mail(message)
    try:
        transport.send(mail, message.id)
    except NotTaken as refusal:
        with write_transaction():
            message = _locked(job.subject_id)
            if refusal.permanent or job.attempt >= _MAX_ATTEMPTS:
                _mark_troubled(SYSTEM, message, Delivery.FAILED, refusal.code)
                return
            message.delivery, message.error_code = Delivery.QUEUED.value, refusal.code
        raise
    with job.last_step():
        _mark_sent(SYSTEM, _locked(job.subject_id), london_today())


def _as_mail(message: Message) -> EmailMessage:
    sender = settings().mail_from
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, message.to, message.subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    if message.letter_blob_id:
        with blobs.open(message.letter_blob_id) as letter:
            mail.add_attachment(letter.read(), maintype="application", subtype="pdf", filename="letter.pdf")
    return mail


def _mail_address(to: str) -> str:
    refused = Refused("That is not an email address that we can write to.")
    try:
        address = Address(addr_spec=to.strip())
    except (ValueError, IndexError, MessageError):
        raise refused from None
    if not address.username or "." not in address.domain or not to.strip().isascii():
        raise refused
    return address.addr_spec


def _locked(message_id: str) -> Message:
    message = db.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NotFound("This message is no longer kept.")
    return message


def _possible(message: Message, on: date) -> date:
    """The day, if the message can have gone on it."""
    if on > london_today():
        raise Refused("That day is in the future. Give the day it went.")
    if on < london_date(message.created_at):
        raise Refused("It was not written yet on that day. Give the day it went.")
    return on


def _too_late(message: Message) -> str:
    """Why a message cannot be taken back any more."""
    if message.delivery == Delivery.TAKEN_BACK:
        return "This was taken back already."
    if message.delivery == Delivery.SENT and message.went_on:
        return f"This went meanwhile, on {date_words(message.went_on)}. It cannot be taken back any more."
    if message.delivery == Delivery.UNSURE:
        return "This may have gone out already. Find out, then mark it as sent or send it again."
    return "This is going out just now. It cannot be taken back any more."


def _mark_sent(actor: Actor, message: Message, on: date) -> None:
    message.delivery, message.sent_at, message.error_code = Delivery.SENT.value, utc_now(), None
    message.went_on = on
    audit.record(
        actor,
        Action.MESSAGE_SENT,
        message.subject_id,
        message_id=message.id,
        channel=message.channel,
        kind=message.kind,
        on=on,
    )
    _tell_followers(actor, message)


def _tell_followers(actor: Actor, message: Message) -> None:
    for follower in _followers:
        follower(actor, message)


def _mark_troubled(actor: Actor, message: Message, delivery: Delivery, code: str) -> None:
    message.delivery, message.error_code = delivery.value, code[:80]
    audit.record(
        actor,
        Action.MESSAGE_NOT_SENT,
        message.subject_id,
        message_id=message.id,
        channel=message.channel,
        kind=message.kind,
        error=code,
    )


def _record(actor: Actor, action: Action, message: Message) -> None:
    audit.record(actor, action, message.subject_id, message_id=message.id, channel=message.channel, kind=message.kind)


def _in_state(*states: Delivery) -> list[Message]:
    wanted = [state.value for state in states]
    query = select(Message).where(Message.delivery.in_(wanted)).order_by(Message.created_at, Message.id)
    return list(db.session.scalars(query))
