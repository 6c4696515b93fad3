"""A small HTTP server in a thread of its own, which no client can make large."""

import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from socket import AF_INET, AF_INET6, SHUT_RDWR, socket
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from nof1_tracker.errors import ConfigurationError

log = logging.getLogger(__name__)

Address = tuple[str, int]
WsgiApp = Callable[..., Any]

LOOPBACK = "127.0.0.1"
MOST_CONNECTIONS = 32
"""Connections at once. The next one takes the place of that which has waited longest
without having sent its request; honest clients send theirs at once."""
DEADLINE = 20.0
"""Seconds that a connection may take from first to last."""
_OUT_OF_FILES = 0.2
"""Seconds until the next attempt to accept, where the process has no file left."""
_ADDRESS = re.compile(r"(?:(\[[0-9a-fA-F:.]+\]|[\w.-]*):)?(\d{1,5})", re.ASCII)


def parse_address(text: str) -> Address:
    """The host and port of HOST:PORT or [IPv6]:PORT; the default host is loopback.

    Raises:
        ConfigurationError: The text has neither form.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None or int(found[2]) > 65535:
        raise ConfigurationError(
            f"{text!r} is not a valid address to listen on.",
            "Use HOST:PORT, such as 127.0.0.1:9464.",
        )
    return (found[1] or LOOPBACK).strip("[]"), int(found[2])


class HttpServer:
    """Serves a WSGI application from its creation until `stop`."""

    def __init__(self, address: Address, app: WsgiApp) -> None:
        """Listens at once; port 0 takes a free port.

        Raises:
            ConfigurationError: The address cannot be listened on.
        """
        try:
            self._server = _Server(address)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ConfigurationError(
                f"Cannot listen on {address[0]}:{address[1]}: {reason}.",
                "Choose another address with --listen.",
            ) from None
        self._server.set_app(app)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="http", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> Address:
        """The address it listens on, with the actual port."""
        return self._server.server_name, self._server.server_port

    def stop(self) -> None:
        """Frees the address; answers in progress are left to finish."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass(slots=True)
class _Connection:
    """An open connection.

    Attributes:
        has_asked: True once its whole request has arrived.
    """

    since: float = field(default_factory=time.monotonic)
    has_asked: bool = False


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a client that does not read must not delay the exit
    request_queue_size = 128

    def __init__(self, address: Address) -> None:
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        self._connections: dict[socket, _Connection] = {}
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Binds without asking the DNS for this host's name, which may take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()

    def get_request(self) -> tuple[socket, Any]:
        """Accepts a connection; without a free file, not as fast as it can fail."""
        try:
            return super().get_request()
        except OSError:
            time.sleep(_OUT_OF_FILES)
            raise

    def verify_request(self, request: Any, _client_address: Any) -> bool:
        """Makes room for it; False if all others are being answered."""
        with self._lock:
            if len(self._connections) >= MOST_CONNECTIONS and not self._end_oldest():
                return False
            self._connections[request] = _Connection()
        return True

    def _end_oldest(self) -> bool:
        """Ends the connection that has waited longest; False if none waits."""
        for connection, its in self._connections.items():
            if not its.has_asked:
                self._end(connection)
                return True
        return False

    def _end(self, connection: socket) -> None:
        """Wakes its thread, which closes it."""
        del self._connections[connection]
        with suppress(OSError):
            connection.shutdown(SHUT_RDWR)

    def note_asked(self, connection: socket) -> None:
        """Notes that the whole request has arrived."""
        with self._lock:
            if connection in self._connections:
                self._connections[connection].has_asked = True

    def service_actions(self) -> None:
        """Ends the connections whose time is up; called several times a second."""
        earliest = time.monotonic() - DEADLINE
        with self._lock:
            for connection, its in list(self._connections.items()):
                if its.since < earliest:
                    self._end(connection)

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection."""
        with self._lock:
            self._connections.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, _request: Any, client_address: Any) -> None:
        """Logs no traceback, because a client that hangs up is not worth one."""
        log.debug("%s hung up: %r", client_address, sys.exception())


class _Handler(WSGIRequestHandler):
    timeout = 10
    """Seconds that a client may take to send the next part of its request."""
    server: _Server

    def parse_request(self) -> bool:
        """Reads the headers; True if they are a request."""
        is_request = super().parse_request()
        self.server.note_asked(self.connection)
        return is_request

    def log_message(self, message: str, *values: Any) -> None:
        """Logs at debug level: a probe every few seconds is not worth more."""
        log.debug(message, *values)
