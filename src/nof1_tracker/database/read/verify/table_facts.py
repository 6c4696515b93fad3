"""Reads what two databases state, so that it can be compared row by row.

One of them may be SQLite, which holds the nearest double of a number: numbers are
compared as that.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import AccountAlias, LLMModel, Season
from nof1_tracker.database.read.queries import account_of
from nof1_tracker.database.read.verify.checked_tables import CheckedRows
from nof1_tracker.database.version_models import RevisionRow, RowVersion
from nof1_tracker.database.write.versions.row_versions import versions_of
from nof1_tracker.database.write.versions.version_order import Version
from nof1_tracker.records.enums import RevisionCause

Key = tuple[Any, ...]
_AT_ONCE = 500
"""Rows read at once: a conversation takes 30 kB."""


@dataclass(frozen=True, slots=True)
class RowDigests:
    """A row, by digests of its values.

    Attributes:
        id: Of the row in its own database.
        served, derived: Digests of its columns of each kind.
    """

    id: int
    served: bytes
    derived: bytes


class TableFacts:
    """What one database states."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accounts(self) -> Mapping[str, int]:
        """The accounts' ids, by each identity that the site served them under."""
        rows = self._session.scalars(select(LLMModel)).all()
        aliases = self._session.scalars(select(AccountAlias))
        return {each.alias: each.model_id for each in aliases} | {
            _identity(row): row.id for row in rows
        }

    def account_ids(self) -> Mapping[int, str]:
        """The accounts' names for people, by their ids."""
        rows = self._session.scalars(select(LLMModel))
        return {row.id: account_of(row).account_id for row in rows}

    def symbols(self, rows: CheckedRows) -> Collection[str]:
        """The symbols that own rows."""
        return set(self._session.scalars(select(rows.owner).distinct()))

    def digests(
        self, rows: CheckedRows, owners: Collection[Any]
    ) -> Mapping[Key, RowDigests]:
        """The rows of these owners, by key."""
        begin = 1 + len(rows.key)
        middle = begin + len(rows.served)
        columns = (*rows.served, *rows.derived)
        query = _selected(rows, owners, *(getattr(rows.model, n) for n in columns))
        options = {"yield_per": _AT_ONCE}
        return {
            tuple(row[1:begin]): RowDigests(
                row[0], _digest(row[begin:middle]), _digest(row[middle:])
            )
            for row in self._session.execute(query, execution_options=options)
        }

    def values(self, rows: CheckedRows, row_id: int) -> Mapping[str, Any]:
        """The compared columns of a row, in a form that can be compared."""
        row = self._session.get_one(rows.model, row_id)
        names = (*rows.served, *rows.derived)
        return {name: comparable(getattr(row, name)) for name in names}

    def versions(self, rows: CheckedRows, row_id: int) -> Sequence[Version]:
        """What a row was served as, with numbers that can be compared."""
        if rows.versions is None:
            return ()
        return [
            Version(
                values={k: comparable(v) for k, v in each.values.items()},
                stated=each.stated,
                digest=each.digest,
                first_at=each.first_at,
                last_at=each.last_at,
                raw=comparable(each.raw),
                parser=each.parser,
            )
            for each in versions_of(self._session, rows.versions, row_id)
        ]

    def versioned(self, rows: CheckedRows) -> Collection[int]:
        """The ids of the rows that were served in several versions."""
        if rows.versions is None:
            return ()
        query = select(RowVersion.row_id).where(RowVersion.table_name == rows.name)
        return set(self._session.scalars(query))

    def revisions(self, rows: CheckedRows, row_id: int) -> Collection[Any]:
        """How a row's values changed, but for what newer code read otherwise."""
        if rows.versions is None:
            return ()
        dialect = self._session.get_bind().dialect
        query = select(RevisionRow).where(
            RevisionRow.table_name == rows.name,
            RevisionRow.row_id == row_id,
            RevisionRow.cause != RevisionCause.PARSER,
        )
        return {
            (
                *(each.field, each.observed_before, each.observed_after, each.cause),
                *(
                    comparable(
                        rows.versions.load({each.field: said}, dialect)[each.field]
                    )
                    for said in (each.old, each.new)
                ),
            )
            for each in self._session.scalars(query)
        }

    def seasons(self) -> Sequence[Mapping[str, Any]]:
        """The seasons as they are set, with their ids."""
        found = self._session.execute(select(Season.__table__)).mappings()
        return [dict(row) for row in found]

    def replace_seasons(self, seasons: Sequence[Mapping[str, Any]]) -> None:
        """Makes these the seasons of a database that has no other rows."""
        self._session.execute(delete(Season))
        self._session.execute(insert(Season), seasons)


def _identity(row: LLMModel) -> str:
    """What the site calls an account; a person may have changed its name."""
    return row.model_id or row.served_name or row.name


def _selected(
    rows: CheckedRows, owners: Collection[Any], *columns: Any
) -> Select[*tuple[Any, ...]]:
    query = select(rows.model.id, *rows.key, *columns).where(rows.owner.in_(owners))
    if rows.through is not None:
        query = query.join(rows.through)
    return query if rows.condition is None else query.where(rows.condition)


def _digest(values: Iterable[Any]) -> bytes:
    text = repr([comparable(each) for each in values])
    return blake2b(text.encode(), digest_size=16).digest()


def comparable(value: Any) -> Any:
    """A value in the form that it has whatever database it comes from."""
    if isinstance(value, Decimal):
        return float(value) + 0.0  # no negative zero
    return _plain(value) if isinstance(value, (dict, list)) else value


def _plain(value: Any) -> Any:
    """JSON with sorted names and plain numbers: PostgreSQL writes 1e2 as 100."""
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return float(value) + 0.0 if is_number else value
