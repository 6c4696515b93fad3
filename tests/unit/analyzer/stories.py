"""Stories of trades: say what matters, the rest is plausible."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from nof1_tracker.analyzer.decisions.trade_story import TradeStory, tell_story
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.reading.trade_evidence import TradeEvidence
from nof1_tracker.records.stored import StoredTrade
from tests.unit.analyzer.boards import NOW, trade


def leg(number: int, net: str | None = "1", **changes: Any) -> StoredTrade:
    """A leg that closed so many minutes before NOW, of an entry of its own."""
    fields: dict[str, Any] = {
        "trade_id": f"alpha_{number}",
        "net_pnl": None if net is None else Decimal(net),
        "entry_oid": number,
        "opened_at": NOW - timedelta(minutes=number + 30),
        "closed_at": NOW - timedelta(minutes=number),
    }
    return trade(**(fields | changes))


def story(*legs: StoredTrade, words: str = "Momentum is up.") -> TradeStory:
    """Its life: decided with these words, opened, closed."""
    first = legs[0]
    is_long = first.side is TradeSide.LONG
    decision = ListedDecision(
        conversation_id="alpha_said",
        account_id=first.account_id,
        name=first.name,
        observed_at=first.opened_at,
        symbol=first.symbol,
        signal="buy_to_enter" if is_long else "sell_to_enter",
        quantity=first.quantity,
        leverage=first.leverage,
        confidence=Decimal(70),
        profit_target=Decimal(120_000),
        stop_loss=Decimal(100_000),
        risk_usd=Decimal(50),
        is_add=None,
        invalidation_condition=None,
        justification=words,
    )
    return tell_story(TradeEvidence(first, legs, (decision,), (), (), ()))
