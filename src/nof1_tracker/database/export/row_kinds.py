"""The kinds of rows that can be exported, column by column."""

from typing import Any

from sqlalchemy import Text, and_, case, func, literal_column, select, type_coerce
from sqlalchemy.orm import aliased

from nof1_tracker.database.exchange_models import ExchangeEquity
from nof1_tracker.database.export.source_columns import (
    CONFIDENCE,
    READ_FROM,
    RowKind,
    Source,
    one_word,
    stored,
)
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    ModelChat,
    Position,
    Season,
    Trade,
)
from nof1_tracker.database.read.best_source import is_best_source, newest_first
from nof1_tracker.records.enums import EquitySource, Kind, TradeSource
from nof1_tracker.records.export_rows import ExportKind

_S = LeaderboardSnapshot
_SNAPSHOTS = RowKind(
    sources=(
        Source("observed_at", _S.timestamp, "the source's clock"),
        Source("source", _S.source, f"{READ_FROM}{', '.join(_S.source.type.enums)}"),
        Source(
            "rank",
            _S.rank,
            "1 is best, within the observation; NULL for benchmarks",
        ),
        Source("equity", _S.total_assets, "USD: cash plus unrealized PnL"),
        Source("total_pnl", _S.pnl, "USD: equity minus initial equity"),
        Source(
            "total_return",
            _S.pnl_percent,
            "fraction: total_pnl over initial equity",
            True,
        ),
        Source("win_rate", _S.win_rate, "fraction, as the source states it", True),
        Source("total_trades", _S.total_trades, "as the source counts them"),
        Source("realized_pnl", _S.realized_pnl, "USD, net of fees"),
        Source("unrealized_pnl", _S.unrealized_pnl, "USD"),
        Source("fees", _S.fees, "USD"),
        Source("sharpe_ratio", _S.sharpe_ratio, "as the source states it"),
        Source(
            "hourly_marker",
            _S.hourly_marker,
            "hours since inception; account_totals only",
        ),
        Source(
            "open_positions",
            _S.open_positions,
            "number of open positions; NULL if not all were observed",
        ),
        *stored(_S),
    ),
    leading=0,
    season_id=_S.season_id,
    model_id=_S.model_id,
    order=_S.id,
    observed_at=_S.timestamp,
    joined=select().select_from(_S),
    raw=_S.raw_data,
)

_P = Position
_PLAN = (
    ("profit_target", "USD per unit, as planned"),
    ("stop_loss", "USD per unit, as planned"),
    ("risk_usd", "USD that the model says it risks"),
    ("invalidation_condition", "when the plan no longer holds, in the model's words"),
)


def _plan(table: Any) -> tuple[Source, ...]:
    return tuple(Source(name, getattr(table, name), about) for name, about in _PLAN)


_POSITIONS = RowKind(
    sources=(
        Source("observed_at", _P.timestamp, "the source's clock"),
        Source("source", _P.source, f"{READ_FROM}account_totals, model_chat"),
        Source("symbol", _P.symbol, "BTC, xyz:NVDA, ..."),
        Source("side", _P.side, "long or short"),
        Source("quantity", _P.quantity, "units of the underlying, > 0"),
        Source("entry_price", _P.entry_price, "USD per unit"),
        Source("mark_price", _P.mark_price, "USD per unit"),
        Source("liquidation_price", _P.liquidation_price, "USD per unit"),
        Source("leverage", _P.leverage, "times"),
        Source("margin", _P.margin, "USD"),
        Source("unrealized_pnl", _P.unrealized_pnl, "USD"),
        Source("confidence", _P.confidence, CONFIDENCE),
        *_plan(_P),
        Source("entry_oid", _P.entry_oid, "order that opened it; joins trades"),
        Source("opened_at", _P.opened_at, "NULL if the source does not say"),
        *stored(_P),
    ),
    leading=0,
    season_id=_S.season_id,
    model_id=_P.model_id,
    order=_P.id,
    observed_at=_P.timestamp,
    # A position belongs to the season of the snapshot it was observed with.
    joined=select()
    .select_from(_P)
    .outerjoin(
        _S,
        and_(
            _S.model_id == _P.model_id,
            _S.timestamp == _P.timestamp,
            is_best_source(),
        ),
    ),
    raw=_P.raw_data,
)

