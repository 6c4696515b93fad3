"""Measures the export of a million snapshots, and how much of it is reading."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.databases import Store, kinds, new_store
from benchmarks.measure import Comparison, Target, timed
from benchmarks.workshop import Workshop
from nof1_tracker.records.export_rows import ExportFilter, ExportKind, FileFormat
from nof1_tracker.services.export import export_rows, exported_columns
from nof1_tracker.writing.parquet import options

ROWS = 1_000_000
ACCOUNTS = 32
_START = datetime(2025, 10, 17)  # noqa: DTZ001  as SQLite and COPY accept it
_WANTED = ExportFilter(ExportKind.SNAPSHOTS)
_SEASON = 2
"""Id of season 1, which the schema includes."""


def exports(workshop: Workshop) -> Iterator[Comparison]:
    """Exports a million snapshots to Parquet."""
    for kind in kinds(workshop):
        with new_store(workshop, kind) as store:
            _fill(store)
            yield from _exports(workshop, store)


def _exports(workshop: Workshop, store: Store) -> Iterator[Comparison]:
    file = workshop.folder / "ours.parquet"
    _export(store, file)
    ours, write = workshop.by_turns(
        timed(lambda: _export(store, file)),
        _written(file, workshop.folder / "floor.parquet"),
    )
    what = f"{store.name}: {ROWS:,} snapshots to Parquet"
    yield Comparison(what, "pyarrow, the same arrays", ours, write, Target(ratio=3))
    both = timed(lambda: _read(store))() + write[-1]
    yield Comparison(what, "bare read, then pyarrow", ours[-1:], (both,), Target())


def _export(store: Store, file: Path) -> None:
    export_rows(store.engine, _WANTED, FileFormat.PARQUET, file)


def _written(source: Path, target: Path) -> Callable[[], float]:
    """Writes the source's arrays again from memory, in the same row groups."""
    read = pq.ParquetFile(source)
    groups: list[pa.Table] = [
        read.read_row_group(place) for place in range(read.num_row_groups)
    ]
    laid_out = options(exported_columns(_WANTED))

    def write() -> None:
        with pq.ParquetWriter(target, groups[0].schema, **laid_out) as writer:
            for group in groups:
                writer.write_table(group)

    return timed(write)


class _Nowhere:
    def write(self, _row: bytes) -> None:
        """Discards the row."""


def _read(store: Store) -> None:
    """Reads and discards all columns of all rows, by the driver's fastest means."""
    query = "SELECT * FROM leaderboard_snapshots ORDER BY id"
    with closing(store.engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        if store.is_sqlite:
            cursor.execute(query)
            while cursor.fetchmany(4000):
                pass
        else:
            cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv)", _Nowhere())


# --- rows to export ---------------------------------------------------------------


def _fill(store: Store) -> None:
    accounts = (
        (n + 1, f"account-{n}", f"Account {n}", "Maker", f"model-{n % 8}", "Monk Mode")
        for n in range(ACCOUNTS)
    )
    store.load(
        "llm_models", "id, model_id, name, provider, base_model, variant", accounts
    )
    columns = (
        "id, season_id, model_id, timestamp, rank, total_assets, pnl, pnl_percent,"
        " roi, win_rate, total_trades, realized_pnl, unrealized_pnl, sharpe_ratio,"
        " source, hourly_marker, open_positions, created_at"
    )
    store.load("leaderboard_snapshots", columns, map(_row, range(ROWS)))


def _row(number: int) -> Sequence[Any]:
    """A snapshot with as many digits as are served; columns not named are NULL."""
    hour, account = divmod(number, ACCOUNTS)
    pnl = (number * 7919 % 1_000_003 - 500_000) / 97
    percent = round(pnl / 100, 4)
    taken_at = _START + timedelta(hours=hour, microseconds=account * 13_277_001)
    is_prompt = number % 10 > 6
    return (
        *(number + 1, _SEASON, account + 1, taken_at.isoformat(" ", "microseconds")),
        *(account + 1, round(10_000 + pnl, 8), round(pnl, 8), percent, percent),
        *((33.3333, hour % 300) if is_prompt else (None, None)),
        *(round(pnl * 0.7, 8), round(pnl * 0.3, 8), round(pnl / 5000, 3)),
        *(("model_chat", None) if is_prompt else ("account_totals", hour)),
        *(account % 6, "2026-01-01 00:00:00.123456"),
    )
