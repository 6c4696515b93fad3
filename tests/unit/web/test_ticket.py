"""What a player types, and the orders that it asks for."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.errors import MoveError
from nof1_tracker.game.session.game_run import run_of
from nof1_tracker.game.session.moves import next_turn, place_order
from nof1_tracker.game.session.view_game import view_game
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.session.shown_game import GameView
from nof1_tracker.web.play_pages.ticket import Ticket, number_of, orders_of
from tests.unit.game.generated_market import drawn_market, look_of, opened, request

BUY, SELL = FillSide.BUY, FillSide.SELL
ID = "abcdefgh"


def view_of_a_holder() -> GameView:
    """One who holds 0.02 BTC, at the second turn."""
    market, game = drawn_market(1), opened()
    look = look_of(game, market)
    game, _ = place_order(game, look, request("one", "0.02"))
    game = next_turn(game, 0)
    return view_game(game, run_of(game, market.feed), market, look)


VIEW = view_of_a_holder()
LAST = {each.symbol: each.prices[-1][1] for each in VIEW.markets}


def asked(side: FillSide = BUY, **typed: str) -> list[OrderRequest]:
    ticket = Ticket.typed({"symbol": "BTC", **typed}, VIEW, ID)
    return orders_of(ticket, VIEW, side)


def test_a_share_of_the_equity_is_set_aside_as_margin() -> None:
    (order,) = asked(size="20", leverage="5")
    margin = order.quantity * LAST["BTC"] / 5
    assert margin == pytest.approx(VIEW.equity / 5, rel=Decimal("1e-4"))
    assert margin <= VIEW.equity / 5
    assert (order.kind, order.leverage) == (OrderKind.MARKET, Decimal(5))
    (limit,) = asked(kind="limit", price="50000", size="20", leverage="5")
    assert limit.quantity * 50_000 / 5 <= VIEW.equity / 5
    assert (limit.price, limit.reduce_only) == (Decimal(50_000), False)


def test_a_position_is_closed_by_its_share_or_by_units() -> None:
    (half,) = asked(SELL, unit="position", size="50", reduce_only="1")
    assert (half.quantity, half.leverage) == (Decimal("0.01"), None)
    (units,) = asked(SELL, unit="units", size="0.3", leverage="40")
    assert (units.quantity, units.leverage) == (Decimal("0.3"), Decimal(40))
    (stop,) = asked(SELL, kind="stop", price="9", unit="position", size="100")
    assert (stop.reduce_only, stop.leverage) == (True, None)


def test_a_stop_and_a_target_come_with_the_order_on_its_other_side() -> None:
    entry, stop, target = asked(stop="1000", target="900000")
    assert [each.client_id for each in (entry, stop, target)] == [
        ID,
        f"{ID}-stop",
        f"{ID}-target",
    ]
    assert (stop.kind, stop.side, stop.price) == (OrderKind.STOP, SELL, Decimal(1000))
    assert (target.kind, target.quantity) == (OrderKind.TAKE_PROFIT, entry.quantity)
    short = asked(SELL, stop="900000")
    assert (short[1].side, short[1].reduce_only) == (BUY, True)


@pytest.mark.parametrize(
    ("side", "typed", "words"),
    [
        (BUY, {"size": ""}, "size is missing"),
        (BUY, {"size": "ten"}, "'ten' is not a number"),
        (BUY, {"size": "-1"}, "not a number above 0"),
        (BUY, {"size": "NaN"}, "not a number above 0"),
        (BUY, {"size": "9" * 31}, "not a number above 0"),
        (BUY, {"size": "101"}, "More than 100 %"),
        (BUY, {"size": "0.000001"}, "less than can be traded"),
        (BUY, {"unit": "position", "symbol": "DOGE"}, "You hold no DOGE"),
        (BUY, {"unit": "position", "size": "101"}, "no more than 100 %"),
        (BUY, {"unit": "bananas"}, "no such unit"),
        (BUY, {"leverage": "41"}, "leverage of 41 is not possible"),
        (BUY, {"leverage": "0.5"}, "leverage of 0.5 is not possible"),
        (BUY, {"kind": "limit"}, "price is missing"),
        (BUY, {"kind": "swap"}, "no such kind"),
        (BUY, {"client_id": "short"}, "form is too old"),
        (BUY, {"stop": "900000"}, "stop of a purchase lies below"),
        (SELL, {"target": "900000"}, "target of a sale lies below"),
        (BUY, {"stop": "5", "reduce_only": "1"}, "has no stop of its own"),
    ],
)
def test_what_makes_no_sense_is_said_with_what_to_do(
    side: FillSide, typed: dict[str, str], words: str
) -> None:
    with pytest.raises(MoveError) as refused:
        asked(side, **typed)
    assert words in refused.value.message
    assert refused.value.remedy


def test_what_was_not_sent_is_as_usual_and_a_symbol_is_one_that_is_traded() -> None:
    ticket = Ticket.typed({"symbol": "NVDA"}, VIEW, ID)
    assert (ticket.symbol, ticket.leverage, ticket.client_id) == ("BTC", "5", ID)
    modest = replace(
        VIEW, markets=tuple(replace(e, most_leverage=Decimal(3)) for e in VIEW.markets)
    )
    assert Ticket.typed({}, modest, ID).leverage == "3"
    assert dict(ticket.kept)["unit"] == "equity"


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_number_above_0_or_refused(text: str) -> None:
    try:
        number = number_of("size", text)
    except MoveError:
        return
    assert number > 0
    assert number.is_finite()
