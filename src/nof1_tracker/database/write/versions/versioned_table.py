"""How a table keeps rows that are served again: key, groups of fields, and how values
come back from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import Column, Dialect, Table
from sqlalchemy import Enum as SqlEnum

from nof1_tracker.database.engine.column_types import ExactNumeric, UtcDateTime
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.records.parsed import Served

Row = Mapping[str, Any]
VERSION_COLUMNS = (
    "stated",
    "raw_digest",
    "first_observed_at",
    "last_observed_at",
    "parser",
)
"""Which version of a row it holds; see models.Versioned."""


@dataclass(frozen=True)
class VersionedTable:
    """How rows of a table find their stored twin, and what belongs together in them.

    Attributes:
        key: Columns of the unique constraint.
        span: The column of the key by whose least and greatest value stored rows are
            sought; None: by each value of the only column of the key.
        group: The fields that belong together, in the order of the bits of `stated`.
        optional: Fields that each stand by themselves.
        computed: Columns that go with the version that stands.
        announced_as: The kind of a changed row in the live feed, and the column that
            names it there; None: the feed leaves it out.
    """

    table: Table
    key: tuple[str, ...]
    span: str | None
    group: tuple[str, ...]
    optional: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    announced_as: tuple[FeedKind, str] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """All columns that a version has a value for."""
        return (*self.group, *self.optional, *self.computed)

    def stated_in(self, row: Row) -> int:
        """One bit for each field of the group that is not None."""
        return sum(
            1 << bit for bit, name in enumerate(self.group) if row[name] is not None
        )

    def as_stored(self, row: Row, dialect: Dialect) -> dict[str, Any]:
        """The row's fields as the database gives them back: rounded to their places."""
        return {
            name: _stored_form(self.table.c[name], dialect)(row[name])
            for name in self.fields
        }

    def dump(self, values: Row) -> dict[str, Any]:
        """The fields as JSON."""
        return {name: as_json(values[name]) for name in self.fields}

    def load(self, dumped: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
        """The fields that `dump` gave."""
        return {
            name: _from_json(self.table.c[name], dumped.get(name), dialect)
            for name in self.fields
        }

    def version_columns(
        self, row: Row, text: str, served: Served, stated: int | None = None
    ) -> dict[str, Any]:
        """VERSION_COLUMNS of a row with these fields.

        Args:
            text: The row as served, as canonical JSON.
            stated: None: the fields of the group that are not None.
        """
        return {
            "stated": self.stated_in(row) if stated is None else stated,
            "raw_digest": digest_of(text),
            "first_observed_at": served.observed_at,
            "last_observed_at": served.observed_at,
            "parser": served.parser,
        }


def digest_of(text: str) -> str:
    """The digest that tells a row as served from others."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=512)
def _stored_form(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """What makes of a value the one that the database gives back."""
    exponent = getattr(column.type, "exponent", None)
    if exponent is None:  # times, texts and whole numbers come back as they went in
        return lambda value: value
    through = _through_sqlite(column, dialect) if dialect.name == "sqlite" else None

    def form(value: Any) -> Any:
        if value is None:
            return None
        rounded = Decimal(value).quantize(exponent, "ROUND_HALF_UP")
        return through(rounded) if through else rounded

    return form


def _through_sqlite(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """What SQLite makes of a number; see ExactNumeric."""
    kind = column.type.dialect_impl(dialect)
    to_driver: Callable[[Any], Any] = kind.bind_processor(dialect) or _as_it_is
    from_driver: Callable[[Any], Any] = (
        kind.result_processor(dialect, None) or _as_it_is
    )
    return lambda value: from_driver(to_driver(value))


def _as_it_is(value: Any) -> Any:
    return value


def as_json(value: Any) -> Any:
    """A value of a column as JSON; numbers as text, so that no digit is lost."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def _from_json(column: Column[Any], value: Any, dialect: Dialect) -> Any:
    if value is None:
        return None
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, ExactNumeric):
        return _stored_form(column, dialect)(Decimal(value))
    enum = kind.enum_class if isinstance(kind, SqlEnum) else None
    return value if enum is None else enum(value)
