"""The tables, as SQLAlchemy ORM models.

Money is in USD and prices in USD per unit. Columns named *_percent, roi, win_rate and
confidence are percent (12.5 is 12.5 %). Times are aware UTC. NULL means that the
source did not say; no number is ever made up. Amounts are rounded to the scale of
their column; a price, quantity or leverage that is too small for its column is
refused when it is parsed, not stored as zero.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import (
    PERCENT,
    BigId,
    ExactNumeric,
    JsonColumn,
    UtcDateTime,
    only_where,
    text_enum,
)
from nof1_tracker.records.enums import (
    ChatDecision,
    EquitySource,
    PriceSource,
    RunStatus,
    SeasonStatus,
    TradeSide,
    TradeSource,
    TradeStatus,
)
from nof1_tracker.records.parsed import INITIAL_EQUITY

USD = ExactNumeric(20, 8)
PNL = ExactNumeric(24, 12)
"""Legs are summed by the hundred and compared to 1e-9, so keep every digit served."""
QUANTITY = ExactNumeric(28, 10)
FUNDING_RATE = ExactNumeric(20, 14)


class Base(DeclarativeBase):
    """Base class of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime()}


class Created:
    """Adds when this database first held the row."""

    created_at: Mapped[datetime] = mapped_column(
        default=utc_now, server_default=func.now()
    )
    """When this database first held the row (our clock)."""


class Updated(Created):
    """Adds when this database last changed the row; NULL if never."""

    updated_at: Mapped[datetime | None] = mapped_column(onupdate=utc_now)
    """When this database last changed the row (our clock); NULL if never."""


class Versioned:
    """Adds which of its served versions a row holds; see `row_versions`."""

    stated: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """One bit per field of the row's group that is valid in the version that stands."""
    raw_digest: Mapped[str | None] = mapped_column(String(32))
    """Digest of the row as served; NULL where older code stored it."""
    first_observed_at: Mapped[datetime | None]
    """When it was first served so (the source's clock); NULL where no time is known."""
    last_observed_at: Mapped[datetime | None]
    """When it was last served so."""
    parser: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Version of the parser that read it; 0 for code before versions were counted,
    -1 for figures that a dataset brought without the row as served."""


class Season(Updated, Base):
    """A competition; `season_number` 0 collects rows before the first known season."""

    __tablename__ = "seasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    season_number: Mapped[Decimal] = mapped_column(
        ExactNumeric(4, 1), unique=True, index=False
    )
    """1, 1.5, ...; 0 collects rows before the first known season."""
    name: Mapped[str] = mapped_column(String(100))
    """Display name."""
    start_date: Mapped[datetime | None]
    """First instant that belongs to it; NULL only for season 0."""
    end_date: Mapped[datetime | None]
    """Official close of the competition; NULL while it runs. It bounds nothing: rows
    belong to a season until the next one starts."""
    initial_capital: Mapped[Decimal] = mapped_column(USD, default=INITIAL_EQUITY)
    """USD that every account starts with."""
    status: Mapped[SeasonStatus] = mapped_column(
        text_enum(SeasonStatus, "season_status"), default=SeasonStatus.ACTIVE
    )
    """Whether it is running."""
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default=false())
    """True while its number and name are a guess of this program."""

    snapshots: Mapped[list["LeaderboardSnapshot"]] = relationship(
        back_populates="season"
    )
    trades: Mapped[list["Trade"]] = relationship(back_populates="season")
    model_chats: Mapped[list["ModelChat"]] = relationship(back_populates="season")

    def __repr__(self) -> str:
        return f"<Season {self.season_number} {self.name!r} {self.status}>"


class LLMModel(Updated, Base):
    """A competing account; a rename changes `name`, never the row."""

    __tablename__ = "llm_models"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    """Display name, with " - <variant>" where a season has variants."""
    provider: Mapped[str] = mapped_column(String(100))
    """Company behind the model; "Unknown" if not known."""
    model_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    """The site's id of the account; others that it was served under are aliases."""
    id_observed_at: Mapped[datetime | None]
    """When the site was first known to use that id (the source's clock)."""
    base_model: Mapped[str | None] = mapped_column(String(200))
    """Groups the accounts of one model, e.g. grok-4.20."""
    variant: Mapped[str | None] = mapped_column(String(100))
    """Competition of the account; NULL in season 1."""
    served_name: Mapped[str | None] = mapped_column(String(255))
    """The display name as the site last spelled it."""
    name_observed_at: Mapped[datetime | None]
    """When the site was observed to use that spelling."""
    started_at: Mapped[datetime | None]
    """When the account started, as the site states it."""
    wallet: Mapped[str | None] = mapped_column(String(42))
    """Its address at the exchange, in lower case; NULL where it is not known."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether the newest complete list of accounts names it."""
    is_benchmark: Mapped[bool] = mapped_column(default=False, server_default=false())
    """True for buy-and-hold, which is never ranked."""

    snapshots: Mapped[list["LeaderboardSnapshot"]] = relationship(
        back_populates="model"
    )
    trades: Mapped[list["Trade"]] = relationship(back_populates="model")
    model_chats: Mapped[list["ModelChat"]] = relationship(back_populates="model")
    positions: Mapped[list["Position"]] = relationship(back_populates="model")

    def __repr__(self) -> str:
        return f"<LLMModel {self.model_id!r} {self.name!r}>"


