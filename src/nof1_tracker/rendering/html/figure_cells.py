"""Figures of a report as cells and columns of the page's tables."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.figures import interval_text
from nof1_tracker.rendering.html.cells import Cell, Column, Fact, tone_of, typeset
from nof1_tracker.rendering.report_figures.figure_table import (
    FIGURES,
    INTERVALS,
    DeclaredFigure,
    Shown,
    shown,
    shown_below,
    value_of,
)
from nof1_tracker.rendering.text import moment


def figure_column(declared: DeclaredFigure) -> Column:
    """The head of the figure's column."""
    return Column(declared.label, declared.figure.hint)


def figure_columns(paths: tuple[str, ...]) -> tuple[Column, ...]:
    """The heads of the figures' columns."""
    return tuple(figure_column(FIGURES[path]) for path in paths)


def figure_cell(model: ModelReport, path: str) -> Cell:
    """A figure of the model, with what has to be known beside it."""
    each = shown(model, path)
    return replace(value_cell(each.declared, each.value), note=_note(model, each))


def value_cell(declared: DeclaredFigure, value: Any) -> Cell:
    """A value of the figure; signed amounts and shares take their tone from the sign."""
    is_toned = declared.figure.signed and declared.unit in {"USD", "fraction"}
    text = declared.form(value)
    return Cell(
        # The hyphens of a date are none of a number.
        text if declared.unit == "UTC" else typeset(text),
        _sorted_by(value),
        tone_of(value) if is_toned else "",
    )


def estimate_cell(model: ModelReport, path: str) -> Cell:
    """A figure of the model with its interval below it."""
    cell, interval = figure_cell(model, path), value_of(model, INTERVALS[path])
    if interval is None:
        return cell
    ends = interval_text(interval, FIGURES[path].form)
    return replace(cell, note=typeset(ends))


def figure_facts(
    model: ModelReport, *paths: str, without: Collection[str] = ()
) -> tuple[Fact, ...]:
    """The figures below those paths, a line each."""
    return tuple(
        Fact(
            each.declared.label,
            figure_cell(model, each.declared.path),
            each.declared.figure.hint,
        )
        for each in shown_below(model, *paths, without=without)
    )


def _sorted_by(value: Any) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if hasattr(value, "__float__") else None


def _note(model: ModelReport, each: Shown) -> str:
    """That a drawdown may be deeper, or which span an excess covers."""
    equity, beside = model.equity, model.against_benchmark
    match each.declared.path:
        case "equity.drawdown.max_drawdown" if equity is not None and equity.gaps:
            return "at least" if each.value is not None else ""
        case "against_benchmark.excess_return" if beside and equity:
            if beside.total_return != equity.total_return:
                return f"{moment(beside.since)[5:]} to {moment(beside.until)[5:]}"
    return ""
