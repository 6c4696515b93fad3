"""The sections of a report on one model's equity, alone and against the benchmark."""

from rich.console import Group, RenderableType
from rich.text import Text

from nof1_tracker.analyzer.equity.drawdown import Drawdown
from nof1_tracker.analyzer.equity.equity_metrics import DayReturn, EquityMetrics
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.figures import (
    count,
    day,
    factor,
    fraction,
    length,
    money,
    signed_fraction,
    signed_ratio,
)
from nof1_tracker.rendering.terminal.report.layout import (
    Figure,
    figure_grid,
    heading,
    notes,
)
from nof1_tracker.rendering.text import moment


def equity_section(model: ModelReport, width: int) -> RenderableType:
    """Figures of its equity curve, its deepest drawdown and its gaps."""
    metrics = model.equity
    if metrics is None or not metrics.observations:
        return Group(heading("Equity"), Text(_nothing(metrics), "dim"))
    lines = [
        ("Drawdown", drawdown_sentence(metrics.drawdown), ""),
        ("Gaps", gap_sentence(metrics), "yellow"),
        ("Ruin", _ruin(metrics), "red"),
    ]
    return Group(
        heading("Equity", f"{count(metrics.observations)} observations"),
        figure_grid([Figure(*each) for each in equity_figures(metrics)], width),
        Text(),
        notes(lines, width),
    )


def _nothing(metrics: EquityMetrics | None) -> str:
    if metrics is None:
        return "Its equity at the start is not known."
    return "No equity is stored."


def equity_figures(metrics: EquityMetrics) -> list[tuple[str, str]]:
    """Labels and figures of an equity curve."""
    drawdown = metrics.drawdown
    return [
        ("Start $", money(metrics.initial_equity)),
        ("End $", money(metrics.final_equity)),
        ("Return", signed_fraction(metrics.total_return)),
        ("Annualised", signed_fraction(metrics.annualised_return)),
        ("Volatility", fraction(metrics.volatility)),
        ("Sharpe", signed_ratio(metrics.sharpe_ratio)),
        ("Sortino", signed_ratio(metrics.sortino_ratio)),
        ("Calmar", signed_ratio(metrics.calmar_ratio)),
        ("Drawdown", fraction(drawdown.max_drawdown if drawdown else None)),
        ("Under water", fraction(drawdown.underwater_share if drawdown else None)),
        ("Best day", _day(metrics.best_day)),
        ("Worst day", _day(metrics.worst_day)),
        ("In a position", fraction(metrics.exposure)),
        ("Gross leverage", factor(metrics.avg_gross_leverage)),
        ("at most", factor(metrics.max_gross_leverage)),
        ("Net leverage", factor(metrics.avg_net_leverage)),
    ]


def _day(each: DayReturn | None) -> str:
    when = f"{day(each.day)}  " if each else ""
    return f"{when}{signed_fraction(each.total_return if each else None)}"


def drawdown_sentence(drawdown: Drawdown | None) -> str | None:
    """The deepest drawdown, and any recovery; None where equity never fell."""
    if drawdown is None or drawdown.peak_at is None:
        return None
    recovered = (
        f"regained {moment(drawdown.recovered_at)}"
        if drawdown.recovered_at
        else "not regained"
    )
    return (
        f"{fraction(drawdown.max_drawdown)} from the peak of {moment(drawdown.peak_at)}"
        f" to {moment(drawdown.trough_at)} UTC, {recovered}"
        f" ({length(drawdown.duration_seconds)}); at most"
        f" {length(drawdown.longest_underwater_seconds)} under water in a row."
    )


def gap_sentence(metrics: EquityMetrics) -> str | None:
    """How long its equity was not observed; None without gaps."""
    if not metrics.gaps:
        return None
    times = "once" if metrics.gaps == 1 else f"{count(metrics.gaps)} times"
    left_out = metrics.excluded_periods
    return (
        f"equity was not observed {times}, for {length(metrics.gap_seconds)} in total:"
        f" {count(left_out)} of {count(metrics.periods + left_out)} returns are left"
        " out."
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
    figures = benchmark_figures(model)
    if not figures:
        return Group(title, Text("There is nothing to compare it with.", "dim"))
    return Group(title, figure_grid([Figure(*each) for each in figures], width))


def benchmark_figures(model: ModelReport) -> list[tuple[str, str]]:
    """Labels and figures against the benchmark; none without a benchmark."""
    beside = model.against_benchmark
    if beside is None:
        return []
    return [
        ("Return", signed_fraction(beside.total_return)),
        ("Benchmark", signed_fraction(beside.benchmark_return)),
        ("Excess return", signed_fraction(beside.excess_return)),
        ("Beta", signed_ratio(beside.beta)),
        ("Correlation", signed_ratio(beside.correlation)),
        ("Tracking error", fraction(beside.tracking_error)),
        ("Information ratio", signed_ratio(beside.information_ratio)),
        ("Common returns", count(beside.periods)),
    ]
