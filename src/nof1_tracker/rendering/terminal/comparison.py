"""A comparison of two accounts on a terminal."""

from collections.abc import Sequence
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.equity.equity_curve import as_datetime
from nof1_tracker.analyzer.report.comparison import Comparison, Difference, Lead
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.caveats import (
    close_sentence,
    glitches_sentence,
    implausible_sentence,
)
from nof1_tracker.rendering.figures import (
    Format,
    count,
    interval_text,
    points,
    signed_money,
    signed_ratio,
    since_until,
)
from nof1_tracker.rendering.report_figures.figure_table import FIGURES, shown
from nof1_tracker.rendering.sentences import (
    GAP_MARK,
    MARK,
    gaps_sentence,
    pairs_sentence,
    partial_sentence,
    probability,
    probability_asked,
    rules_sentence,
)
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import notes
from nof1_tracker.rendering.terminal.report.summary import curve, season_title
from nof1_tracker.rendering.text import UNKNOWN

SIDES = (
    "standing.equity",
    "equity.drawdown.max_drawdown",
    "equity.grid_drawdown.max_drawdown",
    "equity.periods",
    "equity.volatility",
    "equity.sortino_ratio",
    "equity.exposure",
    "trades.total_trades",
    "trades.net_pnl",
    "trades.fees",
    "trades.profit_factor",
    "trades.median_holding_seconds",
    "trades.long_share",
    "mind.confidence.mean",
    "mind.calibration.brier_score",
    "mind.discipline.respected_share",
)
"""The figures that are shown side by side, without a conclusion."""


class Side(NamedTuple):
    """A figure of both accounts, without an interval."""

    label: str
    first: str
    second: str


def comparison_text(comparison: Comparison, width: int) -> RenderableType:
    """The differences with their uncertainty, the other figures, and the findings."""
    first, second = comparison.first, comparison.second
    return Group(
        Text(f"{_name(first)} against {_name(second)}", "bold"),
        Text(season_title(comparison.report), "dim"),
        Text(),
        first_fitting(
            width,
            *(
                partial(_differences, comparison, detail)
                for detail in reversed(_Detail)
            ),
        ),
        Text(),
        _sides(comparison),
        Text(),
        notes(comparison_notes(comparison), width),
    )


def _name(model: ModelReport) -> str:
    return clean(model.account.name)


class _Detail(IntEnum):
    """How much of each difference a line has room for."""

    INTERVAL = 0
    FIGURES = 1
    CHANCE = 2
    NAMES = 3


def _differences(comparison: Comparison, detail: _Detail) -> Table:
    level = probability_asked(comparison.report.rules.level)
    names = [_name(each) for each in _both(comparison)]
    heads = names if detail >= _Detail.NAMES else ["First", "Second"]
    with_figures, with_chance = (
        detail >= each for each in (_Detail.FIGURES, _Detail.CHANCE)
    )
    table = calm_table(
        ("", "left"),
        *([(head, "right") for head in heads] if with_figures else []),
        ("Difference", "right"),
        (f"{level} interval", "left"),
        *([("First ahead", "right")] if with_chance else []),
        ("Ahead", "fold"),
    )
    for each in comparison.differences:
        declared, signed = FIGURES[each.name], difference_form(each.name)
        label, form = declared.label, declared.form
        figures = (form(each.first), form(each.second))
        table.add_row(
            f"{label}{MARK if is_marked(comparison, each) else ''}",
            *(figures if with_figures else ()),
            signed(each.difference),
            Text(interval_text(each.interval, signed), "dim"),
            *([chance_text(each)] if with_chance else ()),
            _ahead(comparison, each),
        )
    return table


def difference_form(path: str) -> Format:
    """How people read the difference of two such figures."""
    unit = FIGURES[path].unit
    return (
        points
        if unit == "fraction"
        else (signed_money if unit == "USD" else signed_ratio)
    )


def is_marked(comparison: Comparison, difference: Difference) -> bool:
    """True where the difference rests on only part of either account's trades."""
    is_partial = any(each.coverage.is_partial for each in _both(comparison))
    return is_partial and difference.name.startswith("trades.")


def chance_text(each: Difference) -> str:
    """How likely it is that the first is ahead."""
    return UNKNOWN if each.probability is None else probability(each.probability)


