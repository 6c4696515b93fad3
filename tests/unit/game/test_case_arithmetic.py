"""The right answers, worked by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from nof1_tracker.game.cases.case_arithmetic import (
    distance,
    liquidation_price,
    maintenance_margin,
    maker_rate,
    risk_multiple,
    size_for_risk,
    taker_rate,
    unrealized_pnl,
)
from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.records.parsed import Position
from tests.unit.game.case_evidence import parsed

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "captures"
CAPTURED = datetime(2025, 10, 29, tzinfo=UTC)
LONG, SHORT = TradeSide.LONG, TradeSide.SHORT
CHEAPER = datetime(2025, 10, 22, tzinfo=UTC)


def test_fees_are_those_that_were_measured_and_fell_on_22_october() -> None:
    before = CHEAPER - timedelta(microseconds=1)
    assert (taker_rate(before), maker_rate(before)) == (
        Decimal("0.00045"),
        Decimal("0.00015"),
    )
    assert (taker_rate(CHEAPER), maker_rate(CHEAPER)) == (
        Decimal("0.0004"),
        Decimal("0.00012"),
    )


@pytest.mark.parametrize(
    ("symbol", "margin"),
    [
        ("BTC", "0.0125"),
        ("ETH", "0.02"),
        ("SOL", "0.025"),
        ("XRP", "0.025"),
        ("BNB", "0.05"),
        ("DOGE", "0.05"),
    ],
)
def test_the_maintenance_margin_is_half_of_that_at_maximum_leverage(
    symbol: str, margin: str
) -> None:
    assert maintenance_margin(symbol) == Decimal(margin)


def test_a_position_is_liquidated_before_its_margin_is_gone() -> None:
    # Long at 100 with 10x: 10 of margin. At 92.3077 a loss of 7.6923 leaves 2.3077,
    # which is 2.5 % of 92.3077. Short: at 107.3171, 2.6829 is 2.5 % of it.
    margin = maintenance_margin("SOL")
    long = liquidation_price(LONG, Decimal(100), Decimal(10), margin)
    short = liquidation_price(SHORT, Decimal(100), Decimal(10), margin)
    assert long == Decimal(90) / Decimal("0.975")
    assert short == Decimal(110) / Decimal("1.025")
    assert 10 - (100 - long) == pytest.approx(long * margin)


def test_a_liquidation_price_of_the_record_is_met() -> None:
    # SOL of claude-sonnet-4-5, 2025-10-28: long at 194.29 with 10x; the site: 179.57.
    found = liquidation_price(LONG, Decimal("194.29"), Decimal(10), Decimal("0.025"))
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
    margin = maintenance_margin(seen.symbol)
    found = liquidation_price(seen.side, seen.entry_price, leverage, margin)
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
