"""What is said when a game is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.play.session.shown_game import Curve, ShownModel
from nof1_tracker.records.progress.rank_rows import RankedContestant
from nof1_tracker.records.progress.xp_entries import XpEntry


class Change(StrEnum):
    """What could have been otherwise; each is the same orders, played again."""

    NO_FEES = "no_fees"
    """Nothing was charged."""
    NO_LEVERAGE = "no_leverage"
    """Quantities divided by the symbol's highest leverage, at a leverage of 1."""
    LOSERS_CLOSED = "losers_closed"
    """Positions were closed at the first price after they had lost 2 % of the start."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A game that was played again with one thing changed.

    Attributes:
        equity: USD at the end.
        difference: That less what the game really ended with, USD.
    """

    change: Change
    equity: Decimal
    difference: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """A game that is over, with everything under its own name.

    Attributes:
        symbols: Real symbols, by the names that they were shown under.
        accounts: Names of the models, by the names that they were shown under.
        names: Names of the models, by the ids of their accounts.
        start, equity, fees: USD.
        total_return: equity / start - 1.
        curve: The player's own equity, each quarter of an hour.
        table: The player (by the id of the game) and the models (by theirs).
        counterfactuals: The one that changes most first. They are not to be added up:
            each changes one thing alone.
        changed_most: None where nothing would have made a difference.
        earned: XP line by line, oldest first; empty for a guest.
    """

    game_id: str
    starts_at: datetime
    ends_at: datetime
    symbols: Mapping[str, str]
    accounts: Mapping[str, str]
    names: Mapping[str, str]
    start: Decimal
    equity: Decimal
    total_return: Decimal
    fees: Decimal
    curve: Curve
    models: tuple[ShownModel, ...]
    table: tuple[RankedContestant, ...]
    counterfactuals: tuple[Counterfactual, ...]
    earned: tuple[XpEntry, ...]

    @property
    def changed_most(self) -> Counterfactual | None:
        """The change that would have made the largest difference, for better or worse."""
        first = next(iter(self.counterfactuals), None)
        return first if first is not None and first.difference else None

    @property
    def place(self) -> RankedContestant:
        """The player's own line of the table."""
        return next(each for each in self.table if each.contestant == self.game_id)
