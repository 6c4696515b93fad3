"""Positions that were opened, closed or liquidated, in words."""

from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.findings import (
    LegClosed,
    LegRestated,
    PositionOpened,
    PositionVanished,
    TradingFacts,
)
from nof1_tracker.records.sanitize import inert
from nof1_tracker.rendering.events.names_and_amounts import (
    Words,
    money,
    name_of,
    signed_money,
)
from nof1_tracker.rendering.text import percent, price, quantity, span

_SEPARATOR = " · "
_LONGEST_SYMBOL = 24
_FIELDS = {
    "pnl": "net PnL",
    "gross_pnl": "gross PnL",
    "fees": "fees",
    "entry_price": "entry price",
    "exit_price": "exit price",
    "size": "quantity",
    "opened_at": "opening time",
    "closed_at": "closing time",
}
_PRICES = ("entry_price", "exit_price")
_SIGNED = ("pnl", "gross_pnl")


def trading_words(facts: TradingFacts) -> Words:
    """The title and the text of one of these."""
    match facts:
        case PositionOpened():
            return _opened(facts)
        case LegClosed():
            return _closed(facts)
        case PositionVanished():
            return _vanished(facts)
        case LegRestated():
            return _restated(facts)


def _opened(facts: PositionOpened) -> Words:
    name, position = name_of(facts.account), _position(facts.side, facts.symbol)
    confidence = facts.confidence
    return (
        f"{name} opened {position} for {money(facts.notional)}",
        _in_one_line(
            f"{quantity(facts.quantity)} at ${price(facts.entry_price)}",
            _leverage(facts.leverage),
            (
                None
                if confidence is None
                else f"confidence {percent(confidence / 100, digits=0)}"
            ),
        ),
    )


def _closed(facts: LegClosed) -> Words:
    name, position = name_of(facts.account), _position(facts.side, facts.symbol)
    verb = "was liquidated in" if facts.is_liquidation else "closed"
    pnl = facts.net_pnl
    result = "result unknown" if pnl is None else signed_money(pnl)
    return (
        f"{name} {verb} {position}: {result}",
        _in_one_line(
            f"{quantity(facts.quantity)}, ${price(facts.entry_price)}"
            f" to ${price(facts.exit_price)}",
            (
                None
                if facts.holding_period is None
                else f"held {span(facts.holding_period)}"
            ),
            None if facts.fees is None else f"fees {money(facts.fees)}",
            _leverage(facts.leverage),
        ),
    )


def _vanished(facts: PositionVanished) -> Words:
    name, position = name_of(facts.account), _position(facts.side, facts.symbol)
    return (
        f"{name} closed {position} unobserved",
        (
            f"Last seen {facts.last_observed_at:%Y-%m-%d %H:%M} UTC"
            f" with {quantity(facts.quantity)}; how it ended is not known."
        ),
    )


def _restated(facts: LegRestated) -> Words:
    name, position = name_of(facts.account), _position(facts.side, facts.symbol)
    before, now = (_served(facts.field, each) for each in (facts.old, facts.new))
    field = _FIELDS.get(facts.field, facts.field)
    return (
        f"{name}: the site restated the {field} of {position}",
        f"Before: {before}; now: {now}. See `nof1-tracker revisions`.",
    )


def _served(field: str, value: Decimal | datetime | None) -> str:
    """A value of a leg, with its unit."""
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if field in _PRICES:
        return f"${price(value)}"
    if field in _SIGNED:
        return signed_money(value)
    return quantity(value) if field == "size" else money(value)


def _position(side: TradeSide, symbol: str) -> str:
    return f"a {side} of {inert(symbol, _LONGEST_SYMBOL) or '(no symbol)'}"


def _leverage(leverage: Decimal | None) -> str | None:
    return None if leverage is None else f"{quantity(leverage)}x"


def _in_one_line(*told: str | None) -> str:
    """What is known of these, in one line."""
    return _SEPARATOR.join(each for each in told if each)
