"""Delivers replies on 127.0.0.1, whole or in the ways in which a server fails."""

import threading
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import Any, Self

from nof1_tracker.demo.site.reply import Reply

_CHUNK = 1 << 20
_DRIP = 0.05
"""Seconds between two drops: no time-out of a single read ever passes."""

Answers = Callable[[str, Message], Reply]
"""The reply to a GET of a path, including its query, with those headers."""


class LoopbackServer:
    """Answers every GET in a thread of its own, from `start` until `stop`."""

    def __init__(self, answers: Answers, port: int = 0) -> None:
        """Args: port: 0 takes a free port."""
        self._server = _Server(("127.0.0.1", port), answers)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def url(self) -> str:
        """Without a trailing slash, e.g. http://127.0.0.1:40123."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection."""
        self._server.stop()
        self._thread.join(5)


class OnLoopback:
    """The base of what is served on loopback while it is entered, by `_server`."""

    _server: LoopbackServer

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """Without a trailing slash, e.g. http://127.0.0.1:40123."""
        return self._server.url


class _Server(ThreadingHTTPServer):
    """Keeps track of its connections, so that none outlives it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answers: Answers) -> None:
        super().__init__(address, _Handler)
        self.answers = answers
        self.stopping = threading.Event()
        self._connections: set[socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: a client that hangs up is not an error."""

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            try:
                connection.shutdown(SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._deliver(self.server.answers(self.path, self.headers))

    def log_message(self, *_: Any) -> None:
        """Silent: what answers keeps a log of its own."""

    def _deliver(self, reply: Reply) -> None:
        stopping = self.server.stopping
        if reply.hangs or (reply.delay and stopping.wait(reply.delay)):
            stopping.wait()
            self.close_connection = True
            return
        if reply.drip:
            self._drip(reply)
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Cache-Control", "public, max-age=0, must-revalidate")
        if reply.status != 304:
            self.send_header("Content-Type", reply.content_type)
            self._send_length(reply)
        self.end_headers()
        for part in _parts(reply):
            self.wfile.write(part)
        if reply.cut_after is not None:
            self.close_connection = True

    def _send_length(self, reply: Reply) -> None:
        if reply.has_length:
            self.send_header("Content-Length", str(len(reply.body) + reply.padding))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True

    def _drip(self, reply: Reply) -> None:
        self.close_connection = True
        self.wfile.write(reply.opening)
        while not self.server.stopping.wait(_DRIP):
            self.wfile.write(reply.drip)


def _parts(reply: Reply) -> Iterator[bytes]:
    yield reply.body[: reply.cut_after]
    left = reply.padding
    while left > 0:
        yield b" " * min(left, _CHUNK)
        left -= _CHUNK
