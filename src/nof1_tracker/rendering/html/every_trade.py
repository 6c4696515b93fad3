"""The table of every trade, and the stories that open from it.

The newest trades are plain HTML. All of them, with their stories, are compressed data from
which the page's script fills the same table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from nof1_tracker.analyzer.decisions.trade_story import TradeStory
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, shorten
from nof1_tracker.rendering.html.charts.packing import packed
from nof1_tracker.rendering.story_steps import StepView, story_steps
from nof1_tracker.rendering.text import moment, price, quantity
from nof1_tracker.rendering.trade_story_words import (
    level_words,
    missing_sentences,
    net_words,
)
from nof1_tracker.rendering.trade_words import held

MOST_PLAIN = 500
"""Trades that can be read without JavaScript; with it, as many at a time."""

_COLUMNS = (
    Column("Closed", "UTC"),
    Column("Symbol"),
    Column("Side"),
    Column("Net $", "Net PnL of the leg"),
    Column("Fees $"),
    Column("Quantity", "Units"),
    Column("Entry", "USD per unit"),
    Column("Exit", "USD per unit"),
    Column("Leverage"),
    Column("Held", "From entry to exit"),
)
_NET = 3
"""Place of the net PnL among the columns, which decides the outcome."""


@dataclass(frozen=True, slots=True)
class EveryTrade:
    """The completed trades of a report.

    Attributes:
        table: The newest of them.
        total: How many there are; the oldest of very many are not in the page.
        symbols: Those that were traded, in order.
        packed: Trades and stories for the page's script: JSON, gzip, base64.
    """

    table: Table
    total: int
    symbols: tuple[str, ...]
    packed: str


@dataclass(frozen=True, slots=True)
class _Leg:
    """A completed trade; `key` is its account's number in the page."""

    trade: StoredTrade
    story: TradeStory
    key: int
    closed_at: datetime


def every_trade(
    report: SeasonReport, stories: Sequence[TradeStory]
) -> EveryTrade | None:
    """The completed trades of these stories, newest first; None where there is none."""
    legs = sorted(_legs(report, stories), key=_age)
    if not legs:
        return None
    rows = [_cells(each.trade) for each in legs]
    total = max(len(legs), sum(len(each.legs) for each in report.models))
    names = [cells.name_of(each.account) for each in report.models]
    plain = tuple(
        Row(names[leg.key], row, leg.key)
        for leg, row in zip(legs[:MOST_PLAIN], rows, strict=False)
    )
    return EveryTrade(
        table=Table("Completed trades", _COLUMNS, plain),
        total=total,
        symbols=tuple(sorted({shorten(each.trade.symbol) for each in legs})),
        packed=_packed(legs, rows, total),
    )


def _legs(report: SeasonReport, stories: Sequence[TradeStory]) -> Iterator[_Leg]:
    """The legs with an outcome that closed in the report's window."""
    keys = {each.account.account_id: at for at, each in enumerate(report.models)}
    for story in stories:
        for leg in story.legs:
            closed_at = leg.closed_at or leg.opened_at
            is_over = leg.exit_price is not None and leg.net_pnl is not None
            if is_over and (report.since is None or closed_at >= report.since):
                yield _Leg(leg, story, keys[leg.account_id], closed_at)


def _age(leg: _Leg) -> tuple[float, str]:
    return -leg.closed_at.timestamp(), leg.trade.trade_id or ""


def _cells(trade: StoredTrade) -> tuple[Cell, ...]:
    closed_at = trade.closed_at
    seconds = None if trade.held is None else trade.held.total_seconds()
    symbol = shorten(trade.symbol)
    return (
        Cell(moment(closed_at), closed_at.timestamp() if closed_at else None),
        Cell(symbol, symbol),
        Cell(trade.side.value, trade.side.value),
        cells.money(trade.net_pnl, signed=True),
        cells.money(trade.fees),
        _figure(quantity(trade.quantity), trade.quantity),
        _figure(price(trade.entry_price), trade.entry_price),
        _figure(price(trade.exit_price), trade.exit_price),
        _figure(quantity(trade.leverage), trade.leverage),
        Cell(held(trade), seconds),
    )


def _figure(text: str, amount: Decimal | None) -> Cell:
    return Cell(text, _float(amount))


# --- for the page's script --------------------------------------------------------------


def _packed(legs: Sequence[_Leg], rows: Sequence[Sequence[Cell]], total: int) -> str:
    """All trades in that order, each with the number of its story."""
    stories = {id(each.story): each.story for each in legs}
    numbers = {name: at for at, name in enumerate(stories)}
    listed = [
        [
            leg.key,
            numbers[id(leg.story)],
            _facts(leg),
            [[cell.text, cell.value, cell.tone] for cell in row],
            _levels(leg),
        ]
        for leg, row in zip(legs, rows, strict=True)
    ]
    found = {
        "net": _NET,
        "most": MOST_PLAIN,
        "total": total,
        "rows": listed,
        "stories": [_story(each) for each in stories.values()],
    }
    return packed(found)


def _levels(leg: _Leg) -> Sequence[float | str | None]:
    """What the chart of prices needs beside the cells.

    When it was opened (Unix seconds; None where nobody saw it), its stop and target, and
    its net PnL as a share of the notional at entry.
    """
    trade, plan = leg.trade, leg.story.plan
    return (
        trade.opened_at.timestamp() if trade.opened_at_known else None,
        _float(plan.stop_loss if plan else None),
        _float(plan.profit_target if plan else None),
        _gain(trade),
    )


def _gain(trade: StoredTrade) -> str:
    notional = trade.entry_price * abs(trade.quantity)
    if trade.net_pnl is None or not notional:
        return ""
    share = cells.fraction(trade.net_pnl / notional, signed=True).text
    return f"{share} of its size"


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _facts(leg: _Leg) -> Mapping[str, str]:
    """The figures over the steps of its story."""
    trade, plan = leg.trade, leg.story.plan
    return {
        "Stop": level_words(trade, plan.stop_loss if plan else None),
        "Target": level_words(trade, plan.profit_target if plan else None),
        "Net $": net_words(replace(leg.story, trade=trade)),
    }


def _story(story: TradeStory) -> Mapping[str, Any]:
    return {
        "steps": [_step(each) for each in story_steps(story)],
        "missing": list(missing_sentences(story)),
    }


def _step(step: StepView) -> Sequence[Any]:
    is_order = int(step.is_order)
    return [
        *(moment(step.at), step.title, step.details, step.terms, step.quotes),
        is_order,
    ]
