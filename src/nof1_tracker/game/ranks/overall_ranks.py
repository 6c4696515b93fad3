"""Ranks over many windows, which differ from player to player."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nof1_tracker.analyzer.uncertainty.mean_trade import (
    LEAST_TRADES,
    MeanEstimate,
    mean_trade,
)
from nof1_tracker.analyzer.uncertainty.ranking import probability_matrix
from nof1_tracker.game.ranks.rank_intervals import rank_intervals
from nof1_tracker.records.progress.rank_rows import ContestantResults, RankedContestant

SETTLED_WINDOWS = LEAST_TRADES
"""Ranked windows that Number One needs; with fewer, every rank is possible."""


def overall_ranks(results: Iterable[ContestantResults]) -> tuple[RankedContestant, ...]:
    """All contestants, the best first; those with fewer than ten windows come last.

    A window's result is the total return less the mean of the models' in that window,
    so that a rising market ranks nobody above those who played a falling one. Windows
    are taken as independent. Every pair of contestants with ten windows is compared: 400
    of them take 3 seconds, and the time grows with their square.
    """
    known = list(results)
    scores = _scores(known)
    table = sorted(
        (_Line.of(each, scores[each.contestant]) for each in known), key=_order
    )
    matrix = probability_matrix({each.name: each.estimate for each in table})
    places = rank_intervals([(each.name, _order(each)[:2]) for each in table], matrix)
    return tuple(
        RankedContestant(
            contestant=line.name,
            is_model=line.is_model,
            place=places[line.name],
            result=line.mean,
            windows=line.windows,
            is_settled=line.is_settled,
            is_number_one=line.is_settled and places[line.name].rank == 1,
        )
        for line in table
    )


def leaders(results: Iterable[ContestantResults]) -> Sequence[ContestantResults]:
    """Who is Number One of these, several where they share it; without intervals."""
    known = list(results)
    scores = _scores(known)
    settled = {
        each.contestant: sum(own) / len(own)
        for each in known
        if len(own := scores[each.contestant]) >= SETTLED_WINDOWS
    }
    best = max(settled.values(), default=0.0)
    return [each for each in known if settled.get(each.contestant) == best]


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    is_model: bool
    windows: int
    mean: float
    estimate: MeanEstimate | None

    @classmethod
    def of(cls, results: ContestantResults, scores: Sequence[float]) -> "_Line":
        values = np.array(scores, dtype=np.float64)
        # Without a time, every window is independent of the others.
        times = np.full(len(values), "NaT", dtype="datetime64[us]")
        found = mean_trade(values, times)
        return cls(
            name=results.contestant,
            is_model=results.is_model,
            windows=len(values),
            mean=float(values.mean()) if len(values) else 0.0,
            estimate=found.net if found else None,
        )

    @property
    def is_settled(self) -> bool:
        return self.windows >= SETTLED_WINDOWS


def _order(line: _Line) -> tuple[bool, float, str]:
    return not line.is_settled, -line.mean, line.name


def _scores(results: Iterable[ContestantResults]) -> Mapping[str, list[float]]:
    """Each contestant's results, in those windows in which a model took part."""
    known = list(results)
    of_models: dict[str, list[float]] = defaultdict(list)
    for each in known:
        if each.is_model:
            for window, total in each.returns:
                of_models[window].append(total)
    means = {window: sum(totals) / len(totals) for window, totals in of_models.items()}
    return {
        each.contestant: [
            total - means[window] for window, total in each.returns if window in means
        ]
        for each in known
    }
