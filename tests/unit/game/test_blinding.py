"""Blinding: it hides names, levels and dates, changes no money, and can be undone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.blind.blinding import (
    COLOURS,
    HIGHEST_PRICE,
    LOWEST_PRICE,
    Blinding,
    draw_blinding,
)

START = datetime(2025, 10, 20, 13, 37, tzinfo=UTC)
SECRET = b"sixteen bytes or more"
PRICES = {
    "BTC": Decimal("110923.5"),
    "ETH": Decimal("4012.35"),
    "SOL": Decimal("193.205"),
    "XRP": Decimal("2.4513"),
    "BNB": Decimal("1121.45"),
    "DOGE": Decimal("0.19873"),
}
LEVERAGES = {"BTC": 40, "ETH": 25, "SOL": 20, "XRP": 20, "BNB": 10, "DOGE": 10}
ACCOUNTS = ("gpt-5", "grok-4", "qwen3-max", "deepseek-chat-v3.1")


def drawn(secret: bytes = SECRET, window: str = "window-1") -> Blinding:
    return draw_blinding(secret, window, START, PRICES, LEVERAGES, ACCOUNTS)


def test_the_same_secret_draws_the_same_and_another_secret_or_window_does_not() -> None:
    assert drawn() == drawn()
    assert drawn(secret=b"another sixteen bytes") != drawn()
    assert drawn(window="window-2") != drawn()


def test_symbols_and_accounts_lose_their_names_and_their_order() -> None:
    windows = [drawn(window=f"window-{each}") for each in range(20)]
    for blinding in windows:
        aliases = {each.alias for each in blinding.symbols.values()}
        assert aliases == {f"Market {letter}" for letter in "ABCDEF"}
        traders = {each.alias for each in blinding.accounts.values()}
        assert traders == {f"Trader {number}" for number in range(1, 5)}
    # Bitcoin is not always the first, nor is a model always of one colour.
    assert len({each.symbols["BTC"].alias for each in windows}) > 3
    assert len({each.accounts["gpt-5"].colour for each in windows}) > 2


def test_every_symbol_starts_in_the_same_range_and_loses_its_digits() -> None:
    for number in range(20):
        blinding = drawn(window=f"window-{number}")
        for symbol, price in PRICES.items():
            shown = blinding.price(symbol, price)
            assert LOWEST_PRICE <= shown < HIGHEST_PRICE
            assert shown.normalize().as_tuple().digits != price.as_tuple().digits


@given(st.decimals("0.0001", "1000000", places=6))
def test_any_plausible_price_can_be_blinded(price: Decimal) -> None:
    blinding = draw_blinding(SECRET, "w", START, {"A": price}, {"A": 10}, ())
    assert blinding.real_price("Market A", blinding.price("A", price)) == price


def test_a_price_out_of_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="a price of 1E-9 cannot be blinded"):
        draw_blinding(SECRET, "w", START, {"A": Decimal("1E-9")}, {"A": 10}, ())


def test_one_leverage_holds_for_all_symbols() -> None:
    assert drawn().highest_leverage == 10


def test_a_window_starts_at_zero_whatever_its_date() -> None:
    blinding = drawn()
    later = START + timedelta(hours=30)
    assert blinding.elapsed(later) == timedelta(hours=30)
    assert blinding.real_time(timedelta(hours=30)) == later


@pytest.mark.parametrize("name", ["BTC", "market a", "Market G"])
def test_an_order_for_a_symbol_that_is_not_shown_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="There are Market A, Market B"):
        drawn().real_quantity(name, Decimal(1))


def test_a_short_secret_and_an_empty_window_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        drawn(secret=b"fifteen bytes..")
    with pytest.raises(ValueError, match="w has no symbol"):
        draw_blinding(SECRET, "w", START, {}, {}, ())


def test_names_go_on_after_z() -> None:
    many = {f"coin-{number}": Decimal(100) for number in range(28)}
    blinding = draw_blinding(SECRET, "w", START, many, dict.fromkeys(many, 5), ())
    aliases = {each.alias for each in blinding.symbols.values()}
    assert {"Market Z", "Market AA", "Market AB"} <= aliases
    assert len(aliases) == 28


def test_colours_can_be_told_from_white_and_from_black() -> None:
    assert len(set(COLOURS)) == 10
    for colour in COLOURS:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [((each + 0.055) / 1.055) ** 2.4 for each in channels]
        light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (light + 0.05) >= 3
        assert (light + 0.05) / 0.05 >= 3


# --- money-neutral --------------------------------------------------------------------

SYMBOLS = st.sampled_from(sorted(PRICES))
ORDERS = st.lists(
    st.tuples(
        SYMBOLS,
        st.decimals("-500", "500", places=3).filter(bool),
        st.decimals("0.5", "2", places=4),
    ),
    max_size=12,
)
"""Symbol, units as shown (sold where negative), and how the price has moved."""
Fill = tuple[str, Decimal, Decimal]
"""Symbol, units, price."""


def equity_after(fills: Sequence[Fill], marks: dict[str, Decimal]) -> Decimal:
    """Cash and positions at these marks, from 10,000, with a fee of 4 bp each."""
    cash, held = Decimal(10_000), dict.fromkeys(marks, Decimal(0))
    for symbol, quantity, price in fills:
        cash -= quantity * price + abs(quantity * price) * Decimal("0.0004")
        held[symbol] += quantity
    return cash + sum((held[each] * marks[each] for each in marks), Decimal(0))


@given(
    ORDERS,
    st.binary(min_size=16, max_size=32),
    SYMBOLS,
    st.decimals("0.5", "2", places=4),
)
def test_a_game_played_blind_and_mapped_back_has_the_same_equity(
    orders: list[tuple[str, Decimal, Decimal]],
    secret: bytes,
    moved: str,
    move: Decimal,
) -> None:
    blinding = drawn(secret)
    alias = {symbol: shown.alias for symbol, shown in blinding.symbols.items()}
    with localcontext(prec=60):
        marks = {**PRICES, moved: PRICES[moved] * move}
        seen_marks = {alias[each]: blinding.price(each, marks[each]) for each in marks}
        seen = [
            (alias[symbol], quantity, blinding.price(symbol, PRICES[symbol] * change))
            for symbol, quantity, change in orders
        ]
        real = [
            (
                blinding.real_symbol(shown),
                blinding.real_quantity(shown, quantity),
                blinding.real_price(shown, price),
            )
            for shown, quantity, price in seen
        ]
        assert equity_after(seen, seen_marks) == equity_after(real, marks)


@given(SYMBOLS, st.decimals("0.0001", "99999", places=5))
def test_what_is_shown_maps_back_to_the_last_digit(symbol: str, value: Decimal) -> None:
    blinding = drawn()
    alias = blinding.symbols[symbol].alias
    assert blinding.real_price(alias, blinding.price(symbol, value)) == value
    assert blinding.real_quantity(alias, blinding.quantity(symbol, value)) == value
