"""The data of the page's charts, as JSON; thinned where there are too many points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nof1_tracker.analyzer.aggregate_standings import bare_name
from nof1_tracker.analyzer.equity.aggregate_curve import aggregate_curve
from nof1_tracker.analyzer.equity.drawdown import depths_below
from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, Series
from nof1_tracker.analyzer.equity.realized_equity import RealizedGap
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.records.account_columns import (
    FloatArray,
    IntArray,
    TimeArray,
    TradeColumns,
)
from nof1_tracker.records.parsed import Account
from nof1_tracker.rendering.html.cells import name_of, shorten
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke

MOST_INSTANTS = 1_500
"""The most points of a curve; a wide screen has few more columns of pixels."""
MOST_DOTS = 4_000
"""The most trades in the scatter plot: beyond it, dots overlap and phones stutter."""
KEPT_EXTREMES = 10
"""So many of each account's largest gains, and losses, survive thinning."""

Json = dict[str, Any]
_NO_GAPS: Json = {"realized": [], "realizedLast": None, "unknown": []}
_NO_DOTS: Json = {
    name: []
    for name in ["t", "net", "held", "long", "symbol", "entry", "exit", "lever", "gain"]
}


@dataclass(frozen=True, slots=True)
class Thinning:
    """How much of the data the charts draw; the page states it.

    Attributes:
        stride: One point of the grid in this many is drawn.
        dots: Number of trades that are drawn.
        trades: Number of trades in total.
    """

    stride: int
    dots: int
    trades: int


@dataclass(frozen=True, slots=True)
class PaperLine:
    """The curve of an account that nobody had."""

    name: str
    stroke: Stroke
    curve: EquityCurve


def charts_of(report: SeasonReport, strokes: Sequence[Stroke]) -> tuple[Json, Thinning]:
    """Everything that the page's scripts draw, and how far it was thinned."""
    charts, stride = equity_charts(report, strokes)
    total = sum(len(each.legs) for each in report.models)
    picked = [_picked(each, total) for each in report.models]
    symbols = _Numbered()
    for drawn, model, kept in zip(
        charts["models"], report.models, picked, strict=False
    ):
        drawn |= {"trades": _dots(model, kept, symbols), "bins": _bins(model)}
    for other in charts["models"][len(report.models) :]:
        other |= {"trades": _NO_DOTS, "bins": []}
    charts["symbols"] = symbols.names
    return charts, Thinning(stride, sum(map(len, picked)), total)


def equity_charts(report: SeasonReport, strokes: Sequence[Stroke]) -> tuple[Json, int]:
    """What the curves of equity and drawdown are drawn from.

    The benchmark's price follows the accounts, where it is one. Also returns the
    stride: one point of the grid in so many is drawn.
    """
    instants, stride = _instants(report)
    models = [
        {
            "name": name_of(model.account),
            "hue": stroke.hue,
            "dash": stroke.dash,
            **_belongs_to(model.account),
            **_curve(model.curve, stride),
            **_gaps(model, stride),
        }
        for model, stroke in zip(report.models, strokes, strict=True)
    ]
    models += _held_benchmark(report, instants, stride)
    models += _indices(report, strokes, stride)
    return {"instants": _unix(instants).tolist(), "models": models}, stride


def paper_charts(lines: Sequence[PaperLine]) -> tuple[Json, int]:
    """What the curves of accounts on paper are drawn from, and their stride.

    Args:
        lines: Of the same span, and so of the same grid.
    """
    instants, stride = _thinned([each.curve for each in lines])
    models = [
        {
            "name": shorten(each.name),
            "hue": each.stroke.hue,
            "dash": each.stroke.dash,
            "base": shorten(each.name),
            "variant": "",
            "provider": "",
            **_curve(each.curve, stride),
            **_NO_GAPS,
        }
        for each in lines
    ]
    return {"instants": _unix(instants).tolist(), "models": models}, stride


def choices(report: SeasonReport) -> dict[str, Any]:
    """What the page's accounts can be narrowed to, by the names in its address.

    Models are in groups: those of several accounts, and the accounts themselves.
    """
    accounts = [each.account for each in report.competitors]
    bare = {shorten(bare_name(each)) for each in accounts if each.variant}
    names = [name_of(each) for each in accounts]
    groups = {"Models": sorted(bare), "Accounts": names} if bare else {"": names}
    return {
        "model": groups,
        "competition": sorted(
            {shorten(each.variant or "") for each in accounts} - {""}
        ),
        "provider": sorted({shorten(each.provider) for each in accounts} - {""}),
    }


def _belongs_to(account: Account) -> Json:
    """What the account can be found by, beside its name."""
    return {
        "base": shorten(bare_name(account)),
        "variant": shorten(account.variant or ""),
        "provider": shorten(account.provider),
    }


