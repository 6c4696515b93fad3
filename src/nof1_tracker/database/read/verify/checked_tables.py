"""Which rows are compared with those that the archive makes, and what of them.

Ranks and seasons are not: they follow from the other columns, and from what a person
corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

from nof1_tracker.database.exchange_models import (
    CandleRow,
    ExchangeEquity,
    FillRow,
    FundingPaymentRow,
    LedgerUpdateRow,
    PortfolioValue,
)
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    Price,
    ReportedStatistics,
    Trade,
)
from nof1_tracker.database.write.chats import CHATS, DECISIONS
from nof1_tracker.database.write.references import PRICES, STATISTICS
from nof1_tracker.database.write.snapshots import POSITIONS, SNAPSHOTS
from nof1_tracker.database.write.trades import LEGS
from nof1_tracker.database.write.versions.versioned_table import VersionedTable
from nof1_tracker.records.enums import PriceSource, TradeSource


@dataclass(frozen=True)
class CheckedRows:
    """Rows of one table that are compared.

    Attributes:
        owner: The column by whose values rows are read in parts: an account or a symbol.
        key: Columns that tell a row from the others of its owner.
        served: Columns that one body states.
        derived: Columns that follow from several bodies.
        is_computed: Whether the rows as such follow from others, and none was served.
        versions: How its rows keep what was served differently; None where the source
            never restates a row.
        condition: Selects them; None selects all rows of the table.
        through: The table that the owner is a column of, where that is another one.
        first_stands: Whether the body observed first stands, and the others are not
            kept.
    """

    model: Any
    owner: Any
    key: tuple[Any, ...]
    served: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    is_computed: bool = False
    versions: VersionedTable | None = None
    condition: ColumnElement[bool] | None = None
    through: Any = None
    first_stands: bool = False

    @property
    def name(self) -> str:
        """Name of the table."""
        return str(self.model.__tablename__)

    @property
    def is_of_accounts(self) -> bool:
        """Whether the owners are accounts."""
        return bool(self.owner.key != "symbol")


def _versioned(
    kind: VersionedTable, model: Any, *key: Any, **others: Any
) -> CheckedRows:
    """Rows that were served, with all that a version has a value for."""
    raw = ("raw_data",) if "raw_data" in kind.table.c else ()
    others = {"owner": getattr(model, "model_id", None), **others}
    derived = others.get("derived", ())
    served = tuple(n for n in (*kind.fields, *raw) if n not in derived)
    return CheckedRows(model, key=key, served=served, versions=kind, **others)


_OF_SITE = and_(Trade.exit_price.is_not(None), Trade.source == TradeSource.SITE)
_OF_FILLS = and_(Trade.exit_price.is_not(None), Trade.source == TradeSource.HYPERLIQUID)
_OF_BOTH = ("symbol", "side", "entry_price", "size", "leverage", "confidence")
_OPENING = ("opened_at", "opened_at_known", "opened_not_earlier_than")
_LEG = ("exit_price", "pnl", "pnl_percent", "gross_pnl", "fees", "closed_at")

CHECKED: Sequence[CheckedRows] = (
    CheckedRows(
        LLMModel,
        LLMModel.id,
        (),
        derived=("base_model", "variant", "started_at", "is_benchmark"),
    ),
    _versioned(
        SNAPSHOTS,
        LeaderboardSnapshot,
        *(LeaderboardSnapshot.timestamp, LeaderboardSnapshot.source),
    ),
    _versioned(
        POSITIONS,
        Position,
        *(Position.timestamp, Position.symbol, Position.entry_oid, Position.source),
    ),
    _versioned(
        LEGS,
        Trade,
        Trade.trade_id,
        derived=("leverage", "confidence"),
        condition=_OF_SITE,
    ),
    CheckedRows(
        Trade,
        Trade.model_id,
        (Trade.trade_id,),
        derived=(*_OF_BOTH, *_LEG, "opened_at", "status", "raw_data"),
        is_computed=True,
        condition=_OF_FILLS,
    ),
    CheckedRows(
        Trade,
        Trade.model_id,
        (Trade.trade_id,),
        derived=(*_OF_BOTH, *_OPENING, "entry_oid", "status", "raw_data"),
        is_computed=True,
        condition=Trade.exit_price.is_(None),
    ),
    _versioned(
        CHATS,
        ModelChat,
        ModelChat.conversation_id,
        derived=("decision", "symbol", "confidence"),
    ),
    _versioned(
        DECISIONS,
        ChatDecisionRow,
        *(ModelChat.conversation_id, ChatDecisionRow.symbol),
        owner=ModelChat.model_id,
        through=ModelChat,
    ),
    _versioned(STATISTICS, ReportedStatistics, ReportedStatistics.observed_at),
    _versioned(
        PRICES,
        Price,
        *(Price.observed_at, Price.source),
        owner=Price.symbol,
        condition=Price.source != PriceSource.MODEL_CHAT_SERIES,
    ),
    _versioned(
        PRICES,
        Price,
        Price.observed_at,
        owner=Price.symbol,
        condition=Price.source == PriceSource.MODEL_CHAT_SERIES,
        first_stands=True,
    ),
    CheckedRows(
        FillRow,
        FillRow.model_id,
        (FillRow.oid, FillRow.tid, FillRow.filled_at),
        served=(
            *("symbol", "side", "quantity", "price", "start_position", "direction"),
            *("closed_pnl", "fee", "is_taker", "is_liquidation", "raw_data"),
        ),
    ),
    CheckedRows(
        FundingPaymentRow,
        FundingPaymentRow.model_id,
        (FundingPaymentRow.symbol, FundingPaymentRow.paid_at),
        served=("amount", "position", "rate"),
    ),
    CheckedRows(
        LedgerUpdateRow,
        LedgerUpdateRow.model_id,
        (LedgerUpdateRow.happened_at, LedgerUpdateRow.hash, LedgerUpdateRow.kind),
        served=("amount", "raw_data"),
    ),
    CheckedRows(
        PortfolioValue,
        PortfolioValue.model_id,
        (PortfolioValue.observed_at,),
        served=("equity",),
    ),
    CheckedRows(
        CandleRow,
        CandleRow.symbol,
        (CandleRow.interval, CandleRow.opened_at),
        derived=("closed_at", "open", "high", "low", "close", "volume", "trades"),
    ),
    CheckedRows(
        ExchangeEquity,
        ExchangeEquity.model_id,
        (ExchangeEquity.observed_at, ExchangeEquity.interval),
        derived=("equity",),
        is_computed=True,
    ),
)
"""Every table of rows that follow from what was recorded."""
