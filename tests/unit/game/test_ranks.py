"""Ranks with their intervals: what they say with few windows, and with many."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.ranks.overall_ranks import SETTLED_WINDOWS, overall_ranks
from nof1_tracker.game.ranks.window_ranks import window_ranks
from nof1_tracker.records.account_columns import FloatArray
from nof1_tracker.records.progress.rank_rows import (
    ContestantResults,
    RankedContestant,
    RankInterval,
)


def contestant(
    name: str, returns: Sequence[float], *, model: bool = False
) -> ContestantResults:
    windows = tuple((f"w{place}", each) for place, each in enumerate(returns))
    return ContestantResults(name, model, windows)


def written(table: Sequence[RankedContestant]) -> dict[str, str]:
    return {each.contestant: each.place.written for each in table}


def around(mean: float, count: int = 12) -> list[float]:
    """Results that lie 0.02 about a mean, now above and now below."""
    return [mean + (0.02 if each % 2 else -0.02) for each in range(count)]


MODEL = contestant("model", [0.0] * 40, model=True)


def test_a_rank_is_written_with_its_interval() -> None:
    assert RankInterval(3, 1, 14).written == "3 (1-14)"


def test_who_is_clearly_better_is_certainly_ahead() -> None:
    table = overall_ranks(
        [MODEL, contestant("bad", around(-0.5)), contestant("good", around(0.5))]
    )
    assert written(table)["good"].startswith("1 (1-")
    assert written(table)["bad"].endswith("-3)")
    good, bad = (next(e for e in table if e.contestant == n) for n in ("good", "bad"))
    assert good.place.worst < bad.place.worst
    assert bad.place.best > 1


def test_who_is_much_alike_may_have_any_rank() -> None:
    rows = [contestant(f"p{each}", around(0.001 * each)) for each in range(5)]
    assert set(written(overall_ranks([*rows, MODEL])).values()) >= {
        "1 (1-6)",
        "2 (1-6)",
    }


def test_number_one_needs_ten_ranked_windows() -> None:
    assert SETTLED_WINDOWS == 10
    lucky = contestant("lucky", around(0.9, 9))
    steady = contestant("steady", around(0.1, 10))
    table = overall_ranks([lucky, steady, MODEL])
    assert [each.contestant for each in table] == ["steady", "model", "lucky"]
    assert [each.is_number_one for each in table] == [True, False, False]
    assert table[2].place == RankInterval(3, 1, 3)
    tenth = contestant("lucky", around(0.9, 10))
    first = overall_ranks([tenth, steady, MODEL])[0]
    assert (first.contestant, first.is_number_one, first.windows) == ("lucky", True, 10)


def test_a_rising_market_ranks_nobody_above_a_falling_one() -> None:
    rising = ContestantResults("bull", False, tuple((f"up{n}", 0.3) for n in range(10)))
    falling = ContestantResults(
        "bear", False, tuple((f"dn{n}", -0.1) for n in range(10))
    )
    market = [(f"up{n}", 0.35) for n in range(10)] + [
        (f"dn{n}", -0.2) for n in range(10)
    ]
    table = overall_ranks(
        [rising, falling, ContestantResults("m", True, tuple(market))]
    )
    assert [each.contestant for each in table] == ["bear", "m", "bull"]
    assert [each.result for each in table] == pytest.approx([0.1, 0, -0.05])


def test_a_window_without_a_model_does_not_count() -> None:
    alone = ContestantResults("alone", False, (("private", 5.0),))
    (found,) = (each for each in overall_ranks([alone, MODEL]) if not each.is_model)
    assert (found.windows, found.result) == (0, 0)


def test_nobody_is_ranked_where_nobody_played() -> None:
    assert overall_ranks([]) == ()
    assert window_ranks({}, ()) == ()


def test_equal_results_share_a_rank() -> None:
    rows = [contestant(name, around(0.1)) for name in ("a", "b")]
    assert [each.place.rank for each in overall_ranks([*rows, MODEL])] == [1, 1, 3]


@given(
    st.lists(
        st.lists(st.integers(-90, 300).map(lambda each: each / 100), max_size=15),
        max_size=6,
    )
)
def test_an_interval_holds_its_rank(players: list[list[float]]) -> None:
    rows = [contestant(f"p{place}", each) for place, each in enumerate(players)]
    table = overall_ranks([*rows, MODEL])
    assert sorted(each.contestant for each in table) == sorted(
        each.contestant for each in (*rows, MODEL)
    )
    for line in table:
        assert 1 <= line.place.best <= line.place.rank <= line.place.worst <= len(table)


# --- in one window --------------------------------------------------------------------


def steps(drift: float, seed: int, count: int = 192) -> FloatArray:
    return np.random.default_rng(seed).normal(drift, 0.002, count)


def test_a_window_tells_clear_winners_from_the_rest_and_no_more() -> None:
    returns = {
        "you": steps(0.01, 1),
        "gpt-5": steps(0.0, 2),
        "grok-4": steps(0.0, 3),
        "qwen3-max": steps(-0.01, 4),
    }
    table = window_ranks(returns, {"gpt-5", "grok-4", "qwen3-max"})
    places = written(table)
    assert places["you"] == "1 (1-1)"
    assert places["qwen3-max"] == "4 (4-4)"
    assert {places["gpt-5"], places["grok-4"]} == {"2 (2-3)", "3 (2-3)"}
    assert [each.is_model for each in table] == [False, True, True, True]


def test_a_window_of_few_steps_says_nothing_about_ranks() -> None:
    table = window_ranks(
        {"you": steps(0.01, 1, 99), "gpt-5": steps(-0.01, 2, 99)}, {"gpt-5"}
    )
    assert written(table) == {"you": "1 (1-2)", "gpt-5": "2 (1-2)"}


def test_who_never_traded_has_a_rank_too() -> None:
    flat = np.zeros(192)
    table = window_ranks({"you": flat, "me": flat, "gpt-5": steps(0.02, 1)}, {"gpt-5"})
    assert written(table) == {"gpt-5": "1 (1-1)", "me": "2 (2-3)", "you": "2 (2-3)"}


def test_contestants_of_one_window_share_its_steps() -> None:
    with pytest.raises(ValueError, match="differ in steps"):
        window_ranks({"you": steps(0, 1, 30), "gpt-5": steps(0, 2, 31)}, {"gpt-5"})
