"""Windows and their turns: where they pause, and what always holds."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.turns.choose_window import choose_window
from nof1_tracker.game.turns.cut_turns import cut_turns
from nof1_tracker.records.progress.play_windows import PlayableStretch, Turn

START = datetime(2025, 10, 20, tzinfo=UTC)


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def every(hours: float, count: int) -> list[datetime]:
    return [after(hours * each) for each in range(1, count + 1)]


# --- turns ----------------------------------------------------------------------------


def test_a_window_pauses_where_a_model_traded() -> None:
    # 30 trades an hour and a half apart make 31 turns of two days.
    turns = cut_turns(START, after(48), every(1.5, 30))
    assert len(turns) == 31
    assert turns[0] == Turn(START, after(1.5), is_trade=False)
    assert turns[1] == Turn(after(1.5), after(3), is_trade=True)
    assert turns[-1] == Turn(after(45), after(48), is_trade=True)
    assert all(each.is_trade for each in turns[1:])


def test_trades_within_15_minutes_are_one_pause_at_the_first() -> None:
    trades = [*every(1.5, 30), after(1.6), after(1.74), after(0.1), after(47.9)]
    assert cut_turns(START, after(48), trades) == cut_turns(
        START, after(48), every(1.5, 30)
    )
    apart = cut_turns(START, after(48), [*every(1.5, 30), after(1.75)])
    assert len(apart) == 32


def test_without_trades_24_turns_of_equal_length_remain_of_three_halvings() -> None:
    turns = cut_turns(START, after(48), ())
    assert len(turns) == 24
    # 16 of three hours, of which eight are halved once more.
    lengths = sorted(each.length for each in turns)
    assert lengths == [timedelta(hours=1.5)] * 16 + [timedelta(hours=3)] * 8
    assert not any(each.is_trade for each in turns)


def test_of_too_many_trades_the_crowded_ones_are_left_out() -> None:
    crowd = [after(20 + each / 4) for each in range(20)]
    regular = every(4.5, 35)
    turns = cut_turns(START, after(168), [*regular, *crowd])
    assert len(turns) == 40
    # Those near the crowd may give way to it; those away from it stay.
    away = {each for each in regular if not after(15) < each < after(30)}
    assert away <= {each.start for each in turns}


def test_a_window_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="too short for its turns"):
        cut_turns(START, after(11), ())


TRADES = st.lists(st.integers(-3_000, 11_000), max_size=120).map(
    lambda minutes: [START + timedelta(minutes=each) for each in minutes]
)


@given(TRADES, st.integers(2, 7), st.randoms(use_true_random=False))
def test_turns_cover_the_window_and_are_24_to_40_of_at_least_15_minutes(
    trades: list[datetime], days: int, chance: Random
) -> None:
    end = START + timedelta(days=days)
    turns = cut_turns(START, end, trades)
    assert 24 <= len(turns) <= 40
    assert (turns[0].start, turns[-1].end) == (START, end)
    assert all(a.end == b.start for a, b in pairwise(turns))
    assert min(each.length for each in turns) >= timedelta(minutes=15)
    assert {each.start for each in turns if each.is_trade} <= set(trades)
    shuffled = sorted(trades, key=lambda _: chance.random())
    assert cut_turns(START, end, shuffled) == turns


# --- windows --------------------------------------------------------------------------

SEASON = PlayableStretch(START, after(17 * 24))


def test_a_window_lies_within_one_span_on_a_full_hour() -> None:
    spans = [
        PlayableStretch(after(-0.5), after(47.9)),
        PlayableStretch(after(60.25), after(109.5)),
    ]
    # Only 61:00 to 109:00 has 48 hours.
    window = choose_window(spans, every(1, 200), 2, b"any")
    assert (window.start, window.end) == (after(61), after(109))


def test_the_same_draw_chooses_the_same_window_and_others_choose_others() -> None:
    trades = every(1.5, 270)
    windows = [choose_window([SEASON], trades, 3, b"%d" % each) for each in range(30)]
    assert windows == [
        choose_window([SEASON], trades[::-1], 3, b"%d" % each) for each in range(30)
    ]
    assert len({each.start for each in windows}) > 20


def test_windows_in_which_models_traded_are_preferred() -> None:
    # All trades lie in the two days from hour 100 on; nowhere else are 23 pauses.
    trades = [after(102 + 2 * each) for each in range(23)]
    for number in range(10):
        window = choose_window([SEASON], trades, 2, b"%d" % number)
        assert sum(each.is_trade for each in window.turns) == 23


def test_a_season_without_trades_can_be_played_too() -> None:
    assert len(choose_window([SEASON], (), 7, b"any").turns) == 24


@pytest.mark.parametrize("days", [1, 8])
def test_a_window_of_another_length_is_refused(days: int) -> None:
    with pytest.raises(ConfigurationError, match="has 2 to 7 days"):
        choose_window([SEASON], (), days, b"any")


def test_a_record_with_holes_names_the_command_that_fills_them() -> None:
    spans = [PlayableStretch(START, after(47))]
    with pytest.raises(ConfigurationError, match="backfill hyperliquid"):
        choose_window(spans, (), 2, b"any")
