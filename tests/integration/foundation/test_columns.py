"""Personal data lies in the database as ciphertext that opens only where it was put."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import update

from sar.foundation import keys
from sar.foundation.db import db, write_transaction
from sar.foundation.messages import Message

pytestmark = pytest.mark.usefixtures("context")
FIRST, SECOND = "Quillonella Marchbanks", "Ozymandias Featherstonehaugh"


def letter(text: str, scope_id: str | None = None) -> Message:
    with write_transaction() as session:
        row = Message(
            scope_id=scope_id or keys.new_scope(),
            channel="post",
            kind="test",
            subject_id="s",
            to=f"to {text}",
            subject=f"about {text}",
            body=text,
            delivery="to_do",
        )
        session.add(row)
    return row


def put(row: Message, **columns: object) -> None:
    """Change the stored bytes behind the application's back."""
    with write_transaction() as session:
        session.execute(update(Message).where(Message.id == row.id).values(**columns))
    db.session.expire_all()


def test_what_was_put_in_comes_out() -> None:
    for text in (FIRST, "", "Ünïcödé ’quotes’ and\nlines", "x" * 100_000):
        row = letter(text)
        db.session.expire_all()
        assert row.body == text


def test_nothing_of_it_can_be_read_in_the_row() -> None:
    row = letter(FIRST)
    for stored in (row.body_sealed, row.to_sealed, row.subject_sealed):
        assert stored is not None
        assert b"Quillonella" not in stored


def test_the_same_text_twice_cannot_be_told_to_be_the_same() -> None:
    scope = letter(FIRST).scope_id
    assert letter(FIRST, scope).body_sealed != letter(FIRST, scope).body_sealed


def test_a_ciphertext_does_not_open_in_another_row() -> None:
    """Someone who can write to the database cannot give one person's details to another."""
    scope = letter(FIRST).scope_id
    first, second = letter(FIRST, scope), letter(SECOND, scope)
    put(first, body_sealed=second.body_sealed)
    with pytest.raises(InvalidTag):
        _ = first.body


def test_a_ciphertext_does_not_open_in_another_column() -> None:
    row = letter(FIRST)
    put(row, body_sealed=row.subject_sealed)
    with pytest.raises(InvalidTag):
        _ = row.body


def test_a_ciphertext_does_not_open_under_the_key_of_another_case() -> None:
    row, other = letter(FIRST), letter(SECOND)
    put(row, scope_id=other.scope_id)
    with pytest.raises(InvalidTag):
        _ = row.body


@pytest.mark.parametrize("spoil", ["flip", "cut", "append", "empty"])
def test_a_changed_ciphertext_does_not_open(spoil: str) -> None:
    row = letter(FIRST)
    stored = row.body_sealed
    assert stored is not None
    changed = {
        "flip": stored[:-1] + bytes([stored[-1] ^ 1]),
        "cut": stored[:-1],
        "append": stored + b"\0",
        "empty": b"",
    }[spoil]
    put(row, body_sealed=changed)
    with pytest.raises((InvalidTag, ValueError)):
        _ = row.body


def test_a_row_of_another_table_cannot_lend_its_ciphertext(context: Flask) -> None:
    """The context that a value is sealed in names its table."""
    row = letter(FIRST)
    assert Message.body._context(row) == f"message|body_sealed|{row.id}".encode()
