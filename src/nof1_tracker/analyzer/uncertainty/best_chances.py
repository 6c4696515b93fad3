"""How probable it is that an account is the best of all, as far as trades can tell."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nof1_tracker.analyzer.uncertainty.mean_trade import MeanEstimate
from nof1_tracker.records.account_columns import FloatArray

_REACH = 8.0
"""Standard errors on either side of a mean beyond which nothing is looked for."""
_POINTS = 49
"""Places within that reach at which each distribution is computed."""


def best_chances(
    estimates: Mapping[str, MeanEstimate | None],
) -> dict[str, float | None]:
    """P(the true mean trade of this account is the highest of all that are compared).

    They add up to 1. Each mean is taken as independent, with the distribution that
    `MeanEstimate.probability` rests on, so that of two accounts they are about what
    `probability_matrix` says. It accounts for chance, not for markets that change.

    None for an account without an estimate, and where there is no other to compare.

    Source: Bechhofer 1954, "A Single-Sample Multiple Decision Procedure for Ranking
    Means of Normal Populations", Annals of Mathematical Statistics 25: the integral of
    one density times the distributions of all others.
    """
    known = {name: each for name, each in estimates.items() if each is not None}
    if len(known) < 2:
        return dict.fromkeys(estimates)
    own = [_distribution(each) for each in known.values()]
    places = np.unique(np.concatenate([at for at, _ in own]))
    below = np.array([np.interp(places, at, share, 0.0, 1.0) for at, share in own])
    between = (below[:, 1:] + below[:, :-1]) / 2
    steps = np.diff(below, axis=1)
    chances = [
        float(step @ np.prod(np.delete(between, place, axis=0), axis=0))
        for place, step in enumerate(steps)
    ]
    total = sum(chances)
    found = dict(zip(known, (each / total for each in chances), strict=True))
    return {name: found.get(name) for name in estimates}


def _distribution(estimate: MeanEstimate) -> tuple[FloatArray, FloatArray]:
    """Places in order, and P(the true mean is at most there)."""
    scores = np.linspace(-_REACH, _REACH, _POINTS)
    places = estimate.mean + scores * estimate.error
    shares = [
        1 - replace(estimate, mean=estimate.mean - place).probability
        for place in places.tolist()
    ]
    return places, np.maximum.accumulate(np.array(shares, dtype=np.float64))
