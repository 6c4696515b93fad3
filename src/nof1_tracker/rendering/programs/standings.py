"""Standings as rows for programs."""

from typing import Any

from nof1_tracker.analyzer.aggregate_standings import aggregate
from nof1_tracker.analyzer.performance import Level, StaleSource, Standings
from nof1_tracker.rendering.programs.output import exact, iso, ratio

COLUMNS = (
    "rank",
    "model_id",
    "name",
    "provider",
    "equity",
    "total_return",
    "unrealized_pnl",
    "trades",
    "win_rate",
    "source",
    "observed_at",
    "stale_sources",
    "cut",
    "equity_at_close",
    "return_at_close",
    "equity_at_last",
    "return_at_last",
)


def standings_rows(report: Standings) -> list[dict[str, Any]]:
    """One row per account, keys as in COLUMNS; ratios are fractions.

    `cut` says where the standings end: last, close or time. The figures at the close
    and at the last observation are null unless a season was observed after its close.
    """
    return [
        {
            "rank": row.rank,
            "model_id": row.account.account_id,
            "name": row.account.name,
            "provider": row.account.provider,
            "equity": exact(row.equity),
            "total_return": ratio(row.total_return),
            "unrealized_pnl": exact(row.unrealized_pnl),
            "trades": row.trades,
            "win_rate": ratio(row.win_rate),
            "source": row.source.value,
            "observed_at": iso(row.observed_at),
            "stale_sources": [_stale_row(stale) for stale in row.stale_sources],
            "cut": report.cut.value,
            **_level("close", row.at_close),
            **_level("last", row.at_last),
        }
        for row in report.rows
    ]


AGGREGATE_COLUMNS = (
    "rank",
    "base_model",
    "name",
    "provider",
    "accounts",
    "equity",
    "total_return",
    "lowest_equity",
    "highest_equity",
    "trades",
    "win_rate",
    "first_observed_at",
    "observed_at",
    "cut",
)


def aggregate_rows(report: Standings) -> list[dict[str, Any]]:
    """One row per base model, keys as in AGGREGATE_COLUMNS; see AggregateStanding."""
    return [
        {
            "rank": row.rank,
            "base_model": row.base_model,
            "name": row.name,
            "provider": row.provider,
            "accounts": row.accounts,
            "equity": exact(row.equity),
            "total_return": ratio(row.total_return),
            "lowest_equity": exact(row.lowest),
            "highest_equity": exact(row.highest),
            "trades": row.trades,
            "win_rate": ratio(row.win_rate),
            "first_observed_at": iso(row.first_observed_at),
            "observed_at": iso(row.observed_at),
            "cut": report.cut.value,
        }
        for row in aggregate(report)
    ]


def _level(cut: str, level: Level | None) -> dict[str, Any]:
    return {
        f"equity_at_{cut}": None if level is None else exact(level.equity),
        f"return_at_{cut}": None if level is None else ratio(level.total_return),
    }


def _stale_row(stale: StaleSource) -> dict[str, Any]:
    return {
        "source": stale.source.value,
        "equity": exact(stale.equity),
        "observed_at": iso(stale.observed_at),
        "difference": ratio(stale.difference),
    }
