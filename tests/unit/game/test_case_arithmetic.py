"""The right answers, worked by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from nof1_tracker.game.cases.case_arithmetic import (
    distance,
    liquidation_price,
    risk_multiple,
    ruin_price,
    size_for_risk,
    unrealized_pnl,
)
from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.records.parsed import Position
from tests.unit.game.case_evidence import parsed

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "captures"
CAPTURED = datetime(2025, 10, 29, tzinfo=UTC)
LONG, SHORT = TradeSide.LONG, TradeSide.SHORT


def test_a_position_is_liquidated_before_its_margin_is_gone() -> None:
    # Long at 100 with 10x: 10 of margin. At 92.3077 a loss of 7.6923 leaves 2.3077,
    # which is 2.5 % of 92.3077. Short: at 107.3171, 2.6829 is 2.5 % of it.
    long = liquidation_price("SOL", LONG, Decimal(100), Decimal(10))
    short = liquidation_price("SOL", SHORT, Decimal(100), Decimal(10))
    assert long == Decimal(90) / Decimal("0.975")
    assert short == Decimal(110) / Decimal("1.025")
    assert 10 - (100 - long) == pytest.approx(long * Decimal("0.025"))
    assert ruin_price(LONG, Decimal(100), Decimal(10)) == 90
    assert ruin_price(SHORT, Decimal(100), Decimal(10)) == 110


@pytest.mark.parametrize(
    ("symbol", "most"),
    [("BTC", 40), ("ETH", 25), ("SOL", 20), ("XRP", 20), ("BNB", 10), ("DOGE", 10)],
)
def test_the_maintenance_margin_is_half_of_that_at_maximum_leverage(
    symbol: str, most: int
) -> None:
    found = liquidation_price(symbol, LONG, Decimal(100), Decimal(5))
    assert found == pytest.approx(80 / (1 - Decimal(1) / (2 * most)))


def test_without_leverage_a_long_is_never_liquidated() -> None:
    with pytest.raises(ValueError, match="BTC is never liquidated"):
        liquidation_price("BTC", LONG, Decimal(100), Decimal(1))


def test_a_liquidation_price_of_the_record_is_met() -> None:
    # SOL of claude-sonnet-4-5, 2025-10-28: long at 194.29 with 10x; the site: 179.57.
    found = liquidation_price("SOL", LONG, Decimal("194.29"), Decimal(10))
    assert abs(found - Decimal("179.57")) / Decimal("194.29") < Decimal("0.0032")


def test_52_liquidation_prices_of_the_record_are_met() -> None:
    if not CAPTURES.is_dir():
        pytest.skip("the captures of the live site are not here")
    off = {
        (seen.source, seen.account_id, seen.symbol, seen.entry_oid): _how_far_off(seen)
        for path in (
            *CAPTURES.glob("*/account-totals.json"),
            *CAPTURES.glob("*/conversations.json"),
        )
        for snapshot in parsed(path.read_bytes(), CAPTURED).snapshots
        for seen in snapshot.positions or ()
        # Prompts round prices below a dollar to cents.
        if seen.source is EquitySource.ACCOUNT_TOTALS or seen.entry_price > 1
    }
    assert len(off) == 52
    assert max(off.values()) < Decimal("0.0032")


def _how_far_off(seen: Position) -> Decimal:
    """Between the price of the site and ours, as a fraction of entry."""
    stated, leverage = seen.liquidation_price, seen.leverage
    assert stated is not None
    assert leverage is not None
    found = liquidation_price(seen.symbol, seen.side, seen.entry_price, leverage)
    return abs(found - stated) / seen.entry_price


def test_a_short_gains_when_the_price_falls() -> None:
    assert unrealized_pnl(SHORT, Decimal(3), Decimal(100), Decimal(90)) == 30
    assert unrealized_pnl(LONG, Decimal(3), Decimal(100), Decimal(90)) == -30


def test_the_distance_counts_from_the_price() -> None:
    assert distance(Decimal(200), Decimal(190)) == Decimal("0.05")
    assert distance(Decimal(200), Decimal(210)) == Decimal("0.05")


def test_a_size_loses_its_share_of_equity_at_the_stop() -> None:
    # 1 % of 10,000 is 100; from 200 to 195 each unit loses 5.
    assert (
        size_for_risk(Decimal(10_000), Decimal("0.01"), Decimal(200), Decimal(195))
        == 20
    )


def test_gains_count_in_units_of_what_was_at_risk() -> None:
    assert risk_multiple(LONG, Decimal(100), Decimal(106), Decimal(97)) == 2
    assert risk_multiple(SHORT, Decimal(100), Decimal(103), Decimal(103)) == -1
