"""Reads the models' own trades with all that is stored of their orders."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import LLMModel, Position, Trade
from nof1_tracker.database.read.filters import ACCOUNT_ID, is_symbol
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.play.recorded_legs import (
    LegEnd,
    RecordedLeg,
    StatedLiquidation,
)
from nof1_tracker.records.stored import is_future


class RecordedTradeQueries:
    """Queries of trades to be replayed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def legs(
        self,
        season_id: int,
        account_ids: Collection[str] | None,
        until: datetime,
        *,
        since: datetime | None = None,
        symbols: Sequence[str] = (),
    ) -> Mapping[str, Sequence[RecordedLeg]]:
        """The legs that were opened in [since, until), by account, oldest first.

        As they stood at the end: what closed at `until` or later is open. Left out is
        what nobody saw opened, and what was closed unobserved.
        """
        query = (
            select(ACCOUNT_ID.label("account_id"), Trade)
            .join(LLMModel, LLMModel.id == Trade.model_id)
            .where(
                Trade.season_id == season_id,
                Trade.opened_at < until,
                Trade.opened_at_known,
                Trade.oddity.is_(None),
            )
            .order_by(Trade.opened_at, Trade.id)
        )
        if account_ids is not None:
            query = query.where(ACCOUNT_ID.in_(account_ids))
        if since is not None:
            query = query.where(Trade.opened_at >= since)
        if symbols:
            query = query.where(is_symbol(Trade.symbol, symbols))
        found: dict[str, list[RecordedLeg]] = defaultdict(list)
        for account_id, trade in self._session.execute(query):
            leg = _leg(trade, until)
            if leg is not None:
                found[account_id].append(leg)
        return found

    def liquidations(
        self, season_id: int, account_ids: Collection[str] | None
    ) -> Sequence[StatedLiquidation]:
        """Every liquidation price that was observed of a position of the season."""
        query = (
            select(
                ACCOUNT_ID.label("account_id"),
                Position.symbol,
                Position.entry_oid,
                Position.side,
                Position.quantity,
                Position.entry_price,
                Position.leverage,
                Position.liquidation_price,
            )
            .join(LLMModel, LLMModel.id == Position.model_id)
            .where(
                Position.liquidation_price > 0,
                Position.entry_price > 0,
                Position.leverage >= 1,
                Position.entry_oid.in_(
                    select(Trade.entry_oid).where(Trade.season_id == season_id)
                ),
            )
        )
        if account_ids is not None:
            query = query.where(ACCOUNT_ID.in_(account_ids))
        return [_liquidation(row) for row in self._session.execute(query)]


def _leg(trade: Trade, until: datetime) -> RecordedLeg | None:
    served: Mapping[str, Any] = trade.raw_data or {}
    sign = 1 if trade.side is TradeSide.LONG else -1
    closed_at = trade.closed_at
    is_open = trade.status is TradeStatus.OPEN or (
        closed_at is not None and closed_at >= until
    )
    if not is_open and (closed_at is None or trade.exit_price is None):
        return None
    if closed_at is not None and (
        closed_at < trade.opened_at or is_future(closed_at, trade.first_observed_at)
    ):
        return None
    exit_end = None
    if not is_open and closed_at is not None and trade.exit_price is not None:
        exit_end = _end(served, "exit", closed_at, trade.exit_price)
    return RecordedLeg(
        trade_id=trade.trade_id or str(trade.id),
        symbol=trade.symbol,
        units=trade.size * sign,
        entry=_end(
            served, "entry", trade.opened_at, trade.entry_price, trade.entry_oid
        ),
        exit=exit_end,
        net_pnl=None if is_open else trade.pnl,
        leverage=trade.leverage,
    )


def _end(
    served: Mapping[str, Any],
    name: str,
    at: datetime,
    price: Decimal,
    oid: int | None = None,
) -> LegEnd:
    fee, crossed = served.get(f"{name}_commission_dollars"), served.get(
        f"{name}_crossed"
    )
    return LegEnd(
        at=at,
        price=price,
        fee=None if fee is None else Decimal(str(fee)),
        is_taker=crossed if isinstance(crossed, bool) else None,
        oid=oid or served.get(f"{name}_oid"),
    )


def _liquidation(row: Any) -> StatedLiquidation:
    sign = 1 if row.side is TradeSide.LONG else -1
    return StatedLiquidation(
        account_id=row.account_id,
        symbol=row.symbol,
        entry_oid=row.entry_oid,
        units=row.quantity * sign,
        entry_price=row.entry_price,
        leverage=row.leverage,
        price=row.liquidation_price,
    )
