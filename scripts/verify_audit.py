#!/usr/bin/env python3
"""Check an exported audit log against a signed checkpoint. Stands alone: needs only `cryptography`.

    python scripts/verify_audit.py EXPORT.jsonl --checkpoint CHECKPOINT.json [--key-fingerprint HEX]

Exit 0 when every entry is in place and unchanged; 1 when anything was edited, removed, added,
reordered, cut off or rewritten; 2 when a file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENESIS = "0" * 64
BODY = ("seq", "at", "actor_kind", "actor_id", "action", "subject_id", "facts")


class Tampered(Exception):
    """The log is not what was signed; the message says where it breaks."""


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def check_signature(checkpoint: dict[str, Any], fingerprint: str | None) -> str:
    """Returns the fingerprint of the key that signed. Raises Tampered."""
    statement = {name: checkpoint[name] for name in ("entries", "head", "signed_at")}
    public = base64.b64decode(checkpoint["public_key"])
    found = hashlib.sha256(public).hexdigest()
    if fingerprint is not None and found != fingerprint.lower().replace(":", ""):
        raise Tampered("the checkpoint was signed with another key")
    try:
        signature = base64.b64decode(checkpoint["signature"])
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(statement).encode())
    except (InvalidSignature, ValueError) as error:
        raise Tampered("the checkpoint's signature is wrong") from error
    return found


def check_chain(lines: Iterable[str], checkpoint: dict[str, Any]) -> int:
    """Follow the chain from the first entry. Returns the number of entries. Raises Tampered."""
    previous, count, head = GENESIS, 0, GENESIS
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            body = {name: entry[name] for name in BODY}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Tampered(f"line {number} is not an audit entry") from error
        if set(entry) != {*BODY, "previous", "hash"} or line.rstrip("\n") != canonical(entry):
            raise Tampered(f"line {number} is not in the form it was written in")
        if entry["seq"] != number or entry["previous"] != previous:
            raise Tampered(f"line {number} does not follow the one before it")
        if hashlib.sha256((previous + canonical(body)).encode()).hexdigest() != entry["hash"]:
            raise Tampered(f"line {number} was changed")
        previous, count = entry["hash"], number
        if count == checkpoint["entries"]:
            head = previous
    if count < checkpoint["entries"]:
        raise Tampered(f"the log stops at entry {count}; {checkpoint['entries']} were signed for")
    if head != checkpoint["head"]:
        raise Tampered("the log is not the one that was signed")
    return count


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported audit log.")
    parser.add_argument("export")
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--key-fingerprint", help="SHA-256 of the public key, noted when the system was set up")
    options = parser.parse_args(arguments)
    try:
        with open(options.checkpoint, encoding="utf-8") as file:
            checkpoint = json.load(file)
        fingerprint = check_signature(checkpoint, options.key_fingerprint)
        with open(options.export, encoding="utf-8", newline="\n") as file:
            count = check_chain(file, checkpoint)
    except Tampered as error:
        print(f"NOT INTACT: {error}.", file=sys.stderr)
        return 1
    except UnicodeDecodeError:
        print("NOT INTACT: a byte was changed; the file is no longer text.", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"Cannot read the files: {error}", file=sys.stderr)
        return 2
    signed = f"{checkpoint['entries']} of them under the checkpoint of {checkpoint['signed_at']}"
    print(f"Intact: {count} entries, {signed}.")
    print(f"Signing key (SHA-256): {fingerprint}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
