"""Which games are ranked, and how fast orders may come. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from nof1_tracker.records.play.session.game_boards import Board, GamePlay, Unranked

ORDERS_A_MINUTE: Final = 60
"""Moves of one account in any 60 seconds of real time, over all of its games."""
_MINUTE: Final = timedelta(minutes=1)


def board_of(play: GamePlay, others: Iterable[GamePlay]) -> Board | Unranked:
    """The board that a game is ranked on, or why it is not ranked.

    Only an account's first play of a window ranks, whatever its mode, and whether it was
    played to its end or not: who has seen a window knows how it goes on.

    A game in a room never ranks: its players may talk, and share a clock that leaves no
    time to think. It counts as a play of its window all the same.

    Args:
        others: Games of the account, in any order; the game itself may be among them.
    """
    if play.user_id is None:
        return Unranked.GUEST
    if play.in_room:
        return Unranked.ROOM
    if not play.is_ranked:
        return Unranked.NOT_BLIND
    if any(_is_earlier(each, play) for each in others):
        return Unranked.PLAYED_BEFORE
    if not play.is_finished:
        return Unranked.NOT_FINISHED
    return Board.PROGRAMS if play.by_program else Board.PEOPLE


def wait_for_order(placed_at: Iterable[datetime], now: datetime) -> timedelta:
    """How long an account must wait with its next move; zero where it need not.

    Args:
        placed_at: When its moves were made, real time, in any order.
    """
    recent = sorted(at for at in placed_at if now - _MINUTE < at)
    if len(recent) < ORDERS_A_MINUTE:
        return timedelta(0)
    return recent[-ORDERS_A_MINUTE] + _MINUTE - now


def _is_earlier(other: GamePlay, play: GamePlay) -> bool:
    """By when it started, and of one instant by its id: exactly one of them is first."""
    if (other.user_id, other.window_id) != (play.user_id, play.window_id):
        return False
    return (other.started_at, other.game_id) < (play.started_at, play.game_id)
