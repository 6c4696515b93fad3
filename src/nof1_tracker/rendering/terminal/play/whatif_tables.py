"""What a copy or a held coin would have brought, on a terminal."""

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.analyzer.play.whatif_report import (
    CopyReport,
    HoldReport,
    PaperAccount,
)
from nof1_tracker.rendering.figures import (
    fraction,
    interval_text,
    signed_fraction,
    signed_money,
    signed_ratio,
    since_until,
)
from nof1_tracker.rendering.play_words import (
    LIMITS,
    copy_notes,
    late_words,
    paper_notes,
    scenario_words,
    slippage_words,
    withheld_copy,
)
from nof1_tracker.rendering.terminal.console import calm_table, cell, signed_style
from nof1_tracker.rendering.terminal.report.equity_chart import (
    DrawnCurve,
    curves_chart,
)
from nof1_tracker.rendering.text import (
    UNKNOWN,
    moment,
    price,
    span,
    usd,
    whole,
)

_WIDEST = 120


def copy_report(report: CopyReport, width: int) -> RenderableType:
    """The copy beside its model, where the difference comes from, and its limits."""
    name = report.account.name
    reason = withheld_copy(report)
    curves = [DrawnCurve(name, *_curve(report.model))]
    if report.copy is not None:
        curves.append(DrawnCurve("Copy", *_curve(report.copy)))
    parts: list[RenderableType] = [
        cell(f"{name}, copied {scenario_words(report.scenario)}", "bold"),
        Text(f"{report.season.name} · {since_until(report.since, report.until)} UTC"),
        Text(),
        _accounts(report),
        Text(),
    ]
    if reason:
        parts += [Text(reason, "yellow"), Text()]
    if report.attribution is not None:
        parts += [_attribution(report), Text()]
    parts += [
        curves_chart(curves, min(width, _WIDEST)),
        Text(),
        _delays(report),
        Text(),
    ]
    return Group(*parts, *_notes(copy_notes(report)))


def hold_report(report: HoldReport, width: int) -> RenderableType:
    """What was bought, what it came to, and its limits."""
    fees = "no fees" if report.fees.value == "none" else f"{report.fees} fees"
    bought = (
        f"Bought at {price(report.price)} ({moment(report.bought_at)} UTC), {fees},"
        f" {slippage_words(report.slippage)}"
    )
    table = calm_table(("", "left"), (report.symbol, "right"))
    for label, value in _figures(report.account):
        table.add_row(cell(label), cell(value))
    curve = DrawnCurve(f"{report.symbol}, held", *_curve(report.account))
    return Group(
        cell(f"{report.symbol}, bought and held", "bold"),
        Text(f"{report.season.name} · {since_until(report.since, report.until)} UTC"),
        Text(bought),
        Text(),
        table,
        Text(),
        curves_chart([curve], min(width, _WIDEST)),
        Text(),
        *_notes(paper_notes(report.hours_without_funding, report.prices)),
    )


def _curve(account: PaperAccount) -> tuple[EquityCurve, float | None]:
    return account.figures.curve, account.figures.equity.total_return


def _accounts(report: CopyReport) -> Table:
    table = calm_table(("", "left"), (report.account.name, "right"), ("Copy", "right"))
    copied = dict(_figures(report.copy)) if report.copy is not None else {}
    for label, value in _figures(report.model):
        table.add_row(cell(label), cell(value), cell(copied.get(label, UNKNOWN)))
    recorded = report.recorded
    if recorded is not None:
        words = f"As recorded, {moment(recorded.observed_at)[5:]}"
        table.add_row(cell(words, "dim"), cell(usd(recorded.equity), "dim"), cell(""))
    return table


def _figures(account: PaperAccount) -> Iterator[tuple[str, str]]:
    """Labels and figures of an account on paper."""
    equity, trades = account.figures.equity, account.figures.trades
    fall = equity.drawdown.max_drawdown if equity.drawdown else None
    yield "Equity $", usd(account.equity)
    yield "Return", signed_fraction(equity.total_return)
    yield "Drawdown", fraction(fall)
    yield "Sharpe", signed_ratio(equity.sharpe_ratio)
    yield "Legs", whole(trades.total_trades)
    yield "Wins", fraction(trades.win_rate)
    yield "Mean net $", signed_money(trades.avg_net_pnl)
    yield "95 % interval", interval_text(account.figures.mean_net, signed_money)
    yield "Fees $", usd(account.fees)
    yield "Funding $", usd(account.funding, signed=True)


def _attribution(report: CopyReport) -> Table:
    found = report.attribution
    table = calm_table(("Difference to the model", "left"), ("$", "right"))
    if found is None:
        return table
    rows: list[tuple[str, Decimal]] = [
        ("Size and direction", found.sizing),
        ("Delay", found.delay),
        ("Slippage", found.slippage),
        ("Fees", found.fees),
    ]
    for label, amount in rows:
        table.add_row(cell(label), cell(usd(amount, signed=True), signed_style(amount)))
    table.add_section()
    total = found.total
    table.add_row(cell("Together"), cell(usd(total, signed=True), signed_style(total)))
    return table


def _delays(report: CopyReport) -> Table:
    """Equity by delay; withheld where prices were observed too rarely."""
    table = calm_table(("Delay", "right"), ("Equity $", "right"), ("", "left"))
    for point in report.delays:
        late = f"withheld: {late_words(point.orders)} came later"
        table.add_row(
            cell(span(point.delay)),
            cell(usd(point.equity)),
            cell(late if point.equity is None else "", "dim"),
        )
    return table


def _notes(sentences: Iterator[str]) -> list[Text]:
    noted = [Text(sentence, "yellow") for sentence in sentences]
    return [*noted, *(Text(sentence, "dim") for sentence in LIMITS)]
