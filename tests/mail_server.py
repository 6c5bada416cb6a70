"""A small SMTP server on a real socket, that can be told to misbehave."""

from __future__ import annotations

import socketserver
import threading
import time
from types import TracebackType
from typing import Self


class MailServer:
    """`received` holds each mail whose end was read. `refuse`: an answer to RCPT instead of 250."""

    def __init__(self, *, hold_after_data: bool = False, drop_after_data: bool = False, refuse: str = "") -> None:
        self.received: list[bytes] = []
        self.hold_after_data = hold_after_data
        self.drop_after_data = drop_after_data
        self.refuse = refuse
        self._closing = threading.Event()
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer._talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, _type: type | None, _error: BaseException | None, _where: TracebackType | None) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, session: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            session.wfile.write(f"{line}\r\n".encode())

        say("220 test")
        while line := session.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"RCPT" and self.refuse:
                say(self.refuse)
            elif verb == b"DATA":
                say("354 go on")
                self.received.append(self._body(session))
                if self.drop_after_data:
                    return
                while self.hold_after_data and not self._closing.is_set():
                    time.sleep(0.05)
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    @staticmethod
    def _body(session: socketserver.StreamRequestHandler) -> bytes:
        lines = []
        while (line := session.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)
