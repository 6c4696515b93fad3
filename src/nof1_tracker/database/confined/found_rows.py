"""What a query that somebody else wrote may read and take, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

TABLES: Final = (
    *("seasons", "llm_models", "account_aliases", "leaderboard_snapshots"),
    *("positions", "trades", "model_chats", "chat_decisions", "prices"),
    *("reported_statistics", "revisions", "events", "candles", "fills"),
    *("funding_payments", "ledger_updates", "exchange_equities", "portfolio_values"),
)
"""What may be read: the record, without people, alerts and bookkeeping."""
SECONDS: Final = 3.0
"""How long a query may take."""
LARGEST: Final = 1_000_000
"""Characters of all rows after which no further one is read."""


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Rows of a query; `is_whole` is False where a limit left some out."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    is_whole: bool
