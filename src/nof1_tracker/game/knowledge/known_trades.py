"""Trades and conversations as they were known at a moment. Pure.

A leg's exit, and how an entry was divided into legs, are facts of `closed_at`. Before
that there is one open position, with all of its units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.records.stored import StoredChat, StoredTrade

_Key = tuple[str, str, object]


def trades_known_by(
    trades: Iterable[StoredTrade], moment: datetime
) -> Sequence[StoredTrade]:
    """What was known of these trades then, oldest opening first."""
    completed: list[StoredTrade] = []
    still_open: dict[_Key, StoredTrade] = {}
    for trade in trades:
        if trade.opened_at > moment:
            continue
        if trade.closed_at is not None and trade.closed_at <= moment:
            completed.append(trade)
            continue
        key = (trade.account_id, trade.symbol, trade.entry_oid or trade.trade_id)
        before = still_open.get(key)
        opened = _open(trade, moment)
        if before is not None:
            opened = replace(opened, quantity=opened.quantity + before.quantity)
        still_open[key] = opened
    found = [*completed, *still_open.values()]
    return sorted(
        found, key=lambda each: (each.opened_at, each.account_id, each.symbol)
    )


def chats_known_by(
    chats: Iterable[StoredChat], moment: datetime
) -> Sequence[StoredChat]:
    """The conversations that had taken place by then."""
    return [chat for chat in chats if chat.observed_at <= moment]


def _open(trade: StoredTrade, moment: datetime) -> StoredTrade:
    """The trade without what its end tells, the end's id included."""
    seen = trade.last_observed_at
    return replace(
        trade,
        trade_id=None,
        status=TradeStatus.OPEN,
        exit_price=None,
        net_pnl=None,
        gross_pnl=None,
        fees=None,
        closed_at=None,
        oddity=None,
        complete_by=None,
        last_observed_at=min(seen, moment) if seen is not None else None,
    )