def _indices(
    report: SeasonReport, strokes: Sequence[Stroke], stride: int
) -> list[Json]:
    """The mean of each model's accounts, where it has several."""
    groups: dict[str, list[tuple[ModelReport, Stroke]]] = {}
    for model, stroke in zip(report.models, strokes, strict=True):
        if model.curve is not None and not model.account.is_benchmark:
            groups.setdefault(model.account.base_model, []).append((model, stroke))
    several = [each for each in groups.values() if len(each) > 1]
    drawn = (_index(group, stride) for group in several)
    return sorted((each for each in drawn if each), key=_lowest_last)


def _index(group: Sequence[tuple[ModelReport, Stroke]], stride: int) -> Json | None:
    curve = aggregate_curve([each.curve for each, _ in group if each.curve])
    if curve is None or not curve.observations:
        return None
    account = group[0][0].account
    return {
        **_belongs_to(account),
        "name": f"{shorten(bare_name(account))}, mean of {len(group)}",
        "hue": group[0][1].hue,
        "dash": min(stroke.dash for _, stroke in group),
        "isIndex": True,
        "variant": "",
        **_curve(curve, stride),
        **_NO_GAPS,
    }


def _lowest_last(drawn: Json) -> float:
    return -float(drawn["last"][1])


def priced_benchmark(report: SeasonReport) -> str | None:
    """The name of the benchmark where it is a price; None where it is an account."""
    if report.benchmark_curve is None or report.benchmark is None:
        return None
    accounts = {
        each.account.name for each in report.models if each.account.is_benchmark
    }
    return None if report.benchmark in accounts else shorten(report.benchmark)


def _held_benchmark(
    report: SeasonReport, instants: TimeArray, stride: int
) -> list[Json]:
    """The benchmark's price, as if the initial equity had bought it at the start.

    Empty where the benchmark is an account.
    """
    name, curve = priced_benchmark(report), report.benchmark_curve
    if name is None or curve is None or report.season is None or not len(instants):
        return []
    scale = float(report.season.initial_equity) / float(curve.equity[0])
    held = Series(
        curve.observed.times,
        curve.observed.values * scale,
        curve.observed.ends_at,
        curve.observed.max_gap,
    )
    scaled = EquityCurve(curve.times, curve.equity * scale, held)
    drawn = _curve(scaled, stride)
    belongs: Json = {"base": name, "variant": "", "provider": ""}
    stroke: Json = {"name": name, "hue": None, "dash": BENCHMARK.dash}
    return [{**stroke, **belongs, **drawn, **_NO_GAPS}]


def _instants(report: SeasonReport) -> tuple[TimeArray, int]:
    """The drawn instants of the grid that all curves share, and their stride."""
    return _thinned([each.curve for each in report.models if each.curve is not None])


def _thinned(curves: Sequence[EquityCurve]) -> tuple[TimeArray, int]:
    if not curves:
        return np.empty(0, dtype="datetime64[us]"), 1
    times = curves[0].times
    stride = max(math.ceil(len(times) / MOST_INSTANTS), 1)
    return times[::stride], stride


def _curve(curve: EquityCurve | None, stride: int) -> Json:
    """Equity (USD) and drawdown (fraction) at every `stride`-th instant; null in gaps.

    Drawdowns are measured from the highest of all observations so far, as in the tables;
    after `leastFrom`, the beginning of the first gap, they may be deeper. `last` is the
    newest observation, which is rarely on the grid; `opening` is the equity that returns
    are counted from.
    """
    if curve is None or not curve.observations:
        return {"equity": [], "drawdown": [], "last": None, "opening": None}
    equity, observed = _with_lone(curve), curve.observed
    peaks = np.maximum.accumulate(observed.values)
    before = np.searchsorted(observed.times, curve.times, side="right") - 1
    depths = depths_below(equity, peaks[np.maximum(before, 0)])
    newest = [observed.values[-1], depths_below(observed.values, peaks)[-1]]
    first_gap = observed.times[observed.before_gaps[:1]]
    return {
        "equity": _numbers(equity[::stride], 2),
        "drawdown": _numbers(depths[::stride], 5),
        "leastFrom": next(iter(_unix(first_gap).tolist()), None),
        "last": [
            int(_unix(observed.times[-1:])[0]),
            *(_number(float(each), 5) for each in newest),
        ],
        "opening": _number(float(observed.values[0]), 2),
    }


