"""What a storing transaction changed, without the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FeedKind(StrEnum):
    """What is announced as it is committed, and by which ids."""

    SNAPSHOTS = "snapshots"
    """Equities of accounts, by `model_id`."""
    POSITIONS = "positions"
    """Observed positions of accounts, by `model_id`."""
    TRADES = "trades"
    """Completed legs and open positions, by `trade_id`; also those that went."""
    CHATS = "chats"
    """Conversations and their decisions, by `conversation_id`."""
    EVENTS = "events"
    """What a monitor found worth telling, by `key`."""
    RECORD = "record"
    """A season or an account was corrected: anything may differ. Without ids."""


@dataclass(frozen=True, slots=True)
class FeedChange:
    """Rows of one kind that a transaction stored or changed.

    Attributes:
        count: How many ids there are.
        ids: The ids in order; None if they are too many to be named.
    """

    kind: FeedKind
    count: int
    ids: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """What one transaction changed.

    Attributes:
        version: Version of the record from this transaction on.
        committed_at: When it was about to be committed (our clock).
    """

    version: int
    committed_at: datetime
    changes: Sequence[FeedChange]


@dataclass(frozen=True, slots=True)
class FeedPart:
    """The feed after a version.

    Attributes:
        version: The version up to which nothing is missing.
        entries: By version.
        is_whole: False if some are no longer kept, or if the version that was asked
            for is of another database: then anything may differ.
    """

    version: int
    entries: Sequence[FeedEntry]
    is_whole: bool = True
