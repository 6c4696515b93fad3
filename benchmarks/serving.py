"""Measures the server: requests beside a commit every second, listeners, memory."""

import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count as count_up
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from urllib.request import urlopen

import psutil
from sqlalchemy import event

from benchmarks import seasons, thoughts
from benchmarks.databases import Store, kinds, new_store
from benchmarks.load import Listeners, Taken, raise_limit, requests
from benchmarks.measure import Comparison, Target, timed
from benchmarks.workshop import PATIENCE, Workshop
from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.feed.write_feed import note_changes
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.rendering.programs.output import to_line
from nof1_tracker.rendering.programs.standings import standings_rows
from nof1_tracker.services.standings import read_standings

CONNECTIONS = (1, 16, 256)
LISTENERS = 1_000
_UNKEPT = (1, 8)
"""The same where no answer is kept; of searches, ten are accepted at once."""


@dataclass(frozen=True)
class _Load:
    """How much is stored, and asked for.

    Attributes:
        chats: Conversations that are searched, in a database of their own.
        kept, unkept: Requests of a round, by the number of connections: of answers that
            are kept until the next commit, and of those that never are.
        minutes: How long memory is watched.
    """

    size: seasons.Size
    chats: int
    kept: Mapping[int, int]
    unkept: Mapping[int, int]
    minutes: float


_SHORT = _Load(
    seasons.Size(snapshots=20_000, trades=5_000, chats=1_000),
    chats=3_000,
    kept={1: 200, 16: 400, 256: 768},
    unkept={1: 30, 8: 64},
    minutes=0.5,
)
_FULL = _Load(
    seasons.Size(snapshots=100_000, trades=20_000, chats=1_000),
    chats=10_000,
    kept={1: 400, 16: 1_200, 256: 2_400},
    unkept={1: 60, 8: 160},
    minutes=60,
)
_POLL = 0.25
"""Seconds between two looks of our server at a SQLite file."""
_TRADES = (
    "SELECT t.*, m.name FROM trades t JOIN llm_models m ON m.id = t.model_id"
    " ORDER BY closed_at DESC, t.id DESC LIMIT 100"
)
_CHATS_FOUND = (  # the texts are our own
    "SELECT c.id, c.timestamp, c.summary, m.name FROM model_chats c"  # noqa: S608
    " JOIN llm_models m ON m.id = c.model_id"
    f" WHERE c.content LIKE '%{thoughts.RARE}%' ORDER BY c.timestamp DESC LIMIT 20"
)
Path_ = Callable[[int], str]
Asked = Callable[[], Taken]


class Served(NamedTuple):
    """A server that runs."""

    port: int
    pid: int


def serving(workshop: Workshop) -> Iterator[Comparison]:
    """Standings, trades and a search over connections; then 1,000 listeners."""
    raise_limit(4 * LISTENERS)
    load = _FULL if workshop.is_full else _SHORT
    with new_store(workshop, "sqlite") as store:
        workshop.tell(f"  making up {load.size} on {store.name} ...")
        seasons.fill(store, load.size)
        yield _computed_again(workshop, store)
        with ours(workshop, store) as served:
            yield from _standings(workshop, store, served.port, load)
            counts = load.unkept
            yield from _beside_datasette(
                workshop, store, served.port, _TRADES_ASKED, counts
            )
            yield _memory(store, served, load.minutes)
    with new_store(workshop, "sqlite") as store:
        workshop.tell(f"  making up {load.chats:,} conversations on {store.name} ...")
        thoughts.fill(store, load.chats)
        with ours(workshop, store) as served:
            yield from _beside_datasette(
                workshop, store, served.port, _CHATS_ASKED, load.unkept
            )
    for kind in kinds(workshop):
        with new_store(workshop, kind) as store, ours(workshop, store) as served:
            yield _listeners(workshop, store, served.port)


def _computed_again(workshop: Workshop, store: Store) -> Comparison:
    """The standings as they are computed after a commit, without the server."""

    def compute() -> None:
        to_line(standings_rows(read_standings(store.engine, utc_now())))

    statements: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2:4])

    event.listen(store.engine, "before_cursor_execute", note)
    compute()
    event.remove(store.engine, "before_cursor_execute", note)
    with closing(sqlite3.connect(str(store.engine.url.database))) as bare_driver:

        def by_hand() -> None:
            for statement, values in statements:
                if statement != "BEGIN":
                    bare_driver.execute(statement, values).fetchall()

        return workshop.compare(
            "serve: standings, computed again",
            "their statements by the driver",
            timed(compute),
            timed(by_hand),
            Target(ratio=5),
        )


def _standings(
    workshop: Workshop, store: Store, port: int, load: _Load
) -> Iterator[Comparison]:
    path = "/api/v1/leaderboard"
    file = workshop.folder / "standings.json"
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        file.write_bytes(answer.read())
    with bare(workshop, file) as floor, committing(store):
        for connections in CONNECTIONS:
            count = load.kept[connections]
            yield from _asked_by_turns(
                workshop,
                f"serve: standings, {connections} connections",
                "bare FastAPI, the same bytes",
                partial(requests, port, lambda _: path, connections, count),
                partial(requests, floor.port, lambda _: "/bytes", connections, count),
                (Target(ratio=2), Target(ratio=3)),
            )


