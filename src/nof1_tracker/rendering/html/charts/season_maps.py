"""Maps of a season: each account by day and by symbol, and beside each other account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nof1_tracker.analyzer.equity.return_history import correlations, days_of
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.analyzer.trades.trade_metrics import SliceMetrics
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import name_of, shorten
from nof1_tracker.rendering.text import UNKNOWN

LEVELS = 20
"""Shades between the worst and the best; report.css has a class for each."""


@dataclass(frozen=True, slots=True)
class MapRow:
    """An account, or a figure of one: class and text of each cell.

    Attributes:
        key: As in Row.
    """

    name: str
    key: int | None
    shades: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShadeMap:
    """A table whose cells are shaded by their figures.

    Attributes:
        is_upright: Whether the headers are too long to lie.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[MapRow, ...]
    is_upright: bool = False


def season_maps(report: SeasonReport) -> dict[str, ShadeMap | None]:
    """Those that have something to show."""
    return {
        "days": _days(report),
        "symbols": _symbols(report),
        "correlations": _correlations(report),
    }


def shade(value: float | None, most: float) -> str:
    """The class of a figure between -most and most; empty where there is none."""
    if value is None or not most:
        return ""
    share = (value / most + 1) / 2
    return f"p{round(min(max(share, 0.0), 1.0) * LEVELS)}"


def _days(report: SeasonReport) -> ShadeMap | None:
    found = {
        key: {
            each.day: each.total_return for each in days_of(model.curve, model.market)
        }
        for key, model in enumerate(report.models)
        if model.curve is not None and model.market is not None
    }
    days = sorted({day for own in found.values() for day in own})
    known = [abs(each) for own in found.values() for each in own.values() if each]
    if not known:
        return None
    rows = tuple(
        MapRow(
            name_of(report.models[key].account),
            key,
            tuple(_gain(own.get(day), max(known)) for day in days),
        )
        for key, own in found.items()
        if own
    )
    caption = "Return of each day (UTC), %; the first and the last may be partial"
    return ShadeMap(caption, tuple(f"{day:%m-%d}" for day in days), rows)


def _gain(gain: float | None, most: float) -> tuple[str, str]:
    if gain is None:
        return "gone", ""
    return shade(gain, most), cells.typeset(f"{gain * 100:+z.1f}")


def _symbols(report: SeasonReport) -> ShadeMap | None:
    """The net PnL of each account by symbol."""
    found = {
        key: {shorten(each.name): each for each in model.trades.by_symbol}
        for key, model in enumerate(report.models)
        if model.trades.by_symbol
    }
    symbols = sorted({symbol for own in found.values() for symbol in own})
    sums = [each.net_pnl for own in found.values() for each in own.values()]
    most = max((abs(each) for each in sums if each is not None), default=0.0)
    if not symbols:
        return None
    rows = tuple(
        MapRow(
            name_of(report.models[key].account),
            key,
            tuple(_net(own.get(symbol), most) for symbol in symbols),
        )
        for key, own in found.items()
    )
    caption = "Net PnL of completed trades by symbol, USD; blank without a stored trade"
    return ShadeMap(caption, tuple(symbols), rows)


def _net(part: SliceMetrics | None, most: float) -> tuple[str, str]:
    if part is None or part.net_pnl is None:
        return "", ""
    return shade(part.net_pnl, most), cells.typeset(f"{part.net_pnl:+z,.0f}")


def _correlations(report: SeasonReport) -> ShadeMap | None:
    curves = [
        (key, model.curve)
        for key, model in enumerate(report.models)
        if model.curve is not None and model.curve.observations
    ]
    matrix = correlations([curve for _, curve in curves])
    if not any(each is not None for row in matrix for each in row):
        return None
    models = [report.models[key] for key, _ in curves]
    rows = tuple(
        MapRow(name_of(models[at].account), curves[at][0], tuple(_together(row, at)))
        for at, row in enumerate(matrix)
    )
    caption = (
        "Correlation of the returns from one full hour to the next, where both are known;"
        f" {UNKNOWN}: fewer than 100 of them"
    )
    return ShadeMap(caption, tuple(_names(models)), rows, is_upright=True)


def _names(models: Sequence[ModelReport]) -> Iterator[str]:
    return (name_of(each.account) for each in models)


def _together(row: Sequence[float | None], own: int) -> Iterator[tuple[str, str]]:
    for at, value in enumerate(row):
        if at == own:
            yield "", ""
        else:
            shown = UNKNOWN if value is None else cells.typeset(f"{value:z.2f}")
            yield shade(value, 1.0), shown
