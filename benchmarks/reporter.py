"""What reads a season: python -m benchmarks.reporter report|html|columns URL.

For each line on stdin it does so once, and says how many seconds it took; for
`megabytes` it says how much memory it had at most, for `size` how large the page was.
"""

import re
import sys
import time
from pathlib import Path
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
            print(_peak_megabytes(), flush=True)
            continue
        if line.strip() == "size":
            print(size / 1e6, flush=True)
            continue
        start = time.perf_counter()
        size = _once(work, engine)
        print(time.perf_counter() - start, flush=True)


def _peak_megabytes() -> float:
    """Of this program alone: what getrusage says begins with that of its parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None, "Linux says it of every process"
    return int(found[1]) / 1000


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
