"""The application behind a real web server, in a thread of the test process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress import create_server
from waitress.server import TcpWSGIServer

if TYPE_CHECKING:
    from flask import Flask

WsgiApp = Callable[..., Any]


def listen() -> tuple[socket.socket, str]:
    """A free port of 127.0.0.1, held; and its address without a final slash, which an application may need to know."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def serve(wsgi_app: WsgiApp, listener: socket.socket) -> Iterator[None]:
    """Serve with the server used in production, until the block ends."""
    channels: dict[int, Any] = {}
    server = create_server(wsgi_app, sockets=[listener], threads=4, map=channels)
    assert isinstance(server, TcpWSGIServer)
    thread = threading.Thread(target=server.run, name="live server")
    thread.start()
    try:
        yield
    finally:
        # The server's loop ends when nothing is left to listen to; its own thread must do the closing.
        server.trigger.pull_trigger(lambda: [channel.close() for channel in list(channels.values())])
        thread.join(timeout=60)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive(), "the live server did not stop"


@dataclass(frozen=True)
class LiveServer:
    """A running application. `url` has no final slash."""

    app: Flask
    url: str

    def drain(self) -> int:
        """Do the background work that is waiting, now; returns how many jobs were done."""
        from sar.foundation.jobs import run_pending

        return run_pending(self.app)
