"""Equity over a long span, out of its hours: what every figure needs, and no more.

Of most hours the first, the last and the lowest observation say all that a report asks
for. The others are read as a whole: those with a new peak, those in which equity was
almost nothing, those at an end of what is read, and those whose exposure is not known. So
no figure differs from one that was computed from every snapshot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import Select, column, func, select, text
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    of_account,
    of_best_source,
    read_columns,
    where,
)
from nof1_tracker.database.columns.position_columns import (
    AccountPositions,
    PositionColumns,
)
from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.database.models import LeaderboardSnapshot, Trade
from nof1_tracker.database.read.best_source import TRUSTED, trust
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import (
    UNKNOWN,
    BoolArray,
    EquityColumns,
    TimeArray,
)

DENSE: Final = 8
"""Observations of an hour, on average, from which on hours are read in their place."""
_NEAR_ZERO: Final = 0.01
"""As in `analyzer.equity.glitches`, which looks at what is below."""
_HOUR: Final = np.timedelta64(1, "h")
_POINTS: Final = ("first", "last", "lowest", "first_known", "last_known")


@dataclass(frozen=True, slots=True)
class Competitor:
    """An account, as far as it decides where curves begin.

    Attributes:
        started_at: As the site states it; None if it does not.
    """

    is_benchmark: bool
    started_at: datetime | None


def read_hours(
    session: Session,
    window: Window,
    accounts: Mapping[int, Competitor],
    held: PositionColumns,
) -> Mapping[int, EquityColumns] | None:
    """The trusted snapshots that figures of whole hours need, oldest first, by account.

    None where they are not many enough, or where it is not known when the season began:
    then every snapshot is to be read.
    """
    begins = _beginnings(window, accounts)
    if begins is None or not _is_dense(session, window):
        return None
    hours = read_columns(session, _hours(window, accounts))
    by_account = {each: of_account(hours, each, "hour") for each in accounts}
    ends = np.unique(np.concatenate([own["hour"][-1:] for own in by_account.values()]))
    positions = {each: held.by(each) for each in accounts}
    chosen = {
        each: (
            own,
            _is_whole(own, window, begins[each], ends)
            | _is_exposure_unknown(own, positions[each]),
        )
        for each, own in by_account.items()
    }
    rows = _rows_of(session, window, chosen)
    entries = read_columns(session, _at_entries(window, accounts))
    return {
        each: _columns(
            _points(where(own, ~whole), of_account(entries, each)),
            of_best_source(of_account(rows, each)),
            positions[each],
        )
        for each, (own, whole) in chosen.items()
    }


def _is_dense(session: Session, window: Window) -> bool:
    if session.connection().dialect.name != "postgresql":
        return False
    hour = EquityHour
    hours, observations = session.execute(
        select(func.count(), func.sum(hour.observations)).where(
            hour.season_id == window.season.id, hour.hour <= window.until
        )
    ).one()
    return bool(hours and observations >= DENSE * hours)


def _beginnings(
    window: Window, accounts: Mapping[int, Competitor]
) -> Mapping[int, tuple[np.datetime64, np.datetime64]] | None:
    """Between which times each account's curve begins; see `analyzer.report.season_grid`."""
    season = window.season
    known = {
        account: each.started_at
        for account, each in accounts.items()
        if each.started_at is not None
        and season.holds(each.started_at)
        and each.started_at <= window.until
    }
    competing = [a for a, each in accounts.items() if not each.is_benchmark] or accounts
    stated = [known[account] for account in competing if account in known]
    begun = min(stated, default=season.start)
    if begun is None:
        return None
    first = max(filter(None, (begun, window.since)))
    earliest = _instant(first).astype("datetime64[h]").astype("datetime64[us]")
    return {
        account: (earliest, _instant(max(first, known.get(account, first))))
        for account in accounts
    }


def _hours(window: Window, accounts: Iterable[int]) -> Select[*tuple[Any, ...]]:
    hour = EquityHour
    return select(
        *(hour.model_id, hour.hour, hour.observations, hour.known),
        *(hour.first_at, hour.first_equity, hour.last_at, hour.last_equity),
        *(hour.lowest_at, hour.lowest_equity, hour.highest_equity),
        *(hour.first_known_at, hour.first_known_equity, hour.first_known_positions),
        *(hour.last_known_at, hour.last_known_equity, hour.last_known_positions),
    ).where(
        hour.season_id == window.season.id,
        hour.hour <= window.until,
        hour.model_id.in_(list(accounts)),
    )


def _is_whole(
    own: Columns,
    window: Window,
    begins: tuple[np.datetime64, np.datetime64],
    ends: TimeArray,
) -> BoolArray:
    """The hours of an account that are read as a whole, but for their exposure."""
    hour, highest = own["hour"], own["highest_equity"]
    start = hour - _HOUR
    earliest, latest = begins
    whole = np.isin(hour, ends) | ((hour > earliest) & (start < latest))
    if window.since is not None:
        since = _instant(window.since)
        whole |= (start < since) & (since < hour)
    whole |= own["lowest_equity"] <= _NEAR_ZERO * float(window.season.initial_equity)
    on_curve = np.where(start >= latest, highest, -np.inf)
    peaks = np.maximum.accumulate(np.append(-np.inf, on_curve))[:-1]
    whole |= (start >= latest) & (highest >= peaks)
    return whole


def _is_exposure_unknown(own: Columns, positions: AccountPositions) -> BoolArray:
    """Where positions are counted, but not all of them are stored with their figures."""
    unknown = np.zeros(len(own["hour"]), dtype=np.bool_)
    for name in ("first_known", "last_known"):
        sums = positions.sums(own[f"{name}_at"], own[f"{name}_positions"])
        unknown |= (own["known"] > 0) & np.isnan(sums).any(axis=0)
    return unknown


