"""The five characters: which XP each of them raises, and when one may be changed.

A character never touches a price, a fee or a position: the market is the same for all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.progress.player_history import (
    Character,
    ChosenCharacter,
    PlayedTrade,
)
from nof1_tracker.records.progress.xp_entries import XpSource

CHANGE_FROM_LEVEL: Final = 5


class Favour(StrEnum):
    """What a character may raise the XP of."""

    CASES = "cases"
    TRADES = "trades"
    VOLATILE_TRADES = "volatile_trades"
    DIVERSIFIED_TRADES = "diversified_trades"
    LONG_HOLDS = "long_holds"


@dataclass(frozen=True, slots=True)
class CharacterTraits:
    """What a character is called, and what it raises.

    Attributes:
        factors: What the base XP is multiplied by, > 1.
    """

    name: str
    focus: str
    factors: Mapping[Favour, Decimal]


TRAITS: Final[Mapping[Character, CharacterTraits]] = {
    Character.ANALYST: CharacterTraits(
        "The Analyst", "Reads before acting.", {Favour.CASES: Decimal("1.1")}
    ),
    Character.RISK_TAKER: CharacterTraits(
        "The Risk Taker",
        "Looks for markets that move.",
        {Favour.VOLATILE_TRADES: Decimal("1.15")},
    ),
    Character.CONSERVATIVE: CharacterTraits(
        "The Conservative",
        "Learns first, and spreads what is at risk.",
        {Favour.CASES: Decimal("1.05"), Favour.DIVERSIFIED_TRADES: Decimal("1.1")},
    ),
    Character.DAY_TRADER: CharacterTraits(
        "The Day Trader", "Trades often.", {Favour.TRADES: Decimal("1.05")}
    ),
    Character.HODLER: CharacterTraits(
        "The HODLer", "Holds on.", {Favour.LONG_HOLDS: Decimal("1.1")}
    ),
}
_OF_CASES: Final = frozenset({XpSource.CASE, XpSource.CASE_ALL_RIGHT})
_OF_TRADES: Final = frozenset({XpSource.TRADE, XpSource.PROFITABLE_TRADE})


def favours_of(source: XpSource, trade: PlayedTrade | None = None) -> set[Favour]:
    """What an entry of this source may be raised as.

    Args:
        trade: The trade that earned it; None where none did.
    """
    if source in _OF_CASES:
        return {Favour.CASES}
    if source is XpSource.LONG_HOLD:
        return {Favour.LONG_HOLDS}
    if source not in _OF_TRADES or trade is None:
        return set()
    traits = {
        Favour.VOLATILE_TRADES: trade.is_volatile,
        Favour.DIVERSIFIED_TRADES: trade.is_diversified,
    }
    return {Favour.TRADES, *(favour for favour, has in traits.items() if has)}


def bonus_xp(base: int, favours: Iterable[Favour], character: Character | None) -> int:
    """XP that a character adds to an entry; whole, halves rounded up."""
    if character is None:
        return 0
    factors = TRAITS[character].factors
    factor = max(
        (factors.get(each, Decimal(1)) for each in favours), default=Decimal(1)
    )
    added = (factor - 1) * base
    return int(added.quantize(Decimal(1), ROUND_HALF_UP))


def character_at(
    chosen: Iterable[ChosenCharacter], instant: datetime
) -> Character | None:
    """The character that a player had at that time; None before the first choice."""
    before = [each for each in chosen if each.chosen_at <= instant]
    if not before:
        return None
    return max(before, key=lambda each: each.chosen_at).character


def choose_character(
    chosen: Sequence[ChosenCharacter], wanted: Character, level: int, at: datetime
) -> ChosenCharacter:
    """The choice of a character: one at the start, and one change from level 5 on.

    Args:
        chosen: The choices so far.
        level: The player's level at that time.

    Raises:
        ConfigurationError: It may not be chosen (now, or any more).
    """
    if len(chosen) > 1:
        raise ConfigurationError(
            "The character was changed already.",
            "It can be changed once; play on with it.",
        )
    if chosen and chosen[0].character is wanted:
        raise ConfigurationError(
            f"{TRAITS[wanted].name} is the character that you have.",
            "Choose another one, or keep it.",
        )
    if chosen and level < CHANGE_FROM_LEVEL:
        raise ConfigurationError(
            f"A character can be changed from level {CHANGE_FROM_LEVEL} on;"
            f" this is level {level}.",
            "Earn more XP first.",
        )
    return ChosenCharacter(wanted, at)
