"""nof1 publishes figures of its own: 46 of them rest on trades, and come out the same."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nof1_tracker.analyzer.trade_metrics import (
    GroupMetrics,
    TradeMetrics,
    trade_metrics,
)
from nof1_tracker.columns import TradeColumns
from nof1_tracker.records import Leg, RawPayload
from nof1_tracker.scraper.harvest import parse_payload
from tests.unit.analyzer.columns import trades_of

pytestmark = pytest.mark.captures

COMPLETE = ("gpt-5", "claude-sonnet-4-5", "grok-4", "deepseek-chat-v3.1", "qwen3-max")
Formula = Callable[[TradeMetrics], float | None]


def _of_group(name: str, field: str, scale: float = 1) -> Formula:
    def value(found: TradeMetrics) -> float | None:
        number: float | None = getattr(getattr(found, name), field)
        return None if number is None else number / scale

    return value


def _groups(*names: str) -> dict[str, Formula]:
    measures = {
        "net_pnl": ("net_pnl", 1),
        "notional": ("notional", 1),
        "holding_period": ("holding_seconds", 60),
    }
    return {
        f"{kind}_{name}_{theirs}": _of_group(name, f"{kind}_{ours}", scale)
        for name in names
        for kind in ("avg", "std")
        for theirs, (ours, scale) in measures.items()
    }


def _fees_as_pct_of_pnl(found: TradeMetrics) -> float | None:
    """Theirs divides by the net, where that is a profit."""
    if found.fees is None or found.net_pnl is None or found.net_pnl <= 0:
        return None
    return 100 * found.fees / found.net_pnl


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


PUBLISHED: dict[str, dict[str, Formula]] = {
    "fee_pnl_moves_breakdown_table": {
        "std_net_pnl": lambda found: found.std_net_pnl,
        "total_fees_paid": lambda found: found.fees,
        "overall_pnl_without_fees": lambda found: found.gross_pnl,
        "total_fees_as_pct_of_pnl": _fees_as_pct_of_pnl,
        "overall_pnl_with_fees": lambda found: found.net_pnl,
        "avg_taker_fee": lambda found: found.avg_fees,
        "std_gross_pnl": lambda found: found.std_gross_pnl,
        "avg_net_pnl": lambda found: found.avg_net_pnl,
        "biggest_net_loss": lambda found: found.biggest_loss,
        "biggest_net_gain": lambda found: found.biggest_win,
        "avg_gross_pnl": lambda found: found.avg_gross_pnl,
    },
    "winners_losers_breakdown_table": {
        **_groups("winners", "losers"),
        "win_rate": lambda found: 100 * (found.win_rate or 0),
    },
    "longs_shorts_breakdown_table": {
        **_groups("longs", "shorts"),
        "num_long_trades": lambda found: found.longs.count,
        "num_short_trades": lambda found: found.shorts.count,
        "long_short_trades_ratio": lambda found: found.long_share,
    },
    "overall_trades_overview_table": {
        "total_trades": lambda found: found.total_trades,
        "avg_size_of_trade_notional": lambda found: found.avg_notional,
        "median_size_of_trade_notional": lambda found: found.median_notional,
        "std_size_of_trade_notional": lambda found: found.std_notional,
        "avg_holding_period_mins": lambda found: _minutes(found.avg_holding_seconds),
        "median_holding_period_mins": lambda found: _minutes(
            found.median_holding_seconds
        ),
        "std_holding_period_mins": lambda found: _minutes(found.std_holding_seconds),
    },
}


@pytest.fixture(scope="module")
def folder(captures: Path) -> Path:
    return captures / "2025-10-28T065103Z"


@pytest.fixture(scope="module")
def served_legs(folder: Path) -> Sequence[Leg]:
    file = folder / "trades.json"
    saved = datetime(2025, 10, 28, 6, 51, 3, tzinfo=UTC)
    return parse_payload(
        RawPayload(file.read_bytes(), str(file), saved, "capture")
    ).legs


@pytest.fixture(scope="module")
def published(folder: Path) -> dict[str, Any]:
    """nof1's own tables by model."""
    served = json.loads((folder / "analytics.json").read_text())
    return {row["model_id"]: row for row in served["analytics"]}


def _columns(legs: Sequence[Leg], model: str) -> TradeColumns:
    return trades_of([leg for leg in legs if leg.account_id == model])


@pytest.mark.parametrize("model", COMPLETE)
def test_every_published_figure_that_rests_on_trades_is_reproduced(
    model: str, served_legs: Sequence[Leg], published: dict[str, Any]
) -> None:
    found = trade_metrics(_columns(served_legs, model))

    compared = 0
    for table, formulas in PUBLISHED.items():
        for name, formula in formulas.items():
            theirs = published[model][table][name]
            ours = formula(found)
            compared += 1
            if ours is None:
                # nof1 shows 0 where nothing is defined: no legs, one leg, no profit.
                assert theirs == 0, (table, name)
            else:
                assert ours == pytest.approx(theirs, rel=1e-9, abs=0), (table, name)
    assert compared == 46


def test_what_is_none_here_and_zero_there_is_so_for_want_of_legs(
    served_legs: Sequence[Leg], published: dict[str, Any]
) -> None:
    for model in COMPLETE:
        found = trade_metrics(_columns(served_legs, model))
        for name in ("winners", "losers", "longs", "shorts"):
            group: GroupMetrics = getattr(found, name)
            assert (group.avg_net_pnl is None) == (group.count == 0)
            assert (group.std_net_pnl is None) == (group.count < 2)
        assert (_fees_as_pct_of_pnl(found) is None) == ((found.net_pnl or 0) <= 0)


@pytest.mark.parametrize("model", COMPLETE)
def test_the_published_deviation_of_fees_is_wrong_and_not_imitated(
    model: str, served_legs: Sequence[Leg], published: dict[str, Any]
) -> None:
    columns = _columns(served_legs, model)
    ours = trade_metrics(columns).std_fees
    theirs = published[model]["fee_pnl_moves_breakdown_table"]["std_taker_fee"]

    assert ours == pytest.approx(columns.fees.std(ddof=1), rel=1e-12)
    assert 0.02 < abs(ours / theirs - 1) < 0.22


def test_the_history_of_gemini_is_partial_and_so_are_its_figures(
    served_legs: Sequence[Leg], published: dict[str, Any]
) -> None:
    found = trade_metrics(_columns(served_legs, "gemini-2.5-pro"))
    theirs = published["gemini-2.5-pro"]

    assert found.total_trades == 100
    assert theirs["overall_trades_overview_table"]["total_trades"] == 174
    assert found.net_pnl == pytest.approx(-1379.79, abs=0.005)
