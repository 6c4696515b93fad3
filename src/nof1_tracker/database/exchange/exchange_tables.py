"""Stores and reads fills, payments, ledger updates and candles.

The exchange never restates a row, so one that is stored stays; only the candle that
was not over yet is filled up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.engine.column_types import JsonText
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.exchange_models import (
    CandleRow,
    ExchangeEquity,
    FillRow,
    FundingPaymentRow,
    LedgerUpdateRow,
    PortfolioValue,
)
from nof1_tracker.database.models import Base, LeaderboardSnapshot
from nof1_tracker.database.read.best_source import TRUSTED
from nof1_tracker.database.write.upsert import Target, upsert
from nof1_tracker.records.history.hyperliquid import (
    Candle,
    EquityPoint,
    Fill,
    FundingPayment,
    LedgerUpdate,
)
from nof1_tracker.records.stored import Tally


def _target(model: type[Base], *key: str, update: tuple[str, ...] = ()) -> Target:
    return Target(cast("Table", model.__table__), key, update)


_FILLS = _target(FillRow, "model_id", "oid", "tid", "filled_at")
_FUNDING = _target(FundingPaymentRow, "model_id", "symbol", "paid_at")
_LEDGER = _target(LedgerUpdateRow, "model_id", "happened_at", "hash", "kind")
_CANDLES = _target(
    CandleRow,
    *("symbol", "interval", "opened_at"),
    update=("closed_at", "open", "high", "low", "close", "volume", "trades"),
)


_EQUITIES = _target(
    ExchangeEquity, "model_id", "observed_at", "interval", update=("equity",)
)


_VALUES = _target(PortfolioValue, "model_id", "observed_at")


class ExchangeRepository:
    """The exchange's record of accounts, and its prices."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def store_fills(self, model_id: int, fills: Iterable[Fill]) -> Tally:
        """Adds the fills that are not stored."""
        rows = [_with_raw(_columns(each), each.raw, model_id) for each in fills]
        return upsert(self._session, _FILLS, rows).tally

    def store_funding(self, model_id: int, paid: Iterable[FundingPayment]) -> Tally:
        """Adds the payments that are not stored."""
        rows = [_columns(each) | {"model_id": model_id} for each in paid]
        return upsert(self._session, _FUNDING, rows).tally

    def store_ledger(self, model_id: int, updates: Iterable[LedgerUpdate]) -> Tally:
        """Adds the updates that are not stored."""
        rows = [_with_raw(_columns(each), each.raw, model_id) for each in updates]
        return upsert(self._session, _LEDGER, rows).tally

    def store_values(self, model_id: int, values: Iterable[EquityPoint]) -> Tally:
        """Adds what the account was worth where that is not stored."""
        rows = [_columns(each) | {"model_id": model_id} for each in values]
        return upsert(self._session, _VALUES, rows).tally

    def store_candles(self, candles: Iterable[Candle]) -> Tally:
        """Adds the candles that are not stored; fills up one that was not over."""
        rows = [_columns(each) for each in candles]
        return upsert(self._session, _CANDLES, rows).tally

    def store_equities(
        self, model_id: int, interval: str, points: Iterable[EquityPoint]
    ) -> Tally:
        """Adds equities, and corrects those that more of the record changes."""
        rows = [
            _columns(each) | {"model_id": model_id, "interval": interval}
            for each in points
        ]
        return upsert(self._session, _EQUITIES, rows).tally

    def intervals(self) -> Sequence[str]:
        """The lengths of the candles that are stored."""
        lengths = select(CandleRow.interval).distinct().order_by(CandleRow.interval)
        return self._session.scalars(lengths).all()

    def candles(
        self, symbols: Iterable[str], interval: str, until: datetime
    ) -> Sequence[Candle]:
        """The candles of these symbols that ended by then."""
        query = select(CandleRow).where(
            CandleRow.symbol.in_(list(symbols)),
            CandleRow.interval == interval,
            CandleRow.closed_at <= until,
        )
        return [stored_candle(row) for row in self._session.scalars(query)]

    def fills(self, model_id: int, until: datetime | None = None) -> Sequence[Fill]:
        """The fills of an account up to a time, oldest first."""
        query = (
            select(FillRow)
            .where(FillRow.model_id == model_id)
            .order_by(FillRow.filled_at, FillRow.id)
        )
        if until is not None:
            query = query.where(FillRow.filled_at <= until)
        return [stored_fill(row) for row in self._session.scalars(query)]

    def number_of_fills(self, model_id: int) -> int:
        """How many fills of an account are stored."""
        query = select(func.count()).where(FillRow.model_id == model_id)
        return self._session.scalars(query).one()

    def last_observed(self, model_id: int) -> datetime | None:
        """When the site was last observed to state the account's equity."""
        query = select(func.max(LeaderboardSnapshot.timestamp)).where(
            LeaderboardSnapshot.model_id == model_id,
            LeaderboardSnapshot.source.in_(TRUSTED),
            LeaderboardSnapshot.timestamp <= latest_believed(),
        )
        return self._session.scalars(query).one()

    def symbols(self, model_ids: Iterable[int]) -> Sequence[str]:
        """The symbols that the accounts traded."""
        query = (
            select(FillRow.symbol)
            .where(FillRow.model_id.in_(list(model_ids)))
            .distinct()
            .order_by(FillRow.symbol)
        )
        return self._session.scalars(query).all()

    def funding(self, model_id: int) -> Sequence[FundingPayment]:
        """The payments of an account, oldest first."""
        query = (
            select(FundingPaymentRow)
            .where(FundingPaymentRow.model_id == model_id)
            .order_by(FundingPaymentRow.paid_at)
        )
        return [
            FundingPayment(row.symbol, row.paid_at, row.amount, row.position, row.rate)
            for row in self._session.scalars(query)
        ]

    def ledger(self, model_id: int) -> Sequence[LedgerUpdate]:
        """The ledger updates of an account, oldest first."""
        query = (
            select(LedgerUpdateRow)
            .where(LedgerUpdateRow.model_id == model_id)
            .order_by(LedgerUpdateRow.happened_at)
        )
        return [
            LedgerUpdate(row.happened_at, row.hash, row.kind, row.amount, row.raw_data)
            for row in self._session.scalars(query)
        ]


def _columns(record: Any) -> dict[str, Any]:
    """The fields of a record, which are the columns of its table."""
    return {name: getattr(record, name) for name in record.__slots__ if name != "raw"}


def _with_raw(row: dict[str, Any], raw: Mapping[str, Any], model_id: int) -> Any:
    return row | {"model_id": model_id, "raw_data": JsonText(canonical_json(raw))}


def stored_fill(row: FillRow) -> Fill:
    return Fill(
        symbol=row.symbol,
        side=row.side,
        quantity=row.quantity,
        price=row.price,
        filled_at=row.filled_at,
        oid=row.oid,
        tid=row.tid,
        start_position=row.start_position,
        direction=row.direction,
        closed_pnl=row.closed_pnl,
        fee=row.fee,
        is_taker=row.is_taker,
        is_liquidation=row.is_liquidation,
        raw=row.raw_data,
    )


def stored_candle(row: CandleRow) -> Candle:
    """The candle as a record."""
    return Candle(
        symbol=row.symbol,
        interval=row.interval,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        open=row.open,
        high=row.high,
        low=row.low,
        close=row.close,
        volume=row.volume,
        trades=row.trades,
    )
