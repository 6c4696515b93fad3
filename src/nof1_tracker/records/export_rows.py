"""Rows between the tables and files: columns with their types, rows in batches.

Files are exports of single tables, and datasets: the record as a folder of files that
can be published, cited and checked.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

Batch = Sequence[Sequence[Any]]
"""Some rows, as one sequence of values per column; see `ColumnType` for the values."""


class ExportKind(StrEnum):
    """What can be exported."""

    SNAPSHOTS = "snapshots"
    TRADES = "trades"
    CHATS = "chats"
    DECISIONS = "decisions"
    POSITIONS = "positions"
    EXCHANGE_EQUITIES = "exchange-equities"
    """Equities out of the exchange's record: computed, never among the snapshots."""


class FileFormat(StrEnum):
    """The format of the file written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class ColumnType(StrEnum):
    """The type of a column, and how a batch holds its values. NULL is always None.

    Each database returns numbers and times in the form that costs it least; none of
    the forms loses a digit.
    """

    INTEGER = "integer"
    DECIMAL = "decimal"
    """str without trailing zeros; or float or int, written with its shortest digits."""
    FLOAT = "float"
    """float, as it was computed."""
    TIME = "time"
    """UTC as str, such as 2025-10-28 06:51:03, with up to six decimals."""
    TEXT = "text"
    WORD = "word"
    """str from a small fixed set."""
    FLAG = "flag"
    JSON = "json"
    """JSON as str."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export.

    Attributes:
        about: Its meaning, its unit and when it is NULL, in words for people.
        place: Its index in a batch.
        precision, scale: Those of a DECIMAL as stored.
        in_percent: True if batches hold percent; the fraction is written, with two
            more decimals.
        labels: What the keys in the batch stand for (a missing key is NULL); None if
            the batch holds the values themselves.
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
        """The type of the written values, in words for people."""
        if self.type is ColumnType.DECIMAL:
            return f"decimal({self.precision}, {self.written_scale})"
        return self.type.value

    @property
    def written_scale(self) -> int:
        """Number of decimals of the written values."""
        return self.scale + 2 if self.in_percent else self.scale


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which rows are wanted; None means no limit.

    Attributes:
        since, until: [since, until) limits the time of observation; for a trade, the
            time of closing, or else of opening.
        with_raw: Whether the payload of each row is wanted too.
    """

    kind: ExportKind
    account_ids: tuple[str, ...] | None = None
    season: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_raw: bool = False


class Extract(Protocol):
    """Rows read from a database, in the order in which they were stored."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of the file, in order."""
        ...

    def batches(self) -> Generator[Batch, None, None]:
        """All rows, in batches."""
        ...

    def csv_blocks(self) -> Generator[bytes, None, None] | None:
        """The same rows as CSV without a header, several whole rows at a time.

        Columns are in the order of a batch. NULL is empty, text is quoted where
        necessary, numbers have all their decimals, and times have a zone. None if the
        database does not write CSV itself.
        """
        ...


# --- datasets -----------------------------------------------------------------

Values = tuple[Any, ...]
"""A row's values in the order of the columns: Decimal, int, bool, str, an aware UTC
datetime, or None; JSON as str."""

SQLITE_NAME = "record.sqlite"
"""The file with all tables; `dataset load` reads it."""


@dataclass(frozen=True, slots=True)
class DatasetTable:
    """A table of a dataset.

    Attributes:
        key: Names of the columns that identify a row and order the table.
        dated: Name of the column by whose month its files are divided; None: one file.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """Where figures of a dataset come from.

    Attributes:
        path: URL; None if there is none to give.
        about: Which figures, and how sure they are.
        licence: SPDX id, or words where there is none.
    """

    title: str
    about: str
    licence: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class DatasetAbout:
    """What a dataset says about itself beside its tables.

    Attributes:
        name: In lower case, with hyphens.
        version: None: the date of the last observation.
        authors: Who compiled it; empty if nobody is named.
        licence: SPDX id of the compilation; None if nobody stated one.
        missing: What is known not to be in it, a sentence each.
        extras: Further files, by their name in the folder.
    """

    name: str
    title: str
    about: str
    sources: Sequence[DatasetSource]
    authors: Sequence[str] = ()
    licence: str | None = None
    version: str | None = None
    missing: Sequence[str] = ()
    extras: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """A Parquet file of a dataset: the rows of one table, of one month where it is dated.

    Attributes:
        month: 2025-10; None for a table in one file.
        rows: How many it holds.
    """

    path: str
    table: str
    month: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """What loading a table did: its rows in the dataset, and those new or changed."""

    table: str
    rows: int
    inserted: int
    updated: int
