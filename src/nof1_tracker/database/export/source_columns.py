"""Defines the columns of an export and where they are in the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Enum,
    Integer,
    Select,
    Text,
    literal_column,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from nof1_tracker.database.engine.column_types import (
    ExactNumeric,
    JsonType,
    UtcDateTime,
)
from nof1_tracker.database.models import LLMModel, Season
from nof1_tracker.database.read.filters import ACCOUNT_ID
from nof1_tracker.records.export_rows import ColumnType


@dataclass(frozen=True)
class Source:
    """Where a column is read from, and what it means.

    Attributes:
        in_percent: The table holds percent, the export a fraction.
    """

    name: str
    expression: Any
    about: str
    in_percent: bool = False

    @property
    def type(self) -> ColumnType:
        """The column's type, derived from its ORM type."""
        return column_type(self.expression.type)


@dataclass(frozen=True)
class RowKind:
    """How one kind of exported row is read.

    Attributes:
        sources: All columns except those of season and account, identities first.
        leading: How many of them precede season and account.
        order: The key that sorts rows in the order in which they were stored.
        observed_at: The time that `since` and `until` are compared with.
        joined: The statement that selects from the right tables.
        raw: The payload of a row; None if it has none of its own.
    """

    sources: Sequence[Source]
    leading: int
    season_id: Any
    model_id: Any
    order: Any
    observed_at: Any
    joined: Select[Any]
    raw: Any


def column_type(sql_type: Any) -> ColumnType:
    """The writers' type for an ORM type."""
    for known, found in _TYPES:
        if isinstance(sql_type, known):
            return found
    return ColumnType.TEXT


_TYPES: tuple[tuple[Any, ColumnType], ...] = (
    (ExactNumeric, ColumnType.DECIMAL),
    (UtcDateTime, ColumnType.TIME),
    (Enum, ColumnType.WORD),
    (Boolean, ColumnType.FLAG),
    (Integer, ColumnType.INTEGER),
    (JsonType, ColumnType.JSON),
)
FIRST_STORED = "when this database first held the row (our clock)"
LAST_CHANGED = "when this database last changed the row; NULL if never"
CONFIDENCE = "0..100, as the model stated it"
READ_FROM = "where it was read: "


def one_word(text: str) -> ColumnElement[Any]:
    """A column with the same word in every row."""
    return type_coerce(literal_column(f"'{text}'", Text), Enum(text))


SEASON = Source("season", Season.season_number, "season number: 1, 1.5, ...")
ACCOUNT = (
    Source("model_id", ACCOUNT_ID, "the site's id of the account"),
    Source("name", LLMModel.name, "display name of the account"),
    Source("provider", LLMModel.provider, "company behind the model"),
    Source("base_model", LLMModel.base_model, "groups the accounts of one model"),
    Source("variant", LLMModel.variant, "competition of the account; NULL in season 1"),
    Source(
        "is_benchmark", LLMModel.is_benchmark, "true for buy-and-hold, never ranked"
    ),
)
RAW_ABOUT = "the row as the site served it"


def stored(table: Any) -> tuple[Source, ...]:
    first = Source("stored_at", table.created_at, FIRST_STORED)
    if not hasattr(table, "updated_at"):
        return (first,)
    return first, Source("changed_at", table.updated_at, LAST_CHANGED)
