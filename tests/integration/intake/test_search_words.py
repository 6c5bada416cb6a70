"""Requests are indexed as they come, and those from before there was an index by the worker."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from sar.foundation import keys
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.word_index import WordFingerprint
from sar.intake import search_words, service
from sar.intake.answers import Channel, Contact, RequestAnswers, Route
from sar.intake.models import Submission

pytestmark = pytest.mark.usefixtures("in_app")


def ask(name: str, **more: object) -> str:
    answers = RequestAnswers(full_name=name, contact=Contact(Route.POST, address="1 Mill Lane"), **more)  # type: ignore[arg-type]
    return service.log_request(SYSTEM, answers, channel=Channel.POST, received_on=london_today()).submission_id


def named(typed: str) -> set[str]:
    return set(db.session.scalars(select(Submission.id).where(search_words.named(Submission.scope_id, typed))))


def test_a_request_is_found_by_present_and_former_names_and_by_its_office() -> None:
    asked = ask("Marlon Pryce", former_names=("Marlon Reid",), office="Calder Street")
    ask("Priya Ashdown", office="Northvale")
    assert named("reid") == named("pryce marlon") == {asked}
    of_office = select(Submission.id).where(search_words.of_office(Submission.scope_id, "calder"))
    assert set(db.session.scalars(of_office)) == {asked}


def test_requests_from_before_the_index_are_indexed_once_and_erased_ones_never() -> None:
    asked, erased = ask("Marlon Pryce"), ask("Priya Ashdown")
    with write_transaction() as session:
        keys.erase_scope(session.get_one(Submission, erased).scope_id)
        session.execute(delete(WordFingerprint))
    assert named("pryce") == set()
    assert search_words.catch_up() == 1
    assert named("pryce") == {asked}
    assert search_words.catch_up() == 0