_T = Trade


def _last_position(column: Any) -> Any:
    """The column's value in the last observation of a trade's position."""
    return (
        select(column)
        .where(_P.model_id == _T.model_id, _P.entry_oid == _T.entry_oid)
        .order_by(*newest_first(_P))
        .limit(1)
        .correlate(_T)
        .scalar_subquery()
    )


def _opened(*, known: bool) -> Any:
    """The time stored as the opening, where it is one, or else where it is not."""
    is_wanted = _T.opened_at_known if known else ~_T.opened_at_known
    return type_coerce(case((is_wanted, _T.opened_at)), _T.opened_at.type)


def _leg_else_position(of_leg: Any, of_position: Any) -> Any:
    """`of_leg` for a completed leg, as the trade feed serves it; else `of_position`."""
    chosen = case(
        (_T.exit_price.is_not(None), of_leg), else_=_last_position(of_position)
    )
    return type_coerce(chosen, of_position.type)


def _source_of_leg() -> Any:
    of_site = literal_column(f"'{Kind.TRADES}'", Text)
    of_fills = _T.source == TradeSource.HYPERLIQUID
    return case(
        (of_fills, literal_column(f"'{TradeSource.HYPERLIQUID}'", Text)), else_=of_site
    )


_TRADES = RowKind(
    sources=(
        Source(
            "trade_id", _T.trade_id, "the site's id; <model_id>_<entry_oid> while open"
        ),
        Source("symbol", _T.symbol, "BTC, xyz:NVDA, ..."),
        Source("side", _T.side, "long or short"),
        Source("status", _T.status, "open, closed, liquidated or cancelled"),
        Source("quantity", _T.size, "units of the underlying, > 0"),
        Source("entry_price", _T.entry_price, "USD per unit"),
        Source("exit_price", _T.exit_price, "USD per unit; NULL if there is no result"),
        Source("net_pnl", _T.pnl, "USD as served, not always gross minus fees"),
        Source("gross_pnl", _T.gross_pnl, "USD as served"),
        Source("fees", _T.fees, "USD, entry plus exit"),
        Source(
            "net_return", _T.pnl_percent, "fraction: net_pnl over entry notional", True
        ),
        Source("leverage", _T.leverage, "leverage of the position, times"),
        Source("confidence", _T.confidence, f"{CONFIDENCE} at entry"),
        Source("opened_at", _opened(known=True), "NULL if it was not seen opened"),
        Source(
            "opened_not_earlier_than",
            _T.opened_not_earlier_than,
            "lower bound of an opening that is not known; NULL if none is known",
        ),
        Source(
            "opened_not_later_than",
            _opened(known=False),
            "the first sighting, where the opening is not known",
        ),
        Source(
            "closed_at",
            _T.closed_at,
            "NULL while open, or if its exit was not observed",
        ),
        Source("oddity", _T.oddity, "what is implausible about a leg, in words"),
        Source("entry_oid", _T.entry_oid, "order that opened it; joins positions"),
        Source(
            "observed_at",
            _leg_else_position(_T.closed_at, _P.timestamp),
            "when the leg closed, or when the position was last seen",
        ),
        Source(
            "source",
            _leg_else_position(_source_of_leg(), _P.source),
            f"{READ_FROM}{Kind.TRADES} (a leg), {TradeSource.HYPERLIQUID} (a leg cut"
            f" from fills), {EquitySource.ACCOUNT_TOTALS} or {EquitySource.MODEL_CHAT}"
            " (a position)",
        ),
        *stored(_T),
    ),
    leading=1,
    season_id=_T.season_id,
    model_id=_T.model_id,
    order=_T.id,
    observed_at=func.coalesce(_T.closed_at, _T.opened_at),
    joined=select().select_from(_T),
    raw=_T.raw_data,
)

