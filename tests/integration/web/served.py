"""The application on loopback, over real HTTP."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from nof1_tracker.clock import Clock
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.application import create_app
from nof1_tracker.web.people.visits import People
from nof1_tracker.web.record import Record
from nof1_tracker.web.server import Server
from tests.fakes import FakeClock
from tests.worlds import PROGRAM, environment


def record_of(engine: Engine, clock: Clock | None = None) -> Record:
    """The record in a database, at the time of the clock."""
    return Record(engine, clock or FakeClock(), timedelta(minutes=45))


@contextmanager
def serving(
    record: Record, settings: WebSettings | None = None, people: People | None = None
) -> Iterator[httpx.Client]:
    """A client of the served record; paths are relative to the API."""
    app = create_app(record, settings or WebSettings(), people)
    with serving_app(app, record) as client:
        client.base_url = client.base_url.join("/api/v1")
        yield client


@contextmanager
def serving_app(app: FastAPI, record: Record) -> Iterator[httpx.Client]:
    """A client of an application over this record."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        date_header=False,
        proxy_headers=False,
    )
    server = Server(config, record)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(base_url=base, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


@contextmanager
def started(url: str, *words: str, **others: str) -> Iterator[subprocess.Popen[str]]:
    """`nof1-tracker serve` over a database, until the end of the context."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", *words],
        env=environment(url, **others),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> str:
    """Where it says that it serves."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Serving http://"), line
    return line.split()[1]
