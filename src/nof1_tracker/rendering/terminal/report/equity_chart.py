"""Equity over time, drawn on a terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from math import isfinite
from statistics import fmean
from typing import NamedTuple

import numpy as np
from plotille import Figure
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from nof1_tracker.analyzer.aggregate_standings import bare_name
from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, as_datetime
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.figures import signed_fraction
from nof1_tracker.rendering.terminal.report.summary import season_title

MOST = 8
"""More curves than these cannot be told apart."""
_COLOURS = (39, 208, 76, 199, 226, 51, 141, 196)
"""Colours of 256 that are seen on light and on dark, one for each curve."""
_MARKS = "12345678"
_HEIGHT = 20
_AXIS = 13
"""Columns that the scale of the figure takes."""
_NARROWEST = 20
_TICK = 10
_SHORTEST = timedelta(hours=1)
"""A scale of a single instant cannot be drawn."""
_FOR_MARKS = 0.04
"""Share of the time that is added for the marks."""


class _Line(NamedTuple):
    """A curve: points whose equity is NaN in gaps, and the return as a fraction."""

    name: str
    points: list[tuple[datetime, float]]
    gained: float | None


class DrawnCurve(NamedTuple):
    """A curve, its name, and its return as a fraction."""

    name: str
    curve: EquityCurve | None
    total_return: float | None


def equity_chart(
    report: SeasonReport, width: int, *, is_aggregate: bool = False
) -> RenderableType:
    """The curves, each with its mark at its end, and what the marks stand for.

    Args:
        report: Only its accounts with a curve are drawn, at most MOST of them, the
            best first.
        is_aggregate: Draws the mean of the accounts of each base model.
    """
    drawn = _means(report) if is_aggregate else _lines(report)
    if not drawn:
        return Text("No equity curve is stored. Run `nof1-tracker scrape`.")
    shown = drawn[:MOST]
    chart = Text.from_ansi(_drawn(shown, width), no_wrap=True, overflow="crop")
    return Group(
        Text(season_title(report), "bold"),
        Text("Equity, USD", "dim"),
        Text(),
        chart,
        Text(),
        *_legend(shown),
        *_rest(drawn),
    )


def curves_chart(curves: Sequence[DrawnCurve], width: int) -> RenderableType:
    """Curves of any kind, with what their marks stand for; nothing without one."""
    lines = [
        _Line(each.name, _points(each.curve), each.total_return) for each in curves
    ]
    shown = [line for line in lines if line.points]
    if not shown:
        return Text("No equity is known that could be drawn.", "dim")
    chart = Text.from_ansi(_drawn(shown, width), no_wrap=True, overflow="crop")
    return Group(chart, Text(), *_legend(shown))


def _lines(report: SeasonReport) -> list[_Line]:
    lines = (_line(model, model.account.name) for model in _by_rank(report))
    return [line for line in lines if line.points]


def _line(model: ModelReport, name: str) -> _Line:
    gained = model.equity.total_return if model.equity else None
    return _Line(name, _points(model.curve), gained)


def _means(report: SeasonReport) -> list[_Line]:
    """The best first; a mean is known where the equity of every account is."""
    groups: dict[str, list[ModelReport]] = {}
    for model in _by_rank(report):
        if model.curve is not None and model.curve.observations:
            groups.setdefault(model.account.base_model, []).append(model)
    lines = [_mean(models) for models in groups.values()]
    known = [line for line in lines if any(isfinite(level) for _, level in line.points)]
    return sorted(known, key=lambda line: -(line.gained or 0.0))


def _mean(models: Sequence[ModelReport]) -> _Line:
    """The mean of the accounts; of a single one, also what lies beside the grid."""
    if len(models) == 1:
        return _line(models[0], bare_name(models[0].account))
    curves = [model.curve for model in models if model.curve is not None]
    times = reduce(np.intersect1d, [curve.times for curve in curves])
    levels = np.mean(
        [curve.equity[np.isin(curve.times, times)] for curve in curves], axis=0
    )
    gains = [model.equity.total_return for model in models if model.equity]
    known = [gained for gained in gains if gained is not None]
    return _Line(
        bare_name(models[0].account),
        [(as_datetime(time), level) for time, level in zip(times, levels, strict=True)],
        fmean(known) if len(known) == len(models) else None,
    )


def _by_rank(report: SeasonReport) -> list[ModelReport]:
    def place(model: ModelReport) -> tuple[bool, int]:
        rank = model.standing.rank if model.standing else None
        return rank is None, rank or 0

    return sorted(report.models, key=place)


def _points(curve: EquityCurve | None) -> list[tuple[datetime, float]]:
    """The curve on the grid, NaN in gaps, and what was observed beside the grid."""
    if curve is None or not curve.observations:
        return []
    after = np.searchsorted(curve.times, curve.observed.times)
    is_beside = ~np.isfinite(np.append(curve.equity, np.nan)[after])
    times = np.append(curve.times, curve.observed.times[is_beside])
    levels = np.append(curve.equity, curve.observed.values[is_beside])
    order = np.argsort(times, kind="stable")
    return [
        (as_datetime(time), level)
        for time, level in zip(times[order], levels[order].tolist(), strict=True)
    ]


def _drawn(lines_of: Sequence[_Line], width: int) -> str:
    figure = Figure()
    figure.width = max(_NARROWEST, width - _AXIS)
    figure.height = _HEIGHT
    figure.color_mode = "byte"
    figure.x_label = figure.y_label = ""
    figure.register_label_formatter(float, _amount)
    figure.register_label_formatter(datetime, _time)
    start, end = _span(lines_of)
    # The marks stand to the right of the curves.
    figure.set_x_limits(start, end + (end - start) * _FOR_MARKS)
    for colour, mark, line in zip(_COLOURS, _MARKS, lines_of, strict=False):
        for stretch in _stretches(line.points):
            times, levels = zip(*stretch, strict=True)
            draw = figure.plot if len(stretch) > 1 else figure.scatter
            draw(times, levels, lc=colour)
        time, level = next(p for p in reversed(line.points) if isfinite(p[1]))
        figure.text([time], [level], [mark], lc=colour)
    _names_of_axes, *lines = str(figure.show()).splitlines()
    return "\n".join(lines)


def _span(lines_of: Sequence[_Line]) -> tuple[datetime, datetime]:
    """From the first to the last known point of the curves."""
    times = [
        time for line in lines_of for time, level in line.points if isfinite(level)
    ]
    start = min(times)
    return start, max(*times, start + _SHORTEST)


def _stretches(
    points: Sequence[tuple[datetime, float]],
) -> Iterator[list[tuple[datetime, float]]]:
    """The known parts of a curve: no line is drawn over a gap."""
    for is_known, part in groupby(points, key=lambda point: isfinite(point[1])):
        if is_known:
            yield list(part)


def _amount(amount: float, *_: object, **__: object) -> str:
    return f"{amount:>{_TICK},.0f}"


def _time(time: datetime, *_: object, **__: object) -> str:
    return f"{time:%m-%d %Hh}"


def _legend(lines_of: Sequence[_Line]) -> Iterator[Text]:
    names = [clean(line.name) for line in lines_of]
    longest = max(map(cell_len, names))
    for colour, mark, name, line in zip(
        _COLOURS, _MARKS, names, lines_of, strict=False
    ):
        gained = signed_fraction(line.gained)
        space = " " * (longest - cell_len(name))
        words = f"  {name}{space}  {gained:>9}"
        yield Text.assemble((mark, f"bold color({colour})"), words)


def _rest(drawn: Sequence[_Line]) -> list[Text]:
    if len(drawn) <= MOST:
        return []
    words = f"The {MOST} best of {len(drawn)} are drawn; name others to see them."
    return [Text(), Text(words, "dim")]
