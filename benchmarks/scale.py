"""What a long span of 100 accounts a minute takes: python -m benchmarks scale [--days N].

It fills a PostgreSQL database whose tables are divided by month, stores a sample through
the product's own way, and measures what people and programs ask for. `--url` measures a
database that was filled before, and leaves it there.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from uuid import uuid4

from sqlalchemy import Engine, create_engine, func, make_url, select, text

from benchmarks.scale_rows import ACCOUNTS, Span, make_rows
from benchmarks.workshop import Workshop, child
from nof1_tracker.database import UnitOfWork, create_db_engine
from nof1_tracker.database.config import normalise_url
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.partitions.change_layout import change_layout, planned
from nof1_tracker.records.enums import Endpoint, EquitySource
from nof1_tracker.records.parsed import Account, ParsedPayload, Served, Snapshot
from nof1_tracker.services.maintain import rebuild_hours
from nof1_tracker.services.storing.store_records import store_records

TABLES = (
    *("leaderboard_snapshots", "equity_hourly", "positions", "trades"),
    *("model_chats", "chat_decisions"),
)
ROUNDS = 30
"""Minutes that are stored through the product's own way."""
_SIZES = text("""
    SELECT count(*), coalesce(sum(pg_table_size(relid)), 0)::bigint,
        coalesce(sum(pg_indexes_size(relid)), 0)::bigint
    FROM pg_partition_tree(to_regclass(:table)) WHERE isleaf
    """)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    seen: str