_C = ModelChat
_CHAT_HEAD = (
    Source("conversation_id", _C.conversation_id, "the site's id of the conversation"),
)
_CHAT_TIME = (
    Source("cycle_id", _C.cycle_id, "+1 per conversation; a gap is one missed"),
    Source("observed_at", _C.timestamp, "the source's clock"),
    Source("source", one_word(Kind.MODEL_CHAT.value), f"{READ_FROM}{Kind.MODEL_CHAT}"),
)
_CHATS = RowKind(
    sources=(
        *_CHAT_HEAD,
        *_CHAT_TIME,
        Source("decision", _C.decision, "headline: buy, sell, hold, close or none"),
        Source("symbol", _C.symbol, "symbol of the headline decision"),
        Source("confidence", _C.confidence, f"{CONFIDENCE} for the headline decision"),
        Source("summary", _C.summary, "the site's summary of the conversation"),
        Source("content", _C.content, "the chain of thought, or the response"),
        *stored(_C),
    ),
    leading=1,
    season_id=_C.season_id,
    model_id=_C.model_id,
    order=_C.id,
    observed_at=_C.timestamp,
    joined=select().select_from(_C),
    raw=_C.raw_data,
)

_D = ChatDecisionRow
_DECISIONS = RowKind(
    sources=(
        *_CHAT_HEAD,
        *_CHAT_TIME,
        Source("symbol", _D.symbol, "BTC, xyz:NVDA, ..."),
        Source("signal", _D.signal, "the site's word: hold, buy_to_enter, ..."),
        Source("quantity", _D.quantity, "units, sign as the model stated it"),
        Source("leverage", _D.leverage, "times"),
        Source("confidence", _D.confidence, CONFIDENCE),
        *_plan(_D),
        Source("justification", _D.justification, "in the model's words"),
        Source("is_add", _D.is_add, "whether it adds to an open position"),
        *stored(_D),
    ),
    leading=1,
    season_id=_C.season_id,
    model_id=_C.model_id,
    order=_D.id,
    observed_at=_C.timestamp,
    joined=select().select_from(_D).join(_C, _C.id == _D.model_chat_id),
    raw=None,
)

_E = ExchangeEquity


def _season_at(time: Any) -> Any:
    """The season that holds a time: the one that started last before it."""
    season = aliased(Season)
    return (
        select(season.id)
        .where(season.start_date <= time)
        .order_by(season.start_date.desc())
        .limit(1)
        .correlate(_E)
        .scalar_subquery()
    )


_EXCHANGE_EQUITIES = RowKind(
    sources=(
        Source("observed_at", _E.observed_at, "when the candle ended"),
        Source(
            "source",
            one_word(TradeSource.HYPERLIQUID.value),
            f"{READ_FROM}{TradeSource.HYPERLIQUID}; computed, not observed",
        ),
        Source("interval", _E.interval, "length of the candles: 1h, 4h, ..."),
        Source("equity", _E.equity, "USD, with positions at the candle's close"),
        *stored(_E),
    ),
    leading=0,
    season_id=_season_at(_E.observed_at),
    model_id=_E.model_id,
    order=_E.id,
    observed_at=_E.observed_at,
    joined=select().select_from(_E),
    raw=None,
)

ROW_KINDS = {
    ExportKind.SNAPSHOTS: _SNAPSHOTS,
    ExportKind.TRADES: _TRADES,
    ExportKind.CHATS: _CHATS,
    ExportKind.DECISIONS: _DECISIONS,
    ExportKind.POSITIONS: _POSITIONS,
    ExportKind.EXCHANGE_EQUITIES: _EXCHANGE_EQUITIES,
}
