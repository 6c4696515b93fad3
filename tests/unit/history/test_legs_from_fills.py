"""Legs cut out of fills: as the site cuts and nets them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

from nof1_tracker.history.hyperliquid.legs_from_fills import legs_from_fills
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.history.hyperliquid import (
    Fill,
    FillSide,
    ReconstructedLeg,
)
from tests.unit.history.rebuilt_fills import Row, rebuilt, served_legs, whole

START = datetime(2025, 10, 20, tzinfo=UTC)


def fill(
    second: int, signed: str, price: str, start: str, oid: int, **changes: object
) -> Fill:
    """An execution of BTC that costs a fee of 1 USD."""
    size = Decimal(signed)
    usual = Fill(
        symbol="BTC",
        side=FillSide.BUY if size > 0 else FillSide.SELL,
        quantity=abs(size),
        price=Decimal(price),
        filled_at=START + timedelta(seconds=second),
        oid=oid,
        tid=oid * 10 + second,
        start_position=Decimal(start),
        direction="",
        closed_pnl=Decimal(0),
        fee=Decimal(1),
        is_taker=True,
        is_liquidation=False,
        raw={},
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_net_is_closed_pnl_less_the_exit_fee_less_the_share_of_the_entry_fee() -> None:
    found = legs_from_fills(
        [
            fill(0, "4", "100", "0", 1),
            fill(9, "-1", "110", "4", 2, closed_pnl=Decimal(10)),
        ]
    )
    (leg,) = found.legs
    assert (leg.side, leg.quantity) == (TradeSide.LONG, Decimal(1))
    assert leg.fees == Decimal("1.25")
    assert leg.net_pnl == 10 - 1 - Decimal("0.25")
    assert leg.gross_pnl == 10


def test_an_order_filled_in_parts_is_one_leg_at_the_price_of_its_last_fill() -> None:
    found = legs_from_fills(
        [
            fill(0, "1", "100", "0", 1),
            fill(1, "3", "104", "1", 1),
            fill(9, "-4", "110", "4", 2, closed_pnl=Decimal(28)),
        ]
    )
    (leg,) = found.legs
    assert (leg.entry_price, leg.entry_tid, leg.quantity) == (
        Decimal(104),
        11,
        Decimal(4),
    )
    assert leg.net_pnl == 28 - 1 - 2
    assert leg.gross_pnl == 24


def test_stacked_entries_are_closed_first_in_first_out_and_share_the_exit() -> None:
    found = legs_from_fills(
        [
            fill(0, "-1", "100", "0", 1),
            fill(1, "-3", "104", "-1", 2),
            fill(9, "4", "90", "-4", 3, closed_pnl=Decimal(52)),
        ]
    )
    assert [(leg.entry_oid, leg.quantity, leg.net_pnl) for leg in found.legs] == [
        (1, Decimal(1), Decimal(13) - Decimal("0.25") - 1),
        (2, Decimal(3), Decimal(39) - Decimal("0.75") - 1),
    ]
    assert {leg.side for leg in found.legs} == {TradeSide.SHORT}


def test_an_order_that_turns_a_position_closes_one_side_and_opens_the_other() -> None:
    found = legs_from_fills(
        [
            fill(0, "1", "100", "0", 1),
            fill(5, "-3", "110", "1", 2, closed_pnl=Decimal(10), fee=Decimal(3)),
            fill(9, "2", "105", "-2", 3, closed_pnl=Decimal(10)),
        ]
    )
    first, second = found.legs
    assert (first.side, first.net_pnl) == (TradeSide.LONG, Decimal(8))
    assert (second.side, second.quantity) == (TradeSide.SHORT, Decimal(2))
    assert second.net_pnl == 10 - 1 - 2


def test_what_was_opened_before_the_fills_begin_makes_no_leg_and_is_told() -> None:
    found = legs_from_fills(
        [
            fill(0, "1", "100", "2", 1),
            fill(9, "-3", "110", "3", 2, closed_pnl=Decimal(30)),
        ]
    )
    (leg,) = found.legs
    assert (leg.entry_oid, leg.quantity, leg.net_pnl) == (
        1,
        Decimal(1),
        10 - Decimal(1) / 3 - 1,
    )
    assert found.unknown == {"BTC": 2}


def test_a_hole_in_the_fills_ends_what_was_known() -> None:
    found = legs_from_fills(
        [
            fill(0, "1", "100", "0", 1),
            fill(9, "-1", "110", "5", 2, closed_pnl=Decimal(10)),
        ]
    )
    assert found.legs == ()
    assert found.unknown == {"BTC": 1}


def test_fills_of_one_millisecond_are_ordered_by_the_positions_they_began_with() -> (
    None
):
    fills = [
        fill(0, "2", "100", "0", 1),
        fill(9, "-1", "111", "1", 3, closed_pnl=Decimal(11), tid=1),
        fill(9, "-1", "110", "2", 2, closed_pnl=Decimal(10), tid=2),
    ]
    for given in permutations(fills):
        found = legs_from_fills(given)
        assert [leg.exit_oid for leg in found.legs] == [2, 3]
        assert found.unknown == {}


def test_a_liquidation_is_told() -> None:
    liquidated = fill(9, "-1", "50", "1", 2, is_liquidation=True)
    found = legs_from_fills([fill(0, "1", "100", "0", 1), liquidated])
    assert [leg.is_liquidated for leg in found.legs] == [True]


def legs_of_captures(
    captures: Path,
) -> tuple[Sequence[ReconstructedLeg], Mapping[tuple[int, int], Row]]:
    """What rebuilt fills give, and the site's legs by their orders."""
    by_symbol: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for leg in whole(served_legs(captures)):
        by_symbol[leg["model_id"], leg["symbol"]].append(leg)
    found: list[ReconstructedLeg] = []
    served: dict[tuple[int, int], Row] = {}
    for legs in by_symbol.values():
        found += legs_from_fills(rebuilt(legs)).legs
        served |= {(each["entry_oid"], each["exit_oid"]): each for each in legs}
    return found, served


def test_every_leg_of_the_captures_is_cut_as_the_site_cut_it(captures: Path) -> None:
    """Three of 253 rows show an order that was half filled, and again when filled."""
    assert len(served_legs(captures)) == 253
    found, served = legs_of_captures(captures)
    assert len(found) == len(served) == 250
    for leg in found:
        row = served[leg.entry_oid, leg.exit_oid]
        assert abs(leg.quantity - abs(Decimal(row["quantity"]))) < Decimal("1e-7")
        assert leg.side == row["side"]
        assert abs(leg.fees - row["total_commission_dollars"]) < Decimal("1e-7")


def test_nets_of_the_captures_come_out_but_for_orders_filled_at_several_prices(
    captures: Path,
) -> None:
    """The site states one price of an order; the exchange averaged all of them."""
    found, served = legs_of_captures(captures)
    differences = []
    for leg in found:
        row = served[leg.entry_oid, leg.exit_oid]
        missed = Decimal(row["realized_net_pnl"]) - leg.net_pnl
        differences.append((missed, abs(missed) / (leg.entry_price * leg.quantity)))
    exact = sum(abs(missed) <= Decimal("0.01") for missed, _ in differences)
    others = [missed for missed, _ in differences if abs(missed) > Decimal("0.01")]
    assert exact == 143
    assert max(share for _, share in differences) < Decimal("0.00025")
    # The last fill of an order that takes from the book is its worst.
    assert all(missed > 0 for missed in others)
