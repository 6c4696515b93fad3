"""Serves the application on a socket until a signal ends it."""

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import uvicorn
from fastapi import FastAPI

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.people.reading_engine import reading_engine
from nof1_tracker.records.enums import STALE_INTERVALS
from nof1_tracker.services.sign_in.server_key import NoKeyError
from nof1_tracker.services.sign_in.sign_in_services import open_sign_in
from nof1_tracker.settings import AppSettings, WebSettings, load_settings
from nof1_tracker.web.application import create_app
from nof1_tracker.web.people.mcp_endpoint import MakeTools, ModelTools
from nof1_tracker.web.people.visits import People
from nof1_tracker.web.record import Record
from nof1_tracker.web.replay.replay_application import create_replay

log = logging.getLogger(__name__)

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


def serve_on(
    listener: socket.socket,
    engine: Engine,
    settings: AppSettings,
    make_tools: MakeTools | None = None,
) -> None:
    """Serves the record until SIGTERM or SIGINT; requests in progress are answered.

    Args:
        listener: Listens already; several processes may serve on the same.
        make_tools: Makes what answers language models; None: nothing does.
    """
    web = load_settings(WebSettings)
    record = _record(reading_engine(engine), settings)
    tools = None if make_tools is None else ModelTools(record.engine, make_tools)
    app = create_app(record, web, _people(engine, web), tools)
    _serve(listener, app, record)


def serve_replay_on(
    listener: socket.socket,
    engine: Engine,
    settings: AppSettings,
    moment: Callable[[], datetime],
) -> None:
    """The same for what the site answered at the moment."""
    record = _record(engine, settings)
    app = create_replay(record, moment, load_settings(WebSettings))
    _serve(listener, app, record)


def _people(engine: Engine, web: WebSettings) -> People | None:
    """Those who may sign in; nobody where the server can keep no key."""
    try:
        services = open_sign_in(engine)
    except NoKeyError as error:
        log.warning("Nobody can sign in: %s", error)
        return None
    services.hashing.get_ready()
    return People(services, web.public_url)


def _record(engine: Engine, settings: AppSettings) -> Record:
    stale_after = STALE_INTERVALS * timedelta(minutes=settings.refresh_interval)
    return Record(engine, SystemClock(), stale_after)


def _serve(listener: socket.socket, app: FastAPI, record: Record) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
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
