"""Months as partitions: their names, their bounds, and which of them a table has.

Named as pg_partman 4 names them (`leaderboard_snapshots_p2025_10`), so that it takes the
tables over as they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from sqlalchemy import Connection, text

PARTITIONED: Final = ("leaderboard_snapshots", "positions")
"""The tables that `db partition` divides by the month of their `timestamp`.

They get a row for each account and observation, and their natural keys hold the time,
which the unique key of a partitioned table must. Conversations stay whole: their key is
the site's id alone, and decisions refer to them.
"""
EARLIEST: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""What is dated before Alpha Arena began lies in the default partition."""

_CHILDREN = text("""
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(:table) ORDER BY c.relname
    """)
_IS_PARTITIONED = text(
    "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(:table)"
)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, time: datetime) -> Self:
        """The month that an aware time falls in."""
        in_utc = time.astimezone(UTC)
        return cls(in_utc.year, in_utc.month)

    @property
    def following(self) -> "Month":
        """The month after it."""
        years, number = divmod(self.number, 12)
        return Month(self.year + years, number + 1)

    @property
    def start(self) -> datetime:
        """Its first instant; the first after it is the start of the following."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def bounds(self) -> str:
        """As PostgreSQL takes the bounds of a partition."""
        first, last = self.start.isoformat(), self.following.start.isoformat()
        return f"FROM ('{first}') TO ('{last}')"

    def partition_of(self, table: str) -> str:
        """The name of the table's partition for it."""
        return f"{table}_p{self.year:04d}_{self.number:02d}"


def default_of(table: str) -> str:
    """The name of the partition of all that no month holds."""
    return f"{table}_default"


def months_between(first: datetime, last: datetime) -> Iterator[Month]:
    """Every month from the first to the last time, both included."""
    month, end = Month.of(first), Month.of(last)
    while month <= end:
        yield month
        month = month.following


def is_partitioned(connection: Connection, table: str) -> bool:
    """Whether the table is divided into partitions; False if it does not exist."""
    return bool(connection.scalar(_IS_PARTITIONED, {"table": table}))


def partitions_of(connection: Connection, table: str) -> list[str]:
    """The names of its partitions, also of those that somebody else made."""
    return list(connection.scalars(_CHILDREN, {"table": table}))


def divided(connection: Connection) -> list[str]:
    """Which of PARTITIONED are divided."""
    return [each for each in PARTITIONED if is_partitioned(connection, each)]


def believed(times: Iterable[datetime], until: datetime) -> set[Month]:
    """The months of those times that deserve a partition of their own."""
    return {Month.of(each) for each in times if EARLIEST <= each <= until}
