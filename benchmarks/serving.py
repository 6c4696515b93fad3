"""Measures the server: requests, beside a commit every second, and listeners."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count as count_up
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from benchmarks import seasons, thoughts
from benchmarks.databases import Store, kinds, new_store
from benchmarks.load import Listeners, raise_limit, requests
from benchmarks.measure import Comparison, Target
from benchmarks.workshop import PATIENCE, Workshop
from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.feed.write_feed import note_changes
from nof1_tracker.records.live.feed_entries import FeedKind

CONNECTIONS = (1, 16, 256)
LISTENERS = 1_000
_SIZE = seasons.Size(snapshots=100_000, trades=20_000, chats=1_000)
_CHATS = 10_000
_UNKEPT = (1, 8)
"""The same where no answer is kept; of searches, ten are accepted at once."""
_COUNTS = {1: 200, 8: 400, 16: 600, 256: 1_200}
"""Requests of a round, by the number of connections."""
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


def serving(workshop: Workshop) -> Iterator[Comparison]:
    """Standings, trades and a search over connections; then 1,000 listeners."""
    raise_limit(4 * LISTENERS)
    with new_store(workshop, "sqlite") as store:
        workshop.tell(f"  making up {_SIZE} on {store.name} ...")
        seasons.fill(store, _SIZE)
        with ours(workshop, store) as port:
            yield from _standings(workshop, store, port)
            yield from _beside_datasette(
                workshop, store, port, "trades", _trades, _TRADES, Target(ratio=1.25)
            )
    with new_store(workshop, "sqlite") as store:
        workshop.tell(f"  making up {_CHATS:,} conversations on {store.name} ...")
        thoughts.fill(store, _CHATS)
        with ours(workshop, store) as port:
            yield from _beside_datasette(
                workshop, store, port, "chats", _found, _CHATS_FOUND, Target(ratio=1)
            )
    for kind in kinds(workshop):
        with new_store(workshop, kind) as store, ours(workshop, store) as port:
            yield _listeners(workshop, store, port)


def _standings(workshop: Workshop, store: Store, port: int) -> Iterator[Comparison]:
    path = "/api/v1/leaderboard"
    file = workshop.folder / "standings.json"
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        file.write_bytes(answer.read())
    with bare(workshop, file) as floor, committing(store):
        for connections in CONNECTIONS:
            count = _COUNTS[connections]
            yield workshop.compare(
                f"serve: standings, {connections} connections",
                "bare FastAPI, the same bytes",
                partial(requests, port, lambda _: path, connections, count),
                partial(requests, floor, lambda _: "/bytes", connections, count),
                Target(ratio=2),
            )


def _trades(number: int) -> str:
    """Never asked before, so that no answer is kept."""
    return f"/api/v1/trades?limit=100&until=2030-01-01T00:00:00.{number % 10**6:06}Z"


def _found(number: int) -> str:
    words = quote(thoughts.RARE)
    until = f"2030-01-01T00:00:00.{number % 10**6:06}Z"
    return f"/api/v1/chats?search={words}&limit=20&until={until}"


def _fresh(path: Path_) -> Path_:
    """Another path each time, across rounds."""
    numbers = count_up()
    return lambda _: path(next(numbers))


def _beside_datasette(
    workshop: Workshop,
    store: Store,
    port: int,
    what: str,
    path: Path_,
    sql: str,
    target: Target,
) -> Iterator[Comparison]:
    program = shutil.which("datasette")
    if program is None:
        workshop.tell("NO DATASETTE: pip install datasette, in an environment on PATH")
        return
    file = Path(str(store.engine.url.database))
    query = f"/{file.stem}.json?_shape=array&sql={quote(sql)}"
    asked = _fresh(path)
    with datasette(workshop, program, file) as floor, committing(store):
        for connections in _UNKEPT:
            count = _COUNTS[connections] // 4
            yield workshop.compare(
                f"serve: {what} uncached, {connections} connections",
                "datasette, the same query",
                partial(requests, port, asked, connections, count),
                partial(requests, floor, lambda _: query, connections, count),
                target,
            )


def _listeners(workshop: Workshop, store: Store, port: int) -> Comparison:
    file = workshop.folder / "nothing.json"
    file.write_text("{}")
    with (
        bare(workshop, file) as floor,
        closing(Listeners(port, "/api/v1/live", LISTENERS)) as heard,
        closing(Listeners(floor, "/live", LISTENERS)) as floor_heard,
    ):
        poll = _POLL if store.is_sqlite else 0.0
        return workshop.compare(
            f"{store.name}: commit to the last of {LISTENERS:,} listeners",
            "a bare broadcast",
            lambda: max(heard.heard(partial(commit, store)) - poll, 0),
            lambda: floor_heard.heard(
                partial(requests, floor, lambda _: "/publish", 1, 1)
            ),
            Target(ratio=2),
        )


# --- servers, and who writes beside them ---------------------------------------------


@contextmanager
def ours(workshop: Workshop, store: Store) -> Iterator[int]:
    """Port of `nof1-tracker serve` over the database."""
    url = store.engine.url.render_as_string(hide_password=False)
    command = ("-m", "nof1_tracker.main", "serve", "--port")
    with _served(workshop, [sys.executable, *command], [], url) as port:
        yield port


@contextmanager
def bare(workshop: Workshop, file: Path) -> Iterator[int]:
    """Port of a server that answers with the bytes of the file."""
    command = [sys.executable, "-m", "benchmarks.floors.bare_server"]
    with _served(workshop, command, [str(file)], "") as port:
        yield port


@contextmanager
def datasette(workshop: Workshop, program: str, file: Path) -> Iterator[int]:
    """Port of datasette over the file."""
    command = [program, "serve", str(file), "--port"]
    with _served(workshop, command, [], "") as port:
        yield port


@contextmanager
def _served(
    workshop: Workshop, before: list[str], after: list[str], url: str
) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*before, str(port), *after],
        cwd=workshop.folder,
        env=workshop.environment(NOF1_DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
    )
    try:
        _until_there(port)
        yield port
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