def _rows_of(
    session: Session, window: Window, chosen: Mapping[int, tuple[Columns, BoolArray]]
) -> Columns:
    """Every snapshot of the hours read as a whole, and of the last, unfinished hour."""
    until = _instant(window.until)
    rest = until.astype("datetime64[h]").astype("datetime64[us]")
    spans = [
        (account, after, end)
        for account, (own, whole) in chosen.items()
        for after, end in [*_runs(own["hour"][whole]), (rest, until)]
    ]
    values = ", ".join(
        f"({account}, '{after}+00'::timestamptz, '{until}+00'::timestamptz)"
        for account, after, until in spans
    )
    snapshot = LeaderboardSnapshot
    listed = (
        f"SELECT * FROM (VALUES {values}) AS v (account, after, until)"  # noqa: S608
    )
    names = ("account", "after", "until")
    span = text(listed).columns(*map(column, names)).subquery("span")
    query = (
        select(
            *(snapshot.model_id, snapshot.timestamp, snapshot.total_assets),
            *(snapshot.open_positions, trust(snapshot.source).label("trust")),
        )
        .select_from(span, snapshot)
        .where(
            snapshot.model_id == span.c.account,
            snapshot.timestamp > span.c.after,
            snapshot.timestamp <= span.c.until,
            snapshot.season_id == window.season.id,
            snapshot.source.in_(TRUSTED),
        )
    )
    return read_columns(session, query)


def _runs(hours: TimeArray) -> Iterable[tuple[np.datetime64, np.datetime64]]:
    """The spans of hours that follow one another."""
    if not len(hours):
        return
    breaks = np.flatnonzero(np.diff(hours) > _HOUR)
    for first, last in zip(
        hours[np.append(0, breaks + 1)], hours[np.append(breaks, -1)], strict=True
    ):
        yield first - _HOUR, last


def _at_entries(window: Window, accounts: Iterable[int]) -> Select[*tuple[Any, ...]]:
    """The last snapshot of the hour up to each time at which a leg was opened."""
    entry = (
        select(Trade.model_id, Trade.opened_at)
        .where(
            Trade.season_id == window.season.id,
            Trade.exit_price.is_not(None),
            Trade.opened_at <= window.until,
            Trade.model_id.in_(list(accounts)),
        )
        .distinct()
        .subquery("entry")
    )
    snapshot = LeaderboardSnapshot
    seen = (
        select(
            *(snapshot.model_id, snapshot.timestamp, snapshot.total_assets),
            *(snapshot.open_positions,),
        )
        .where(
            snapshot.model_id == entry.c.model_id,
            snapshot.season_id == window.season.id,
            snapshot.source.in_(TRUSTED),
            snapshot.timestamp <= entry.c.opened_at,
            snapshot.timestamp
            > func.date_trunc(
                "hour", entry.c.opened_at - text("interval '1 microsecond'"), "UTC"
            ),
        )
        .order_by(snapshot.timestamp.desc(), trust(snapshot.source))
        .limit(1)
        .lateral("seen")
    )
    return select(
        *(seen.c.model_id, seen.c.timestamp, seen.c.total_assets),
        seen.c.open_positions,
    ).select_from(entry, seen)


def _points(hours: Columns, entries: Columns) -> Columns:
    """The observations that stand for these hours, oldest first, with their weights."""
    unknown = np.full(len(hours["hour"]), UNKNOWN)
    parts = [
        (
            hours[f"{name}_at"],
            hours[f"{name}_equity"],
            hours.get(f"{name}_positions", unknown),
        )
        for name in _POINTS
    ]
    is_ours = np.isin(_hour_of(entries["timestamp"]), hours["hour"])
    parts.append(
        (
            entries["timestamp"][is_ours],
            entries["total_assets"][is_ours],
            entries["open_positions"][is_ours],
        )
    )
    times, equity, positions = map(np.concatenate, zip(*parts, strict=True))
    # Of one instant the entry with the number of positions comes first.
    order = np.lexsort((-positions, times))
    order = order[~np.isnat(times[order])]
    times, first = np.unique(times[order], return_index=True)
    place = np.searchsorted(hours["hour"], _hour_of(times))
    shown = np.bincount(place, minlength=len(hours["hour"]))
    weights = np.ones(len(times), dtype=np.int64)
    is_last = np.append(place[1:] != place[:-1], True)[: len(place)]
    weights[is_last] += hours["observations"] - shown
    return {
        "timestamp": times,
        "total_assets": equity[order][first],
        "open_positions": positions[order][first],
        "weights": weights,
    }


def _columns(
    points: Columns, rows: Columns, positions: AccountPositions
) -> EquityColumns:
    """The points and the rows of whole hours in one order of time."""
    alone = {**rows, "weights": np.ones(len(rows["timestamp"]), dtype=np.int64)}
    joined = {name: np.concatenate((points[name], alone[name])) for name in points}
    ordered = where(joined, np.argsort(joined["timestamp"], kind="stable"))
    times, counts = ordered["timestamp"], ordered["open_positions"]
    gross, net, unrealized = positions.sums(times, counts)
    return EquityColumns(
        observed_at=times,
        equity=ordered["total_assets"],
        open_positions=counts,
        gross_exposure=gross,
        net_exposure=net,
        unrealized_pnl=unrealized,
        weights=ordered["weights"],
    )


def _hour_of(times: TimeArray) -> TimeArray:
    """As `refresh_hours.hour_of`."""
    full: TimeArray = times.astype("datetime64[h]").astype("datetime64[us]")
    return np.where(full == times, full, full + _HOUR)


def _instant(time: datetime) -> np.datetime64:
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")
