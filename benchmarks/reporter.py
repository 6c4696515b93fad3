"""Reads a season on request: python -m benchmarks.reporter report|columns|hours URL.

For each line on stdin it reads once and prints the seconds. For `html` it prints the
seconds to render the last report as a page, for `size` the megabytes of that page, and
for `megabytes` its peak memory.
"""

import re
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from benchmarks.measure import timed
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.clock import utc_now
from nof1_tracker.database import create_db_engine
from nof1_tracker.database.columns.numpy_columns import read_columns
from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.database.models import LeaderboardSnapshot, Position, Trade
from nof1_tracker.rendering.html import render_html
from nof1_tracker.services.report import read_report

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
        (
            "model_id timestamp quantity mark_price unrealized_pnl entry_oid"
            " stop_loss profit_target"
        ),
    ),
)


_OF_HOURS: tuple[tuple[Any, str], ...] = (
    (
        EquityHour,
        (
            "model_id hour observations known first_at first_equity last_at last_equity"
            " lowest_at lowest_equity highest_equity first_known_at first_known_equity"
            " first_known_positions last_known_at last_known_equity last_known_positions"
        ),
    ),
    *_COLUMNS[1:],
)
"""The same of a long season, with the hours in place of the snapshots."""


class Reader:
    """Answers each line of stdin with a number."""

    def __init__(self, work: str, url: str) -> None:
        self._engine = create_db_engine(url)
        self._engine.connect().close()
        self._read = self._report if work == "report" else self._columns
        self._tables = _OF_HOURS if work == "hours" else _COLUMNS
        self._last: SeasonReport | None = None
        self._page = ""

    def answer(self, line: str) -> float:
        match line.strip():
            case "megabytes":
                return _peak_megabytes()
            case "size":
                return len(self._page.encode()) / 1e6
            case "html":
                return timed(self._render)()
        return timed(self._read)()

    def _report(self) -> None:
        self._last = read_report(self._engine, utc_now())

    def _render(self) -> None:
        assert self._last is not None, "a report comes first"
        self._page = render_html(self._last)

    def _columns(self) -> None:
        """Reads most of what a report needs: all numbers and times, unordered."""
        with Session(self._engine) as session:
            for table, names in self._tables:
                query: Select[Any] = select(
                    *(getattr(table, name) for name in names.split())
                )
                read_columns(session, query)


def _peak_megabytes() -> float:
    """Peak memory of this program alone; getrusage's value includes the parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None, "Linux says it of every process"
    return int(found[1]) / 1000


def main(work: str, url: str) -> None:
    """Answers until stdin ends."""
    reader = Reader(work, url)
    for line in sys.stdin:
        print(reader.answer(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
