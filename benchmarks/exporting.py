"""What an export of a million snapshots costs, and how much of that is reading."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import insert

from benchmarks.databases import Store, kinds, new_store
from benchmarks.measure import Comparison, Target, timed
from benchmarks.workshop import Workshop
from nof1_tracker.database import LeaderboardSnapshot, LLMModel
from nof1_tracker.exporting import export_rows, exported_columns
from nof1_tracker.extract import ExportFilter, ExportKind, FileFormat
from nof1_tracker.writing.parquet import options

ROWS = 1_000_000
ACCOUNTS = 32
_CHUNK = 50_000
_START = datetime(2025, 10, 17)  # noqa: DTZ001  as SQLite and COPY take it
_WANTED = ExportFilter(ExportKind.SNAPSHOTS)
_SEASON = 2
"""Id of season 1, which comes with the schema."""


def exports(workshop: Workshop) -> Iterator[Comparison]:
    """A million snapshots to Parquet."""
    for kind in kinds(workshop):
        with new_store(workshop, kind) as store:
            _fill(store)
            yield from _exports(workshop, store)


def _exports(workshop: Workshop, store: Store) -> Iterator[Comparison]:
    file = workshop.folder / "ours.parquet"
    ours = timed(lambda: _export(store, file))
    ours()
    write = _written(file, workshop.folder / "floor.parquet")
    read = timed(lambda: _read(store))
    what = f"{store.name}: {ROWS:,} snapshots to Parquet"
    yield workshop.compare(
        what, "pyarrow, the same arrays", ours, write, Target(ratio=3)
    )
    yield workshop.compare(
        what, "bare read, then pyarrow", ours, lambda: read() + write()
    )


def _export(store: Store, file: Path) -> None:
    export_rows(store.engine, _WANTED, FileFormat.PARQUET, file)


def _written(source: Path, target: Path) -> Callable[[], float]:
    """Writes what is in the source again, in the same groups, from memory."""
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
        """Takes it."""


def _read(store: Store) -> None:
    """All columns of all rows, by the driver's fastest means, thrown away."""
    query = (
        f"SELECT * FROM {LeaderboardSnapshot.__tablename__} ORDER BY id"  # noqa: S608
    )
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
    accounts = [
        {"id": n + 1, "model_id": f"account-{n}", "name": f"Account {n}"}
        | {"provider": "Maker", "base_model": f"model-{n % 8}", "variant": "Monk Mode"}
        for n in range(ACCOUNTS)
    ]
    with store.engine.begin() as connection:
        connection.execute(insert(LLMModel), accounts)
    names = [column.name for column in LeaderboardSnapshot.__table__.columns]
    for first in range(0, ROWS, _CHUNK):
        rows = [_row(number, names) for number in range(first, first + _CHUNK)]
        if store.is_sqlite:
            store.insert({LeaderboardSnapshot.__tablename__: rows})
        else:
            store.copy({_copy_into(names): "\n".join(map(_line, rows))})


def _row(number: int, names: Sequence[str]) -> list[Any]:
    """A snapshot with digits as they are served; what is not named is NULL."""
    hour, account = divmod(number, ACCOUNTS)
    pnl = (number * 7919 % 1_000_003 - 500_000) / 97
    taken_at = _START + timedelta(hours=hour, microseconds=account * 13_277_001)
    is_prompt = number % 10 > 6
    cells = {
        "id": number + 1,
        "season_id": _SEASON,
        "model_id": account + 1,
        "timestamp": taken_at.isoformat(" ", "microseconds"),
        "rank": account + 1,
        "total_assets": round(10_000 + pnl, 8),
        "pnl": round(pnl, 8),
        "pnl_percent": round(pnl / 100, 4),
        "roi": round(pnl / 100, 4),
        "win_rate": 33.3333 if is_prompt else None,
        "total_trades": hour % 300 if is_prompt else None,
        "realized_pnl": round(pnl * 0.7, 8),
        "unrealized_pnl": round(pnl * 0.3, 8),
        "sharpe_ratio": round(pnl / 5000, 3),
        "source": "model_chat" if is_prompt else "account_totals",
        "hourly_marker": None if is_prompt else hour,
        "open_positions": account % 6,
        "created_at": "2026-01-01 00:00:00.123456",
    }
    return [cells.get(name) for name in names]


def _copy_into(names: Sequence[str]) -> str:
    return f"COPY {LeaderboardSnapshot.__tablename__} ({', '.join(names)}) FROM STDIN"


def _line(row: Sequence[Any]) -> str:
    return "\t".join("\\N" if cell is None else str(cell) for cell in row)
