"""What is true of a player, out of what the player did."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from nof1_tracker.game.progress.earning import (
    counted_trades,
    first_attempts,
    is_long_hold,
    is_profitable,
    module_entries,
)
from nof1_tracker.game.progress.streaks import longest_run
from nof1_tracker.records.progress.player_facts import PlayerFacts
from nof1_tracker.records.progress.player_history import (
    FinishedWindow,
    Notion,
    PlayedTrade,
    PlayerHistory,
)


def gather_facts(history: PlayerHistory) -> PlayerFacts:
    """The facts of a player, but for the level and the achievements, which depend on XP."""
    return PlayerFacts(
        **_of_cases(history),
        **_of_trades(history),
        **_of_windows(history.windows),
        friends=history.friends,
        cards_shared=history.cards_shared,
        days_number_one=history.days_number_one,
        days_in_a_row=longest_run(history.sign_ins),
        characters_chosen=len(history.characters),
    )


def _of_cases(history: PlayerHistory) -> dict[str, Any]:
    cases = first_attempts(history.cases)
    right = Counter(notion for case in cases for notion in case.right)
    return {
        "cases": len(cases),
        "cases_all_right": sum(case.is_all_right for case in cases),
        "cases_all_right_in_a_row": _most_in_a_row(case.is_all_right for case in cases),
        "modules": len(list(module_entries(cases, history.module_sizes))),
        "fees_right": right[Notion.FEE],
        "stops_right": right[Notion.STOP_DISTANCE],
        "sizes_right": right[Notion.POSITION_SIZE],
        "liquidations_right": right[Notion.LIQUIDATION_PRICE],
    }


def _of_trades(history: PlayerHistory) -> dict[str, Any]:
    trades = counted_trades(history.trades)
    closed = sorted((trade for trade in trades if trade.closed_at), key=_closing)
    return {
        "trades": len(trades),
        "profits": sum(map(is_profitable, closed)),
        "profits_in_a_row": _most_in_a_row(map(is_profitable, closed)),
        "sides_traded": len({trade.side for trade in trades}),
        "limit_trades": sum(trade.by_limit for trade in trades),
        "long_holds": sum(map(is_long_hold, closed)),
        "diversified_trades": sum(trade.is_diversified for trade in trades),
        "volatile_profits": sum(
            trade.is_volatile and is_profitable(trade) for trade in closed
        ),
        "planned_exits": sum(trade.planned_exit is not None for trade in closed),
        "trades_without_liquidation": _most_in_a_row(
            not trade.was_liquidated for trade in closed
        ),
    }


def _of_windows(windows: Iterable[FinishedWindow]) -> dict[str, Any]:
    # Only a first play counts, as for ranks.
    first: dict[str, FinishedWindow] = {}
    for window in sorted(windows, key=lambda each: each.finished_at):
        first.setdefault(window.window_id, window)
    played = first.values()
    return {
        "best_return": max(
            (window.total_return for window in played), default=Decimal(0)
        ).max(Decimal(0)),
        "friend_games": sum(window.friends > 0 for window in played),
        "friend_wins": sum(window.friends_beaten > 0 for window in played),
        "hosted_games": sum(window.hosted for window in played),
        "ranked_windows": sum(window.is_ranked for window in played),
        "daily_windows": sum(window.is_daily for window in played),
        "model_sweeps": sum(window.beat_every_model for window in played),
        "seasons_played": len({window.season for window in played}),
    }


def _closing(trade: PlayedTrade) -> tuple[datetime | None, str]:
    return trade.closed_at, trade.trade_id


def _most_in_a_row(outcomes: Iterable[bool]) -> int:
    most = run = 0
    for is_so in outcomes:
        run = run + 1 if is_so else 0
        most = max(most, run)
    return most
