"""What a copy or a held coin would have brought, on a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.analyzer.play.whatif_report import (
    CopyReport,
    HoldReport,
    PaperAccount,
)
from nof1_tracker.rendering.figures import since_until
from nof1_tracker.rendering.play_words import (
    LIMITS,
    account_lines,
    attribution_lines,
    copy_notes,
    fee_words,
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
    bought = (
        f"Bought at {price(report.price)} ({moment(report.bought_at)} UTC),"
        f" {fee_words(report.fees)}, {slippage_words(report.slippage)}"
    )
    table = calm_table(("", "left"), (report.symbol, "right"))
    for label, value in account_lines(report.account):
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
    copied = dict(account_lines(report.copy)) if report.copy is not None else {}
    for label, value in account_lines(report.model):
        table.add_row(cell(label), cell(value), cell(copied.get(label, UNKNOWN)))
    recorded = report.recorded
    if recorded is not None:
        words = f"As recorded, {moment(recorded.observed_at)[5:]}"
        table.add_row(cell(words, "dim"), cell(usd(recorded.equity), "dim"), cell(""))
    return table


def _attribution(report: CopyReport) -> Table:
    found = report.attribution
    table = calm_table(("Difference to the model", "left"), ("$", "right"))
    if found is None:
        return table
    for label, amount in attribution_lines(found):
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
