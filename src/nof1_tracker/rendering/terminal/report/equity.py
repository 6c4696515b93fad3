"""The sections of a report on one model's equity, alone and against the benchmark."""

from rich.console import Group, RenderableType
from rich.text import Text

from nof1_tracker.analyzer.equity.equity_metrics import DayReturn, EquityMetrics
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.figures import (
    count,
    day,
    factor,
    fraction,
    length,
    money,
    ratio,
    signed_fraction,
    signed_ratio,
)
from nof1_tracker.rendering.sentences import withheld_sentence
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
        ("Drawdown", drawdown_sentence(metrics), ""),
        ("Withheld", withheld_sentence(model), "yellow"),
        ("nof1's own", own_sharpe_sentence(model), ""),
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
    drawdown, on_grid = metrics.drawdown, metrics.grid_drawdown
    annual = [
        ("Annualised", signed_fraction(metrics.annualised_return)),
        ("Calmar", signed_ratio(metrics.calmar_ratio)),
    ]
    return [
        ("Start $", money(metrics.initial_equity)),
        ("End $", money(metrics.final_equity)),
        ("Return", signed_fraction(metrics.total_return)),
        ("Return / drawdown", signed_ratio(metrics.return_over_drawdown)),
        *(annual if metrics.annualised_return is not None else []),
        ("Volatility", fraction(metrics.volatility)),
        ("Sharpe", signed_ratio(metrics.sharpe_ratio)),
        ("Sortino", signed_ratio(metrics.sortino_ratio)),
        ("Drawdown", fraction(drawdown.max_drawdown if drawdown else None)),
        ("on common hours", fraction(on_grid.max_drawdown if on_grid else None)),
        ("Under water", fraction(on_grid.underwater_share if on_grid else None)),
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


def drawdown_sentence(metrics: EquityMetrics) -> str | None:
    """The deepest drawdown, and any recovery; None where equity never fell."""
    drawdown, least = metrics.drawdown, "at least " if metrics.gaps else ""
    if drawdown is None or drawdown.peak_at is None:
        return None
    recovered = (
        f"regained {moment(drawdown.recovered_at)}"
        if drawdown.recovered_at
        else "not regained"
    )
    return (
        f"{least}{fraction(drawdown.max_drawdown)} from the peak of {moment(drawdown.peak_at)}"
        f" to {moment(drawdown.trough_at)} UTC, {recovered}"
        f" ({length(drawdown.duration_seconds)}); at most"
        f" {length(drawdown.longest_underwater_seconds)} under water in a row."
    )


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
        ("from", moment(beside.since)),
        ("to", moment(beside.until)),
    ]
