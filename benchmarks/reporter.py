"""What reads a season: python -m benchmarks.reporter report|html|columns URL.

For each line on stdin it does so once, and says how many seconds it took; for
`megabytes` it says how much memory it had at most, for `size` how large the page was.
"""

import resource
import sys
import time
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nof1_tracker.analyzer.html import render_html
from nof1_tracker.database import create_db_engine
from nof1_tracker.database.columnar import read_columns
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.models import LeaderboardSnapshot, Position, Trade
from nof1_tracker.records import utc_now
from nof1_tracker.reporting import read_report

_COLUMNS: tuple[tuple[Any, str], ...] = (
    (LeaderboardSnapshot, "model_id timestamp total_assets open_positions"),
    (
        Trade,
        (
            "model_id entry_oid opened_at closed_at entry_price exit_price size pnl"
            " gross_pnl fees leverage confidence"
        ),
    ),
    (
        Position,
        "model_id timestamp quantity mark_price entry_oid stop_loss profit_target",
    ),
)


def main(work: str, url: str) -> None:
    """The same again until stdin ends."""
    engine = create_db_engine(url)
    engine.connect().close()
    size = 0
    for line in sys.stdin:
        if line.strip() == "megabytes":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        if line.strip() == "size":
            print(size / 1e6, flush=True)
            continue
        start = time.perf_counter()
        size = _once(work, engine)
        print(time.perf_counter() - start, flush=True)


def _once(work: str, engine: Engine) -> int:
    """Bytes of the page, where one is made."""
    if work == "columns":
        _read(engine)
        return 0
    report = read_report(engine, utc_now())
    return len(render_html(report).encode()) if work == "html" else 0


def _read(engine: Engine) -> None:
    """Most of what a report rests on: all numbers and times, in no order."""
    with Session(engine) as session:
        for table, names in _COLUMNS:
            query: Select[Any] = select(
                *(getattr(table, name) for name in names.split())
            )
            read_columns(session, query)


if __name__ == "__main__":
    main(*sys.argv[1:])