def _ahead(comparison: Comparison, each: Difference) -> Text:
    styles = {Lead.OPEN: "yellow", Lead.UNKNOWN: "dim"}
    return Text(ahead_text(comparison, each), styles.get(each.lead, "green"))


def ahead_text(comparison: Comparison, each: Difference) -> str:
    """Who is ahead, where chance alone does not explain the difference."""
    match each.lead:
        case Lead.FIRST:
            return _name(comparison.first)
        case Lead.SECOND:
            return _name(comparison.second)
        case Lead.OPEN:
            return "may be chance"
    return "not known"


def _sides(comparison: Comparison) -> Table:
    table = calm_table(
        ("", "left"),
        (_name(comparison.first), "right"),
        (_name(comparison.second), "right"),
    )
    table.add_row("Curve", *(curve(each, 16) for each in _both(comparison)))
    for side in sides(comparison):
        table.add_row(side.label, cell(side.first), cell(side.second))
    return table


def _both(comparison: Comparison) -> tuple[ModelReport, ModelReport]:
    return comparison.first, comparison.second


def sides(comparison: Comparison) -> list[Side]:
    """The figures of both, with a mark where they rest on incomplete data."""
    return [
        Side(FIGURES[path].label, *(_marked(each, path) for each in _both(comparison)))
        for path in SIDES
    ]


def _marked(model: ModelReport, path: str) -> str:
    each = shown(model, path)
    return f"{each.text}{each.mark}"


def comparison_notes(comparison: Comparison) -> list[tuple[str, str | None, str]]:
    """Which differences are established, and what they rest on."""
    both = _both(comparison)
    return [
        ("Told apart", told_apart_sentence(comparison), ""),
        ("Pairs", pair_sentence(comparison), ""),
        ("Rests on", basis_sentence(comparison), ""),
        (f"Partial {MARK}", partial_sentence(both), "yellow"),
        (f"Gaps {GAP_MARK}", gaps_sentence(both), ""),
        ("Close", close_sentence(comparison.report, both), ""),
        ("Glitches", glitches_sentence(both), "yellow"),
        ("Implausible", implausible_sentence(both), "yellow"),
        ("Rules", rules_sentence(comparison.report.rules), "dim"),
    ]


def told_apart_sentence(comparison: Comparison) -> str:
    """Which differences chance cannot explain, and which it may."""
    level = probability_asked(comparison.report.rules.level)
    established = [
        each
        for each in comparison.differences
        if each.lead in {Lead.FIRST, Lead.SECOND}
    ]
    open_ones = [e for e in comparison.differences if e.lead is Lead.OPEN]
    unknown = [e for e in comparison.differences if e.lead is Lead.UNKNOWN]
    sentences = [f"at {level}: {_labels(established) if established else 'nothing'}."]
    if open_ones:
        sentences.append(f"Chance may explain: {_labels(open_ones)}.")
    if unknown:
        sentences.append(f"Too little is stored for: {_labels(unknown)}.")
    return " ".join(sentences)


def _labels(differences: Sequence[Difference]) -> str:
    return ", ".join(
        FIGURES[each.name].label.removesuffix(" $") for each in differences
    )


def pair_sentence(comparison: Comparison) -> str | None:
    """How many pairs there are, and whether this one stands among them."""
    pairs = pairs_sentence(comparison.report.ranking)
    if pairs is None:
        return None
    verdict = "stands" if comparison.stands else "does not stand"
    return f"{pairs} This pair {verdict}. That is about the mean trade."


def basis_sentence(comparison: Comparison) -> str:
    """What the intervals rest on."""
    trades = [count(each.trades.total_trades) for each in _both(comparison)]
    text = f"{trades[0]} and {trades[1]} trades, those of one hour taken as one"
    common, paired = comparison.common, comparison.paired
    if common is None or not len(common.first):
        return f"{text}; there are no common returns."
    span = since_until(
        as_datetime(common.levels.times[0]), as_datetime(common.levels.times[-1])
    )
    text = f"{text}. Return from {span}, {count(len(common.first))} common returns"
    if paired is None:
        return (
            f"{text}: too few, or too little of the time was observed, for an interval"
            " or a Sharpe ratio."
        )
    related = (
        "" if paired.correlation is None else f" (correlation {paired.correlation:.2f})"
    )
    return f"{text}{related}, whose errors are taken together."
