"""What passes from the tables to a file: columns with their types, rows in batches."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

Batch = Sequence[Sequence[Any]]
"""Some rows, as one sequence of values per place; see `ColumnType` for the values."""


class ExportKind(StrEnum):
    """What can be exported."""

    SNAPSHOTS = "snapshots"
    TRADES = "trades"
    CHATS = "chats"
    DECISIONS = "decisions"
    POSITIONS = "positions"


class FileFormat(StrEnum):
    """What kind of file is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class ColumnType(StrEnum):
    """What a column is, and how a batch holds it. NULL is None in all of them.

    Databases hand over numbers and times in the form that costs them least; no digit
    is lost in any of the forms.
    """

    INTEGER = "integer"
    DECIMAL = "decimal"
    """Digits as str, without idle zeros; or float or int: its shortest digits."""
    TIME = "time"
    """UTC as str: 2025-10-28 06:51:03, with up to six decimals."""
    TEXT = "text"
    WORD = "word"
    """str, one of a few."""
    FLAG = "flag"
    JSON = "json"
    """The JSON as str."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export.

    Attributes:
        about: Its meaning, unit and when it is NULL, for a person.
        place: Where batches hold it.
        precision, scale: Of a DECIMAL as stored.
        in_percent: Batches hold percent; what is written is the fraction, which has
            two decimals more.
        labels: None, or what the keys in the batch stand for; a key that is missing
            here is NULL.
    """

    name: str
    type: ColumnType
    about: str
    place: int
    precision: int = 0
    scale: int = 0
    in_percent: bool = False
    labels: Mapping[int, Any] | None = None

    @property
    def type_name(self) -> str:
        """The type of what is written, for a person."""
        if self.type is ColumnType.DECIMAL:
            return f"decimal({self.precision}, {self.written_scale})"
        return self.type.value

    @property
    def written_scale(self) -> int:
        """Decimals of what is written."""
        return self.scale + 2 if self.in_percent else self.scale


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which rows are wanted; None means no limit.

    Attributes:
        since, until: [since, until) holds the time of observation; of a trade its
            closing, else its opening.
        with_raw: Whether the payload of each row is wanted too.
    """

    kind: ExportKind
    account_ids: tuple[str, ...] | None = None
    season: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_raw: bool = False


class Extract(Protocol):
    """Rows on their way out of a database, in the order in which they were stored."""

    @property
    def columns(self) -> Sequence[Column]:
        """Of the file, in their order."""
        ...

    def batches(self) -> Generator[Batch, None, None]:
        """All rows, some at a time."""
        ...

    def csv_blocks(self) -> Generator[bytes, None, None] | None:
        """The same as CSV of the places, some whole rows at a time, with no header.

        NULL is empty, text is quoted where need be, numbers have all their decimals,
        times a zone. None where the database does not write CSV by itself.
        """
        ...