def _with_lone(curve: EquityCurve) -> FloatArray:
    """The equity on the grid; a lone observation in a gap moves to the next point."""
    observed, equity = curve.observed, curve.equity.copy()
    alone = observed.before_gaps
    at = np.searchsorted(curve.times, observed.times[alone])
    alone, at = alone[at < len(equity)], at[at < len(equity)]
    is_free = np.isnan(equity[at])
    equity[at[is_free]] = observed.values[alone[is_free]]
    return equity


def _gaps(model: ModelReport, stride: int) -> Json:
    """What is known of each gap: realized equity (USD) at every `stride`-th instant.

    `realizedLast` is that of the newest observation, where it ends a gap beside the
    grid. `unknown` are spans of which nothing is known, as places among the drawn
    instants; the place after the last of them is that of the newest observation.
    """
    curve = model.curve
    if curve is None or not curve.observations:
        return _NO_GAPS
    known = [each for each in model.realized if each.is_known]
    levels = np.full(len(curve.times) + 1, np.nan)
    for gap in known:
        _draw_gap(gap, curve.times, levels)
    spans = [(each.known_until, each.ends_at) for each in model.realized]
    bounds = np.array(spans, "M8[us]").reshape(-1, 2)
    places = np.searchsorted(curve.times[::stride], bounds)
    return {
        "realized": _numbers(levels[:-1:stride], 2) if known else [],
        "realizedLast": _number(float(levels[-1]), 2),
        "unknown": places[places[:, 0] < places[:, 1]].tolist(),
    }


def _draw_gap(gap: RealizedGap, times: TimeArray, levels: FloatArray) -> None:
    """Fills in the gap's levels, and at the instant after its end the next anchor.

    Args:
        levels: One more than `times`: the last is the place beside the grid.
    """
    ends = np.array([gap.starts_at, gap.known_until])
    first, stop = np.searchsorted(times, ends)
    levels[first:stop] = gap.at(times[first:stop])
    has_jump = gap.jump is not None
    levels[stop] = gap.next_anchor if has_jump else gap.equity[-1]


def _picked(model: ModelReport, total: int) -> IntArray:
    """The legs to draw, in order of closing: all, or the extremes and every n-th."""
    legs = model.legs
    is_drawable = np.isfinite(legs.net_pnl) & ~np.isnat(legs.closed_at)
    drawable = np.flatnonzero(is_drawable)
    ordered = drawable[np.argsort(legs.closed_at[drawable], kind="stable")]
    if total <= MOST_DOTS:
        return ordered
    stride = math.ceil(total / MOST_DOTS)
    by_net = ordered[np.argsort(legs.net_pnl[ordered], kind="stable")]
    extremes = np.concatenate((by_net[:KEPT_EXTREMES], by_net[-KEPT_EXTREMES:]))
    is_kept = np.zeros(len(legs), dtype=np.bool_)
    is_kept[extremes] = True
    is_kept[ordered[::stride]] = True
    return ordered[is_kept[ordered]]


def _dots(model: ModelReport, kept: IntArray, symbols: "_Numbered") -> Json:
    legs = model.legs
    return {
        "t": _unix(legs.closed_at[kept]).tolist(),
        "net": _numbers(legs.net_pnl[kept], 2),
        "held": _numbers(legs.holding_seconds[kept], 0),
        "long": legs.is_long[kept].astype(int).tolist(),
        "symbol": [symbols.number(str(each)) for each in legs.symbol[kept]],
        "entry": _numbers(legs.entry_price[kept], 6),
        "exit": _numbers(legs.exit_price[kept], 6),
        "lever": _numbers(legs.leverage[kept], 1),
        "gain": _numbers(_gains(legs)[kept], 4),
    }


def _gains(legs: TradeColumns) -> FloatArray:
    """Net PnL as a share of the notional at entry."""
    with np.errstate(all="ignore"):
        return legs.net_pnl / legs.entry_notional


def _bins(model: ModelReport) -> list[Json]:
    """The bins of the reliability table that contain a bet; fractions."""
    return [
        {
            "low": each.low,
            "high": each.high,
            "said": _number(each.mean_confidence, 4),
            "won": _number(each.win_rate, 4),
            "count": each.count,
        }
        for each in model.mind.calibration.bins
        if each.mean_confidence is not None and each.win_rate is not None
    ]


class _Numbered:
    """Numbers texts, so that each appears in the page only once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(shorten(text), len(self._numbers))

    @property
    def names(self) -> list[str]:
        return list(self._numbers)


def _unix(times: TimeArray) -> IntArray:
    """Seconds since 1970."""
    return times.astype("datetime64[s]").astype(np.int64)


def _numbers(values: FloatArray, digits: int) -> list[float | int | None]:
    return [_number(each, digits) for each in values.tolist()]


def _number(value: float | None, digits: int) -> float | int | None:
    """The value in as few characters as possible; None where it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded
