"""The section of a report on one model's trades."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.analyzer.trades.trade_metrics import GroupMetrics
from nof1_tracker.rendering.figures import (
    Format,
    count,
    factor,
    fraction,
    length,
    money,
    per_day,
    ratio,
    signed_money,
)
from nof1_tracker.rendering.sentences import MARK, coverage_text
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import Figure, figure_grid, heading
from nof1_tracker.rendering.terminal.report.summary import coloured

GROUPS = ("winners", "losers", "longs", "shorts")


class Measure(NamedTuple):
    """A figure of TradeMetrics, with its label and format."""

    name: str
    label: str
    form: Format


MEASURES = (
    Measure("net_pnl", "Net $", signed_money),
    Measure("gross_pnl", "Gross $", signed_money),
    Measure("fees", "Fees $", money),
    Measure("fees_share_of_gross_profit", "Fees of gross profit", fraction),
    Measure("win_rate", "Win rate", fraction),
    Measure("avg_net_pnl", "Mean net $", signed_money),
    Measure("std_net_pnl", "Spread of net $", money),
    Measure("biggest_win", "Biggest win $", signed_money),
    Measure("biggest_loss", "Biggest loss $", signed_money),
    Measure("profit_factor", "Profit factor", ratio),
    Measure("payoff_ratio", "Payoff ratio", ratio),
    Measure("longest_winning_streak", "Wins in a row", count),
    Measure("longest_losing_streak", "Losses in a row", count),
    Measure("avg_notional", "Mean notional $", money),
    Measure("median_notional", "Median notional $", money),
    Measure("turnover", "Turnover $", money),
    Measure("avg_holding_seconds", "Mean time held", length),
    Measure("median_holding_seconds", "Median time held", length),
    Measure("trades_per_day", "Trades a day", per_day),
    Measure("long_share", "Longs", fraction),
    Measure("avg_leverage", "Stated leverage", factor),
    Measure("realized_leverage", "Realized leverage", factor),
    Measure("max_realized_leverage", "Most leverage", factor),
    Measure("liquidations", "Liquidations", count),
)


def trades_section(model: ModelReport, width: int) -> RenderableType:
    """Metrics of its completed legs: in total, by outcome and side, by symbol."""
    trades = model.trades
    if not trades.total_trades:
        return Group(_heading(model), Text("No completed trades are stored.", "dim"))
    parts: list[RenderableType] = [_heading(model)]
    reported = dict(model.reported.figures) if model.reported else {}
    beside = [each for each in MEASURES if each.name in reported]
    if not model.coverage.is_partial or not beside:
        parts.append(figure_grid(_figures(model, MEASURES), width))
    else:
        rest = [each for each in MEASURES if each.name not in reported]
        parts += [_beside_nof1(model, beside), Text()]
        parts.append(figure_grid(_figures(model, rest), width))
    parts += [Text(), _groups(model, width), Text(), _by_symbol(model, width)]
    return Group(*parts)


def _mark(model: ModelReport) -> str:
    return MARK if model.coverage.is_partial else ""


def _heading(model: ModelReport) -> Text:
    trades, coverage = model.trades, model.coverage
    remark = coverage_text(coverage)
    if trades.total_trades:
        remark = (
            f"{count(trades.total_trades)} legs of {count(trades.positions)} entries"
        )
        remark += f", {count(trades.wins)} won, {count(trades.losses)} lost"
        remark += f", {count(trades.breakevens)} even" if trades.breakevens else ""
        remark += f" · {coverage_text(coverage)}" if coverage.is_partial else ""
    style = "yellow" if coverage.is_partial else "dim"
    return heading(f"Trades{_mark(model)}", remark, style)


def _figures(model: ModelReport, measures: Sequence[Measure]) -> list[Figure]:
    return [
        Figure(each.label, each.form(getattr(model.trades, each.name)))
        for each in measures
    ]


def _beside_nof1(model: ModelReport, measures: Sequence[Measure]) -> Table:
    """Our figures for the stored trades, and nof1's own for all trades."""
    assert model.reported is not None  # noqa: S101  there are figures of it
    coverage = model.coverage
    table = calm_table(
        ("", "left"),
        (f"of {count(coverage.stored)} stored", "right"),
        (f"reported by nof1, of {count(coverage.reported)}", "right"),
    )
    for each in measures:
        ours = each.form(getattr(model.trades, each.name))
        theirs = each.form(model.reported.figures[each.name])
        table.add_row(each.label, f"{ours}{MARK}", theirs)
    return table


