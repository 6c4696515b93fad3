"""Rows as the detectors get them: what a test does not name is unremarkable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from nof1_tracker.records.changes import (
    ChangedTrade,
    Changes,
    CurrentSeason,
    KnownAccount,
    Memory,
    ObservedEquity,
    RestatedLeg,
    Watermark,
)
from nof1_tracker.records.enums import EquitySource, TradeSide, TradeStatus

NOW = datetime(2025, 10, 28, 12, tzinfo=UTC)
NAMES = ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal")
ACCOUNTS = {
    number: KnownAccount(number, f"model-{number}", name, "Acme", False)
    for number, name in enumerate(NAMES, 1)
}
ADA = ACCOUNTS[1]
SEASON = CurrentSeason(2, Decimal(1), "Season 1", NOW - timedelta(days=10), False)


def changes(**fields: Any) -> Changes:
    """Nothing new, of eight accounts numbered from 1."""
    quiet = Changes(
        accounts=ACCOUNTS,
        new_accounts=(),
        season=SEASON,
        trades=(),
        vanished=(),
        snapshots=(),
        standing=(),
        gaps=(),
        rejections=(),
        schema_drift=(),
        snapshot_at=NOW,
        chat_at=NOW,
        watermark=Watermark(),
    )
    return replace(quiet, **fields)


def memory(**fields: Any) -> Memory:
    """Somebody has looked for a day, the last time 15 minutes ago."""
    last = NOW - timedelta(minutes=15)
    usual = Memory(NOW - timedelta(days=1), last, Watermark(), Watermark(), SEASON.id)
    return replace(usual, **fields)


def open_trade(**fields: Any) -> ChangedTrade:
    """Ada has been long 0.5 BTC at 100,000 for five minutes."""
    usual = ChangedTrade(
        model_id=1,
        trade_id="model-1_77",
        entry_oid=77,
        symbol="BTC",
        side=TradeSide.LONG,
        status=TradeStatus.OPEN,
        quantity=Decimal("0.5"),
        entry_price=Decimal(100_000),
        exit_price=None,
        net_pnl=None,
        fees=None,
        leverage=Decimal(10),
        confidence=Decimal(75),
        opened_at=NOW - timedelta(minutes=5),
        closed_at=None,
    )
    return replace(usual, **fields)


def leg(net_pnl: object = 25, **fields: Any) -> ChangedTrade:
    """That position, held for two hours and closed a minute ago at 100,060."""
    closed = open_trade(
        trade_id="model-1_leg",
        status=TradeStatus.CLOSED,
        exit_price=Decimal(100_060),
        net_pnl=Decimal(str(net_pnl)),
        fees=Decimal(5),
        opened_at=NOW - timedelta(minutes=121),
        closed_at=NOW - timedelta(minutes=1),
    )
    return replace(closed, **fields)


def equity(model_id: int, usd: object, minutes_ago: float = 1) -> ObservedEquity:
    """An equity as told in a prompt."""
    return ObservedEquity(
        model_id,
        NOW - timedelta(minutes=minutes_ago),
        EquitySource.MODEL_CHAT,
        Decimal(str(usd)),
    )


def restated(**fields: Any) -> RestatedLeg:
    """That leg made 95 at first, and lost 300 as served since now."""
    usual = RestatedLeg(
        model_id=1,
        trade_id="model-1_leg",
        symbol="BTC",
        side=TradeSide.LONG,
        field="pnl",
        old=Decimal(95),
        new=Decimal(-300),
        observed_at=NOW,
        noted_at=NOW,
    )
    return replace(usual, **fields)
