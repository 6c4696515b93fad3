"""Builders of what players did; arguments not given are plausible."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.player_history import (
    CompletedCase,
    FinishedWindow,
    Notion,
    PlayedTrade,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST_DAY = START.date()
SEASON = timedelta(days=17)


def days_in_a_row(count: int, first: date = FIRST_DAY) -> frozenset[date]:
    return frozenset(first + timedelta(days=each) for each in range(count))


def completed_case(number: int, **changes: Any) -> CompletedCase:
    """A case an hour after the one before, answered rightly."""
    case = CompletedCase(
        case_id=f"case-{number}",
        season=Decimal(1),
        module=1,
        completed_at=START + timedelta(hours=number),
        asked=(Notion.FEE,),
        right=(Notion.FEE,),
    )
    return replace(case, **changes)


def played_trade(number: int, **changes: Any) -> PlayedTrade:
    """A trade a day after the one before, closed with a profit two hours later."""
    opened_at = START + timedelta(days=number)
    fields: dict[str, Any] = {
        "trade_id": f"trade-{number:04}",
        "symbol": "BTC",
        "side": TradeSide.LONG,
        "opened_at": opened_at,
        "size": Decimal("0.5"),
        "season": SEASON,
        "closed_at": opened_at + timedelta(hours=2),
        "held": timedelta(hours=2),
        "net_pnl": Decimal(1),
    }
    return PlayedTrade(**(fields | changes))


def finished_window(number: int, **changes: Any) -> FinishedWindow:
    window = FinishedWindow(
        window_id=f"window-{number}",
        season=Decimal(1),
        finished_at=START + timedelta(hours=number),
        total_return=Decimal(0),
    )
    return replace(window, **changes)


def numbered(build: Any, count: int, **changes: Any) -> tuple[Any, ...]:
    """So many of one kind, numbered from 0."""
    return tuple(build(each, **changes) for each in range(count))


def profits(nets: Iterable[int]) -> tuple[PlayedTrade, ...]:
    """Trades a day apart with these nets in USD."""
    return tuple(
        played_trade(number, net_pnl=Decimal(net)) for number, net in enumerate(nets)
    )
