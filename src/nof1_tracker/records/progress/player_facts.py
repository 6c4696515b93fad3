"""What is true of a player: the numbers that achievements are measured by."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlayerFacts:
    """Facts of a player. None of them ever falls while a player plays on.

    Trades are those that count for XP, in the order in which they were closed; cases
    are first attempts.

    Attributes:
        cases, cases_all_right: How many were completed, and without an error.
        cases_all_right_in_a_row: The most in a row.
        modules: Modules of which every case is completed.
        fees_right, stops_right, sizes_right, liquidations_right: Right answers by what
            they were about.
        profits_in_a_row: The most closed trades in a row with a net PnL above 0.
        sides_traded: 2 once both a long and a short were opened.
        planned_exits: Trades that a stop or a target closed.
        trades_without_liquidation: The most closed trades in a row.
        best_return: Of all finished windows; a fraction, at least 0.
        friend_games, friend_wins: Windows played with friends, and those in which at
            least one of them ended behind.
        model_sweeps: Windows in which every model ended behind.
        days_in_a_row: The most days in a row with a sign-in.
        level: 1..100.
        achievements: How many are reached.
    """

    cases: int = 0
    cases_all_right: int = 0
    cases_all_right_in_a_row: int = 0
    modules: int = 0
    fees_right: int = 0
    stops_right: int = 0
    sizes_right: int = 0
    liquidations_right: int = 0
    trades: int = 0
    profits: int = 0
    profits_in_a_row: int = 0
    sides_traded: int = 0
    limit_trades: int = 0
    long_holds: int = 0
    diversified_trades: int = 0
    volatile_profits: int = 0
    planned_exits: int = 0
    trades_without_liquidation: int = 0
    best_return: Decimal = Decimal(0)
    friends: int = 0
    friend_games: int = 0
    friend_wins: int = 0
    hosted_games: int = 0
    cards_shared: int = 0
    days_number_one: int = 0
    ranked_windows: int = 0
    daily_windows: int = 0
    model_sweeps: int = 0
    seasons_played: int = 0
    days_in_a_row: int = 0
    characters_chosen: int = 0
    level: int = 1
    achievements: int = 0
