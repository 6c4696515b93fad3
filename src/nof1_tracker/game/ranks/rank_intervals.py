"""Ranks with their intervals, from which pairs stand when all are tested together."""

from collections.abc import Mapping, Sequence

from nof1_tracker.analyzer.uncertainty.ranking import ProbabilityMatrix, pair_calls
from nof1_tracker.records.progress.rank_rows import RankInterval


def rank_intervals(
    ordered: Sequence[tuple[str, object]], matrix: ProbabilityMatrix
) -> Mapping[str, RankInterval]:
    """The place of each, given who beats whom with what probability.

    The best end counts those who are surely ahead, the worst end those who are surely
    behind. At 95 % all intervals of the table hold the true ranks together.

    Args:
        ordered: Names in the matrix with what they are ordered by, the best first.

    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for Ranks with
    Applications to Mobility across Neighbourhoods and Academic Achievement across
    Countries", Review of Economic Studies 91; the pairs are tested by Holm's method.
    """
    standing = pair_calls(matrix).standing
    ahead = {name: 0 for name, _ in ordered}
    behind = dict(ahead)
    for better, worse in standing:
        ahead[worse] += 1
        behind[better] += 1
    return {
        name: RankInterval(rank, 1 + ahead[name], len(ordered) - behind[name])
        for (name, _), rank in zip(ordered, _ranks(ordered), strict=True)
    }


def _ranks(ordered: Sequence[tuple[str, object]]) -> list[int]:
    """1, 2, 2, 4: equal results share the rank of the first of them."""
    ranks: list[int] = []
    for place, (_, result) in enumerate(ordered):
        is_equal = place > 0 and ordered[place - 1][1] == result
        ranks.append(ranks[-1] if is_equal else place + 1)
    return ranks
