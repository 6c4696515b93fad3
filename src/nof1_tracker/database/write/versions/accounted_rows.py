"""Which stored rows a rebuild has come by, so that the others can be counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, Final, Self

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import Trade
from nof1_tracker.database.write.versions.versioned_table import VersionedTable

_NOTED: Final = "accounted_rows"
"""Key in a session's info: what notes the rows that it stores."""
_AT_ONCE: Final = 5_000


class AccountedRows:
    """The rows that were served, by the hashes of their keys: some 70 bytes a row."""

    def __init__(self) -> None:
        self._keys: dict[str, set[int]] = defaultdict(set)

    def listen(self, session: Session) -> None:
        """From now on, notes each row that the session stores or finds stored."""
        session.info[_NOTED] = self

    def note(self, table: Table, keys: Iterable[Any]) -> None:
        """Notes the rows with these keys."""
        self._keys[table.name].update(map(hash, keys))

    def add(self, other: Self) -> None:
        """Takes over what another one has noted."""
        for name, keys in other._keys.items():
            self._keys[name] |= keys

    def others(
        self, session: Session, kinds: Iterable[VersionedTable]
    ) -> Mapping[str, int]:
        """How many stored rows were not served, by table; tables without any are left out.

        Open trades are not counted: they follow from positions.
        """
        counts = {kind.table.name: self._others(session, kind) for kind in kinds}
        return {name: count for name, count in counts.items() if count}

    def _others(self, session: Session, kind: VersionedTable) -> int:
        noted = self._keys[kind.table.name]
        columns = [kind.table.c[name] for name in kind.key]
        query = select(*columns).execution_options(yield_per=_AT_ONCE)
        if kind.table is Trade.__table__:
            query = query.where(Trade.exit_price.is_not(None))
        key_of = itemgetter(*range(len(kind.key)))
        return sum(hash(key_of(row)) not in noted for row in session.execute(query))


def note_rows(session: Session, table: Table, keys: Iterable[Any]) -> None:
    """Notes that rows were served, where somebody listens to the session.

    Args:
        keys: As of the table's `VersionedTable`.
    """
    noted: AccountedRows | None = session.info.get(_NOTED)
    if noted is not None:
        noted.note(table, keys)
