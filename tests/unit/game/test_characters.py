"""Characters: their bonuses are XP, what they favour is defined, one change."""

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.progress.characters import (
    TRAITS,
    Favour,
    bonus_xp,
    choose_character,
)
from nof1_tracker.game.progress.earning import earned_entries
from nof1_tracker.game.progress.favoured_trades import (
    effective_positions,
    is_diversified,
    is_volatile,
    realised_volatility,
)
from nof1_tracker.records.progress.player_history import (
    Character,
    ChosenCharacter,
    PlayerHistory,
)
from nof1_tracker.records.progress.xp_entries import XpSource
from tests.unit.game.histories import (
    START,
    completed_case,
    days_in_a_row,
    numbered,
    played_trade,
)

EARLIER = START - timedelta(days=1)


def test_there_are_five_with_the_designed_factors() -> None:
    assert {each.name: dict(each.factors) for each in TRAITS.values()} == {
        "The Analyst": {Favour.CASES: Decimal("1.1")},
        "The Risk Taker": {Favour.VOLATILE_TRADES: Decimal("1.15")},
        "The Conservative": {
            Favour.CASES: Decimal("1.05"),
            Favour.DIVERSIFIED_TRADES: Decimal("1.1"),
        },
        "The Day Trader": {Favour.TRADES: Decimal("1.05")},
        "The HODLer": {Favour.LONG_HOLDS: Decimal("1.1")},
    }
    assert set(TRAITS) == set(Character)


@pytest.mark.parametrize(
    ("character", "raised"),
    [
        # A case of 100 with all right (50): 10 + 5, and 5 + 2.5 rounded up.
        (Character.ANALYST, {XpSource.CASE: 10, XpSource.CASE_ALL_RIGHT: 5}),
        # Trades of 50: 7.5 of a volatile one; its profit of 20 adds 3.
        (Character.RISK_TAKER, {XpSource.TRADE: 8, XpSource.PROFITABLE_TRADE: 3}),
        # Of the diversified one: 5 and 2.
        (
            Character.CONSERVATIVE,
            {
                XpSource.CASE: 5,
                XpSource.CASE_ALL_RIGHT: 3,
                XpSource.TRADE: 5,
                XpSource.PROFITABLE_TRADE: 2,
            },
        ),
        # Of three trades: 2.5 rounded up each, and 1 each.
        (Character.DAY_TRADER, {XpSource.TRADE: 9, XpSource.PROFITABLE_TRADE: 3}),
        (Character.HODLER, {XpSource.LONG_HOLD: 10}),
    ],
)
def test_a_character_raises_the_xp_of_what_it_favours_and_no_other(
    character: Character, raised: dict[XpSource, int]
) -> None:
    full = {"size": Decimal(1)}
    history = PlayerHistory(
        characters=(ChosenCharacter(character, EARLIER),),
        cases=(completed_case(0),),
        trades=(
            played_trade(0, **full, is_volatile=True),
            played_trade(1, **full, is_diversified=True),
            played_trade(2, **full, held=timedelta(days=2)),
        ),
        sign_ins=days_in_a_row(7),
    )
    bonuses: dict[XpSource, int] = {}
    for entry in earned_entries(history):
        if entry.bonus:
            bonuses[entry.source] = bonuses.get(entry.source, 0) + entry.bonus
    assert bonuses == raised


def test_xp_earned_before_a_change_keeps_the_character_it_was_earned_with() -> None:
    chosen = (
        ChosenCharacter(Character.ANALYST, EARLIER),
        ChosenCharacter(Character.HODLER, START + timedelta(minutes=90)),
    )
    cases = numbered(completed_case, 4, right=())
    history = PlayerHistory(characters=chosen, cases=cases)
    assert [each.bonus for each in earned_entries(history)] == [10, 10, 0, 0]


@given(
    st.integers(0, 5_000), st.sampled_from(Character), st.sets(st.sampled_from(Favour))
)
def test_a_bonus_is_never_negative_and_at_most_15_per_cent(
    base: int, character: Character, favours: set[Favour]
) -> None:
    assert 0 <= bonus_xp(base, favours, character) <= base * 0.15 + 0.5
    assert bonus_xp(base, favours, None) == 0


# --- what is favoured -----------------------------------------------------------------


def swinging(step: float, slots: int = 97) -> list[tuple[Any, Decimal]]:
    """Prices every 15 minutes up to the start that go up and down by that much."""
    return [
        (
            START - timedelta(minutes=15) * each,
            Decimal(str(100 * math.exp(step * (each % 2)))),
        )
        for each in range(slots)
    ]


def test_volatility_is_that_of_96_quarters_of_an_hour_annualised() -> None:
    # 96 returns of +-0.01: sample deviation 0.01 x sqrt(96 / 95), sqrt(35,040) a year.
    expected = 0.01 * math.sqrt(96 / 95) * math.sqrt(35_040)
    assert realised_volatility(swinging(0.01), START) == pytest.approx(expected)


def test_a_trade_is_volatile_from_80_per_cent_a_year_on() -> None:
    # 0.8 / sqrt(35,040) is a swing of 0.427 % in a quarter of an hour.
    assert is_volatile(realised_volatility(swinging(0.0043), START))
    assert not is_volatile(realised_volatility(swinging(0.0042), START))


def test_what_comes_after_the_opening_does_not_make_it_volatile() -> None:
    later = [(START + timedelta(minutes=15), Decimal(900))]
    prices = swinging(0.001)
    assert realised_volatility(prices + later, START) == realised_volatility(
        prices, START
    )


def test_with_less_than_half_a_day_of_prices_nothing_is_called_volatile() -> None:
    assert realised_volatility(swinging(0.01, slots=49), START) is not None
    assert realised_volatility(swinging(0.01, slots=48), START) is None
    assert not is_volatile(None)


def test_three_equal_positions_are_diversified_and_two_are_not() -> None:
    assert effective_positions({"BTC": Decimal(500), "ETH": Decimal(-500)}) == 2
    three = {"BTC": Decimal(500), "ETH": Decimal(-500), "SOL": Decimal(500)}
    assert effective_positions(three) == 3
    assert is_diversified(three)
    # 2,000 squared over 1,000 + 500 + 500 squared each: 2.67; then 2,500 makes 2.27.
    assert is_diversified({**three, "BTC": Decimal(1_000)})
    assert not is_diversified({**three, "BTC": Decimal(1_500)})
    assert not is_diversified({})


# --- one change -----------------------------------------------------------------------


def test_a_character_is_changed_once_from_level_5_on() -> None:
    first = choose_character((), Character.ANALYST, 1, START)
    with pytest.raises(ConfigurationError, match="from level 5 on; this is level 4"):
        choose_character((first,), Character.HODLER, 4, START)
    second = choose_character((first,), Character.HODLER, 5, START)
    assert second == ChosenCharacter(Character.HODLER, START)
    with pytest.raises(ConfigurationError, match="changed already"):
        choose_character((first, second), Character.ANALYST, 50, START)


def test_the_same_character_again_does_not_use_up_the_change() -> None:
    first = choose_character((), Character.ANALYST, 1, START)
    with pytest.raises(ConfigurationError, match="The Analyst is the character"):
        choose_character((first,), Character.ANALYST, 9, START)
