"""The 46 figures that nof1 publishes and that depend on trades alone."""

from collections.abc import Iterator, Mapping
from typing import Any

CAPTURE = "2025-10-28T065103Z"
COMPLETE = ("gpt-5", "claude-sonnet-4-5", "grok-4", "deepseek-chat-v3.1", "qwen3-max")
"""Models of which the site still served every trade at that time."""
PARTIAL = "gemini-2.5-pro"

_MINUTE, _PERCENT = 60.0, 0.01
_MEASURES = {
    "net_pnl": ("net_pnl", 1.0),
    "notional": ("notional", 1.0),
    "holding_period": ("holding_seconds", _MINUTE),
}


def _groups(*names: str) -> dict[str, tuple[str, float]]:
    return {
        f"{kind}_{name}_{theirs}": (f"{name}.{kind}_{ours}", unit)
        for name in names
        for kind in ("avg", "std")
        for theirs, (ours, unit) in _MEASURES.items()
    }


_TABLES: dict[str, dict[str, tuple[str, float]]] = {
    "fee_pnl_moves_breakdown_table": {
        "std_net_pnl": ("std_net_pnl", 1.0),
        "total_fees_paid": ("fees", 1.0),
        "overall_pnl_without_fees": ("gross_pnl", 1.0),
        "overall_pnl_with_fees": ("net_pnl", 1.0),
        "avg_taker_fee": ("avg_fees", 1.0),
        "std_gross_pnl": ("std_gross_pnl", 1.0),
        "avg_net_pnl": ("avg_net_pnl", 1.0),
        "biggest_net_loss": ("biggest_loss", 1.0),
        "biggest_net_gain": ("biggest_win", 1.0),
        "avg_gross_pnl": ("avg_gross_pnl", 1.0),
    },
    "winners_losers_breakdown_table": {
        **_groups("winners", "losers"),
        "win_rate": ("win_rate", _PERCENT),
    },
    "longs_shorts_breakdown_table": {
        **_groups("longs", "shorts"),
        "num_long_trades": ("longs.count", 1.0),
        "num_short_trades": ("shorts.count", 1.0),
        "long_short_trades_ratio": ("long_share", 1.0),
    },
    "overall_trades_overview_table": {
        "total_trades": ("total_trades", 1.0),
        "avg_size_of_trade_notional": ("avg_notional", 1.0),
        "median_size_of_trade_notional": ("median_notional", 1.0),
        "std_size_of_trade_notional": ("std_notional", 1.0),
        "avg_holding_period_mins": ("avg_holding_seconds", _MINUTE),
        "median_holding_period_mins": ("median_holding_seconds", _MINUTE),
        "std_holding_period_mins": ("std_holding_seconds", _MINUTE),
    },
}
"""By nof1's name: our name, and the number of our units in one of theirs."""


def published_pairs(
    theirs: Mapping[str, Any], trades: Mapping[str, Any]
) -> Iterator[tuple[str, float, float | None]]:
    """Each figure's name, nof1's value, and ours in nof1's unit (None if undefined).

    Args:
        theirs: nof1's analytics of a model.
        trades: Our figures, by the names of TradeMetrics.
    """
    for table, names in _TABLES.items():
        for name, (path, unit) in names.items():
            ours = figure(trades, path)
            yield name, theirs[table][name], None if ours is None else ours / unit
    # nof1 divides fees by the net, and only if that is a profit.
    net, fees = figure(trades, "net_pnl"), figure(trades, "fees")
    share = 100 * fees / net if net and fees is not None and net > 0 else None
    name = "total_fees_as_pct_of_pnl"
    yield name, theirs["fee_pnl_moves_breakdown_table"][name], share


def figure(trades: Mapping[str, Any], path: str) -> float | None:
    """The figure of that name; one of a group is written like winners.count."""
    found: Any = trades
    for name in path.split("."):
        found = found[name]
    return None if found is None else float(found)
