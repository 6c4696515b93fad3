"""Two orders stacked into one position leave no phantom of it beside their legs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.models import Trade
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeClock
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    at,
    leg,
    position,
    snapshot,
    store,
    totals_of,
    trades_of,
)

WHOLE = Decimal("0.8")
PHANTOM = f"{ALPHA}_77"
FIRST = leg(ALPHA, 2.5, trade_id="first")
SECOND = leg(
    ALPHA,
    2.5,
    trade_id="second",
    quantity=Decimal("0.3"),
    opened_at=at(1.5),
    entry_oid=88,
)


def _held(*hours: float, quantity: Decimal = WHOLE) -> list[ParsedPayload]:
    """Looks that show the whole under the oid of the first order; and one without."""
    looks = [
        totals_of(
            snapshot(
                ALPHA,
                hour,
                "10000",
                positions=(position(ALPHA, hour, quantity=quantity),),
            )
        )
        for hour in hours
    ]
    return [*looks, totals_of(snapshot(ALPHA, max(hours) + 1, "10000"))]


def _trades(engine: Engine) -> dict[str, Trade]:
    with Session(engine, expire_on_commit=False) as session:
        return {str(row.trade_id): row for row in session.scalars(select(Trade))}


def test_the_legs_of_both_orders_replace_their_position(engine: Engine) -> None:
    store(engine, *_held(2), trades_of(FIRST, SECOND))
    assert set(_trades(engine)) == {"first", "second"}


def test_they_do_in_whatever_order_they_arrive(engine: Engine) -> None:
    payloads = [*_held(2), trades_of(FIRST), trades_of(SECOND)]
    for order in permutations(payloads):
        with engine.begin() as connection:
            connection.execute(delete(Trade))
        store(engine, *order)
        assert set(_trades(engine)) == {"first", "second"}


def test_until_the_second_leg_arrives_its_part_closed_unobserved(
    engine: Engine,
) -> None:
    store(engine, *_held(2), trades_of(FIRST))
    phantom = _trades(engine)[PHANTOM]
    assert (phantom.status, phantom.size) == (TradeStatus.CLOSED, Decimal("0.3"))


def test_what_no_leg_accounts_for_stays(engine: Engine) -> None:
    store(engine, *_held(2, quantity=Decimal(1)), trades_of(FIRST, SECOND))
    assert _trades(engine)[PHANTOM].size == Decimal("0.2")


def test_a_leg_counts_once_where_the_position_left_in_two_fills(
    engine: Engine,
) -> None:
    fills = [
        replace(FIRST, trade_id=name, quantity=Decimal("0.2")) for name in ("a", "b")
    ]
    store(engine, *_held(2), trades_of(*fills, SECOND))
    assert _trades(engine)[PHANTOM].size == Decimal("0.1")


def test_a_stacked_position_that_is_reduced_stays_open_with_the_rest(
    engine: Engine,
) -> None:
    payloads = _held(2, quantity=Decimal(1))[:1]
    store(engine, *payloads, trades_of(FIRST, SECOND))
    row = _trades(engine)[PHANTOM]
    assert (row.status, row.size) == (TradeStatus.OPEN, Decimal("0.2"))


@pytest.mark.parametrize(
    "other",
    [
        {"symbol": "ETH"},
        {"side": TradeSide.SHORT},
        {"closed_at": at(2.51)},
        {"account_id": BETA},
        {"entry_oid": None},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_leg_of_something_else_accounts_for_nothing(
    engine: Engine, other: dict[str, Any]
) -> None:
    store(engine, *_held(2), trades_of(FIRST, replace(SECOND, **other)))
    assert _trades(engine)[PHANTOM].size == Decimal("0.3")


def test_without_a_leg_of_its_own_a_position_closed_unobserved(engine: Engine) -> None:
    store(engine, *_held(2), trades_of(SECOND))
    assert _trades(engine)[PHANTOM].size == WHOLE


def test_a_phantom_that_earlier_code_left_goes_with_the_next_look(
    engine: Engine,
) -> None:
    store(engine, *_held(2), trades_of(FIRST, SECOND))
    legs = _trades(engine)
    values = {
        name: getattr(legs["first"], name)
        for name in ("season_id", "model_id", "symbol", "side", "entry_price")
    }
    with engine.begin() as connection:
        left = {"trade_id": PHANTOM, "size": Decimal("0.3"), "entry_oid": 77}
        left |= {"status": TradeStatus.CLOSED, "opened_at": at(0.5)}
        connection.execute(insert(Trade).values(values | left))
    store(engine, totals_of(snapshot(ALPHA, 4, "10000")))
    assert set(_trades(engine)) == {"first", "second"}


# --- the real captures ----------------------------------------------------------


def _pairs(engine: Engine) -> list[tuple[Trade, Trade]]:
    """Legs of one account and symbol that exit at one instant, by the first order."""
    first, second = aliased(Trade), aliased(Trade)
    query = select(first, second).where(
        first.model_id == second.model_id,
        first.symbol == second.symbol,
        first.closed_at == second.closed_at,
        first.entry_oid != second.entry_oid,
        first.opened_at < second.opened_at,
    )
    with Session(engine, expire_on_commit=False) as session:
        return [(one, other) for one, other in session.execute(query)]


def _look(first: Trade, second: Trade, oid: int | None) -> ParsedPayload:
    """Shows the whole of both, shortly before its exit, under one of their oids."""
    assert first.closed_at is not None
    observed_at = first.closed_at - timedelta(minutes=3)
    held = position(
        "qwen3-max",
        0,
        observed_at=observed_at,
        opened_at=first.opened_at,
        symbol=first.symbol,
        side=first.side,
        quantity=first.size + second.size,
        entry_oid=oid,
    )
    whole = snapshot("qwen3-max", 0, "9000", observed_at=observed_at, positions=(held,))
    return totals_of(whole)


@pytest.mark.captures
@pytest.mark.parametrize("place", [0, 1], ids=["the first oid", "the second oid"])
def test_every_stack_of_the_captures_is_replaced_by_its_legs(
    engine: Engine, captures: Path, place: int
) -> None:
    payloads = CaptureSource([captures]).payloads()
    Collector(engine, FakeClock()).import_payloads(payloads, "captures")
    pairs = _pairs(engine)
    assert [pair[0].symbol for pair in pairs] == ["ETH"] * 3
    before = set(_trades(engine))
    store(engine, *(_look(*pair, pair[place].entry_oid) for pair in pairs))
    assert set(_trades(engine)) == before
