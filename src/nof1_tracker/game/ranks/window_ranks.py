"""Ranks in one window: everybody traded the same market at the same time."""

from collections.abc import Collection, Mapping
from itertools import combinations

import numpy as np

from nof1_tracker.analyzer.equity.equity_metrics import LEAST_RETURNS
from nof1_tracker.analyzer.uncertainty.interval import CONFIDENCE
from nof1_tracker.analyzer.uncertainty.paired_returns import paired_returns
from nof1_tracker.analyzer.uncertainty.ranking import ProbabilityMatrix
from nof1_tracker.game.ranks.rank_intervals import rank_intervals
from nof1_tracker.records.account_columns import FloatArray
from nof1_tracker.records.progress.rank_rows import RankedContestant


def window_ranks(
    returns: Mapping[str, FloatArray], models: Collection[str]
) -> tuple[RankedContestant, ...]:
    """Everybody who played a window, the best first.

    Args:
        returns: By contestant, fractions per step of the grid that all share.
        models: Which of the contestants are models.

    Raises:
        ValueError: The steps of the contestants differ.
    """
    steps = {len(each) for each in returns.values()}
    if len(steps) > 1:
        raise ValueError(f"the contestants of a window differ in steps: {steps}")
    totals = {name: float(np.prod(1 + each) - 1) for name, each in returns.items()}
    ordered = sorted(totals.items(), key=lambda each: (-each[1], each[0]))
    places = rank_intervals(ordered, _matrix(returns))
    return tuple(
        RankedContestant(
            contestant=name,
            is_model=name in models,
            place=places[name],
            result=total,
            windows=1,
            is_settled=False,
            is_number_one=False,
        )
        for name, total in ordered
    )


def _matrix(returns: Mapping[str, FloatArray]) -> ProbabilityMatrix:
    """P(the total return of the row beats that of the column), from paired steps."""
    names = tuple(returns)
    rows: list[list[float | None]] = [[None] * len(names) for _ in names]
    for first, second in combinations(range(len(names)), 2):
        chance = _probability(returns[names[first]], returns[names[second]])
        rows[first][second] = chance
        rows[second][first] = None if chance is None else 1 - chance
    return ProbabilityMatrix(names, tuple(map(tuple, rows)))


def _probability(first: FloatArray, second: FloatArray) -> float | None:
    """None where there are too few steps, and after a loss of everything."""
    if len(first) < LEAST_RETURNS:
        return None
    # The year matters to Sharpe ratios alone, which are not used here.
    paired = paired_returns(first, second, periods_per_year=1, level=CONFIDENCE)
    return paired.total_return.probability if paired.total_return else None
