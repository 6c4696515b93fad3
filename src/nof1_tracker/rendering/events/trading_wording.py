"""Positions that were opened, closed or liquidated, in words."""

from decimal import Decimal

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.findings import (
    LegClosed,
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


def trading_words(facts: TradingFacts) -> Words:
    """The title and the text of one of these."""
    match facts:
        case PositionOpened():
            return _opened(facts)
        case LegClosed():
            return _closed(facts)
        case PositionVanished():
            return _vanished(facts)


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


def _position(side: TradeSide, symbol: str) -> str:
    return f"a {side} of {inert(symbol, _LONGEST_SYMBOL) or '(no symbol)'}"


def _leverage(leverage: Decimal | None) -> str | None:
    return None if leverage is None else f"{quantity(leverage)}x"


def _in_one_line(*told: str | None) -> str:
    """What is known of these, in one line."""
    return _SEPARATOR.join(each for each in told if each)
