"""The enums of records and options; imports nothing slow."""

from enum import StrEnum

STALE_INTERVALS = 3
"""A kind is stale when it has not succeeded for this many monitor intervals."""
NEWS_INTERVALS = 3
"""A kind is silent when it has had nothing new for this many expected intervals."""


class Kind(StrEnum):
    """What a user can ask to scrape."""

    LEADERBOARD = "leaderboard"
    TRADES = "trades"
    MODEL_CHAT = "model_chat"

    @property
    def option(self) -> str:
        """As a command's option spells it: model-chat."""
        return self.value.replace("_", "-")


class RowKind(StrEnum):
    """What rows are, as the summary of a run counts them."""

    LEADERBOARD = "leaderboard"
    TRADES = "trades"
    MODEL_CHAT = "model_chat"
    STATISTICS = "statistics"
    INCEPTIONS = "inceptions"
    PRICES = "prices"
    UNRECOGNISED = "unrecognised"
    """Bodies that are not a known payload."""
    POSITIONS = "positions"
    OPEN_TRADES = "open trades"
    DECISIONS = "decisions"

    @property
    def label(self) -> str:
        """As metrics spell it, without a space: open_trades."""
        return self.name.lower()


class Endpoint(StrEnum):
    """A payload of the site, named like its path under /api/ and its capture file."""

    ACCOUNT_TOTALS = "account-totals"
    TRADES = "trades"
    CONVERSATIONS = "conversations"
    LEADERBOARD = "leaderboard"
    ANALYTICS = "analytics"
    INCEPTION = "since-inception-values"
    PRICES = "crypto-prices"
    RENDERED_LEADERBOARD = "rendered-leaderboard"
    """The <table> of /leaderboard as {"renderedLeaderboard": {columns, rows}}."""

    @property
    def row_kind(self) -> RowKind:
        """What its own rows are, the rejected ones among them."""
        return _ROW_KINDS[self]


_ROW_KINDS = {
    Endpoint.ACCOUNT_TOTALS: RowKind.LEADERBOARD,
    Endpoint.LEADERBOARD: RowKind.LEADERBOARD,
    Endpoint.RENDERED_LEADERBOARD: RowKind.LEADERBOARD,
    Endpoint.TRADES: RowKind.TRADES,
    Endpoint.CONVERSATIONS: RowKind.MODEL_CHAT,
    Endpoint.ANALYTICS: RowKind.STATISTICS,
    Endpoint.INCEPTION: RowKind.INCEPTIONS,
    Endpoint.PRICES: RowKind.PRICES,
}


class EquitySource(StrEnum):
    """Where an equity was read from, most trustworthy first."""

    ACCOUNT_TOTALS = "account_totals"
    MODEL_CHAT = "model_chat"
    LEADERBOARD = "leaderboard"
    PAGE = "page"

    @property
    def trusted(self) -> bool:
        """True if the source dates its own number; the leaderboard does not."""
        return self in (EquitySource.ACCOUNT_TOTALS, EquitySource.MODEL_CHAT)

    @property
    def words(self) -> str:
        """As a person reads it: account totals."""
        return self.value.replace("_", " ")

    @property
    def last_word(self) -> str:
        """Where there is room for one word: totals, chat, leaderboard or page."""
        return self.value.split("_")[-1]


class PriceSource(StrEnum):
    """Where a price was read from."""

    CRYPTO_PRICES = "crypto_prices"
    """The site's own list of prices."""
    MODEL_CHAT = "model_chat"
    """The price in a prompt, at the prompt's own time."""
    MODEL_CHAT_SERIES = "model_chat_series"
    """An earlier price in a prompt, dated at the start of its three minutes."""


class Cut(StrEnum):
    """Where the figures of a season end."""

    LAST = "last"
    """At the last observation that belongs to the season."""
    CLOSE = "close"
    """At the season's official close."""
    TIME = "time"
    """At a time that was asked for."""


class SeasonStatus(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TradeSide(StrEnum):
    LONG = "long"
    SHORT = "short"


class TradeStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    LIQUIDATED = "liquidated"
    CANCELLED = "cancelled"


class TradeSource(StrEnum):
    """Where a trade is known from."""

    SITE = "site"
    """Served by the site, or followed from positions that it served."""
    HYPERLIQUID = "hyperliquid"
    """Cut from the exchange's fills, where the site's own leg is missing."""


class ChatDecision(StrEnum):
    BUY = "buy"
    SELL = "sell"
    HOLD = "hold"
    CLOSE = "close"
    NONE = "none"


class RunStatus(StrEnum):
    """How a scrape or an import ended; `running` forever if it was killed."""

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class RevisedTable(StrEnum):
    """Tables whose rows may be served again with other values."""

    LEADERBOARD_SNAPSHOTS = "leaderboard_snapshots"
    POSITIONS = "positions"
    TRADES = "trades"
    MODEL_CHATS = "model_chats"
    CHAT_DECISIONS = "chat_decisions"
    REPORTED_STATISTICS = "reported_statistics"
    PRICES = "prices"


class RevisionCause(StrEnum):
    """Why a stored value gave way to another."""

    NEWER = "newer"
    """A version as complete was observed later."""
    FULLER = "fuller"
    """A version with more valid fields, whenever it was observed."""
    PARSER = "parser"
    """The same body, read by newer code."""


class BackfillSource(StrEnum):
    """Where a backfill fills in from."""

    WAYBACK = "wayback"
    """What a web archive kept of the site."""
    HYPERLIQUID = "hyperliquid"
    """The exchange's own record."""
    ALL = "all"
