"""The tables of what the exchange has on record: executions, payments, candles.

All of their rows are from the exchange, which never restates one. How far a backfill has
come, from there or elsewhere, is in a table of its own.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.engine.column_types import BigId, JsonColumn, text_enum
from nof1_tracker.database.models import (
    FUNDING_RATE,
    PNL,
    QUANTITY,
    USD,
    Base,
    Created,
    Updated,
)
from nof1_tracker.records.history.hyperliquid import FillSide


class FillRow(Created, Base):
    """One execution of an order of an account."""

    __tablename__ = "fills"
    __table_args__ = (
        UniqueConstraint("model_id", "oid", "tid", "filled_at"),
        Index("ix_fills_model_id_filled_at", "model_id", "filled_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    oid: Mapped[int] = mapped_column(BigInteger)
    """Id of the order; joins it with `entry_oid` of trades."""
    tid: Mapped[int] = mapped_column(BigInteger)
    """Id of the execution."""
    symbol: Mapped[str] = mapped_column(String(50))
    """BTC, xyz:NVDA, ..."""
    side: Mapped[FillSide] = mapped_column(text_enum(FillSide, "fill_side"))
    """buy or sell."""
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    """Units of the underlying, > 0."""
    price: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    filled_at: Mapped[datetime]
    """The exchange's clock."""
    start_position: Mapped[Decimal] = mapped_column(QUANTITY)
    """Units held before it; negative for a short."""
    direction: Mapped[str] = mapped_column(String(50))
    """In the exchange's words, e.g. Open Long."""
    closed_pnl: Mapped[Decimal] = mapped_column(PNL)
    """USD against the averaged entry of the position, fees not deducted."""
    fee: Mapped[Decimal] = mapped_column(PNL)
    """USD; negative for a rebate."""
    is_taker: Mapped[bool]
    """Whether it took liquidity: the site's `crossed`."""
    is_liquidation: Mapped[bool]
    """Whether the exchange closed the position."""
    raw_data: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """The fill as served."""


class FundingPaymentRow(Created, Base):
    """What an account paid or got for holding a position over an hour."""

    __tablename__ = "funding_payments"
    __table_args__ = (UniqueConstraint("model_id", "symbol", "paid_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    symbol: Mapped[str] = mapped_column(String(50))
    """BTC, xyz:NVDA, ..."""
    paid_at: Mapped[datetime]
    """The exchange's clock."""
    amount: Mapped[Decimal] = mapped_column(PNL)
    """USD; negative where the account paid."""
    position: Mapped[Decimal] = mapped_column(QUANTITY)
    """Units held; negative for a short."""
    rate: Mapped[Decimal] = mapped_column(FUNDING_RATE)
    """Per hour, as a fraction."""


class LedgerUpdateRow(Created, Base):
    """A deposit, withdrawal or transfer of an account."""

    __tablename__ = "ledger_updates"
    __table_args__ = (UniqueConstraint("model_id", "happened_at", "hash", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    happened_at: Mapped[datetime]
    """The exchange's clock."""
    hash: Mapped[str] = mapped_column(String(66))
    """Hash of the transaction."""
    kind: Mapped[str] = mapped_column(String(50))
    """In the exchange's words: deposit, withdraw, internalTransfer, ..."""
    amount: Mapped[Decimal | None] = mapped_column(PNL)
    """USD that the account's equity changed by; NULL for kinds that are not known."""
    raw_data: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """The update as served."""


class CandleRow(Created, Base):
    """The prices of a symbol over an interval."""

    __tablename__ = "candles"
    __table_args__ = (UniqueConstraint("symbol", "interval", "opened_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    symbol: Mapped[str] = mapped_column(String(50))
    """BTC, xyz:NVDA, ..."""
    interval: Mapped[str] = mapped_column(String(4))
    """Its length: 1h, 4h, ..."""
    opened_at: Mapped[datetime]
    """When it began."""
    closed_at: Mapped[datetime]
    """When it ended; the exchange gives the last millisecond of it."""
    open: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    high: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    low: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    close: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    volume: Mapped[Decimal] = mapped_column(QUANTITY)
    """Units of the underlying."""
    trades: Mapped[int]
    """Number of executions."""


class ExchangeEquity(Updated, Base):
    """An account's equity at the close of a candle, out of the exchange's record.

    It is computed, not observed: no hour counts as held for it.
    """

    __tablename__ = "exchange_equities"
    __table_args__ = (UniqueConstraint("model_id", "observed_at", "interval"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    observed_at: Mapped[datetime]
    """When the candle ended; the exchange's clock."""
    interval: Mapped[str] = mapped_column(String(4))
    """Length of the candles, which is the resolution: 1h, 4h, ..."""
    equity: Mapped[Decimal] = mapped_column(USD)
    """USD: paid in, closed PnL, fees, funding, and positions at the candle's close."""


class PortfolioValue(Created, Base):
    """What the exchange itself says that an account was worth, thinned out with age.

    It is kept apart from what the site served: no hour counts as held for it.
    """

    __tablename__ = "portfolio_values"
    __table_args__ = (UniqueConstraint("model_id", "observed_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    observed_at: Mapped[datetime]
    """The exchange's clock."""
    equity: Mapped[Decimal] = mapped_column(USD)
    """USD, of the account's perpetuals."""


class BackfillPosition(Updated, Base):
    """How far a part of a backfill has come."""

    __tablename__ = "backfill_positions"

    source: Mapped[str] = mapped_column(String(20), primary_key=True)
    """Where it is filled from, e.g. hyperliquid."""
    subject: Mapped[str] = mapped_column(String(300), primary_key=True)
    """The part, in the source's terms."""
    reached: Mapped[str] = mapped_column(Text)
    """Where it goes on, in the source's terms."""
