"""Where a virus scanner is set, nothing gets in that it has not called clean. Spoken to as clamd is, on a socket."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from sar.foundation.admission import RECORDS, admit
from sar.foundation.antivirus import ScannerUnavailable
from sar.foundation.errors import Refused
from sar.foundation.key_ring import KeyRing
from sar.foundation.runtime import Runtime
from sar.settings import Settings
from tests.security import hostile_files as files

# The industry's harmless test string, in two halves so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """Reads INSTREAM as clamd's manual has it: chunks of length and bytes, a zero length at the end."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\x00"
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        found = b"Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"OK"
        self.wfile.write(b"stream: " + found + b"\x00")


class Confused(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.rfile.read(10)
        self.wfile.write(b"INSTREAM size limit exceeded. ERROR\x00")


@contextmanager
def scanner(handler: type[socketserver.BaseRequestHandler], socket_path: Path | None = None) -> Iterator[str]:
    server: socketserver.BaseServer
    if socket_path:
        server, address = socketserver.ThreadingUnixStreamServer(str(socket_path), handler), str(socket_path)
    else:
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server, address = tcp, f"127.0.0.1:{tcp.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def let_in(tmp_path: Path) -> Callable[[bytes, str, str], None]:
    def through(data: bytes, name: str, clamd_address: str) -> None:
        app = Flask(__name__)
        settings = Settings(environment="test", instance=tmp_path, clamd_address=clamd_address)
        app.extensions["sar"] = Runtime(settings, KeyRing.create(tmp_path / "ring.json", demo=True))
        with app.app_context(), admit(io.BytesIO(data), name, allowed=RECORDS, max_bytes=10**7):
            pass

    return through


LetIn = Callable[[bytes, str, str], None]


def test_a_clean_file_is_let_in(let_in: LetIn) -> None:
    with scanner(Clamd) as address:
        let_in(files.pdf(3), "letter.pdf", address)


def test_a_file_with_a_virus_is_refused(let_in: LetIn, tmp_path: Path) -> None:
    with scanner(Clamd, tmp_path / "clamd.socket") as address, pytest.raises(Refused) as refused:
        let_in(b"x" * 100_000 + EICAR, "note.txt", address)
    assert "virus scanner found something harmful" in refused.value.message


def test_nothing_is_let_in_while_the_scanner_is_away(let_in: LetIn) -> None:
    with scanner(Clamd) as address:
        pass
    with pytest.raises(ScannerUnavailable):
        let_in(files.pdf(), "letter.pdf", address)


def test_an_answer_that_is_no_verdict_lets_nothing_in(let_in: LetIn) -> None:
    with scanner(Confused) as address, pytest.raises(ScannerUnavailable):
        let_in(files.pdf(), "letter.pdf", address)
