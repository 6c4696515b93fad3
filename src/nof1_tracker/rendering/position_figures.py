"""Open positions in words and figures, the same in every format for people."""

from decimal import Decimal

from nof1_tracker.records.stored import OpenPosition
from nof1_tracker.rendering.text import (
    UNKNOWN,
    percent,
    price,
    quantity,
    span,
    usd,
)

COLUMNS = (
    "Symbol",
    "Side",
    "Quantity",
    "Entry",
    "Mark",
    "Unrealized $",
    "Lev.",
    "Held",
    "Stop",
    "Target",
    "Liquidation",
)
"""What is said of each; levels are followed by their distance from the mark."""


def position_cells(
    position: OpenPosition, *, is_short: bool = False
) -> tuple[str, ...]:
    """One text for each of COLUMNS; if it is short, levels are distances alone."""
    leverage = position.leverage
    return (
        position.symbol,
        position.side.value,
        quantity(position.quantity),
        price(position.entry_price),
        price(position.mark_price),
        usd(position.unrealized_pnl, signed=True),
        UNKNOWN if leverage is None else f"{quantity(leverage)}x",
        _held(position),
        *(
            _level(position, level, is_short=is_short)
            for level in (
                position.stop_loss,
                position.profit_target,
                position.liquidation_price,
            )
        ),
    )


def _held(position: OpenPosition) -> str:
    if position.held is None:
        return UNKNOWN
    held = span(position.held)
    return held if position.opened_at_known else f">= {held}"


def _level(position: OpenPosition, level: Decimal | None, *, is_short: bool) -> str:
    """The level, and how far the mark is from it."""
    if level is None:
        return UNKNOWN
    distance = position.distance(level)
    if is_short:
        return percent(distance, signed=True)
    if distance is None:
        return price(level)
    return f"{price(level)} ({percent(distance, signed=True)})"
