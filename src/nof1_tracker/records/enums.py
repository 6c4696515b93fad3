"""The enums of records and options; imports nothing slow."""

from enum import StrEnum

STALE_INTERVALS = 3
"""A kind is stale when it has not succeeded for this many monitor intervals."""


class Kind(StrEnum):
    """What a user can ask to scrape."""

    LEADERBOARD = "leaderboard"
    TRADES = "trades"
    MODEL_CHAT = "model_chat"


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
