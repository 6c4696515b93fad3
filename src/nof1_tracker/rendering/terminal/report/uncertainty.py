"""The section of a report on how certain one model's figures are."""

from functools import partial
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.analyzer.uncertainty.interval import Interval
from nof1_tracker.analyzer.uncertainty.mean_trade import LEAST_TRADES
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.figures import count
from nof1_tracker.rendering.report_figures.figure_table import (
    INTERVALS,
    Shown,
    shown,
    shown_below,
    value_of,
)
from nof1_tracker.rendering.sentences import (
    MARK,
    probability,
    probability_asked,
    withheld_sentence,
)
from nof1_tracker.rendering.terminal.console import calm_table, first_fitting
from nof1_tracker.rendering.terminal.report.layout import heading, listed_figures, notes


class Estimate(NamedTuple):
    """A figure and its interval."""

    figure: Shown
    interval: Interval | None

    @property
    def is_of_trades(self) -> bool:
        """False where it rests on the returns of the equity curve."""
        return self.figure.declared.path.startswith("trades.")

    @property
    def tells(self) -> str:
        """On which side of 0 the interval lies; empty where that says nothing."""
        if self.interval is None or not self.figure.declared.figure.signed:
            return ""
        if self.interval.low > 0:
            return "above 0"
        return "below 0" if self.interval.high < 0 else "may be 0"


def estimates(model: ModelReport) -> list[Estimate]:
    """The figures that have an interval."""
    return [
        Estimate(shown(model, path), value_of(model, interval))
        for path, interval in INTERVALS.items()
    ]


def uncertainty_section(
    model: ModelReport, report: SeasonReport, width: int
) -> RenderableType:
    """The intervals, and how likely its mean trade is to beat each other model's."""
    level = probability_asked(report.rules.level)
    lines = [
        ("Sharpe", sharpe_sentence(model), ""),
        ("Mean trade", beats_sentence(model, report), ""),
        ("Withheld", withheld_sentence(model), "yellow"),
        ("Trades", few_trades_sentence(model), "yellow"),
        (f"Partial {MARK}", _partial(model), "yellow"),
    ]
    return Group(
        heading("Uncertainty", f"{level} intervals"),
        first_fitting(
            width,
            partial(_table, model, level, with_basis=True),
            partial(_table, model, level, with_basis=False),
        ),
        Text(),
        listed_figures(shown_below(model, "uncertainty"), width),
        Text(),
        notes(lines, width),
    )


def _table(model: ModelReport, level: str, *, with_basis: bool) -> Table:
    table = calm_table(
        ("", "left"),
        ("Figure", "right"),
        (f"{level} from", "right"),
        ("to", "right"),
        ("", "left"),
        *([("of", "right")] if with_basis else []),
    )
    for each in estimates(model):
        mark = MARK if each.is_of_trades and model.coverage.is_partial else ""
        ends, form = each.interval, each.figure.declared.form
        basis = Text(_basis(model, each, mark), "dim")
        table.add_row(
            f"{each.figure.declared.label}{mark}",
            each.figure.text,
            form(ends.low if ends else None),
            form(ends.high if ends else None),
            Text(each.tells, "yellow" if each.tells == "may be 0" else ""),
            *([basis] if with_basis else []),
        )
    return table


def _basis(model: ModelReport, estimate: Estimate, mark: str) -> str:
    """How many trades or returns the interval rests on."""
    if estimate.is_of_trades:
        trades = model.uncertainty.trades
        return (
            f"{count(trades.independent if trades else None)} independent trades{mark}"
        )
    returns = model.uncertainty.returns
    return f"{count(returns.periods if returns else 0)} returns"


def sharpe_sentence(model: ModelReport) -> str | None:
    """How likely the true Sharpe ratio is above 0; None where it is undefined."""
    returns = model.uncertainty.returns
    if returns is None:
        return None
    chance = probability(returns.probabilistic_sharpe_ratio)
    return f"its true Sharpe ratio is above 0 with a probability of {chance}."


def few_trades_sentence(model: ModelReport) -> str | None:
    """Why its intervals over trades are missing, or less certain than they say."""
    trades = model.uncertainty.trades
    if trades is None:
        return (
            f"fewer than {LEAST_TRADES} independent trades are stored (those that close"
            " in the same hour are one): they have no intervals."
        )
    if not trades.is_dominated:
        return None
    return (
        "trades that closed in one hour make most of the variance. In simulations of"
        " such accounts 95 % intervals held the true mean in 57 to 96 % of the cases."
    )


def beats_sentence(model: ModelReport, report: SeasonReport) -> str | None:
    """How likely its mean trade is to beat each other model's; None without others."""
    matrix, name = report.ranking.matrix, model.account.account_id
    if name not in matrix.names:
        return None
    names = {each.account.account_id: each.account.name for each in report.models}
    row = zip(matrix.names, matrix.rows[matrix.names.index(name)], strict=True)
    chances = [
        f"{clean(names[other])} {probability(chance)}"
        for other, chance in row
        if other != name and chance is not None
    ]
    return f"it beats that of {', '.join(chances)}." if chances else None


def _partial(model: ModelReport) -> str | None:
    if not model.coverage.is_partial:
        return None
    return "the intervals over trades cover only the stored part."
