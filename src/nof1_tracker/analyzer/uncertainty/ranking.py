"""Who is ahead, and whether the trades show it: probabilities, verdict, power."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from nof1_tracker.analyzer.uncertainty.bootstrap import (
    CONFIDENCE,
    TIE,
    ResampledMean,
    finite,
    varies,
)

POWER = 0.8


@dataclass(frozen=True, slots=True)
class ProbabilityMatrix:
    """P(the mean trade of the row's model beats that of the column's).

    Attributes:
        rows: Square, in the order of `names`; P(A, B) + P(B, A) = 1, so the diagonal
            is 0.5. None where either model has no resampled mean.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]

    def probability(self, first: str, second: str) -> float | None:
        """P(first beats second).

        Raises:
            ValueError: There is no such model in the matrix.
        """
        return self.rows[self.names.index(first)][self.names.index(second)]


def probability_matrix(
    resampled: Mapping[str, ResampledMean | None],
) -> ProbabilityMatrix:
    """Compares every resampled mean of one model with every one of the other.

    A tie counts half. This is one minus the bootstrap's one-sided p-value of "A is
    not better than B". It accounts for chance, not for markets that change.

    Args:
        resampled: From `resample_mean`, each with its own stream; None for a model
            without enough trades.

    Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", ch. 15-16;
    over all pairs it is the Mann-Whitney statistic divided by the number of pairs.
    """
    names = tuple(resampled)
    ordered = [_sorted(resampled[name]) for name in names]
    rows: list[list[float | None]] = [[None] * len(names) for _ in names]
    for row, first in enumerate(ordered):
        for column, second in enumerate(ordered[: row + 1]):
            if first is None or second is None:
                continue
            probability = 0.5 if row == column else _probability(first, second)
            rows[row][column], rows[column][row] = probability, 1 - probability
    return ProbabilityMatrix(names, tuple(tuple(row) for row in rows))


def _sorted(resampled: ResampledMean | None) -> ResampledMean | None:
    if resampled is None:
        return None
    return replace(resampled, means=np.sort(resampled.means))


def _probability(first: ResampledMean, second: ResampledMean) -> float:
    tolerance = TIE * max(first.scale, second.scale)
    below = np.searchsorted(second.means, first.means - tolerance, "left")
    up_to = np.searchsorted(second.means, first.means + tolerance, "right")
    pairs = 2 * len(first.means) * len(second.means)
    return float(below.sum() + up_to.sum()) / pairs


# --- is the leader supported? -----------------------------------------------------


class Separation(StrEnum):
    """What the trades say about two adjacent ranks."""

    DISTINCT = "distinct"
    """The mean trade of the upper rank is better."""
    INDISTINCT = "indistinct"
    """The two cannot be told apart."""
    REVERSED = "reversed"
    """The mean trade of the lower rank is better, in spite of the ranking."""
    UNKNOWN = "unknown"
    """One of the two has too few trades."""


@dataclass(frozen=True, slots=True)
class AdjacentRanks:
    """Two neighbours of a ranking; `probability` is P(upper beats lower)."""

    upper: str
    lower: str
    probability: float | None
    separation: Separation


@dataclass(frozen=True, slots=True)
class RankingVerdict:
    """Whether the trades support a ranking.

    Attributes:
        leader: First in the ranking; None where it is empty.
        leader_probability: P(leader beats its closest rival); None where it cannot
            be compared with any.
        leader_supported: True where the leader beats every rival with at least
            `confidence`, and every rival has enough trades to compare.
        adjacent: From the top of the ranking down.
    """

    confidence: float
    leader: str | None
    leader_probability: float | None
    leader_supported: bool
    adjacent: tuple[AdjacentRanks, ...]

    @property
    def indistinct(self) -> tuple[tuple[str, str], ...]:
        """The neighbours that cannot be told apart, or have too few trades."""
        unclear = (Separation.INDISTINCT, Separation.UNKNOWN)
        return tuple(
            (each.upper, each.lower)
            for each in self.adjacent
            if each.separation in unclear
        )