def _asked_by_turns(
    workshop: Workshop,
    what: str,
    against: str,
    own: Asked,
    floor: Asked,
    targets: tuple[Target, Target],
) -> Iterator[Comparison]:
    """All requests of a round, and the slowest of them, out of the same rounds."""
    slowest: tuple[list[float], list[float]] = ([], [])

    def asked(work: Asked, into: list[float]) -> float:
        taken = work()
        into.append(taken.slowest)
        return taken.seconds

    seconds = workshop.by_turns(
        partial(asked, own, slowest[0]), partial(asked, floor, slowest[1])
    )
    yield Comparison(what, against, seconds[0], seconds[1], targets[0])
    # The first round only warms up.
    ends = [tuple(each[1:]) for each in slowest]
    name = f"{what}, 99th percentile"
    yield Comparison(name, against, ends[0], ends[1], targets[1])


def _memory(store: Store, served: Served, minutes: float) -> Comparison:
    """Of the serving process, while a commit a second makes it compute everything."""
    process = psutil.Process(served.pid)
    asked = _fresh(_trades)

    def megabytes() -> float:
        requests(served.port, asked, 8, 64)
        return float(process.memory_info().rss) / 1e6

    with committing(store):
        before = megabytes()
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            after = megabytes()
    return Comparison(
        f"serve: memory after {minutes:g} minutes of requests",
        "after the first of them",
        (after,),
        (before,),
        Target(ratio=1.25),
        "MB",
    )


def _trades(number: int) -> str:
    """Never asked before, so that no answer is kept."""
    return f"/api/v1/trades?limit=100&until=2030-01-01T00:00:00.{number % 10**6:06}Z"


def _found(number: int) -> str:
    words = quote(thoughts.RARE)
    until = f"2030-01-01T00:00:00.{number % 10**6:06}Z"
    return f"/api/v1/chats?search={words}&limit=20&until={until}"


@dataclass(frozen=True)
class _Unkept:
    """What is asked for in ever new words, and what datasette answers the same from."""

    what: str
    path: Path_
    sql: str
    target: Target


_TRADES_ASKED = _Unkept("trades", _trades, _TRADES, Target(ratio=1.25))
_CHATS_ASKED = _Unkept("chats", _found, _CHATS_FOUND, Target(ratio=1))


def _fresh(path: Path_) -> Path_:
    """Another path each time, across rounds."""
    numbers = count_up()
    return lambda _: path(next(numbers))


def _beside_datasette(
    workshop: Workshop,
    store: Store,
    port: int,
    unkept: _Unkept,
    counts: Mapping[int, int],
) -> Iterator[Comparison]:
    program = shutil.which("datasette")
    if program is None:
        workshop.tell("NO DATASETTE: pip install datasette, in an environment on PATH")
        return
    file = Path(str(store.engine.url.database))
    query = f"/{file.stem}.json?_shape=array&sql={quote(unkept.sql)}"
    asked = _fresh(unkept.path)
    with datasette(workshop, program, file) as floor, committing(store):
        for connections in _UNKEPT:
            count = counts[connections]
            yield from _asked_by_turns(
                workshop,
                f"serve: {unkept.what} uncached, {connections} connections",
                "datasette, the same query",
                partial(requests, port, asked, connections, count),
                partial(requests, floor.port, lambda _: query, connections, count),
                (unkept.target, Target()),
            )


def _listeners(workshop: Workshop, store: Store, port: int) -> Comparison:
    file = workshop.folder / "nothing.json"
    file.write_text("{}")
    with (
        bare(workshop, file) as floor,
        closing(Listeners(port, "/api/v1/live", LISTENERS)) as heard,
        closing(Listeners(floor.port, "/live", LISTENERS)) as floor_heard,
    ):
        poll = _POLL if store.is_sqlite else 0.0
        return workshop.compare(
            f"{store.name}: commit to the last of {LISTENERS:,} listeners",
            "a bare broadcast",
            lambda: max(heard.heard(partial(commit, store)) - poll, 0),
            lambda: floor_heard.heard(
                partial(requests, floor.port, lambda _: "/publish", 1, 1)
            ),
            Target(ratio=2),
        )


# --- servers, and who writes beside them ---------------------------------------------


@contextmanager
def ours(workshop: Workshop, store: Store) -> Iterator[Served]:
    """`nof1-tracker serve` over the database."""
    url = store.engine.url.render_as_string(hide_password=False)
    command = ("-m", "nof1_tracker.main", "serve", "--port")
    with _served(workshop, [sys.executable, *command], [], url) as served:
        yield served


@contextmanager
def bare(workshop: Workshop, file: Path) -> Iterator[Served]:
    """A server that answers with the bytes of the file."""
    command = [sys.executable, "-m", "benchmarks.floors.bare_server"]
    with _served(workshop, command, [str(file)], "") as served:
        yield served


@contextmanager
def same_files(workshop: Workshop, file: Path) -> Iterator[Served]:
    """A server that answers as benchmarks.floors.same_files does."""
    command = [sys.executable, "-m", "benchmarks.floors.same_files"]
    with _served(workshop, command, [str(file)], "") as served:
        yield served


@contextmanager
def datasette(workshop: Workshop, program: str, file: Path) -> Iterator[Served]:
    """datasette over the file."""
    command = [program, "serve", str(file), "--port"]
    with _served(workshop, command, [], "") as served:
        yield served


@contextmanager
def _served(
    workshop: Workshop, before: list[str], after: list[str], url: str
) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*before, str(port), *after],
        cwd=workshop.folder,
        env=workshop.environment(NOF1_DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_there(port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _until_there(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens at {port}")


@contextmanager
def committing(store: Store) -> Iterator[None]:
    """Commits something every second, as a monitor at work does at most."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(1):
            commit(store)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def commit(store: Store) -> None:
    """A transaction that is a new version, and tells of a snapshot."""
    with UnitOfWork(store.engine, writes=True) as unit:
        at = utc_now() + timedelta(days=365)
        note_changes(unit.session, FeedKind.SNAPSHOTS, [str(at)])
        unit.commit()
