"""One key for each case, wrapped by a ring that lies elsewhere: it can be changed, and a case's key destroyed."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask

from sar.foundation import keys
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone
from sar.foundation.key_ring import KeyRing
from sar.foundation.keys import KeyScope
from sar.foundation.messages import Message
from sar.settings import SettingsError

TEXT = "Quillonella of Gooseberry Passage"


def new_scope() -> str:
    with write_transaction():
        return keys.new_scope()


def message(scope_id: str, body: str = TEXT) -> str:
    """A row with sealed columns. Returns its id."""
    with write_transaction() as session:
        row = Message(
            scope_id=scope_id,
            channel="post",
            kind="test",
            subject_id="s",
            to=body,
            subject=body,
            body=body,
            delivery="to_do",
        )
        session.add(row)
    return row.id


def body_of(message_id: str) -> str:
    db.session.expire_all()
    return str(db.session.get_one(Message, message_id).body)


def ring_path(app: Flask) -> Path:
    path: Path = app.extensions["sar"].settings.key_ring_path
    return path


def test_erasing_a_case_makes_it_unreadable_and_no_other(context: Flask) -> None:
    erased, kept = new_scope(), new_scope()
    gone, there = message(erased), message(kept)
    with write_transaction():
        keys.erase_scope(erased)
    with pytest.raises(Gone):
        body_of(gone)
    assert body_of(there) == TEXT
    with pytest.raises(Gone), write_transaction() as session:
        session.get_one(Message, gone).body = "new"
    with write_transaction():
        keys.erase_scope(erased)  # twice is no error
        with pytest.raises(ValueError, match="never"):
            keys.erase_scope(keys.SYSTEM_SCOPE)


def test_an_erased_key_is_nowhere_in_the_file_any_more(context: Flask) -> None:
    """Not in a free page and not in the log either: else an old ring and a copy of the file would bring it back."""
    if context.extensions["sar"].settings.is_postgresql:
        pytest.skip("PostgreSQL clears dead rows by VACUUM, see docs")
    folder: Path = context.extensions["sar"].settings.instance

    def on_disk() -> bytes:
        db.session.rollback()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        return b"".join(path.read_bytes() for path in folder.glob("sar.db*"))

    scope_id = new_scope()
    wrapped = db.session.get_one(KeyScope, scope_id).wrapped_key
    assert wrapped is not None
    assert wrapped in on_disk()
    with write_transaction():
        keys.erase_scope(scope_id)
    assert wrapped not in on_disk()


def test_a_new_master_key_wraps_every_case_and_nothing_becomes_unreadable(context: Flask) -> None:
    scopes = [new_scope() for _ in range(3)]
    letters = [message(scope) for scope in scopes]
    derived = {keys.derived_key(scope, purpose) for scope in scopes for purpose in ("p", "q")}
    assert len(derived) == 6
    erased = new_scope()
    with write_transaction():
        keys.erase_scope(erased)
    before, index = dict(context.extensions["sar"].key_ring.keys), keys.blind_index("p", "x")
    assert keys.rotate() == 4  # three and the system's own; what is erased stays erased
    ring = KeyRing.load(ring_path(context))
    assert ring.current not in before
    assert set(before) < set(ring.keys)
    assert {db.session.get_one(KeyScope, scope).ring_key for scope in scopes} == {ring.current}
    assert [body_of(letter) for letter in letters] == [TEXT] * 3
    assert {keys.derived_key(scope, purpose) for scope in scopes for purpose in ("p", "q")} == derived
    assert keys.blind_index("p", "x") == index  # what was searched for before is still found
    assert keys.rewrap() == 0
    assert db.session.get_one(KeyScope, erased).wrapped_key is None


def test_after_a_rotation_the_old_master_key_opens_nothing(make_app: Callable[..., Flask]) -> None:
    """That is what rotating is for: a ring that leaked last year is of no use with this year's database."""
    app = make_app()
    old = ring_path(app).read_text()
    with app.app_context():
        letter = message(new_scope())
        keys.rotate()
        db.session.remove()
    new = json.loads(ring_path(app).read_text())
    new["keys"] = {new["current"]: new["keys"][new["current"]]}
    ring_path(app).write_text(json.dumps(new))
    with make_app().app_context():
        assert body_of(letter) == TEXT  # the new key alone is enough
        db.session.remove()
    ring_path(app).write_text(old)
    with make_app().app_context():
        with pytest.raises(KeyError):
            body_of(letter)
        db.session.remove()


def test_a_process_that_was_running_during_a_rotation_goes_on(make_app: Callable[..., Flask]) -> None:
    one, other = make_app(), make_app()
    with other.app_context():
        letter = message(new_scope())
        assert body_of(letter) == TEXT
        db.session.remove()
    with one.app_context():
        keys.rotate()
        db.session.remove()
    with other.app_context():
        assert body_of(letter) == TEXT
        db.session.remove()


def test_a_wrapped_key_moved_to_another_case_does_not_open(context: Flask) -> None:
    mine, theirs = new_scope(), new_scope()
    letter = message(mine)
    with write_transaction():
        db.session.get_one(KeyScope, mine).wrapped_key = db.session.get_one(KeyScope, theirs).wrapped_key
    with pytest.raises(InvalidTag):
        body_of(letter)


def test_a_search_by_fingerprint_forgives_case_accents_and_spacing_only(context: Flask) -> None:
    same = {keys.blind_index("staff.email", text) for text in ("Zoë@X.example", "zoe@x.example", " ZOE @x.example")}
    assert len(same) == 1
    assert keys.blind_index("staff.email", "zoe@y.example") not in same
    assert keys.blind_index("other", "zoe@x.example") not in same  # nor can two columns be compared


def test_two_installations_have_nothing_in_common(tmp_path: Path) -> None:
    first, second = (KeyRing.create(tmp_path / name, demo=False) for name in ("a.json", "b.json"))
    assert first.derive("form cookie") != second.derive("form cookie")
    assert first.derive("form cookie") != first.derive("throttle")
    assert first.fingerprint() != second.fingerprint()


def test_a_ring_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    made = KeyRing.create(path, demo=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(FileExistsError):
        KeyRing.create(path, demo=False)
    assert KeyRing.load(path) == made
    for secret in (*made.keys.values(), made.root, made.signing_seed):  # nor does it come into a log by itself
        assert repr(secret) not in repr(made)
        assert base64.b64encode(secret).decode() not in repr(made)


@pytest.mark.parametrize(
    "damage",
    [
        lambda ring: "",
        lambda ring: "[]",
        lambda ring: "{}",
        lambda ring: json.dumps(ring | {"current": "k9"}),
        lambda ring: json.dumps(ring | {"keys": {"k1": "c2hvcnQ="}}),
        lambda ring: json.dumps(ring | {"keys": []}),
        lambda ring: json.dumps(ring | {"root": ring["root"][:-8]}),
        lambda ring: json.dumps({name: value for name, value in ring.items() if name != "signing_seed"}),
    ],
)
def test_a_damaged_ring_stops_the_start_with_its_name(
    tmp_path: Path, damage: Callable[[dict[str, object]], str]
) -> None:
    path = tmp_path / "ring.json"
    KeyRing.create(path, demo=False)
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(SettingsError, match=r"ring\.json is damaged"):
        KeyRing.load(path)
