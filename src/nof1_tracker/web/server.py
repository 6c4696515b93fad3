"""Serves the application on a socket until a signal ends it."""

import signal
import socket
from contextlib import suppress
from datetime import timedelta

import uvicorn

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import Engine
from nof1_tracker.records.enums import STALE_INTERVALS
from nof1_tracker.settings import AppSettings, WebSettings, load_settings
from nof1_tracker.web.application import create_app
from nof1_tracker.web.record import Record

DRAIN = 10
"""Seconds that requests in progress have to finish once a signal has come."""


class Server(uvicorn.Server):
    """Sends those who listen away when it ends; requests in progress are answered."""

    def __init__(self, config: uvicorn.Config, record: Record) -> None:
        super().__init__(config)
        self._record = record

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to end."""
        self._record.live.end()
        await super().shutdown(sockets)


def serve_on(listener: socket.socket, engine: Engine, settings: AppSettings) -> None:
    """Serves until SIGTERM or SIGINT; returns once requests in progress are answered.

    Args:
        listener: Listens already; several processes may serve on the same.
    """
    stale_after = STALE_INTERVALS * timedelta(minutes=settings.refresh_interval)
    record = Record(engine, SystemClock(), stale_after)
    config = uvicorn.Config(
        create_app(record, load_settings(WebSettings)),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN,
    )
    _end_quietly()
    Server(config, record).run(sockets=[listener])


def _end_quietly() -> None:
    """Lets the process end with 0 after a signal that has ended the server.

    The server raises the signal again once it is done, for a handler that was there
    before; the default one would end the process as if it had failed.
    """
    for each in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError):  # only the main thread may; others get no signals
            signal.signal(each, lambda *_: None)
