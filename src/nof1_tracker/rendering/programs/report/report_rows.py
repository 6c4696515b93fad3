"""A season's report for spreadsheets: one row per figure of a model, long format."""

from collections.abc import Collection, Iterator, Mapping
from typing import (
    Any,
    get_args,
    get_type_hints,
)

from typing_extensions import is_typeddict

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.rendering.programs.report.report_object import (
    model_object,
    report_object,
    reported_object,
)
from nof1_tracker.rendering.programs.report.report_shape import (
    ModelShape,
    RankingShape,
    ReportShape,
)
from nof1_tracker.rendering.report_figures.trade_figures import TradeFigures
from nof1_tracker.rendering.report_figures.units import Time, unwrapped
from nof1_tracker.rendering.sentences import lacks_chats, lacks_equity

COLUMNS = ("season", "model_id", "section", "metric", "value", "unit", "partial")
_OF_THE_MODEL = ("model_id", "name", "provider", "is_benchmark")
_OF_TRADES = ("trades", "calibration", "discipline", "flips", "time_to_fill")
_OF_RETURNS = (
    "periods",
    "degrees_of_freedom",
    "sharpe_ratio",
    "total_return",
    "probabilistic_sharpe_ratio",
)


def report_rows(
    report: SeasonReport, sections: Collection[Section] = EVERY_SECTION
) -> list[dict[str, Any]]:
    """Rows with COLUMNS as keys; rows without a model are about the season.

    `metric` is the figure's path in the JSON below its section, `unit` is as in the
    JSON Schema; `partial` is true where the figure rests on incomplete data.
    """
    season = None if report.season is None else report.season.number
    rows = [
        {"season": season, "model_id": None, "partial": "false", **figure}
        for figure in _of_the_season(report)
    ]
    for model in report.models:
        rows += [
            {
                "season": season,
                "model_id": model.account.account_id,
                "partial": _word(_is_partial(model, figure)),
                **figure,
            }
            for figure in (*_of_a_model(model, sections), *_chances(report, model))
        ]
    return rows


def _of_the_season(report: SeasonReport) -> Iterator[dict[str, Any]]:
    shape = report_object(report, ())
    hints = get_type_hints(ReportShape, include_extras=True)
    for name in ("at", "since", "until", "start", "end", "cut", "benchmark"):
        yield from _figures("season", name, shape[name], hints[name])
    yield from _figures("rules", "", shape["rules"], hints["rules"])
    below = get_type_hints(RankingShape, include_extras=True)
    for name, value in shape["ranking"].items():
        if name not in {"matrix", "adjacent"}:
            yield from _figures("ranking", name, value, below[name])


def _of_a_model(
    model: ModelReport, sections: Collection[Section]
) -> Iterator[dict[str, Any]]:
    hints = get_type_hints(ModelShape, include_extras=True)
    for name, value in model_object(model, sections).items():
        if name in _OF_THE_MODEL:
            yield from _figures("model", name, value, hints[name])
        elif name == "reported_by_nof1":
            yield from _of_nof1(model)
        elif value is not None:
            yield from _figures(name, "", value, hints[name])


def _of_nof1(model: ModelReport) -> Iterator[dict[str, Any]]:
    """nof1's figures, under our names and in our units."""
    shape = reported_object(model.reported)
    if shape is not None:
        section = "reported_by_nof1"
        yield from _figures(section, "observed_at", shape["observed_at"], Time)
        yield from _figures(section, "", shape["figures"], TradeFigures)


def _chances(report: SeasonReport, model: ModelReport) -> Iterator[dict[str, Any]]:
    """P(its mean trade beats each other model's)."""
    matrix = report.ranking.matrix
    name = model.account.account_id
    if name not in matrix.names:
        return
    chances = zip(matrix.names, matrix.rows[matrix.names.index(name)], strict=True)
    for other, chance in chances:
        if other != name:
            yield _row("ranking", f"probability_over.{other}", chance, "fraction")


def _word(is_so: bool) -> str:
    return "true" if is_so else "false"


def _row(section: str, metric: str, value: Any, unit: str) -> dict[str, Any]:
    if isinstance(value, bool):
        value = _word(value)
    return {"section": section, "metric": metric, "value": value, "unit": unit}


def _figures(
    section: str, metric: str, value: Any, hint: Any, unit: str = ""
) -> Iterator[dict[str, Any]]:
    """A row per figure in the value, whose type is `hint`."""
    hint, unit = unwrapped(hint, unit)
    if isinstance(value, Mapping):
        hints = get_type_hints(hint, include_extras=True) if is_typeddict(hint) else {}
        for name, each in value.items():
            below = hints.get(name)
            yield from _figures(section, _path(metric, name), each, below, unit)
    elif isinstance(value, list):
        (below,) = get_args(hint)
        for index, each in enumerate(value):
            name = _name(each, index)
            yield from _figures(section, _path(metric, name), each, below, unit)
    else:
        yield _row(section, metric, value, unit)


def _path(metric: str, name: str) -> str:
    return f"{metric}.{name}" if metric else name


def _name(item: Any, index: int) -> str:
    """What identifies an item of a list."""
    if not isinstance(item, Mapping):
        return str(index)
    if "name" in item:
        return str(item["name"])
    return f"{item['low']:g}-{item['high']:g}" if "low" in item else str(index)


def _is_partial(model: ModelReport, figure: Mapping[str, Any]) -> bool:
    """True where the figure rests on incomplete trades, equity or conversations."""
    part = figure["metric"].partition(".")[0]
    lacks_trades = model.coverage.is_partial
    match figure["section"]:
        case Section.TRADES | "ranking":
            return lacks_trades
        case Section.EQUITY | "against_benchmark":
            return lacks_equity(model)
        case Section.MIND:
            return lacks_chats(model) or (lacks_trades and part in _OF_TRADES)
        case Section.UNCERTAINTY:
            return lacks_equity(model) if part in _OF_RETURNS else lacks_trades
    return False
