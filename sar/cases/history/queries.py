"""Reads of a case's history, from the log itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, case, false, func, or_, select

from sar.access.queries import staff_names
from sar.cases.models import Case
from sar.cases.timeline import HIDDEN, TimelineEntry, in_words
from sar.foundation.actors import ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db

PAGE_SIZE = 50
_LOOKING = (
    "case.viewed",
    "case.identity_copy_viewed",
    "case.mail_attachment_viewed",
    "case.letter_opened",
    "record.page_viewed",
)
_DUTY_OF_A_SECOND_READER = ("review.signed_off", "review.returned")


class Topic(StrEnum):
    """What part of the history is shown."""

    DONE = "done"
    CLOCK = "clock"
    PEOPLE = "people"
    NOTES = "notes"
    LETTERS = "letters"
    RECORDS = "records"
    CONSULTATION = "consultation"
    REVIEW = "review"
    RELEASE = "release"
    COMPLAINTS = "complaints"
    LOOKED = "looked"


# Beginnings of the names that actions have in the log.
_ACTIONS = MappingProxyType(
    {
        Topic.CLOCK: (
            "case.opened",
            "case.moved",
            "case.clock_",
            "case.regimes_",
            "case.identity_checked",
            "case.refused",
        ),
        Topic.PEOPLE: (
            "case.assigned",
            "case.conflict_",
            "case.restrict",
            "case.taken_over",
            "case.about_staff_",
            "case.details_",
            "case.representative_",
            "case.linked",
            "case.unlinked",
        ),
        Topic.NOTES: ("case.note_", "case.task_"),
        Topic.LETTERS: ("message.", "case.letter_", "case.new_words_"),
        Topic.RECORDS: ("record.", "intake."),
        Topic.CONSULTATION: ("consultation.",),
        Topic.REVIEW: ("review.",),
        Topic.RELEASE: ("release.",),
        Topic.COMPLAINTS: ("complaint.",),
        Topic.LOOKED: _LOOKING,
    }
)


@dataclass(frozen=True)
class History:
    """One page of a history, newest first."""

    entries: list[TimelineEntry]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Hand:
    """Someone who works here and had a hand in a case: how, and when last."""

    staff_id: str
    name: str
    part: str
    last: datetime


def history_of(
    found: Case, topic: Topic = Topic.DONE, page: int = 1, *, closed: ColumnElement[bool] | None = None
) -> History:
    """What happened to a case and to its request, from the audit log; two queries and one for names.

    `closed`: the condition on entries that are not for whoever reads it.
    """
    hidden = HIDDEN.difference(_LOOKING) if topic is Topic.LOOKED else HIDDEN
    wanted = [about(found), AuditEntry.action.not_in(hidden), ~(false() if closed is None else closed)]
    if topic is not Topic.DONE:
        wanted.append(_begins(_ACTIONS[topic]))
    total = db.session.scalar(select(func.count()).select_from(AuditEntry).where(*wanted)) or 0
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    query = select(AuditEntry).where(*wanted).order_by(AuditEntry.seq.desc())
    entries = db.session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return History(in_words(list(entries), hidden=hidden), total, page)


def hands_of(found: Case) -> list[Hand]:
    """Who handles a case and who did: its officer, its second reader, others who did something, the last first."""
    checked = func.max(case((AuditEntry.action.in_(_DUTY_OF_A_SECOND_READER), 1), else_=0))
    query = (
        select(AuditEntry.actor_id, func.max(AuditEntry.at), checked)
        .where(
            about(found),
            AuditEntry.actor_kind == ActorKind.STAFF.value,
            AuditEntry.action.not_in({*HIDDEN, *_LOOKING}),
        )
        .group_by(AuditEntry.actor_id)
    )
    rows = db.session.execute(query).all()
    names = staff_names({row[0] for row in rows})
    hands = [
        Hand(
            staff_id,
            names.get(staff_id, "A former member of staff"),
            "Second reader" if has_checked else "Worked on it",
            last,
        )
        for staff_id, last, has_checked in rows
        if staff_id != found.officer_id
    ]
    return sorted(hands, key=lambda hand: (hand.part != "Second reader", -hand.last.timestamp()))


def about(found: Case) -> ColumnElement[bool]:
    """The condition that an entry tells of this case, of something in it, or of its request."""
    return or_(AuditEntry.case_id == found.id, AuditEntry.subject_id.in_((found.id, found.submission_id)))


def _begins(names: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(AuditEntry.action.startswith(name, autoescape=True) for name in names))
