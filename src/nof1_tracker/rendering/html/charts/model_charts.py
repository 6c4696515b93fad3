"""The charts of one account's tear sheet; no script draws them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.analyzer.equity.return_history import (
    Day,
    Histogram,
    Spell,
    days_of,
    histogram,
    rolling_sharpe,
    worst_drawdowns,
)
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.records.account_columns import FloatArray, IntArray, runs
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table
from nof1_tracker.rendering.html.charts.season_maps import MapRow, ShadeMap, shade
from nof1_tracker.rendering.text import moment

WIDTH, HEIGHT = 240, 80
_POINTS = 200
_WITHHELD = (
    "Withheld: no week has the 100 hourly returns, 90 % observed, that it takes."
)
_SPELLS = (
    Column("Depth", "Fall below the peak; over a gap it is at least as deep"),
    Column("Trough", "When it was deepest, UTC"),
    Column("Regained", "When the peak was regained, UTC"),
    Column("Length", "From the peak to the recovery, or to the end"),
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A small chart, in a box of WIDTH by HEIGHT.

    Attributes:
        words: What it says, for those who do not see it.
        lines: Points of each unbroken stretch.
        bars: Left edge, top, width and height.
        zero: Height of 0; None where it is not in the box.
    """

    title: str
    words: str
    lines: tuple[str, ...] = ()
    bars: tuple[tuple[str, str, str, str], ...] = ()
    zero: str | None = None


@dataclass(frozen=True, slots=True)
class ModelCharts:
    """The drawings, the days and the worst drawdowns of an account."""

    drawings: tuple[Drawing, ...]
    days: ShadeMap | None
    spells: Table | None


def model_charts(model: ModelReport) -> ModelCharts | None:
    """None where nothing of its equity was observed."""
    curve, market = model.curve, model.market
    if curve is None or market is None or not curve.observations:
        return None
    size = len(curve.equity)
    at = np.unique(np.linspace(0, size - 1, min(size, _POINTS)).astype(np.int64))
    ratios, leverage = rolling_sharpe(curve, at), market.gross_leverage[at]
    return ModelCharts(
        (
            _bars(histogram(curve)),
            _line("Rolling Sharpe, 7 days", ratios, at, size, _WITHHELD),
            _line("Gross leverage", leverage, at, size, "Never observed."),
        ),
        _days(days_of(curve, market)),
        _spells(curve),
    )


def _bars(found: Histogram | None) -> Drawing:
    title = "Hourly returns"
    if found is None:
        return Drawing(title, "Withheld: fewer than 100 between full hours.")
    most, width = max(found.counts), WIDTH / len(found.counts)
    heights = [HEIGHT * count / most for count in found.counts]
    bars = tuple(
        (
            f"{at * width + 0.5:.1f}",
            f"{HEIGHT - high:.1f}",
            f"{width - 1:.1f}",
            f"{high:.1f}",
        )
        for at, high in enumerate(heights)
    )
    limit = cells.fraction(found.limit, digits=2).text
    total = sum(found.counts)
    words = f"{total:,} returns, from below −{limit} to above +{limit}; a gap has none."  # noqa: RUF001
    return Drawing(title, words, bars=bars)


def _line(
    title: str, values: FloatArray, at: IntArray, size: int, nothing: str
) -> Drawing:
    known = values[np.isfinite(values)]
    if not len(known):
        return Drawing(title, nothing)
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    spread = (high - low) or 1.0
    heights = HEIGHT - (values - low) / spread * HEIGHT
    least, most, newest = (
        cells.ratio(float(each)).text for each in (known.min(), known.max(), known[-1])
    )
    return Drawing(
        title,
        f"From {least} to {most}, at last {newest}.",
        lines=tuple(_stretches(heights, at, max(size - 1, 1))),
        zero=f"{HEIGHT + low / spread * HEIGHT:.1f}",
    )


def _stretches(heights: FloatArray, at: IntArray, last: int) -> Iterator[str]:
    for first, stop in zip(*runs(np.isfinite(heights)), strict=True):
        yield " ".join(
            f"{WIDTH * place / last:.1f},{high:.1f}"
            for place, high in zip(
                at[first:stop].tolist(), heights[first:stop].tolist(), strict=True
            )
        )


def _days(days: tuple[Day, ...]) -> ShadeMap | None:
    gains = [abs(each.total_return) for each in days if each.total_return]
    most = max(gains, default=0.0)
    if not days:
        return None
    rows = (
        MapRow(
            "Return, %",
            None,
            tuple(_part(each.total_return, most, "+z.1f", 100) for each in days),
        ),
        MapRow(
            "Exposure, %",
            None,
            tuple(_part(each.exposure, 0, ".0f", 100) for each in days),
        ),
        MapRow(
            "Leverage", None, tuple(_part(each.leverage, 0, ".1f", 1) for each in days)
        ),
    )
    return ShadeMap("By day (UTC)", tuple(f"{each.day:%m-%d}" for each in days), rows)


def _part(value: float | None, most: float, form: str, factor: int) -> tuple[str, str]:
    if value is None:
        return "gone", ""
    return shade(value, most), cells.typeset(f"{value * factor:{form}}")


def _spells(curve: EquityCurve) -> Table | None:
    rows = tuple(
        Row(moment(each.peak_at), _spell(each)) for each in worst_drawdowns(curve)
    )
    unseen = "; deeper ones may lie in gaps" if curve.gaps else ""
    caption = f"Worst drawdowns that were seen{unseen}"
    return Table(caption, _SPELLS, rows, first="Peak") if rows else None


def _spell(spell: Spell) -> tuple[Cell, ...]:
    least = "at least, over a gap" if spell.is_least else ""
    return (
        cells.fraction(spell.depth, note=least),
        Cell(moment(spell.trough_at), spell.trough_at.timestamp()),
        Cell(
            "not yet" if spell.recovered_at is None else moment(spell.recovered_at),
            None if spell.recovered_at is None else spell.recovered_at.timestamp(),
        ),
        cells.duration(spell.seconds),
    )