def main(arguments: Sequence[str]) -> int:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(prog="benchmarks scale", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--url", help="a database that is filled already")
    wanted = parser.parse_args(arguments)
    with _database(wanted.url) as url, tempfile.TemporaryDirectory() as folder:
        engine = create_db_engine(url)
        filled = () if wanted.url else _filled(engine, Span(wanted.days))
        workshop = Workshop(Path(folder), 3, None, _tell)
        for each in chain(filled, _measured(workshop, engine, url)):
            print(f"| {each.what} | {each.seen} |", flush=True)
        engine.dispose()
    return 0


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextmanager
def _database(given: str | None) -> Iterator[str]:
    """The given one, or a new one that is dropped afterwards."""
    if given is not None:
        yield normalise_url(given)
        return
    server = make_url(normalise_url(os.environ["TEST_DATABASE_URL"]))
    name = f"nof1_scale_{uuid4().hex[:8]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


def _filled(engine: Engine, span: Span) -> Iterator[Row]:
    upgrade(engine)
    _tell(f"making {span} ...")
    began = perf_counter()
    make_rows(engine, span, _tell)
    yield Row(f"{span} made by the server", _seconds(perf_counter() - began))
    for name, work in (
        ("`db partition`, with these rows in place", lambda: _divide(engine)),
        ("`db rebuild-hours`", lambda: rebuild_hours(engine)),
    ):
        began = perf_counter()
        work()
        yield Row(name, _seconds(perf_counter() - began))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as vacuum:
        vacuum.execute(text("VACUUM ANALYZE"))


def _divide(engine: Engine) -> None:
    for each in planned(engine, undo=False):
        change_layout(engine, each.name, undo=False)


def _measured(workshop: Workshop, engine: Engine, url: str) -> Iterator[Row]:
    yield _ingest(engine)
    yield from _reports(workshop, url)
    yield from _web(workshop, url)
    yield from _commands(workshop, url)
    yield from _sizes(engine)


def _sizes(engine: Engine) -> Iterator[Row]:
    with engine.connect() as connection:
        for table in TABLES:
            counted = select(func.count()).select_from(text(table))
            rows = connection.scalar(counted) or 0
            parts, size, indexes = connection.execute(_SIZES, {"table": table}).one()
            yield Row(
                f"{table}: {rows:,} rows in {parts} part(s)",
                f"{size / 1e6:,.0f} MB and {indexes / 1e6:,.0f} MB of indexes",
            )


def _commands(workshop: Workshop, url: str) -> Iterator[Row]:
    for words in ("leaderboard", "trades -n 20", "report", "status"):
        runs = [_run(workshop, url, *words.split()) for _ in range(2)]
        seconds, memory = map(min, zip(*runs, strict=True))
        yield Row(f"`{words}`", f"{_seconds(seconds)}, {memory:,.0f} MB")


def _run(workshop: Workshop, url: str, *words: str) -> tuple[float, float]:
    """Seconds of a whole process, and megabytes at its peak."""
    began = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "nof1_tracker.main", *words],
        cwd=workshop.folder,
        env=workshop.environment(NOF1_DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{words} failed"
    return perf_counter() - began, usage.ru_maxrss / 1000


def _web(workshop: Workshop, url: str) -> Iterator[Row]:
    port = 18_000 + os.getpid() % 1000
    server = subprocess.Popen(
        [sys.executable, "-m", "nof1_tracker.main", "serve", "--port", str(port)],
        cwd=workshop.folder,
        env=workshop.environment(NOF1_DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
    )
    try:
        _until_it_listens(port)
        for path in ("/", "/api/v1/leaderboard", "/api/v1/equity?limit=500"):
            first, again = (_get(port, path) for _ in range(2))
            yield Row(
                f"`{path}`, first and again", f"{_seconds(first)}, {_seconds(again)}"
            )
    finally:
        server.terminate()
        server.wait(30)


def _until_it_listens(port: int) -> None:
    for _ in range(300):
        try:
            _get(port, "/api/v1/seasons")
        except OSError:
            sleep(0.2)
        else:
            return
    raise TimeoutError("the web process does not answer")


def _get(port: int, path: str) -> float:
    began = perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=300) as page:
        page.read()
    return perf_counter() - began


def _reports(workshop: Workshop, url: str) -> Iterator[Row]:
    """The report as a use case, beside its hours and its other columns into NumPy."""
    module = "benchmarks.reporter"
    with (
        child(workshop, module, "report", url) as ours,
        child(workshop, module, "hours", url) as floor,
    ):
        reports, reads = workshop.by_turns(ours.time, floor.time)
        ratio = median(o / f for o, f in zip(reports, reads, strict=True))
        yield Row(
            "report / its hourly columns into NumPy",
            f"{_seconds(median(reports))} / {_seconds(median(reads))} = {ratio:.2f}x",
        )
        memory = float(ours.ask("megabytes"))
        yield Row("peak memory of the report", f"{memory:,.0f} MB")


def _ingest(engine: Engine) -> Row:
    """Stores further minutes of every account as a monitor would, a body each."""
    with engine.connect() as connection:
        last = connection.scalar(
            text("SELECT max(timestamp) FROM leaderboard_snapshots")
        )
    assert last is not None, "the database is filled"
    taken = []
    for minute in range(1, ROUNDS + 1):
        body = _body(last + timedelta(minutes=minute))
        began = perf_counter()
        with UnitOfWork(engine, writes=True) as unit:
            store_records(unit.repositories, body)
            unit.commit()
        taken.append(perf_counter() - began)
    return Row(
        f"a minute of {ACCOUNTS} accounts stored, parsed already",
        f"{median(taken) * 1000:.0f} ms: {ACCOUNTS / median(taken):,.0f} rows a second",
    )


def _body(at: datetime) -> ParsedPayload:
    accounts = tuple(
        Account(f"model-{number}", f"Model {number}", "Made up", f"model-{number}")
        for number in range(1, ACCOUNTS + 1)
    )
    return ParsedPayload(
        endpoint=Endpoint.ACCOUNT_TOTALS,
        origin="benchmark",
        transport="capture",
        captured_at=at,
        observed_at=at,
        fetched=ACCOUNTS,
        accounts=accounts,
        snapshots=tuple(_snapshot(each.account_id, at) for each in accounts),
        served=Served(at),
    )


def _snapshot(account_id: str, at: datetime) -> Snapshot:
    equity = Decimal(10_000) + Decimal(hash((account_id, at)) % 5_000) / 10
    return Snapshot(
        account_id=account_id,
        observed_at=at,
        source=EquitySource.ACCOUNT_TOTALS,
        equity=equity,
        realized_pnl=None,
        unrealized_pnl=Decimal(5),
        fees=None,
        sharpe_ratio=None,
        win_rate=None,
        total_trades=None,
        hourly_marker=None,
        positions=(),
        raw={"equity": equity},
    )


def _seconds(taken: float) -> str:
    return f"{taken * 1000:.0f} ms" if taken < 1 else f"{taken:,.1f} s"
