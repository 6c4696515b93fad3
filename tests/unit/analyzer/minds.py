"""Short stories to judge a mind by: legs and decisions at minutes of one morning."""

from datetime import UTC, datetime, timedelta

from nof1_tracker.history import EntryDecision, LegPoint
from nof1_tracker.records import TradeSide

MORNING = datetime(2025, 10, 20, 8, tzinfo=UTC)
LONG, SHORT = TradeSide.LONG, TradeSide.SHORT


def at(minutes: float) -> datetime:
    """That many minutes after eight."""
    return MORNING + timedelta(minutes=minutes)


def leg(
    opened: float,
    closed: float | None,
    net: float | None,
    *,
    oid: int | None = None,
    side: TradeSide = LONG,
    symbol: str = "BTC",
    exit_price: float | None = 100.0,
    confidence: float | None = None,
    stop: float | None = None,
    target: float | None = None,
    account: str = "gpt-5",
) -> LegPoint:
    return LegPoint(
        account_id=account,
        symbol=symbol,
        side=side,
        opened_at=at(opened),
        closed_at=None if closed is None else at(closed),
        exit_price=None if closed is None else exit_price,
        net_pnl=net,
        entry_oid=oid,
        confidence=confidence,
        stop_loss=stop,
        profit_target=target,
    )


def decision(
    decided: float,
    confidence: float | None = None,
    *,
    side: TradeSide = LONG,
    symbol: str = "BTC",
    stop: float | None = None,
    target: float | None = None,
    account: str = "gpt-5",
) -> EntryDecision:
    return EntryDecision(account, symbol, side, at(decided), confidence, stop, target)
