"""Listens, and serves the application until a signal ends it."""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import uvicorn

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import STALE_INTERVALS
from nof1_tracker.settings import AppSettings, WebSettings, load_settings
from nof1_tracker.web.application import create_app
from nof1_tracker.web.record import Record
from nof1_tracker.web.security import is_loopback

DRAIN = 10
"""Seconds that requests in progress have to finish once a signal has come."""
_BACKLOG = 512


class Server(uvicorn.Server):
    """Sends those who listen away when it ends; requests in progress are answered."""

    def __init__(self, config: uvicorn.Config, record: Record) -> None:
        super().__init__(config)
        self._record = record

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to end."""
        self._record.live.end()
        await super().shutdown(sockets)


def run_server(
    address: tuple[str, int],
    engine: Engine,
    settings: AppSettings,
    announce: Callable[[str], None],
) -> None:
    """Serves until SIGTERM or SIGINT; returns once requests in progress are answered.

    Args:
        address: Host and port; port 0 takes a free one.
        announce: Is told where it is served, once it can be reached.

    Raises:
        ConfigurationError: The address cannot be listened on, or is reachable from
            other machines and NOF1_PUBLIC_URL is not set.
    """
    web = load_settings(WebSettings)
    _require_public_url(address[0], web)
    stale_after = STALE_INTERVALS * timedelta(minutes=settings.refresh_interval)
    record = Record(engine, SystemClock(), stale_after)
    config = uvicorn.Config(
        create_app(record, web),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN,
    )
    with _listening(address) as listener:
        announce(_where(listener, web))
        _end_quietly()
        Server(config, record).run(sockets=[listener])


def _require_public_url(host: str, web: WebSettings) -> None:
    if not is_loopback(host) and web.public_url is None:
        raise ConfigurationError(
            f"{host} can be reached from other machines, and anybody who reaches it can"
            " read everything that is stored.",
            "Set NOF1_PUBLIC_URL to the address that they use, or leave --host out.",
        )


def _listening(address: tuple[str, int]) -> socket.socket:
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {reason}.",
            "Choose another address with --host and --port.",
        ) from None


def _where(listener: socket.socket, web: WebSettings) -> str:
    """Where it is served, and to whom, in words."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    line = f"Serving http://{shown}:{port}/ and its API under /api/v1 (Ctrl-C ends it)"
    if is_loopback(host):
        return line
    return (
        f"{line}\nOpen to other machines as {web.public_url}: everything stored can be"
        " read without a password; nothing can be changed."
    )


def _end_quietly() -> None:
    """Lets the process end with 0 after a signal that has ended the server.

    The server raises the signal again once it is done, for a handler that was there
    before; the default one would end the process as if it had failed.
    """
    for each in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError):  # only the main thread may; others get no signals
            signal.signal(each, lambda *_: None)