class AccountAlias(Created, Base):
    """Another identity under which the site served an account."""

    __tablename__ = "account_aliases"

    alias: Mapped[str] = mapped_column(String(200), primary_key=True)
    """The identity as served."""
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"), index=True)
    """The account that it names."""
    observed_at: Mapped[datetime | None]
    """When the site was first seen to use it (the source's clock)."""


class LeaderboardSnapshot(Versioned, Updated, Base):
    """An account's standing at one instant of the source's clock, from one source."""

    __tablename__ = "leaderboard_snapshots"
    __table_args__ = (
        UniqueConstraint("model_id", "timestamp", "source", name="uix_model_timestamp"),
        Index("ix_leaderboard_timestamp", "timestamp"),
        # The last three are covering columns: a report reads curves from the index.
        Index(
            "ix_leaderboard_season_model",
            *("season_id", "model_id", "timestamp"),
            *("source", "total_assets", "open_positions"),
        ),
        Index(
            "ix_leaderboard_season_marker",
            "season_id",
            "hourly_marker",
            info=only_where("hourly_marker IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    timestamp: Mapped[datetime]
    """When the source observed it, by the source's clock."""
    rank: Mapped[int | None]
    """Rank among the accounts of one observation; 1 is best, NULL for a benchmark."""
    total_assets: Mapped[Decimal] = mapped_column(USD)
    """Equity: cash plus unrealized PnL."""
    pnl: Mapped[Decimal] = mapped_column(USD)
    """Equity minus the season's initial capital."""
    pnl_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    """Percent: pnl divided by the initial capital."""
    roi: Mapped[Decimal | None] = mapped_column(PERCENT)
    """Percent; the same as pnl_percent."""
    win_rate: Mapped[Decimal | None] = mapped_column(PERCENT)
    """Percent, as stated by the source."""
    total_trades: Mapped[int | None]
    """Number of trades, as counted by the source."""
    realized_pnl: Mapped[Decimal | None] = mapped_column(USD)
    """USD since inception, net of fees: equity minus initial equity and unrealized."""
    unrealized_pnl: Mapped[Decimal | None] = mapped_column(USD)
    """USD, for the open positions."""
    fees: Mapped[Decimal | None] = mapped_column(USD)
    """USD; stated only by the rendered page."""
    sharpe_ratio: Mapped[Decimal | None] = mapped_column(ExactNumeric(14, 6))
    """As stated by the source, not computed here."""
    source: Mapped[EquitySource] = mapped_column(
        text_enum(EquitySource, "equity_source"), default=EquitySource.PAGE
    )
    """Where the equity was read from."""
    hourly_marker: Mapped[int | None]
    """Hours since inception; stated only by account_totals."""
    open_positions: Mapped[int | None]
    """Number of open positions; NULL if not all of them were observed."""
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """The row as served."""

    season: Mapped[Season] = relationship(back_populates="snapshots")
    model: Mapped[LLMModel] = relationship(back_populates="snapshots")

    def __repr__(self) -> str:
        return (
            f"<LeaderboardSnapshot model={self.model_id} {self.timestamp}"
            f" {self.total_assets} from {self.source}>"
        )


class Position(Versioned, Created, Base):
    """An open position as observed at one instant of the source's clock."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("model_id", "timestamp", "symbol", "entry_oid", "source"),
        Index("ix_positions_entry", "entry_oid", "timestamp"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    timestamp: Mapped[datetime]
    """When the source observed it, by the source's clock."""
    symbol: Mapped[str] = mapped_column(String(50))
    """BTC, xyz:NVDA, ..."""
    side: Mapped[TradeSide] = mapped_column(text_enum(TradeSide, "position_side"))
    """long or short; this is the sign of the quantity."""
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    """Units of the underlying, > 0."""
    entry_price: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    mark_price: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit at the time of the observation."""
    liquidation_price: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit at which the exchange closes it."""
    leverage: Mapped[Decimal | None] = mapped_column(ExactNumeric(7, 2))
    """Times, as the model stated it."""
    margin: Mapped[Decimal | None] = mapped_column(USD)
    """USD."""
    unrealized_pnl: Mapped[Decimal | None] = mapped_column(USD)
    """USD; negative for a loss."""
    confidence: Mapped[Decimal | None] = mapped_column(ExactNumeric(5, 2))
    """0..100, as the model stated it."""
    risk_usd: Mapped[Decimal | None] = mapped_column(USD)
    """USD that the model says it risks."""
    profit_target: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit, as planned."""
    stop_loss: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit, as planned."""
    invalidation_condition: Mapped[str | None] = mapped_column(Text)
    """When the plan no longer holds, in the model's words."""
    entry_oid: Mapped[int] = mapped_column(BigInteger)
    """Id of the order that opened it; joins it with its legs in `trades`."""
    opened_at: Mapped[datetime | None]
    """When it was opened; NULL if the source does not say (prompts)."""
    source: Mapped[EquitySource] = mapped_column(
        text_enum(EquitySource, "position_source")
    )
    """Where it was read from: account_totals or model_chat."""
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """The position as served."""

    model: Mapped[LLMModel] = relationship(back_populates="positions")

    def __repr__(self) -> str:
        return f"<Position {self.side} {self.quantity} {self.symbol} {self.timestamp}>"


class Trade(Versioned, Updated, Base):
    """A completed leg, or a position that is open (or left unseen)."""

    __tablename__ = "trades"
    __table_args__ = (
        Index("ix_trades_entry_oid", "entry_oid"),
        Index(
            "ix_trades_opening_unknown",
            "entry_oid",
            info=only_where("opened_at_known IS false", "opened_at_known IS 0"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int | None] = mapped_column(ForeignKey("seasons.id"), index=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"), index=True)
    trade_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    """The site's id of a leg; <account>_<entry_oid> for an open position."""
    symbol: Mapped[str] = mapped_column(String(50), index=True)
    """BTC, xyz:NVDA, ..."""
    side: Mapped[TradeSide] = mapped_column(text_enum(TradeSide, "trade_side"))
    """long or short."""
    entry_price: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    exit_price: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit; NULL if there is no result (yet)."""
    size: Mapped[Decimal] = mapped_column(QUANTITY)
    """Units of the underlying, > 0."""
    leverage: Mapped[Decimal | None] = mapped_column(ExactNumeric(7, 2))
    """Taken from the position with this entry_oid: the trade feed has placeholders."""
    pnl: Mapped[Decimal | None] = mapped_column(PNL)
    """USD, net, as served."""
    pnl_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    """Percent: pnl divided by the notional at entry."""
    gross_pnl: Mapped[Decimal | None] = mapped_column(PNL)
    """USD, as served."""
    fees: Mapped[Decimal | None] = mapped_column(PNL)
    """USD, entry plus exit."""
    confidence: Mapped[Decimal | None] = mapped_column(ExactNumeric(5, 2))
    """0..100 at entry, taken from the position with this entry_oid."""
    status: Mapped[TradeStatus] = mapped_column(
        text_enum(TradeStatus, "trade_status"), default=TradeStatus.OPEN
    )
    """open, closed, liquidated or cancelled."""
    entry_oid: Mapped[int | None] = mapped_column(BigInteger)
    """Id of the order that opened it; legs of one entry share it."""
    opened_at: Mapped[datetime] = mapped_column(index=True)
    """The source's clock; the first sighting where `opened_at_known` is false."""
    opened_at_known: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False where nobody saw it opened, and no source says when."""
    opened_not_earlier_than: Mapped[datetime | None]
    """Lower bound of an opening that is not known; NULL where none is known."""
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    """The source's clock; NULL while open, or if its exit was not observed."""
    source: Mapped[TradeSource] = mapped_column(
        text_enum(TradeSource, "trade_source"),
        default=TradeSource.SITE,
        server_default=TradeSource.SITE.value,
    )
    """Where it is known from: the site, or the exchange's fills."""
    oddity: Mapped[str | None] = mapped_column(String(200))
    """Why its figures are implausible, for a person; NULL where they are not."""
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """The leg as served; for a position, notes on what was inferred, or NULL."""

    season: Mapped[Season | None] = relationship(back_populates="trades")
    model: Mapped[LLMModel] = relationship(back_populates="trades")

    def __repr__(self) -> str:
        return f"<Trade {self.trade_id!r} {self.side} {self.symbol} {self.status}>"


class ModelChat(Versioned, Updated, Base):
    """One ModelChat conversation.

    Its text indexes `chat_search` and, on PostgreSQL, `chat_search_words` are defined in
    the migrations only. On SQLite the first is kept by triggers, so a migration that recreates
    this table must recreate them too.
    """

    __tablename__ = "model_chats"
    __table_args__ = (
        Index("ix_model_chats_model_id_cycle_id", "model_id", "cycle_id"),
        Index("ix_model_chats_model_id_timestamp", "model_id", "timestamp"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    """The site's id of the conversation."""
    season_id: Mapped[int | None] = mapped_column(ForeignKey("seasons.id"), index=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    cycle_id: Mapped[int | None] = mapped_column(BigInteger)
    """Rises by 1 per conversation of an account; a gap is a missed conversation."""
    timestamp: Mapped[datetime] = mapped_column(index=True)
    """When it took place, by the source's clock; seconds after the orders it gave."""
    content: Mapped[str] = mapped_column(Text)
    """The chain of thought, or else the response as text."""
    summary: Mapped[str | None] = mapped_column(Text)
    """The site's summary of it."""
    decision: Mapped[ChatDecision | None] = mapped_column(
        text_enum(ChatDecision, "chat_decision")
    )
    """Headline: the signal other than hold with the largest risk; hold if there is
    none; `none` if no decision could be read."""
    symbol: Mapped[str | None] = mapped_column(String(50))
    """Symbol of the headline; NULL if it concerns several."""
    confidence: Mapped[Decimal | None] = mapped_column(ExactNumeric(5, 2))
    """0..100, confidence of the headline."""
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """The conversation as served, prompt included."""

    season: Mapped[Season | None] = relationship(back_populates="model_chats")
    model: Mapped[LLMModel] = relationship(back_populates="model_chats")
    decisions: Mapped[list["ChatDecisionRow"]] = relationship(back_populates="chat")

    def __repr__(self) -> str:
        return f"<ModelChat {self.conversation_id!r} {self.decision}>"


class ChatDecisionRow(Versioned, Created, Base):
    """What a conversation decided for one symbol."""

    __tablename__ = "chat_decisions"
    __table_args__ = (UniqueConstraint("model_chat_id", "symbol"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_chat_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("model_chats.id", ondelete="CASCADE")
    )
    symbol: Mapped[str] = mapped_column(String(50))
    """BTC, xyz:NVDA, ..."""
    signal: Mapped[str] = mapped_column(String(50))
    """Signal in the site's own words."""
    quantity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    """Units, with the sign that the model gave it."""
    leverage: Mapped[Decimal | None] = mapped_column(ExactNumeric(7, 2))
    """Times."""
    confidence: Mapped[Decimal | None] = mapped_column(ExactNumeric(5, 2))
    """0..100, as the model stated it."""
    profit_target: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit, as planned."""
    stop_loss: Mapped[Decimal | None] = mapped_column(USD)
    """USD per unit, as planned."""
    risk_usd: Mapped[Decimal | None] = mapped_column(USD)
    """USD that the model says it risks."""
    invalidation_condition: Mapped[str | None] = mapped_column(Text)
    """When the plan no longer holds, in the model's words."""
    justification: Mapped[str | None] = mapped_column(Text)
    """Reasons, in the model's words."""
    is_add: Mapped[bool | None]
    """Whether it adds to an open position; NULL where the site does not say."""

    chat: Mapped[ModelChat] = relationship(back_populates="decisions")

    def __repr__(self) -> str:
        return f"<ChatDecision {self.signal} {self.symbol}>"


class ReportedStatistics(Versioned, Created, Base):
    """What nof1 itself computes for an account, kept whole."""

    __tablename__ = "reported_statistics"
    __table_args__ = (UniqueConstraint("model_id", "observed_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"))
    observed_at: Mapped[datetime]
    """By the site's clock, or when they were fetched if the site does not say."""
    total_trades: Mapped[int | None]
    """Number of completed legs, as counted by nof1."""
    raw_data: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """Its tables as served."""


class Price(Versioned, Created, Base):
    """A mid price in USD, and the market beside it where a prompt states it."""

    __tablename__ = "prices"
    __table_args__ = (UniqueConstraint("symbol", "observed_at", "source"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    symbol: Mapped[str] = mapped_column(String(50))
    """BTC, xyz:NVDA, ..."""
    observed_at: Mapped[datetime]
    """By the site's clock, or when it was fetched if the site does not say."""
    source: Mapped[PriceSource] = mapped_column(
        text_enum(PriceSource, "price_source"),
        default=PriceSource.CRYPTO_PRICES,
        server_default=PriceSource.CRYPTO_PRICES.value,
    )
    """Where it was read from. In model_chat_series, `observed_at` is the start of the
    three minutes in which it was the price."""
    price: Mapped[Decimal] = mapped_column(USD)
    """USD per unit."""
    funding_rate: Mapped[Decimal | None] = mapped_column(FUNDING_RATE)
    """Per hour, as a fraction; longs pay shorts where it is positive."""
    open_interest: Mapped[Decimal | None] = mapped_column(QUANTITY)
    """Units of the underlying."""


class ScrapeRun(Base):
    """One run of scrape or import, recorded whether it succeeded or not."""

    __tablename__ = "scrape_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    """When it started (our clock)."""
    finished_at: Mapped[datetime | None]
    """When it ended; NULL while it runs, and forever if the process was killed."""
    duration_seconds: Mapped[Decimal | None] = mapped_column(ExactNumeric(12, 3))
    """Seconds from start to end."""
    transport: Mapped[str] = mapped_column(String(20))
    """browser, http or capture; archive for what was recorded earlier."""
    origin: Mapped[str] = mapped_column(Text)
    """The site's base URL, or the paths imported."""
    status: Mapped[RunStatus] = mapped_column(text_enum(RunStatus, "run_status"))
    """How it ended."""
    counts: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonColumn)
    """The lines of the run's summary."""
    error: Mapped[str | None] = mapped_column(Text)
    """What failed, in words for people; NULL if nothing did."""
    unrecorded: Mapped[int] = mapped_column(default=0, server_default="0")
    """Bodies that were stored but not recorded: the archive could not be written."""


class RejectedPayload(Base):
    """A row or a body that could not be parsed, stored as served."""

    __tablename__ = "rejected_payloads"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), unique=True)
    """Digest of endpoint, reason and payload, so that each fault is one row."""
    endpoint: Mapped[str] = mapped_column(String(50))
    """Payload that it was part of; "unknown" if not recognised."""
    reason: Mapped[str] = mapped_column(Text)
    """Why it could not be parsed."""
    payload: Mapped[str] = mapped_column(Text)
    """The row or body as served."""
    origin: Mapped[str] = mapped_column(Text)
    """The URL or file that it was read from."""
    first_seen_at: Mapped[datetime]
    """When it was first seen (our clock)."""
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    """When it was last seen (our clock)."""
    first_observed_at: Mapped[datetime | None]
    """Its earliest observation (the source's clock); NULL if none has a time."""
    last_observed_at: Mapped[datetime | None]
    """Its latest observation (the source's clock)."""
    occurrences: Mapped[int] = mapped_column(default=1)
    """How often it was met."""
    is_partial: Mapped[bool] = mapped_column(default=False, server_default=false())
    """True for a part of a row that was stored without it."""


class SourceValidator(Base):
    """The ETag of the last stored body of a URL, for conditional requests."""

    __tablename__ = "source_validators"

    url: Mapped[str] = mapped_column(String(500), primary_key=True)
    """URL of the request, including the query."""
    etag: Mapped[str] = mapped_column(String(500))
    """The ETag as served."""
    observed_at: Mapped[datetime]
    """When the body was received (our clock)."""


class SourceTrait(Base):
    """A field, a type or a word observed in the rows of an endpoint."""

    __tablename__ = "source_traits"
    __table_args__ = (UniqueConstraint("endpoint", "path", "json_type", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(50))
    """Payload in whose rows it occurs."""
    path: Mapped[str] = mapped_column(String(200))
    """Name of the field, nested names joined by dots; see records.parsed.Trait."""
    json_type: Mapped[str] = mapped_column(String(10))
    """JSON type of the value."""
    word: Mapped[str] = mapped_column(String(50), default="")
    """One value of a field with a fixed vocabulary; empty for the field's type."""
    example: Mapped[str] = mapped_column(Text)
    """The first value seen, as shortened JSON."""
    first_seen_at: Mapped[datetime]
    """When it was first seen (our clock)."""
    is_constant: Mapped[bool]
    """True for a field that every payload so far has had."""
    noted_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it was noted as a change (new, or missing at last); NULL if never."""
    gone_at: Mapped[datetime | None]
    """Since when no row has had it; NULL while served, or if it was intermittent."""
