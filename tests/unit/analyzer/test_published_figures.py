"""nof1 publishes figures of its own: 46 of them rest on trades, and come out the same."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nof1_tracker.analyzer.trades.trade_metrics import GroupMetrics, trade_metrics
from nof1_tracker.records.account_columns import TradeColumns
from nof1_tracker.records.parsed import Leg
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from tests.published import CAPTURE, COMPLETE, PARTIAL, published_pairs
from tests.unit.analyzer.columns import trades_of

pytestmark = pytest.mark.captures


@pytest.fixture(scope="module")
def folder(captures: Path) -> Path:
    return captures / CAPTURE


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
    found = asdict(trade_metrics(_columns(served_legs, model)))

    pairs = list(published_pairs(published[model], found))
    for name, theirs, ours in pairs:
        # nof1 shows 0 where nothing is defined: no legs, one leg, no profit.
        assert (ours or 0) == pytest.approx(theirs, rel=1e-9, abs=0), name
    assert len(pairs) == 46


def test_what_is_none_here_and_zero_there_is_so_for_want_of_legs(
    served_legs: Sequence[Leg], published: dict[str, Any]
) -> None:
    for model in COMPLETE:
        found = trade_metrics(_columns(served_legs, model))
        for name in ("winners", "losers", "longs", "shorts"):
            group: GroupMetrics = getattr(found, name)
            assert (group.avg_net_pnl is None) == (group.count == 0)
            assert (group.std_net_pnl is None) == (group.count < 2)


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
    found = trade_metrics(_columns(served_legs, PARTIAL))
    theirs = published[PARTIAL]

    assert found.total_trades == 100
    assert theirs["overall_trades_overview_table"]["total_trades"] == 174
    assert found.net_pnl == pytest.approx(-1379.79, abs=0.005)
