"""What an order would come to is what it comes to, where prices stand still."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.session.game_run import run_of
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.moves import next_turn, place_order
from nof1_tracker.game.session.preview_order import preview_order
from nof1_tracker.game.session.view_game import view_game
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.quotes import single_price
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.session.order_preview import OrderPreview
from tests.unit.game.generated_market import (
    FIRST,
    after,
    look_of,
    opened,
    request,
    shown,
)

SLOTS = range(-96, 48 * 4)


def still_market() -> GameMarket:
    """Prices that never change, a second after each quarter of an hour."""
    return GameMarket(
        [
            single_price(symbol, after(slot / 4 + 1 / 3600), price)
            for slot in SLOTS
            for symbol, price in FIRST.items()
        ],
        [],
    )


def previewed(
    *orders: OrderRequest, is_ranked: bool = False
) -> tuple[OrderPreview, OrderPreview]:
    """The last order before it is placed, and the account after it: as it was filled."""
    market, game = still_market(), opened(is_ranked=is_ranked)
    look = look_of(game, market)
    for asked in orders[:-1]:
        game, _ = place_order(game, look, shown(look, asked))
        game = next_turn(game, game.turn)
    last = shown(look, orders[-1])
    before = preview_order(game, run_of(game, market.feed), look, last)
    game, _ = place_order(game, look, last)
    game = next_turn(game, game.turn)
    run = run_of(game, market.feed)
    view = view_game(game, run, market, look)
    mine = [each for each in view.entries if each.client_id == last.client_id]
    held = next((each for each in view.positions if each.symbol == last.symbol), None)
    filled = replace(
        before,
        fee=sum((each.fee for each in mine), Decimal(0)),
        units=sum((each.units for each in mine), Decimal(0)),
        cash=view.cash,
        liquidation_price=None if held is None else held.liquidation_price,
        refusal=next((each.reason for each in mine if each.reason), ""),
    )
    return before, filled


@settings(max_examples=12, deadline=None)
@given(
    st.booleans(),
    st.integers(-9, 9).filter(bool),
    st.integers(-9, 9).filter(bool),
    st.integers(1, 10),
)
def test_a_preview_is_what_a_fill_at_that_price_makes(
    is_ranked: bool, first: int, second: int, leverage: int
) -> None:
    asked = [
        request(str(number), Decimal(units) / 20, leverage=Decimal(leverage))
        for number, units in enumerate((first, second))
    ]
    before, after_it = previewed(*asked, is_ranked=is_ranked)
    if before.refusal:
        assert after_it.refusal == before.refusal
    else:
        assert after_it == before


def test_by_hand_a_purchase_at_ten_times() -> None:
    preview, _ = previewed(request("a", "0.1", leverage=Decimal(10)))
    # $11,000 at 4 bp; 1,100 of margin; 10,000 - 1,100 - 4.40 are left.
    assert (preview.notional, preview.fee) == (Decimal(11_000), Decimal("4.4"))
    assert (preview.margin, preview.cash) == (Decimal(1_100), Decimal("8895.6"))
    assert preview.liquidation_price == pytest.approx(
        Decimal("100253.16"), abs=Decimal("0.01")
    )
    assert (preview.is_taker, preview.refusal) == (True, "")


def test_a_limit_below_the_price_waits_and_pays_as_a_maker() -> None:
    market, game = still_market(), opened()
    look, run = look_of(game, market), run_of(game, market.feed)
    asked = request("a", "0.1", kind=OrderKind.LIMIT, price=Decimal(100_000))
    assert not preview_order(game, run, look, asked).is_taker
    above = replace(asked, price=Decimal(120_000))
    assert preview_order(game, run, look, above).is_taker


def test_what_is_refused_says_why_and_a_stop_alone_moves_nothing() -> None:
    market, game = still_market(), opened()
    look, run = look_of(game, market), run_of(game, market.feed)
    dear = preview_order(game, run, look, request("a", 100))
    assert dear.refusal == "the free cash does not secure it"
    stop = request("b", -1, kind=OrderKind.STOP, price=Decimal(90_000))
    assert preview_order(game, run, look, stop).units == 0
    blind = opened(is_ranked=True)
    hidden = look_of(blind, market)
    much = replace(shown(hidden, request("c", 1)), leverage=Decimal(11))
    with pytest.raises(ConfigurationError, match="leverage"):
        preview_order(blind, run, hidden, much)
