"""Asks clamd about a file (INSTREAM), where `clamd_address` is set: host:port, or the path of its socket.

Fails closed: a scanner that is set but does not answer means that nothing is let in.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Final

from sar.foundation.errors import Problem, Refused
from sar.foundation.runtime import settings

_CHUNK: Final = 64 * 1024
_TIMEOUT: Final = 60.0
_ANSWER_LIMIT: Final = 4096


class ScannerUnavailable(Problem):
    """The virus scanner is configured and did not give a verdict."""

    status = 503
    title = "We could not check this file"


def scan(path: Path) -> None:
    """Return for a clean file, or when no scanner is set. Raises Refused, or ScannerUnavailable."""
    address = settings().clamd_address
    if not address:
        return
    try:
        verdict = _ask(address, path)
    except OSError as error:
        raise _unavailable() from error
    if verdict.endswith(" FOUND"):
        raise Refused("Our virus scanner found something harmful in this file, so we did not keep it.")
    if not verdict.endswith(" OK"):
        raise _unavailable()


def _unavailable() -> ScannerUnavailable:
    return ScannerUnavailable("We could not check this file for viruses, so we did not keep it. Try later.")


def _ask(address: str, path: Path) -> str:
    with _connect(address) as clamd, path.open("rb") as file:
        clamd.sendall(b"zINSTREAM\x00")
        while part := file.read(_CHUNK):
            clamd.sendall(struct.pack(">I", len(part)) + part)
        clamd.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\x00") and len(answer) < _ANSWER_LIMIT:
            part = clamd.recv(_ANSWER_LIMIT)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\x00\n").decode("utf-8", "replace")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clamd.settimeout(_TIMEOUT)
        clamd.connect(address)
        return clamd
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_TIMEOUT)
