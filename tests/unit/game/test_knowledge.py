"""What is known at a moment: nothing that happened later."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.knowledge.known_trades import chats_known_by, trades_known_by
from nof1_tracker.game.knowledge.playable import playable_span, without_price
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.records.play.quotes import (
    Quote,
    quote_of_candle,
    quote_of_series,
    single_price,
)
from nof1_tracker.records.stored import StoredChat, StoredTrade

START = datetime(2025, 10, 28, 6, 0, tzinfo=UTC)
PRICE = Decimal(100)
_MINUTES = st.integers(min_value=0, max_value=300)


def _at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def _candle(minutes: int, length: int) -> Candle:
    start = _at(minutes)
    end = start + timedelta(minutes=length)
    return Candle("BTC", f"{length}m", start, end, PRICE, PRICE, PRICE, PRICE, PRICE, 1)


_QUOTES = st.one_of(
    st.builds(lambda m: single_price("BTC", _at(m), PRICE), _MINUTES),
    st.builds(lambda m: single_price("ETH", _at(m), PRICE), _MINUTES),
    st.builds(lambda m: quote_of_series("BTC", _at(m), PRICE), _MINUTES),
    st.builds(lambda m, n: quote_of_candle(_candle(m, n)), _MINUTES, _MINUTES),
)


@given(st.lists(_QUOTES, max_size=30), _MINUTES, _MINUTES)
def test_a_feed_knows_all_that_was_known_and_nothing_later(
    quotes: list[Quote], minutes: int, more: int
) -> None:
    moment, later = _at(minutes), _at(minutes + more)
    known = PriceFeed(quotes).known_by(moment)
    assert sorted(map(repr, known)) == sorted(
        repr(quote) for quote in quotes if quote.known_at <= moment
    )
    # What comes later changes nothing of what was known.
    past = PriceFeed(quote for quote in quotes if quote.known_at <= moment)
    assert past.known_by(later) == known
    assert [*known, *PriceFeed(quotes).between(moment, later)] == [
        *PriceFeed(quotes).known_by(later)
    ]


def test_a_candle_is_known_at_its_close_and_a_series_after_its_three_minutes() -> None:
    assert quote_of_candle(_candle(0, 60)).known_at == _at(60)
    assert quote_of_series("BTC", _at(0), PRICE).known_at == _at(3)


def _leg(
    number: int, opened: int, lasted: int | None, *, entry_oid: int | None = 7
) -> StoredTrade:
    closed = None if lasted is None else _at(opened + lasted)
    is_open = closed is None
    return StoredTrade(
        trade_id=f"leg-{number}",
        account_id="gpt-5",
        name="GPT-5",
        symbol="BTC",
        side=TradeSide.LONG,
        status=TradeStatus.OPEN if is_open else TradeStatus.CLOSED,
        quantity=Decimal(number + 1),
        entry_price=PRICE,
        exit_price=None if is_open else Decimal(111),
        net_pnl=None if is_open else Decimal(11),
        gross_pnl=None if is_open else Decimal(12),
        fees=None if is_open else Decimal(1),
        leverage=Decimal(10),
        confidence=None,
        opened_at=_at(opened),
        closed_at=closed,
        entry_oid=entry_oid,
        last_observed_at=_at(299),
        complete_by=_at(300),
    )


_LEGS = st.lists(
    st.tuples(_MINUTES, st.none() | _MINUTES, st.sampled_from([7, 8, None])), max_size=8
).map(
    lambda rows: [
        _leg(number, opened, lasted, entry_oid=oid)
        for number, (opened, lasted, oid) in enumerate(rows)
    ]
)


@given(_LEGS, _MINUTES)
def test_what_is_known_of_trades_does_not_depend_on_what_came_later(
    trades: list[StoredTrade], minutes: int
) -> None:
    moment = _at(minutes)
    known = trades_known_by(trades, moment)
    for trade in known:
        times = (trade.opened_at, trade.closed_at, trade.last_observed_at)
        if trade.status is TradeStatus.OPEN:
            assert (trade.exit_price, trade.net_pnl, trade.trade_id) == (None,) * 3
            assert all(time is None or time <= moment for time in times)
        else:
            assert trade in trades
    # The same, had every exit after the moment come at another time and price.
    otherwise = [
        (
            replace(
                trade, closed_at=_at(1000), exit_price=Decimal(5), net_pnl=Decimal(-95)
            )
            if trade.closed_at is None or trade.closed_at > moment
            else trade
        )
        for trade in trades
        if trade.opened_at <= moment
    ]
    assert trades_known_by(otherwise, moment) == known


def test_legs_of_an_entry_are_one_position_until_they_close() -> None:
    trades = [_leg(0, 0, 60), _leg(1, 0, 90)]
    assert [each.quantity for each in trades_known_by(trades, _at(30))] == [3]
    assert [each.quantity for each in trades_known_by(trades, _at(60))] == [1, 2]


def test_a_conversation_is_known_once_it_took_place() -> None:
    chats = [
        StoredChat(str(m), "gpt-5", "GPT-5", m, _at(m), *[None] * 5) for m in (5, 10)
    ]
    assert [each.cycle_id for each in chats_known_by(chats, _at(7))] == [5]


@pytest.mark.parametrize(("priced", "is_playable"), [(19, True), (18, False)])
def test_a_span_is_playable_where_enough_quarter_hours_have_a_price(
    priced: int, is_playable: bool
) -> None:
    quotes = [single_price("BTC", _at(15 * slot + 4), PRICE) for slot in range(priced)]
    span = playable_span(quotes, ["BTC"], START, _at(300))  # 20 quarter hours
    assert span.is_playable is is_playable
    (row,) = span.symbols
    assert (row.priced, row.total) == (priced, 20)
    missing = without_price(quotes, "BTC", START, _at(300))
    assert missing == [_at(15 * slot) for slot in range(priced, 20)]


def test_a_symbol_without_any_price_cannot_be_played() -> None:
    span = playable_span([], ["BTC"], START, _at(300))
    assert [row.symbol for row in span.lacking] == ["BTC"]
