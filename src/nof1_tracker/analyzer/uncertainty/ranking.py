"""Who is ahead, and whether the trades show it: probabilities, verdict, power."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise, takewhile
from statistics import NormalDist

from nof1_tracker.analyzer.uncertainty.interval import CONFIDENCE
from nof1_tracker.analyzer.uncertainty.mean_trade import MeanEstimate, MeanTrade

POWER = 0.8


@dataclass(frozen=True, slots=True)
class ProbabilityMatrix:
    """P(the mean trade of the row's model beats that of the column's).

    Attributes:
        rows: Square, in the order of `names`; P(A, B) + P(B, A) = 1, so the diagonal
            is 0.5. None where either model has too few trades.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]

    def probability(self, first: str, second: str) -> float | None:
        """P(first beats second).

        Raises:
            ValueError: There is no such model in the matrix.
        """
        return self.rows[self.names.index(first)][self.names.index(second)]

    @property
    def pairs(self) -> dict[tuple[str, str], float]:
        """The pairs that can be compared, the better first, with its probability."""
        found = {}
        for (row, first), (column, second) in combinations(enumerate(self.names), 2):
            chance = self.rows[row][column]
            if chance is not None:
                better = (first, second) if chance >= 0.5 else (second, first)
                found[better] = max(chance, 1 - chance)
        return found


def probability_matrix(
    estimates: Mapping[str, MeanEstimate | None],
) -> ProbabilityMatrix:
    """Compares the mean trade of every model with that of every other.

    The probability is one minus the one-sided p-value of "A is not better than B"; see
    `MeanEstimate.probability`. It accounts for chance, not for markets that change.

    Args:
        estimates: None for a model without enough trades.
    """
    names = tuple(estimates)
    rows: list[list[float | None]] = [[None] * len(names) for _ in names]
    known = [(at, each) for at, each in enumerate(estimates.values()) if each]
    for (row, first), (column, second) in combinations(known, 2):
        probability = (first - second).probability
        rows[row][column], rows[column][row] = probability, 1 - probability
    for at, _ in known:
        rows[at][at] = 0.5
    return ProbabilityMatrix(names, tuple(tuple(row) for row in rows))


# --- many pairs -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairCalls:
    """How many pairs look different, and how many of these chance alone would make.

    Attributes:
        pairs: How many pairs can be compared.
        called: How many of them have a probability of at least the confidence.
        by_chance: How many would be called among as many equal models.
        standing: The pairs, the better first, that stand when all are tested together.
    """

    pairs: int
    called: int
    by_chance: float
    standing: frozenset[tuple[str, str]]


def pair_calls(
    matrix: ProbabilityMatrix, *, confidence: float = CONFIDENCE
) -> PairCalls:
    """The pairs of a matrix, tested together by Holm's method.

    The smallest p-value is tested against the risk / m, the next against the risk /
    (m - 1), and so on until one fails; p-values are two-sided, because either of a pair
    might have been the better one. With `confidence` no standing pair is an error.

    Source: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure",
    Scandinavian Journal of Statistics 6.
    """
    pairs, risk = matrix.pairs, 1 - confidence
    surest = sorted(pairs, key=lambda pair: -pairs[pair])
    standing = takewhile(
        lambda each: 2 * (1 - pairs[each[1]]) <= risk / (len(pairs) - each[0]),
        enumerate(surest),
    )
    return PairCalls(
        pairs=len(pairs),
        called=sum(chance >= confidence for chance in pairs.values()),
        by_chance=2 * risk * len(pairs),
        standing=frozenset(pair for _, pair in standing),
    )


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
    leader: MeanTrade | None,
    runner_up: MeanTrade | None,
    *,
    confidence: float = CONFIDENCE,
    power: float = POWER,
) -> int | None:
    """How many more trades EACH of the two must make to confirm the leader.

    The smallest integer k >= 0 with  s1^2 / (n1 + k) + s2^2 / (n2 + k) <= (d / z)^2,
    where d is the lead in mean net, s^2 = n x the squared error of the mean, and
    z = Phi^-1(confidence) + Phi^-1(power), one-sided as the verdict is: if the lead
    is as large as it looks, that many trades confirm it with probability `power`.
    With n1 = n2 = 0 it is the textbook formula n = z^2 (s1^2 + s2^2) / d^2.

    None where there is no lead, and where either has too few trades or all its nets
    are the same.

    Source: Chow, Shao & Wang 2008, "Sample Size Calculations in Clinical Research",
    section 3.2 (superiority of one of two means), solved for unequal starting sizes.
    """
    both = leader, runner_up
    nets = [each.net for each in both if each and each.net]
    if leader is None or runner_up is None or len(nets) < 2:
        return None
    lead = nets[0].mean - nets[1].mean
    if lead <= 0:
        return None
    normal = NormalDist()
    score = normal.inv_cdf(confidence) + normal.inv_cdf(power)
    counts = [leader.trades, runner_up.trades]
    # In units of the lead, so that squares stay within range.
    relative = [
        count * (net.error / lead * score) ** 2
        for count, net in zip(counts, nets, strict=True)
    ]
    return _more_of_each(counts[0] - relative[0], counts[1] - relative[1], relative)


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
