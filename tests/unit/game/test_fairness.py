"""Which games are ranked, and how fast orders may come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nof1_tracker.game.session.fairness import (
    ORDERS_A_MINUTE,
    board_of,
    wait_for_order,
)
from nof1_tracker.records.play.session.game_boards import Board, GamePlay, Unranked

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAY = GamePlay(
    game_id="g2",
    window_id="w1",
    user_id="ann",
    is_ranked=True,
    started_at=NOW,
    is_finished=True,
    by_program=False,
)
EARLIER = replace(PLAY, game_id="g1", started_at=NOW - timedelta(days=1))


def test_a_first_blind_play_to_the_end_is_ranked_among_people() -> None:
    assert board_of(PLAY, ()) is Board.PEOPLE
    assert board_of(PLAY, [PLAY]) is Board.PEOPLE


def test_programs_have_a_board_of_their_own() -> None:
    assert board_of(replace(PLAY, by_program=True), ()) is Board.PROGRAMS


@pytest.mark.parametrize(
    ("play", "why"),
    [
        (replace(PLAY, user_id=None), Unranked.GUEST),
        (replace(PLAY, is_ranked=False), Unranked.NOT_BLIND),
        (replace(PLAY, is_finished=False), Unranked.NOT_FINISHED),
    ],
)
def test_other_games_are_not_ranked_and_say_why(play: GamePlay, why: Unranked) -> None:
    assert board_of(play, ()) is why


@pytest.mark.parametrize(
    "before",
    [
        EARLIER,
        replace(EARLIER, is_finished=False),
        replace(EARLIER, is_ranked=False),
        replace(EARLIER, by_program=True),
        replace(EARLIER, started_at=NOW),  # of one instant, the lower id is first
    ],
)
def test_only_the_first_play_of_a_window_is_ranked(before: GamePlay) -> None:
    assert board_of(PLAY, [before, PLAY]) is Unranked.PLAYED_BEFORE


@pytest.mark.parametrize(
    "other",
    [
        replace(EARLIER, window_id="w2"),
        replace(EARLIER, user_id="bob"),
        replace(PLAY, game_id="g3", started_at=NOW + timedelta(seconds=1)),
    ],
)
def test_games_of_others_other_windows_and_later_ones_do_not_matter(
    other: GamePlay,
) -> None:
    assert board_of(PLAY, [other]) is Board.PEOPLE


def test_orders_are_limited_in_every_minute_that_can_be_chosen() -> None:
    half = timedelta(milliseconds=500)
    placed = [NOW + half * each for each in range(ORDERS_A_MINUTE)]
    last = placed[-1]
    assert wait_for_order(placed[1:], last) == timedelta(0)
    # 60 orders within 29.5 s: the next one has to wait until the first is a minute old.
    assert wait_for_order(placed, last) == timedelta(seconds=30.5)
    assert wait_for_order(placed, NOW + timedelta(seconds=60)) == timedelta(0)
