"""Does a model win as often as its confidence says?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nof1_tracker.analyzer.metrics import is_win, mean
from nof1_tracker.analyzer.trades.entries import Matches
from nof1_tracker.records.account_columns import BoolArray, FloatArray

TENTHS = tuple(edge / 10 for edge in range(11))
"""Edges of the default bins: ten of equal width."""


@dataclass(frozen=True, slots=True, eq=False)
class Bets:
    """Entries whose confidence and outcome are both known; a column per field.

    Attributes:
        confidence: Fraction 0..1, taken as the stated probability of a win.
        won: Net over all its legs > 0; a breakeven did not win.
        from_decision: True where the confidence is that of the conversation,
            False where it is that of the position with the same entry_oid.
    """

    confidence: FloatArray
    won: BoolArray
    from_decision: BoolArray

    def __len__(self) -> int:
        return len(self.won)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The bets with low <= confidence < high (of the last bin: <= high).

    Attributes:
        mean_confidence, win_rate: Fractions; None in an empty bin.
    """

    low: float
    high: float
    count: int
    wins: int
    mean_confidence: float | None
    win_rate: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How stated confidence and outcomes agree.

    Attributes:
        bets: How many it rests on.
        from_decisions: How many of them take it from a conversation.
        win_rate, mean_confidence: Fractions; None without bets.
        brier_score: mean (confidence - won)^2, 0 (best) to 1; None without bets.
            Source: Brier 1950, Monthly Weather Review 78.
        reference_score: win_rate x (1 - win_rate), the Brier score of stating the
            win rate every time; None without bets.
        skill: 1 - brier_score / reference_score; > 0 says more than the win rate
            does. None where all bets won or all lost.
            Source: Murphy 1973, Journal of Applied Meteorology 12.
        calibration_error: sum over bins of count / bets x |mean confidence - win
            rate|, a fraction; None without bets. Source: Naeini et al. 2015, AAAI.
        bins: All of them, also the empty ones.
    """

    bets: int
    from_decisions: int
    win_rate: float | None
    mean_confidence: float | None
    brier_score: float | None
    reference_score: float | None
    skill: float | None
    calibration_error: float | None
    bins: tuple[ReliabilityBin, ...]


def find_bets(matches: Matches) -> Bets:
    """The closed entries with a known net and a confidence within 0..100."""
    stated, net = matches.confidence, matches.entries.net_pnl
    usable = (stated >= 0) & (stated <= 100) & np.isfinite(net)
    return Bets(
        stated[usable] / 100, is_win(net[usable]), matches.from_decision[usable]
    )


def calibrate(bets: Bets, *, edges: Sequence[float] = TENTHS) -> Calibration:
    """The reliability table and the scores over these bets; for formulas see there.

    Args:
        edges: Rising, from 0 to 1.

    Raises:
        ValueError: The edges are not.
    """
    if list(edges) != sorted(set(edges)) or edges[0] != 0 or edges[-1] != 1:
        raise ValueError(f"bin edges must rise from 0 to 1, not {list(edges)}")
    bins = _reliability(bets, edges)
    win_rate = _mean(bets.won)
    brier = _mean((bets.confidence - bets.won) ** 2)
    reference = None if win_rate is None else win_rate * (1 - win_rate)
    return Calibration(
        bets=len(bets),
        from_decisions=int(bets.from_decision.sum()),
        win_rate=win_rate,
        mean_confidence=_mean(bets.confidence),
        brier_score=brier,
        reference_score=reference,
        skill=1 - brier / reference if brier is not None and reference else None,
        calibration_error=_calibration_error(bins, len(bets)),
        bins=bins,
    )


def _reliability(bets: Bets, edges: Sequence[float]) -> tuple[ReliabilityBin, ...]:
    held = np.searchsorted(edges, bets.confidence, side="right") - 1
    held = np.minimum(held, len(edges) - 2)
    return tuple(
        _bin(low, high, bets, held == place)
        for place, (low, high) in enumerate(pairwise(edges))
    )


def _bin(low: float, high: float, bets: Bets, inside: BoolArray) -> ReliabilityBin:
    won = bets.won[inside]
    return ReliabilityBin(
        low=low,
        high=high,
        count=len(won),
        wins=int(won.sum()),
        mean_confidence=_mean(bets.confidence[inside]),
        win_rate=_mean(won),
    )


def _calibration_error(bins: Iterable[ReliabilityBin], bets: int) -> float | None:
    if not bets:
        return None
    return sum(
        each.count / bets * abs(each.mean_confidence - each.win_rate)
        for each in bins
        if each.mean_confidence is not None and each.win_rate is not None
    )


def _mean(values: FloatArray | BoolArray) -> float | None:
    return mean(values.tolist())