def ranking_verdict(
    matrix: ProbabilityMatrix,
    ranking: Sequence[str],
    *,
    confidence: float = CONFIDENCE,
) -> RankingVerdict:
    """Compares a ranking, however it was made, with the models' mean trades.

    The leader must beat each rival with that confidence. Because it must beat all of
    them, no correction for their number is needed (intersection-union test).

    Args:
        ranking: Names in the matrix, best first.

    Raises:
        ValueError: A name in the ranking is not in the matrix.

    Source: Berger 1982, "Multiparameter Hypothesis Testing and Acceptance
    Sampling", Technometrics 24.
    """
    rivals = [matrix.probability(ranking[0], other) for other in ranking[1:]]
    known = [each for each in rivals if each is not None]
    closest = min(known, default=None)
    return RankingVerdict(
        confidence=confidence,
        leader=ranking[0] if ranking else None,
        leader_probability=closest,
        leader_supported=(
            closest is not None and len(known) == len(rivals) and closest >= confidence
        ),
        adjacent=tuple(
            _neighbours(matrix, upper, lower, confidence)
            for upper, lower in pairwise(ranking)
        ),
    )


def _neighbours(
    matrix: ProbabilityMatrix, upper: str, lower: str, confidence: float
) -> AdjacentRanks:
    probability = matrix.probability(upper, lower)
    return AdjacentRanks(
        upper, lower, probability, _separation(probability, confidence)
    )


def _separation(probability: float | None, confidence: float) -> Separation:
    if probability is None:
        return Separation.UNKNOWN
    if probability >= confidence:
        return Separation.DISTINCT
    if 1 - probability >= confidence:
        return Separation.REVERSED
    return Separation.INDISTINCT


def trades_needed(
    leader: Iterable[float | None],
    runner_up: Iterable[float | None],
    *,
    confidence: float = CONFIDENCE,
    power: float = POWER,
) -> int | None:
    """How many more trades EACH of the two must make to confirm the leader.

    The smallest integer k >= 0 with  s1^2 / (n1 + k) + s2^2 / (n2 + k) <= (d / z)^2,
    where d is the lead in mean net, s^2 are the sample variances, and
    z = Phi^-1(confidence) + Phi^-1(power), one-sided as the verdict is: if the lead
    is as large as it looks, that many trades confirm it with probability `power`.
    With n1 = n2 = 0 it is the textbook formula n = z^2 (s1^2 + s2^2) / d^2.

    None where there is no lead, for fewer than two trades, and where neither varies.

    Args:
        leader, runner_up: Net of each trade, USD.

    Source: Chow, Shao & Wang 2008, "Sample Size Calculations in Clinical Research",
    section 3.2 (superiority of one of two means), solved for unequal starting sizes.
    """
    first, second = finite(leader), finite(runner_up)
    if min(len(first), len(second)) < 2:
        return None
    lead = float(first.mean() - second.mean())
    if lead <= 0 or not (varies(first) or varies(second)):
        return None
    variances = float(first.var(ddof=1)), float(second.var(ddof=1))
    normal = NormalDist()
    score = normal.inv_cdf(confidence) + normal.inv_cdf(power)
    # In units of the lead, so that squares stay within range.
    relative = [variance / lead * (score / lead) * score for variance in variances]
    return _more_of_each(len(first) - relative[0], len(second) - relative[1], relative)


def _more_of_each(first: float, second: float, required: Sequence[float]) -> int | None:
    """The smallest k >= 0 with r1 / (n1 + k) + r2 / (n2 + k) <= 1, given each n - r.

    It is the larger root of k^2 + (first + second) k + first second - r1 r2.
    """
    mixed = 2 * math.sqrt(required[0]) * math.sqrt(required[1])
    root = (math.hypot(first - second, mixed) - (first + second)) / 2
    if not math.isfinite(root):
        return None
    # Rounding may leave an integer root slightly above itself.
    return max(math.ceil(root - 1e-9 * max(abs(root), 1)), 0)
