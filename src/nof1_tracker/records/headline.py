"""What a conversation decided, in one word. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.parsed import Decision

_CONFIDENCE_PLACES = Decimal("0.0001")

SIGNALS: Final[Mapping[str, ChatDecision]] = {
    "hold": ChatDecision.HOLD,
    "buy_to_enter": ChatDecision.BUY,
    "buy": ChatDecision.BUY,
    "sell_to_enter": ChatDecision.SELL,
    "sell": ChatDecision.SELL,
    "close_position": ChatDecision.CLOSE,
    "close": ChatDecision.CLOSE,
}
"""The words of the site that are understood."""


def headline(
    decisions: tuple[Decision, ...],
) -> tuple[ChatDecision, str | None, Decimal | None]:
    """What a conversation decided, in one word, with its symbol and confidence.

    The signal other than hold that risks the most USD. Where all hold, hold, with
    the mean confidence, and the symbol if there is but one. Without decisions, none.
    Of equal risks the first symbol of the alphabet, in whatever order they came.
    """
    decisions = tuple(sorted(decisions, key=lambda one: one.symbol))
    if not decisions:
        return ChatDecision.NONE, None, None
    moves = [one for one in decisions if one.signal != "hold"]
    if moves:
        boldest = max(moves, key=lambda one: _at_risk(one.risk_usd))
        word = SIGNALS.get(boldest.signal, ChatDecision.NONE)
        return word, boldest.symbol, boldest.confidence
    symbol = decisions[0].symbol if len(decisions) == 1 else None
    stated = [one.confidence for one in decisions if one.confidence is not None]
    if not stated:
        return ChatDecision.HOLD, symbol, None
    mean = sum(stated, Decimal(0)) / len(stated)
    return ChatDecision.HOLD, symbol, mean.quantize(_CONFIDENCE_PLACES)


def _at_risk(risk_usd: Decimal | None) -> Decimal:
    return Decimal(-1) if risk_usd is None else abs(risk_usd)
