"""Column types that mean the same on PostgreSQL and on SQLite."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

import simplejson
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    Integer,
    Numeric,
    String,
)
from sqlalchemy.types import TypeDecorator

from nof1_tracker.database.engine.written_json import json_encoder

_VALUES = 16_384
"""Values of a kind that are kept as they are in Python; some 3 MB."""
BigId = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits. SQLite assigns ids to INTEGER keys only (which have 64 bits there)."""


class JsonType(TypeDecorator[Any]):
    """JSONB on PostgreSQL, JSON text on SQLite; None is SQL NULL.

    PostgreSQL's types are imported where they are used: with them SQLAlchemy imports
    every driver that it knows, which takes longer than to read a season in SQLite.
    """

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(self.impl_instance)
        from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415

        return dialect.type_descriptor(JSONB(none_as_null=True))

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """As JSON does it, which is not as other types do."""
        return self.impl_instance.coerce_compared_value(op, value)


JsonColumn = JsonType()


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out. A naive time is refused; SQLite stores UTC as text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        in_utc = _in_utc(value)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def bind_processor(self, dialect: Dialect) -> Any:
        """Bypasses TypeDecorator's layers, because it runs for every time stored."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        return _utc_text

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Bypasses TypeDecorator's layers, because it runs for every time read."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _from_utc_text


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError(f"{time} has no time zone")
    return time.astimezone(UTC)


@lru_cache(maxsize=4_096)
def _utc_text(time: datetime | None) -> str | None:
    """The time as SQLAlchemy writes it for SQLite: 2025-10-28 06:51:03.000000.

    Kept, because the rows of one payload share most of their times.
    """
    if time is None:
        return None
    return _in_utc(time).replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=_VALUES)
def _from_utc_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "Z")


class ExactNumeric(TypeDecorator[Decimal]):
    """Decimal with a fixed scale.

    SQLite has no decimal type, so it stores the nearest double. The shortest text of
    that double has the digits that the site served, because the site serves doubles.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale, asdecimal=True)
        self.exponent = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        numeric: Numeric[Any] = self.impl_instance  # type: ignore[assignment]
        if dialect.name == "sqlite":
            return Numeric(numeric.precision, numeric.scale, asdecimal=False)
        return numeric

    def process_bind_param(
        self, value: Decimal | None, dialect: Dialect
    ) -> float | Decimal | None:
        if value is None or dialect.name != "sqlite":
            return value
        return float(self._rounded(Decimal(value)))

    def bind_processor(self, dialect: Dialect) -> Any:
        """Bypasses TypeDecorator's layers, because it runs for every number stored."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        exponent, half_up = self.exponent, ROUND_HALF_UP
        return lambda value: (
            None if value is None else float(Decimal(value).quantize(exponent, half_up))
        )

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Bypasses TypeDecorator's layers, because it runs for every number read."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _reader_of(self.exponent)

    def _rounded(self, value: Decimal) -> Decimal:
        """Rounds ties away from zero, as PostgreSQL's numeric does."""
        return value.quantize(self.exponent, rounding=ROUND_HALF_UP)


@cache
def _reader_of(exponent: Decimal) -> Callable[[float | None], Decimal | None]:
    """Makes decimals of doubles. Kept, because a row is read again and again."""

    def exact(value: float) -> Decimal:
        return Decimal(repr(value)).quantize(exponent, ROUND_HALF_UP)

    kept = lru_cache(maxsize=_VALUES)(exact)

    def read(value: float | None) -> Decimal | None:
        # 0.0 and -0.0 are equal, so that one would be told for the other.
        return kept(value) if value else None if value is None else exact(value)

    return read


class ExactDecimal(TypeDecorator[Decimal]):
    """Decimal with every digit that it has, such as the game's ledger adds up.

    NUMERIC without a scale on PostgreSQL, text on SQLite, which has no decimal type.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        text = dialect.name == "sqlite"
        return dialect.type_descriptor(String(60) if text else Numeric())

    def process_bind_param(
        self, value: Decimal | None, dialect: Dialect
    ) -> str | Decimal | None:
        if value is None or dialect.name != "sqlite":
            return value
        return str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


PERCENT = ExactNumeric(10, 4)
_PERCENT_LIMIT = Decimal("999999.9999")


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Part of whole in percent; None where undefined or too large for the column."""
    if not whole:
        return None
    percent = part / whole * 100
    return percent if abs(percent) <= _PERCENT_LIMIT else None


def only_where(condition: str, on_sqlite: str | None = None) -> dict[str, Any]:
    """Notes that an index has only the rows of which the condition is true.

    `with_conditions` makes arguments of such notes. Given as arguments, SQLAlchemy would
    import the dialect of PostgreSQL to check them, on SQLite too.
    """
    return {"where": {"postgresql": condition, "sqlite": on_sqlite or condition}}


def text_enum(enum: type[StrEnum], name: str) -> Enum:
    """A text column for the enum's values, with a CHECK constraint of that name."""
    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=_values,
    )


@lru_cache
def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


@dataclass(frozen=True, slots=True)
class JsonText:
    """A JSON column's value as text, for callers that need the text themselves."""

    text: str


# Kept, because creating an encoder takes as long as writing a short value.
_sorted = json_encoder()
_unsorted = json_encoder(in_order=False)


def dump_json(value: Any) -> str:
    """JSON text with exact Decimals; equal values give equal text."""
    return value.text if isinstance(value, JsonText) else _sorted(value)


def unsorted_json(value: Any) -> str:
    """Like `dump_json`, but faster: for databases that compare values, not texts."""
    return value.text if isinstance(value, JsonText) else _unsorted(value)


def load_json(text: str) -> Any:
    """The value of a JSON text; non-integers become Decimal."""
    return simplejson.loads(text, use_decimal=True)
