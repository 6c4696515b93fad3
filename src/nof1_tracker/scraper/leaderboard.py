"""Parses account-totals, the leaderboard, analytics, inception dates and prices."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.parsed import (
    Inception,
    Price,
    ReportedStatistics,
    Snapshot,
)
from nof1_tracker.scraper.parsing.positions import parse_positions
from nof1_tracker.scraper.wire.payload_rows import PayloadRows, distinct
from nof1_tracker.scraper.wire.rows import (
    AccountTotalRow,
    AnalyticsRow,
    InceptionRow,
    LeaderboardRow,
    PriceRow,
    TradeCountRow,
)

_RATIO_PLACES = Decimal("0.000001")


def parse_account_totals(payload: PayloadRows) -> tuple[Snapshot, ...]:
    """One snapshot per account and hour, with the positions open then.

    Without its realized PnL: the served one is off by twice the unrealized PnL
    whenever that is a loss.
    """
    return distinct_snapshots(
        payload,
        (
            _account_total(payload, row, account_id, raw)
            for row, account_id, raw in payload.read_accounts(AccountTotalRow)
        ),
    )


def _account_total(
    payload: PayloadRows, row: AccountTotalRow, account_id: str, raw: dict[str, Any]
) -> Snapshot:
    source = EquitySource.ACCOUNT_TOTALS
    seen = parse_positions(payload, row.positions, account_id, row.timestamp, source)
    return Snapshot(
        account_id=account_id,
        observed_at=row.timestamp,
        source=source,
        equity=row.equity,
        realized_pnl=None,
        unrealized_pnl=row.total_unrealized_pnl,
        fees=None,
        sharpe_ratio=row.sharpe_ratio,
        win_rate=None,
        total_trades=None,
        hourly_marker=row.since_inception_hourly_marker,
        positions=seen.positions,
        positions_complete=seen.complete,
        raw={key: value for key, value in raw.items() if key != "positions"},
    )


def parse_leaderboard(payload: PayloadRows) -> tuple[Snapshot, ...]:
    """The site's own leaderboard.

    The leaderboard is days old and does not say how old, so its rows are dated with
    the time of capture, as what it stated then.
    """
    snapshots = (
        undated_snapshot(
            account_id,
            payload.captured_at,
            EquitySource.LEADERBOARD,
            raw,
            equity=row.equity,
            sharpe_ratio=row.sharpe,
            win_rate=_share(row.num_wins, row.num_trades),
            total_trades=row.num_trades,
        )
        for row, account_id, raw in payload.read_accounts(LeaderboardRow)
    )
    return distinct_snapshots(payload, snapshots)


def _share(part: int | None, whole: int | None) -> Decimal | None:
    """part / whole as a fraction; None if it is undefined or impossible."""
    if not whole or part is None or part > whole:
        return None
    return (Decimal(part) / whole).quantize(_RATIO_PLACES)


def undated_snapshot(
    account_id: str,
    captured_at: datetime,
    source: EquitySource,
    raw: Mapping[str, Any],
    *,
    equity: Decimal,
    realized: Decimal | None = None,
    unrealized: Decimal | None = None,
    fees: Decimal | None = None,
    sharpe_ratio: Decimal | None,
    win_rate: Decimal | None,
    total_trades: int | None,
) -> Snapshot:
    """A snapshot from a source that neither dates it nor lists positions."""
    return Snapshot(
        account_id=account_id,
        observed_at=captured_at,
        source=source,
        equity=equity,
        realized_pnl=realized,
        unrealized_pnl=unrealized,
        fees=fees,
        sharpe_ratio=sharpe_ratio,
        win_rate=win_rate,
        total_trades=total_trades,
        hourly_marker=None,
        positions=None,
        raw=raw,
    )


def distinct_snapshots(
    payload: PayloadRows, snapshots: Iterable[Snapshot]
) -> tuple[Snapshot, ...]:
    """Those of an account and instant that differ are versions of one."""
    return distinct(
        payload, snapshots, key=lambda one: (one.account_id, one.observed_at)
    )


def parse_analytics(payload: PayloadRows) -> tuple[ReportedStatistics, ...]:
    """The statistics that nof1 itself computes, as served, with its trade count."""
    statistics = []
    for row, account_id, raw in payload.read_accounts(AnalyticsRow):
        if not _states_a_number(raw):
            payload.reject("states no number", raw)
            continue
        statistics.append(
            ReportedStatistics(
                account_id=account_id,
                observed_at=row.updated_at or payload.observed_at,
                total_trades=_total_trades(payload, raw),
                raw=raw,
            )
        )
    return distinct(
        payload, statistics, key=lambda one: (one.account_id, one.observed_at)
    )


def _states_a_number(raw: Mapping[str, Any]) -> bool:
    """True if any statistic is stated; null states nothing."""
    tables = [raw, *(table for table in raw.values() if isinstance(table, dict))]
    return any(_is_statistic(k, v) for table in tables for k, v in table.items())


def _is_statistic(name: str, value: Any) -> bool:
    if isinstance(value, bool) or name.endswith("_id"):
        return False
    if isinstance(value, str):
        return value.strip().lstrip("-").replace(".", "", 1).isdecimal()
    return isinstance(value, (int, Decimal))


def _total_trades(payload: PayloadRows, raw: Mapping[str, Any]) -> int | None:
    """nof1's trade count, from the flat row or from whichever table has it."""
    tables = [raw, *(table for table in raw.values() if isinstance(table, dict))]
    holder = next((table for table in tables if "total_trades" in table), None)
    if holder is None:
        return None
    try:
        return TradeCountRow.model_validate(holder).total_trades
    except ValidationError:
        payload.warn("total_trades is not a count")
        return None


def parse_inception(payload: PayloadRows) -> tuple[Inception, ...]:
    """The time at which each account started, and its USD at that time.

    An account whose start is not believed is listed all the same.
    """
    inceptions = []
    for row, account_id, raw in payload.read_accounts(InceptionRow):
        if payload.is_untimely(row.inception_date):
            payload.reject_untimely("inception_date", raw)
            continue
        inceptions.append(
            Inception(account_id, row.inception_date, row.nav_since_inception)
        )
    return distinct(payload, inceptions, key=lambda one: one.account_id)


def parse_prices(payload: PayloadRows) -> tuple[Price, ...]:
    """The mid prices, each with its own time if it has one."""
    prices = (
        Price(row.symbol, row.timestamp or payload.observed_at, row.price)
        for row, _ in payload.read(PriceRow)
    )
    return distinct(payload, prices, key=lambda one: (one.symbol, one.observed_at))