def _groups(model: ModelReport, width: int) -> Table:
    return first_fitting(
        width,
        partial(_group_table, model, with_spread=True),
        partial(_group_table, model, with_spread=False),
    )


def _group_table(model: ModelReport, *, with_spread: bool) -> Table:
    spread = [("spread", "right")] if with_spread else []
    table = calm_table(
        ("", "left"),
        (f"Trades{_mark(model)}", "right"),
        ("Mean net $", "right"),
        *spread,
        ("Notional $", "right"),
        *spread,
        ("Mean held", "right"),
        *spread,
    )
    for name in GROUPS:
        group: GroupMetrics = getattr(model.trades, name)
        table.add_row(name.capitalize(), *_group_cells(group, with_spread=with_spread))
        theirs = dict(_group_of_nof1(model, name))
        if model.coverage.is_partial and theirs:
            table.add_row(
                "  by nof1",
                *_group_cells_of_nof1(theirs, with_spread=with_spread),
                style="dim",
            )
    return table


_GROUP_MEASURES: tuple[tuple[str, Format, bool], ...] = (
    ("count", count, False),
    ("avg_net_pnl", signed_money, False),
    ("std_net_pnl", money, True),
    ("avg_notional", money, False),
    ("std_notional", money, True),
    ("avg_holding_seconds", length, False),
    ("std_holding_seconds", length, True),
)


def _group_cells(group: GroupMetrics, *, with_spread: bool) -> list[str]:
    return [
        form(getattr(group, name))
        for name, form, is_spread in _GROUP_MEASURES
        if with_spread or not is_spread
    ]


def _group_of_nof1(model: ModelReport, name: str) -> Iterator[tuple[str, float]]:
    """nof1's figures for that group, by their names within it."""
    for path, value in (model.reported.figures if model.reported else {}).items():
        group, _, figure = path.rpartition(".")
        if group == name:
            yield figure, value


def _group_cells_of_nof1(theirs: dict[str, float], *, with_spread: bool) -> list[str]:
    return [
        form(theirs.get(name))
        for name, form, is_spread in _GROUP_MEASURES
        if with_spread or not is_spread
    ]


def _by_symbol(model: ModelReport, width: int) -> Table:
    return first_fitting(
        width,
        partial(_symbol_table, model, is_short=False),
        partial(_symbol_table, model, is_short=True),
    )


def _symbol_table(model: ModelReport, *, is_short: bool) -> Table:
    """Best net first."""
    table = calm_table(
        ("Symbol", "fold"),
        (f"Trades{_mark(model)}", "right"),
        ("Wins", "right"),
        ("Net $", "right"),
        *([] if is_short else [("Fees $", "right"), ("Profit factor", "right")]),
        ("Mean net $", "right"),
        ("Mean held", "right"),
    )
    for each in sorted(model.trades.by_symbol, key=lambda one: -(one.net_pnl or 0.0)):
        detail = [] if is_short else [money(each.fees), ratio(each.profit_factor)]
        table.add_row(
            cell(each.name),
            count(each.total_trades),
            fraction(each.win_rate),
            coloured(each.net_pnl, signed_money(each.net_pnl)),
            *detail,
            signed_money(each.expectancy),
            length(each.avg_holding_seconds),
        )
    return table
