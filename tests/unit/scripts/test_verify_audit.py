"""The stand-alone check of an exported audit log: it passes on what was exported and on nothing else.

The script runs as an auditor runs it: a process of its own, which knows nothing of the application.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import verify_audit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sar.foundation import audit
from sar.foundation.actions import Action
from sar.foundation.key_ring import KeyRing

SCRIPT = Path(verify_audit.__file__)
SIGNED, WRITTEN = 20, 25
Lines = list[str]


def entries(count: int = WRITTEN, who: str = "staff-1") -> Lines:
    """An export as the application writes it."""
    lines, previous = [], audit.GENESIS
    for number in range(1, count + 1):
        body = {
            "seq": number,
            "at": f"2026-03-02T12:00:{number:02}+00:00",
            "actor_kind": "staff",
            "actor_id": who,
            "action": Action.SESSIONS_REVOKED.label,
            "subject_id": "ünïcode-1",
            "facts": {"count": number},
        }
        digest = hashlib.sha256((previous + audit.canonical(body)).encode()).hexdigest()
        lines.append(audit.canonical(body | {"previous": previous, "hash": digest}))
        previous = digest
    return lines


def head_of(lines: Lines, count: int = SIGNED) -> audit.Head:
    return audit.Head(count, json.loads(lines[count - 1])["hash"] if count else audit.GENESIS)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("ring") / "ring.json", demo=False)


@pytest.fixture
def checkpoint(ring: KeyRing) -> dict[str, Any]:
    return audit.sign(head_of(entries()), ring)


Check = Callable[..., int]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    def run(lines: Lines | bytes, checkpoint: dict[str, Any], *more: str) -> int:
        export, signed = tmp_path / "audit.jsonl", tmp_path / "checkpoint.json"
        export.write_bytes(lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode())
        signed.write_text(json.dumps(checkpoint))
        return verify_audit.main([str(export), "--checkpoint", str(signed), *more])

    return run


def test_an_export_as_written_passes(check: Check, checkpoint: dict[str, Any], ring: KeyRing) -> None:
    assert check(entries(), checkpoint) == 0
    assert check(entries(), checkpoint, "--key-fingerprint", ring.fingerprint()) == 0
    assert check(entries(), checkpoint, "--key-fingerprint", ring.fingerprint().upper()) == 0
    assert check(entries(SIGNED), checkpoint) == 0
    assert check([], audit.sign(audit.Head(0, audit.GENESIS), ring)) == 0


def test_one_byte_changed_anywhere_is_found(check: Check, checkpoint: dict[str, Any]) -> None:
    whole = "".join(f"{line}\n" for line in entries()).encode()
    chance = random.Random(20260302)
    for _ in range(300):
        place, value = chance.randrange(len(whole) - 1), chance.randrange(256)
        if whole[place] != value:
            changed = whole[:place] + bytes([value]) + whole[place + 1 :]
            assert check(changed, checkpoint) == 1, f"byte {place} made {value}"


def rewritten(lines: Lines, start: int) -> Lines:
    """Hashes worked out anew from a place on, as someone would who wants the chain to look whole."""
    done, previous = lines[:start], json.loads(lines[start - 1])["hash"] if start else audit.GENESIS
    for number, line in enumerate(lines[start:], start=start + 1):
        body = {name: json.loads(line)[name] for name in verify_audit.BODY} | {"seq": number}
        digest = hashlib.sha256((previous + audit.canonical(body)).encode()).hexdigest()
        done.append(audit.canonical(body | {"previous": previous, "hash": digest}))
        previous = digest
    return done


def edited(lines: Lines, place: int) -> Lines:
    entry = json.loads(lines[place])
    return [*lines[:place], audit.canonical(entry | {"actor_id": "someone-else"}), *lines[place + 1 :]]


FORGERIES: dict[str, Callable[[Lines], Lines]] = {
    "an entry edited": lambda lines: edited(lines, 7),
    "the last entry edited": lambda lines: edited(lines, WRITTEN - 1),
    "an entry edited, the chain worked out anew": lambda lines: rewritten(edited(lines, 7), 7),
    "the first entry removed": lambda lines: lines[1:],
    "an entry removed": lambda lines: lines[:7] + lines[8:],
    "an entry removed, the chain worked out anew": lambda lines: rewritten(lines[:7] + lines[8:], 7),
    "an entry said twice": lambda lines: lines[:8] + lines[7:],
    "an entry put in, the chain worked out anew": lambda lines: rewritten(lines[:8] + lines[7:], 8),
    "two entries swapped": lambda lines: [*lines[:7], lines[8], lines[7], *lines[9:]],
    "two swapped, the chain worked out anew": lambda lines: rewritten([*lines[:7], lines[8], lines[7], *lines[9:]], 7),
    "cut off below what was signed for": lambda lines: lines[: SIGNED - 1],
    "everything cut off": lambda _: [],
    "the whole rewritten": lambda _: entries(who="someone-else"),
    "a blank line": lambda lines: [*lines[:7], "", *lines[7:]],
    "spaces put in": lambda lines: [*lines[:7], lines[7].replace(",", ", "), *lines[8:]],
    "a name said twice in an entry": lambda lines: [*lines[:7], '{"seq":8,' + lines[7][1:], *lines[8:]],
    "a field more": lambda lines: [*lines[:7], lines[7][:-1] + ',"z":1}', *lines[8:]],
    "true for one": lambda lines: [lines[0].replace('"seq":1', '"seq":true'), *lines[1:]],
    "not an entry": lambda lines: [*lines[:7], "[]", *lines[8:]],
    "nested too deep": lambda lines: [*lines[:7], "[" * 100_000, *lines[8:]],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_log_is_found(check: Check, checkpoint: dict[str, Any], forgery: str) -> None:
    assert check(FORGERIES[forgery](entries()), checkpoint) == 1


def test_the_forgeries_that_work_the_chain_out_anew_are_caught_by_the_signature_alone(
    check: Check, ring: KeyRing
) -> None:
    """A chain by itself says nothing about a rewrite: this shows that the forgery above was a good one."""
    forged = rewritten(edited(entries(), 7), 7)
    assert check(forged, audit.sign(audit.Head(5, head_of(entries(), 5).hash), ring)) == 0
    assert check(forged, audit.sign(head_of(entries(), 8), ring)) == 1


@pytest.mark.parametrize("field", ["entries", "head", "signed_at", "public_key", "signature"])
def test_a_changed_checkpoint_is_found(check: Check, checkpoint: dict[str, Any], field: str) -> None:
    other = signed_by_a_stranger(head_of(entries(), 8))
    assert check(entries(), checkpoint | {field: other[field]}) == 1


def signed_by_a_stranger(head: audit.Head) -> dict[str, Any]:
    key = Ed25519PrivateKey.generate()
    statement = {"entries": head.entries, "head": head.hash, "signed_at": "2026-03-02T12:00:00+00:00"}
    return statement | {
        "public_key": base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
        "signature": base64.b64encode(key.sign(audit.canonical(statement).encode())).decode(),
    }


def test_a_rewritten_log_with_a_strangers_signature_is_found_by_whoever_noted_the_key(
    check: Check, ring: KeyRing
) -> None:
    forged = entries(who="someone-else")
    stranger = signed_by_a_stranger(head_of(forged))
    assert check(forged, stranger, "--key-fingerprint", ring.fingerprint()) == 1
    # A fingerprint that went missing (an unset variable of a shell) does not pass for "any key will do".
    assert check(forged, stranger, "--key-fingerprint", "") == 1


def test_a_file_that_is_missing_or_no_checkpoint_is_said_to_be_so(check: Check, tmp_path: Path, ring: KeyRing) -> None:
    export = tmp_path / "audit.jsonl"
    good = audit.sign(head_of(entries()), ring)
    assert check(entries(), {}) == 2
    assert check(entries(), good | {"public_key": 7}) == 2
    assert verify_audit.main([str(export), "--checkpoint", str(tmp_path / "nowhere")]) == 2
    assert verify_audit.main([str(tmp_path / "nowhere"), "--checkpoint", str(tmp_path / "checkpoint.json")]) == 2


def test_it_runs_by_itself_as_an_auditor_runs_it(check: Check, checkpoint: dict[str, Any], tmp_path: Path) -> None:
    check(entries(), checkpoint)
    command = [sys.executable, "-I", str(SCRIPT), "audit.jsonl", "--checkpoint", "checkpoint.json"]
    good = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (tmp_path / "audit.jsonl").write_text((tmp_path / "audit.jsonl").read_text().replace("staff-1", "staff-2", 1))
    bad = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert good.returncode == 0
    assert f"Intact: {WRITTEN} entries, {SIGNED} of them" in good.stdout
    assert bad.returncode == 1
    assert "line 1 was changed" in bad.stderr
    imports = [line for line in SCRIPT.read_text().splitlines() if line.startswith(("import ", "from "))]
    assert not [line for line in imports if "sar" in line.split()[1].split(".")]
