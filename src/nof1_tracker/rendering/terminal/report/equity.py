"""The sections of a report on one model's equity, alone and against the benchmark."""

from rich.console import Group, RenderableType
from rich.text import Text

from nof1_tracker.analyzer.equity.equity_metrics import EquityMetrics
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.figures import count, fraction, length, ratio
from nof1_tracker.rendering.report_figures.figure_table import shown_below
from nof1_tracker.rendering.sentences import withheld_sentence
from nof1_tracker.rendering.terminal.report.layout import (
    heading,
    listed_figures,
    notes,
)
from nof1_tracker.rendering.text import moment


def equity_section(model: ModelReport, width: int) -> RenderableType:
    """Figures of its equity curve, its deepest drawdown and its gaps."""
    metrics = model.equity
    if metrics is None or not metrics.observations:
        return Group(heading("Equity"), Text(_nothing(metrics), "dim"))
    lines = [
        ("Drawdown", drawdown_sentence(metrics), ""),
        ("Withheld", withheld_sentence(model), "yellow"),
        ("nof1's own", own_sharpe_sentence(model), ""),
        ("Gaps", gap_sentence(metrics), "yellow"),
        ("Ruin", _ruin(metrics), "red"),
    ]
    return Group(
        heading("Equity", f"{count(metrics.observations)} observations"),
        listed_figures(shown_below(model, "equity"), width),
        Text(),
        notes(lines, width),
    )


def _nothing(metrics: EquityMetrics | None) -> str:
    if metrics is None:
        return "Its equity at the start is not known."
    return "No equity is stored."


def drawdown_sentence(metrics: EquityMetrics) -> str | None:
    """That a drawdown may be deeper than is known; None without gaps or a fall."""
    drawdown = metrics.drawdown
    if drawdown is None or drawdown.peak_at is None or not metrics.gaps:
        return None
    return f"at least {fraction(drawdown.max_drawdown)}: it may be deeper in the gaps."


def own_sharpe_sentence(model: ModelReport) -> str | None:
    """The Sharpe ratio that nof1 states; None where it was not observed."""
    stated = model.standing.sharpe_ratio if model.standing else None
    if stated is None:
        return None
    return f"a Sharpe ratio of {ratio(float(stated))}, which is not annualised."


def gap_sentence(metrics: EquityMetrics) -> str | None:
    """How long its equity was not observed; None without gaps."""
    if not metrics.gaps:
        return None
    times = "once" if metrics.gaps == 1 else f"{count(metrics.gaps)} times"
    left_out = metrics.excluded_periods
    return (
        f"equity was not observed {times}, for {length(metrics.gap_seconds)} in total:"
        f" {count(left_out)} of its hours have no return of their own, and the change"
        " across a gap counts as one."
    )


def _ruin(metrics: EquityMetrics) -> str | None:
    if metrics.ruined_at is None:
        return None
    return f"equity was 0 or less at {moment(metrics.ruined_at)} UTC."


def benchmark_section(
    model: ModelReport, benchmark: str | None, width: int
) -> RenderableType:
    """Its figures against the benchmark."""
    title = heading("Against the benchmark", benchmark or "none is known")
    figures = shown_below(model, "against_benchmark")
    if model.against_benchmark is None:
        return Group(title, Text("There is nothing to compare it with.", "dim"))
    return Group(title, listed_figures(figures, width))
