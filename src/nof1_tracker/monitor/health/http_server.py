"""A small HTTP server in a thread of its own."""

import logging
import re
import sys
import threading
from collections.abc import Callable
from socket import AF_INET, AF_INET6
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from nof1_tracker.errors import ConfigurationError

log = logging.getLogger(__name__)

Address = tuple[str, int]
WsgiApp = Callable[..., Any]

LOOPBACK = "127.0.0.1"
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


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a client that does not read must not delay the exit

    def __init__(self, address: Address) -> None:
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Binds without asking the DNS for this host's name, which may take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()

    def handle_error(self, _request: Any, client_address: Any) -> None:
        """Logs no traceback, because a client that hangs up is not worth one."""
        log.debug("%s hung up: %r", client_address, sys.exception())


class _Handler(WSGIRequestHandler):
    timeout = 10
    """Seconds that a client may take to send its request."""

    def log_message(self, message: str, *values: Any) -> None:
        """Logs at debug level: a probe every few seconds is not worth more."""
        log.debug(message, *values)
