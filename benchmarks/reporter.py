"""What reads a season: python -m benchmarks.reporter report|fetch URL.

For each line on stdin it does so once, and says how many seconds it took; for
`megabytes` it says how much memory it had at most.
"""

import resource
import sys
import time
from typing import Any

from nof1_tracker.database import create_db_engine
from nof1_tracker.database.connection import Engine
from nof1_tracker.records import utc_now
from nof1_tracker.reporting import read_report

_ROWS = (
    (
        "SELECT model_id, timestamp, total_assets, open_positions"
        " FROM leaderboard_snapshots"
    ),
    (
        "SELECT model_id, symbol, side, status, entry_oid, opened_at, closed_at,"
        " entry_price, exit_price, size, pnl, gross_pnl, fees, leverage, confidence"
        " FROM trades"
    ),
    (
        "SELECT model_id, timestamp, side, quantity, mark_price, entry_oid, stop_loss,"
        " profit_target FROM positions"
    ),
)


def main(work: str, url: str) -> None:
    """The same again until stdin ends."""
    engine = create_db_engine(url)
    engine.connect().close()
    for line in sys.stdin:
        if line.strip() == "megabytes":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        start = time.perf_counter()
        if work == "report":
            read_report(engine, utc_now())
        else:
            _fetch(engine)
        print(time.perf_counter() - start, flush=True)


def _fetch(engine: Engine) -> list[Any]:
    """Most of what a report rests on, as the driver's tuples."""
    connection = engine.raw_connection()
    try:
        cursor, found = connection.cursor(), []
        for rows in _ROWS:
            cursor.execute(rows)
            found.append(cursor.fetchall())
        return found
    finally:
        connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
