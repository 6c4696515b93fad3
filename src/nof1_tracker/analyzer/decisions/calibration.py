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
class Forecasts:
    """Entries whose confidence and outcome are both known; a column per field.

    Reports call them bets.

    Attributes:
        confidence: Fraction 0..1, taken as the stated probability of a win.
        won: True where the net PnL over all legs is > 0; a breakeven is not a win.
        from_decision: True where the confidence comes from the conversation, False
            where it comes from the position with the same entry_oid.
    """

    confidence: FloatArray
    won: BoolArray
    from_decision: BoolArray

    def __len__(self) -> int:
        return len(self.won)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The forecasts with low <= confidence < high (in the last bin: <= high).

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
    """How well stated confidences agree with outcomes.

    Attributes:
        bets: Number of forecasts.
        from_decisions: How many of them take the confidence from a conversation.
        win_rate, mean_confidence: Fractions; None without forecasts.
        brier_score: mean (confidence - won)^2, 0 (best) to 1; None without forecasts.
            Source: Brier 1950, Monthly Weather Review 78.
        reference_score: win_rate x (1 - win_rate), the Brier score of always stating
            the win rate; None without forecasts.
        skill: 1 - brier_score / reference_score; > 0 is better than always stating
            the win rate. None where all forecasts won or none did.
            Source: Murphy 1973, Journal of Applied Meteorology 12.
        calibration_error: sum over bins of count / bets x |mean confidence - win
            rate|, a fraction; None without forecasts. Source: Naeini et al. 2015, AAAI.
        bins: All bins, including empty ones.
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


def find_forecasts(matches: Matches) -> Forecasts:
    """The closed entries with a known net and a confidence within 0..100."""
    stated, net = matches.confidence, matches.entries.net_pnl
    usable = (stated >= 0) & (stated <= 100) & np.isfinite(net)
    return Forecasts(
        stated[usable] / 100, is_win(net[usable]), matches.from_decision[usable]
    )


def calibrate(forecasts: Forecasts, *, edges: Sequence[float] = TENTHS) -> Calibration:
    """The reliability table and the scores over these forecasts; see Calibration.

    Args:
        edges: Rising, from 0 to 1.

    Raises:
        ValueError: The edges do not rise from 0 to 1.
    """
    if list(edges) != sorted(set(edges)) or edges[0] != 0 or edges[-1] != 1:
        raise ValueError(f"bin edges must rise from 0 to 1, not {list(edges)}")
    bins = _reliability(forecasts, edges)
    win_rate = _mean(forecasts.won)
    brier = _mean((forecasts.confidence - forecasts.won) ** 2)
    reference = None if win_rate is None else win_rate * (1 - win_rate)
    return Calibration(
        bets=len(forecasts),
        from_decisions=int(forecasts.from_decision.sum()),
        win_rate=win_rate,
        mean_confidence=_mean(forecasts.confidence),
        brier_score=brier,
        reference_score=reference,
        skill=1 - brier / reference if brier is not None and reference else None,
        calibration_error=_calibration_error(bins, len(forecasts)),
        bins=bins,
    )


def _reliability(
    forecasts: Forecasts, edges: Sequence[float]
) -> tuple[ReliabilityBin, ...]:
    held = np.searchsorted(edges, forecasts.confidence, side="right") - 1
    held = np.minimum(held, len(edges) - 2)
    return tuple(
        _bin(low, high, forecasts, held == place)
        for place, (low, high) in enumerate(pairwise(edges))
    )


def _bin(
    low: float, high: float, forecasts: Forecasts, inside: BoolArray
) -> ReliabilityBin:
    won = forecasts.won[inside]
    return ReliabilityBin(
        low=low,
        high=high,
        count=len(won),
        wins=int(won.sum()),
        mean_confidence=_mean(forecasts.confidence[inside]),
        win_rate=_mean(won),
    )


def _calibration_error(bins: Iterable[ReliabilityBin], total: int) -> float | None:
    if not total:
        return None
    return sum(
        each.count / total * abs(each.mean_confidence - each.win_rate)
        for each in bins
        if each.mean_confidence is not None and each.win_rate is not None
    )


def _mean(values: FloatArray | BoolArray) -> float | None:
    return mean(values.tolist())
