"""Each account's equity in a small chart of its own, all on one scale; no script draws them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.records.account_columns import BoolArray, IntArray, runs
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, name_of

WIDTH, HEIGHT = 200, 60
_POINTS = 120
_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Multiple:
    """One account's chart, in a box of WIDTH by HEIGHT; `key` as in Row.

    Attributes:
        address: The page with this account alone.
        lines: Points of each unbroken stretch.
        alone: Those of each observation between two gaps, and of the newest.
        gaps: Left edge and width of what was not observed.
        opening: Height of the equity that it opened with.
    """

    key: int
    name: str
    address: str
    gained: Cell
    lines: tuple[str, ...]
    alone: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    opening: str


def multiples(report: SeasonReport) -> tuple[Multiple, ...]:
    """A chart for each account with a curve; none where only one has one."""
    drawn = [
        (key, model.curve)
        for key, model in enumerate(report.models)
        if model.curve is not None and model.curve.observations
    ]
    if len(drawn) < 2:
        return ()
    scale = _Scale.of([curve for _, curve in drawn])
    return tuple(_multiple(report, key, curve, scale) for key, curve in drawn)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From USD to heights, the same for all."""

    low: float
    high: float

    @classmethod
    def of(cls, curves: Sequence[EquityCurve]) -> "_Scale":
        levels = [each.observed.values for each in curves]
        least = min(float(each.min()) for each in levels)
        most = max(float(each.max()) for each in levels)
        return cls(least, most if most > least else least + 1)

    def height(self, equity: float) -> str:
        share = (equity - self.low) / (self.high - self.low)
        return f"{HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN):.1f}"


def _multiple(
    report: SeasonReport, key: int, curve: EquityCurve, scale: _Scale
) -> Multiple:
    model = report.models[key]
    name = name_of(model.account)
    gained = None if model.equity is None else model.equity.total_return
    last = max(len(curve.equity) - 1, 1)
    at = np.unique(np.linspace(0, len(curve.equity) - 1, _POINTS).astype(np.int64))
    is_known = np.isfinite(curve.equity[at])
    return Multiple(
        key=key,
        name=name,
        address=f"#{urlencode({'model': name})}",
        gained=cells.fraction(gained, signed=True),
        lines=tuple(_lines(curve, at, is_known, last, scale)),
        alone=tuple(_alone(curve, scale)),
        gaps=tuple(_gaps(at, is_known, last)),
        opening=scale.height(float(curve.observed.values[0])),
    )


def _lines(
    curve: EquityCurve, at: IntArray, is_known: BoolArray, last: int, scale: _Scale
) -> Iterator[str]:
    for first, stop in zip(*runs(is_known), strict=True):
        yield " ".join(
            f"{WIDTH * place / last:.1f},{scale.height(float(curve.equity[place]))}"
            for place in at[first:stop].tolist()
        )


def _alone(curve: EquityCurve, scale: _Scale) -> Iterator[str]:
    """Observations between two gaps, and the newest: each a line of no length, a dot."""
    observed = curve.observed
    after = np.append(observed.before_gaps + 1, 0)
    newest = len(observed.times) - 1
    alone = np.append(np.intersect1d(after, observed.before_gaps), newest)
    span = curve.times[-1] - curve.times[0]
    for place in alone.tolist():
        share = float((observed.times[place] - curve.times[0]) / span) if span else 0.0
        dot = (
            f"{WIDTH * min(share, 1):.1f},{scale.height(float(observed.values[place]))}"
        )
        yield f"{dot} {dot}"


def _gaps(at: IntArray, is_known: BoolArray, last: int) -> Iterator[tuple[str, str]]:
    for first, stop in zip(*runs(~is_known), strict=True):
        left, right = at[max(first - 1, 0)], at[min(stop, len(at) - 1)]
        yield f"{WIDTH * left / last:.1f}", f"{WIDTH * (right - left) / last:.1f}"
