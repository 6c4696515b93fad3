"""The tables of a dataset: what each column means, and where it is read from.

A row is named by what names it at the source, never by our ids, and rows are in the
order of those names, so that the same record gives the same files whatever arrived
first. Words of models and of the site stand in columns of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from nof1_tracker.database.export.row_kinds import ROW_KINDS
from nof1_tracker.database.export.source_columns import (
    ACCOUNT,
    FIRST_STORED,
    LAST_CHANGED,
    RAW_ABOUT,
    SEASON,
    Source,
)
from nof1_tracker.database.models import (
    AccountAlias,
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    Price,
    ReportedStatistics,
    Season,
    Trade,
)
from nof1_tracker.database.write.chats import CHATS, DECISIONS
from nof1_tracker.database.write.references import PRICES, STATISTICS
from nof1_tracker.database.write.snapshots import POSITIONS, SNAPSHOTS
from nof1_tracker.database.write.trades import LEGS
from nof1_tracker.database.write.versions.versioned_table import VersionedTable
from nof1_tracker.records.export_rows import ExportKind

WORDS = frozenset(
    ("content", "summary", "invalidation_condition", "justification", "raw")
)
"""Columns that hold what models or the site wrote."""
_OURS = frozenset((FIRST_STORED, LAST_CHANGED))
_ACCOUNT_ID = ACCOUNT[0]


@dataclass(frozen=True)
class RecordTable:
    """A table of a dataset.

    Attributes:
        key: Columns that identify a row and order the table.
        joined: Selects from the right tables.
        versioned: How its rows are kept where they are served again; None if they
            are not.
        dated: The column by whose month its files are divided; None: one file.
    """

    name: str
    about: str
    key: tuple[str, ...]
    sources: Sequence[Source]
    joined: Select[Any]
    versioned: VersionedTable | None = None
    dated: str | None = None

    def columns(self, *, with_texts: bool) -> list[Source]:
        """The columns, with or without those that hold words."""
        return [
            source for source in self.sources if with_texts or source.name not in WORDS
        ]


def _versions(table: Any) -> tuple[Source, ...]:
    return (
        Source("stated", table.stated, "one bit per field that was served and valid"),
        Source("digest", table.raw_digest, "BLAKE2b, 128 bits, of the row as served"),
        Source(
            "first_observed_at",
            table.first_observed_at,
            "when it was first served so; NULL where no time is known",
        ),
        Source(
            "last_observed_at", table.last_observed_at, "when it was last served so"
        ),
    )


def _exported(kind: ExportKind, table: Any, *, has_raw: bool) -> tuple[Source, ...]:
    """The columns of an export without our own times, and the version that stands."""
    sources = [each for each in ROW_KINDS[kind].sources if each.about not in _OURS]
    raw = (Source("raw", table.raw_data, RAW_ABOUT),) if has_raw else ()
    return (*sources, SEASON, _ACCOUNT_ID, *_versions(table), *raw)


def _of_kind(
    kind: ExportKind,
    about: str,
    key: tuple[str, ...],
    versioned: VersionedTable,
    table: Any,
    *,
    has_raw: bool = True,
) -> RecordTable:
    rows = ROW_KINDS[kind]
    return RecordTable(
        name={ExportKind.CHATS: "conversations"}.get(kind, kind.value),
        about=about,
        key=key,
        sources=_exported(kind, table, has_raw=has_raw),
        joined=rows.joined.join(LLMModel, LLMModel.id == rows.model_id).outerjoin(
            Season, Season.id == rows.season_id
        ),
        versioned=versioned,
        dated="observed_at",
    )


_SEASONS = RecordTable(
    name="seasons",
    about="Competitions; season 0 collects rows before the first known one.",
    key=("season",),
    sources=(
        SEASON,
        Source("name", Season.name, "display name"),
        Source("start_date", Season.start_date, "first instant that belongs to it"),
        Source("end_date", Season.end_date, "official close; NULL while it runs"),
        Source("initial_equity", Season.initial_capital, "USD at the start"),
        Source("status", Season.status, "active, completed or cancelled"),
        Source(
            "is_provisional", Season.is_provisional, "true where its number is a guess"
        ),
    ),
    joined=select().select_from(Season),
)
_ACCOUNTS = RecordTable(
    name="accounts",
    about="Competing accounts, one row each whatever they were called.",
    key=("model_id",),
    sources=(
        *ACCOUNT,
        Source("served_name", LLMModel.served_name, "the name as the site spelled it"),
        Source(
            "name_observed_at", LLMModel.name_observed_at, "when it was so spelled last"
        ),
        Source("id_observed_at", LLMModel.id_observed_at, "since when the id is known"),
        Source("started_at", LLMModel.started_at, "when the account started"),
        Source("is_active", LLMModel.is_active, "whether the site still listed it"),
    ),
    joined=select().select_from(LLMModel),
)
_ALIASES = RecordTable(
    name="aliases",
    about="Other ids under which the site served an account.",
    key=("alias",),
    sources=(
        Source("alias", AccountAlias.alias, "the id as served"),
        _ACCOUNT_ID,
        Source("observed_at", AccountAlias.observed_at, "when it was first used"),
    ),
    joined=select()
    .select_from(AccountAlias)
    .join(LLMModel, LLMModel.id == AccountAlias.model_id),
)
_STATISTICS = RecordTable(
    name="statistics",
    about="What the site itself computed for an account.",
    key=("observed_at", "model_id"),
    sources=(
        Source("observed_at", ReportedStatistics.observed_at, "the site's clock"),
        _ACCOUNT_ID,
        Source(
            "total_trades",
            ReportedStatistics.total_trades,
            "number of completed legs, as the site counts them",
        ),
        Source(
            "figures",
            ReportedStatistics.raw_data,
            "its numbers by name, as the site defines them",
        ),
        *_versions(ReportedStatistics),
        Source("raw", ReportedStatistics.raw_data, RAW_ABOUT),
    ),
    joined=select()
    .select_from(ReportedStatistics)
    .join(LLMModel, LLMModel.id == ReportedStatistics.model_id),
    versioned=STATISTICS,
    dated="observed_at",
)
_PRICES = RecordTable(
    name="prices",
    about="Mid prices as the site and the prompts of models showed them.",
    key=("observed_at", "symbol", "source"),
    sources=(
        Source("observed_at", Price.observed_at, "the site's clock"),
        Source("symbol", Price.symbol, "BTC, xyz:NVDA, ..."),
        Source("source", Price.source, "where it was read from"),
        Source("price", Price.price, "USD per unit"),
        Source("funding_rate", Price.funding_rate, "fraction per hour"),
        Source("open_interest", Price.open_interest, "units of the underlying"),
        *_versions(Price),
    ),
    joined=select().select_from(Price),
    versioned=PRICES,
    dated="observed_at",
)


RECORD_TABLES: Sequence[RecordTable] = (
    _SEASONS,
    _ACCOUNTS,
    _ALIASES,
    _of_kind(
        ExportKind.SNAPSHOTS,
        "Equities of accounts, each as observed at one instant.",
        ("observed_at", "model_id", "source"),
        SNAPSHOTS,
        LeaderboardSnapshot,
    ),
    _of_kind(
        ExportKind.POSITIONS,
        "Open positions, each as observed at one instant.",
        ("observed_at", "model_id", "symbol", "entry_oid", "source"),
        POSITIONS,
        Position,
    ),
    _of_kind(
        ExportKind.TRADES,
        "Completed legs as served, and the positions that are open.",
        ("observed_at", "trade_id"),
        LEGS,
        Trade,
    ),
    _of_kind(
        ExportKind.CHATS,
        "Conversations: when, whose, and the headline of their decisions.",
        ("observed_at", "conversation_id"),
        CHATS,
        ModelChat,
    ),
    _of_kind(
        ExportKind.DECISIONS,
        "What a conversation decided for one symbol.",
        ("observed_at", "conversation_id", "symbol"),
        DECISIONS,
        ChatDecisionRow,
        has_raw=False,
    ),
    _STATISTICS,
    _PRICES,
)
