"""Confidence against outcome: the reliability table and the scores, by hand."""

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.decisions.calibration import (
    Forecasts,
    calibrate,
    find_forecasts,
)
from nof1_tracker.analyzer.trades.entries import match_decisions
from tests.unit.analyzer.legs_and_decisions import decision, entries_of, leg

STATED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30)


def forecasts(*stated: tuple[float, bool]) -> Forecasts:
    """Bets by their confidence and whether they won."""
    return Forecasts(
        np.array([confidence for confidence, _ in stated], dtype=np.float64),
        np.array([won for _, won in stated], dtype=np.bool_),
        np.ones(len(stated), dtype=np.bool_),
    )


def test_four_bets_by_hand() -> None:
    found = calibrate(forecasts((0.6, True), (0.6, False), (0.8, True), (0.8, True)))

    # (0.16 + 0.36 + 0.04 + 0.04) / 4; the win rate is 3/4, so 3/4 x 1/4 = 0.1875.
    assert found.brier_score == pytest.approx(0.15)
    assert found.reference_score == pytest.approx(0.1875)
    assert found.skill == pytest.approx(0.2)
    assert found.mean_confidence == pytest.approx(0.7)
    assert found.win_rate == 0.75
    # Half of the bets are 0.6 - 0.5 off, half 1 - 0.8.
    assert found.calibration_error == pytest.approx(0.15)


def test_the_reliability_table_counts_each_bin() -> None:
    found = calibrate(
        forecasts((0.65, True), (0.69, False), (0.7, True), (1.0, False)),
        edges=(0, 0.7, 1),
    )
    low, high = found.bins

    assert (low.low, low.high, low.count, low.wins) == (0, 0.7, 2, 1)
    assert low.mean_confidence == pytest.approx(0.67)
    assert low.win_rate == 0.5
    # 0.7 begins the upper bin, and 1 belongs to the last one.
    assert (high.count, high.wins, high.win_rate) == (2, 1, 0.5)


@pytest.mark.parametrize("tenth", range(10))
def test_a_confidence_on_an_edge_falls_into_the_bin_above_it(tenth: int) -> None:
    found = find_forecasts(
        match_decisions(
            entries_of(leg(1, 9, 5.0)),
            [decision(0.9, tenth * 10.0)],
            before=timedelta(0),
            within=timedelta(minutes=1),
        )
    )

    assert calibrate(found).bins[tenth].count == 1


def test_an_empty_bin_has_no_win_rate() -> None:
    empty = calibrate(forecasts((0.95, True))).bins[0]

    assert (empty.count, empty.win_rate, empty.mean_confidence) == (0, None, None)


def test_without_bets_nothing_is_scored() -> None:
    found = calibrate(forecasts())

    assert found.bets == 0
    assert len(found.bins) == 10
    assert found.brier_score is found.win_rate is found.mean_confidence is None
    assert found.skill is found.calibration_error is found.reference_score is None


def test_where_all_won_there_is_no_skill_to_measure() -> None:
    found = calibrate(forecasts((0.8, True), (0.9, True)))

    assert found.skill is None
    assert found.brier_score == pytest.approx(0.025)


@pytest.mark.parametrize("edges", [(0, 0.5), (0.5, 1), (0, 0.6, 0.4, 1), (0, 0, 1)])
def test_edges_must_rise_from_0_to_1(edges: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rise from 0 to 1"):
        calibrate(forecasts(), edges=edges)


def test_a_bet_is_a_closed_entry_with_a_stated_confidence() -> None:
    legs = [
        leg(10, 60, 5.0, oid=1),
        leg(10, 90, -8.0, oid=1),  # over both legs it lost
        leg(100, 160, 3.0, oid=2, confidence=65.0),  # no decision stored
        leg(200, None, None, oid=3, confidence=70.0),  # open
        leg(300, 360, 4.0, oid=4),  # no confidence
        leg(400, 460, 0.0, oid=5, confidence=50.0),  # breakeven
        leg(500, 560, 9.0, oid=6, confidence=250.0),  # no probability
    ]
    matches = match_decisions(
        entries_of(*legs),
        [decision(9.9, 80.0)],
        before=timedelta(0),
        within=timedelta(minutes=1),
    )

    found = find_forecasts(matches)
    assert found.confidence.tolist() == [0.8, 0.65, 0.5]
    assert found.won.tolist() == [False, True, False]
    assert found.from_decision.tolist() == [True, False, False]


def test_an_honest_forecaster_is_found_to_be_calibrated() -> None:
    rng = np.random.default_rng(1)
    stated = rng.uniform(0.3, 0.9, 20_000)
    won = rng.random(20_000) < stated
    found = calibrate(Forecasts(stated, won, np.ones(20_000, dtype=np.bool_)))

    assert found.calibration_error is not None
    assert found.calibration_error < 0.02
    assert found.skill is not None
    assert found.skill > 0
    # E[(p - won)^2] = E[p (1 - p)] = 0.6 - (0.36 + 0.03).
    assert found.brier_score == pytest.approx(0.21, abs=0.005)


@given(STATED)
def test_every_bet_is_in_one_bin_and_every_score_in_its_range(
    found: list[tuple[float, bool]],
) -> None:
    result = calibrate(forecasts(*found))

    assert sum(each.count for each in result.bins) == len(found)
    assert sum(each.wins for each in result.bins) == sum(won for _, won in found)
    for each in result.bins:
        if each.mean_confidence is not None:
            assert each.low - 1e-12 <= each.mean_confidence <= each.high + 1e-12
    if result.brier_score is not None:
        assert 0 <= result.brier_score <= 1
        assert result.calibration_error is not None
        assert result.mean_confidence is not None
        assert result.win_rate is not None
        # The average over bins hides errors that cancel, and no more.
        overall = abs(result.mean_confidence - result.win_rate)
        assert overall <= result.calibration_error + 1e-9 <= 1 + 1e-9
        assert math.isfinite(result.brier_score)
