"""When a report's time begins and ends, and the equity that accounts opened with."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import (
    Grid,
    as_datetime,
    instant64,
    on_the_clock,
)
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.records.account_columns import EquityColumns
from nof1_tracker.records.season_history import AccountHistory, SeasonHistory


def season_start(history: SeasonHistory, rules: ReportRules) -> datetime | None:
    """When the season's accounts held its initial equity, by the grid's clock.

    That is the step of the earliest inception in the season that the site states, else
    of the season's own start: before it started, an account held the same equity. None
    where neither is known.
    """
    inceptions = [_inception(each, history) for each in _competing(history)]
    stated = [time for time in inceptions if time is not None]
    start = min(stated, default=history.season.start)
    return None if start is None else on_the_clock(start, rules.step)


def season_grid(
    history: SeasonHistory, rules: ReportRules, *, closes_at: datetime | None = None
) -> Grid:
    """From the season's or the window's start, the later, to the newest observation.

    Where neither is known, the grid begins with the first observation.

    Args:
        closes_at: The end that was asked for: the grid reaches up to it if the levels
            of that time are known, so that the next window goes on from them.
    """
    observed = list(_observed(_competing(history)))
    known = [each for each in (season_start(history, rules), history.since) if each]
    if known:
        start = max(known)
    else:
        start = min((first for first, _ in observed), default=history.until)
    end = max((last for _, last in observed), default=start)
    if closes_at is not None and observed and closes_at - end <= rules.max_gap:
        end = closes_at
    return Grid(start, max(start, end), rules.step, rules.max_gap)


def late_opening(account: AccountHistory, history: SeasonHistory, grid: Grid) -> bool:
    """True where the account opened more than `max_gap` after the grid's start.

    Until it opened, it cannot be compared with the others.
    """
    started_at = _inception(account, history)
    return started_at is not None and started_at - grid.start > grid.max_gap


def level_at_start(columns: EquityColumns, grid: Grid) -> float | None:
    """The level at the window's start: the last before it, else the first after it.

    None where neither is within `max_gap` of the start.
    """
    start, reach = instant64(grid.start), np.timedelta64(grid.max_gap, "us")
    is_known = np.isfinite(columns.equity)
    times, levels = columns.observed_at[is_known], columns.equity[is_known]
    for side in (times <= start, times > start):
        if not side.any():
            continue
        distances = np.abs(times[side] - start)
        nearest = int(distances.argmin())
        if distances[nearest] <= reach:
            return float(levels[side][nearest])
    return None


def _competing(history: SeasonHistory) -> Iterable[AccountHistory]:
    """The accounts except benchmarks; the benchmarks where there are no others."""
    accounts = history.accounts
    return [each for each in accounts if not each.account.is_benchmark] or accounts


def _inception(account: AccountHistory, history: SeasonHistory) -> datetime | None:
    """The site's value, if it is in the season and not after the window's end."""
    time = account.started_at
    if time is None or not history.season.holds(time) or time > history.until:
        return None
    return time


def _observed(
    accounts: Iterable[AccountHistory],
) -> Iterable[tuple[datetime, datetime]]:
    """The first and last known time of each column of times."""
    for each in accounts:
        for times in (each.snapshots.observed_at, each.legs.closed_at):
            known = times[~np.isnat(times)]
            if len(known):
                yield as_datetime(known.min()), as_datetime(known.max())
