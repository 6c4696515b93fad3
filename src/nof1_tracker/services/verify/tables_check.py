"""Do the tables hold what the archive makes by today's code?

Rows that the archive has no record of are counted, and contradict nothing: they are from
before it began, or came past it. What follows from several rows is compared only where
the archive accounts for all of them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.verify.checked_tables import CHECKED, CheckedRows
from nof1_tracker.database.read.verify.outside_evidence import (
    has_others,
    holds_all,
    is_explained,
)
from nof1_tracker.database.read.verify.table_facts import Key, RowDigests, TableFacts
from nof1_tracker.records.history.verification import Contradiction, ContradictionKind
from nof1_tracker.services.storing.store_payload import Report
from nof1_tracker.services.verify.rebuilt_tables import rebuilt_tables
from nof1_tracker.services.verify.row_words import described, differing

MOST_TOLD: Final = 100
"""Contradictions that are listed of a table; the others are counted."""
_NOTHING: Final = "nothing"
_TRADES: Final = "trades"
Rows = Mapping[Key, RowDigests]


@dataclass
class TablesCheck:
    """What the comparison with the archive found.

    Attributes:
        unchecked: What could not be compared, and why, in words.
    """

    contradictions: list[Contradiction] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Owner:
    """An account or symbol, as both sides have it; `name` is None for a symbol."""

    name: str | None
    stored: Any
    made: tuple[Any, ...]


def check_tables(
    engine: Engine,
    archive: ArchiveFolder,
    account_ids: Collection[str] | None,
    report: Report,
) -> TablesCheck:
    """Makes the tables out of the archive again, and compares them row by row.

    Args:
        account_ids: Only these accounts, and rows without one; None: all.

    Raises:
        ArchiveError: The archive cannot be read.
        DatabaseError: The database, or a temporary file, cannot be used.
    """
    with (
        UnitOfWork(engine, frozen=True) as unit,
        rebuilt_tables(archive, unit.repositories, report) as made,
    ):
        comparison = _Comparison(unit.repositories.facts, made.repositories.facts)
        for rows in CHECKED:
            report(f"comparing {rows.name}")
            comparison.compare(rows)
    return comparison.result(made.failures, account_ids)


@dataclass
class _Comparison:
    """Compares the tables of two databases.

    Attributes:
        told: What contradicts the archive for certain, by table.
        open: What contradicts it unless rows that it lacks explain it, by table.
        unrecorded, explained: Numbers of rows that the archive has no record of, and
            that others explain, by table.
    """

    stored: TableFacts
    made: TableFacts
    told: dict[str, list[Contradiction]] = field(default_factory=dict)
    open: dict[str, list[Contradiction]] = field(default_factory=dict)
    unrecorded: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)

    def compare(self, rows: CheckedRows) -> None:
        """Compares one kind of rows, owner by owner."""
        owners = self._accounts() if rows.is_of_accounts else self._symbols(rows)
        several = self.stored.versioned(rows), self.made.versioned(rows)
        for owner in owners:
            made = self.made.digests(rows, owner.made)
            stored = self.stored.digests(rows, (owner.stored,))
            self._compare(rows, owner, stored, made)
            for key in stored.keys() & made.keys():
                kept, one = stored[key], made[key]
                if kept.id in several[0] or one.id in several[1]:
                    self._compare_versions(rows, owner, key, kept, one)

    def _accounts(self) -> Iterator[_Owner]:
        """The accounts, as the database tells them apart."""
        known = self.stored.accounts()
        made: dict[int, set[int]] = {row_id: set() for row_id in known.values()}
        for identity, row_id in self.made.accounts().items():
            if identity in known:
                made[known[identity]].add(row_id)
        for row_id, name in self.stored.account_ids().items():
            yield _Owner(name, row_id, tuple(made[row_id]))
        missing = self.made.account_ids().keys() - {
            i for ids in made.values() for i in ids
        }
        for row_id in sorted(missing):
            yield _Owner(self.made.account_ids()[row_id], None, (row_id,))

    def _symbols(self, rows: CheckedRows) -> Iterator[_Owner]:
        for symbol in sorted({*self.stored.symbols(rows), *self.made.symbols(rows)}):
            yield _Owner(None, symbol, (symbol,))

    def _compare(
        self, rows: CheckedRows, owner: _Owner, stored: Rows, made: Rows
    ) -> None:
        for key, one in made.items():
            kept = stored.get(key)
            if kept is None:
                said = _described(rows, owner, key), _NOTHING
                self._say(rows, owner, key, ContradictionKind.MISSING, said)
            elif kept != RowDigests(kept.id, one.served, one.derived):
                self._weigh(rows, owner, key, kept, one)
        for key in stored.keys() - made.keys():
            if rows.is_computed:
                said = _NOTHING, _described(rows, owner, key)
                self._say(rows, owner, key, ContradictionKind.EXTRA, said)
            else:
                self.unrecorded[rows.name] += 1

    def _weigh(
        self,
        rows: CheckedRows,
        owner: _Owner,
        key: Key,
        kept: RowDigests,
        one: RowDigests,
    ) -> None:
        """Says how a row differs, unless bodies that the archive lacks explain it."""
        values = self.stored.values(rows, kept.id)
        made = self.made.values(rows, one.id)
        is_served = kept.served != one.served
        if is_served and is_explained(
            rows,
            values,
            self.stored.versions(rows, kept.id),
            self.made.versions(rows, one.id),
        ):
            self.explained[rows.name] += 1
            return
        names = rows.served if is_served else rows.derived
        expected, found = differing(names, made, values)
        said = f"{_described(rows, owner, key)}: {expected}", found
        told = self.told if is_served else self.open
        _add(told, rows, owner, key, ContradictionKind.CHANGED, said)

    def _compare_versions(
        self,
        rows: CheckedRows,
        owner: _Owner,
        key: Key,
        kept: RowDigests,
        one: RowDigests,
    ) -> None:
        """Compares what a row was served as, and how its values changed."""
        stored = self.stored.versions(rows, kept.id)
        made = self.made.versions(rows, one.id)
        what = None
        if not holds_all(stored, made):
            what = "versions"
        elif not has_others(stored, made) and self.stored.revisions(
            rows, kept.id
        ) != self.made.revisions(rows, one.id):
            what = "revisions"
        if what is not None:
            described = _described(rows, owner, key)
            said = f"{described}: {what} as recorded", f"other {what}"
            _add(self.told, rows, owner, key, ContradictionKind.CHANGED, said)

    def _say(
        self,
        rows: CheckedRows,
        owner: _Owner,
        key: Key,
        kind: ContradictionKind,
        said: tuple[str, str],
    ) -> None:
        told = self.open if rows.is_computed else self.told
        _add(told, rows, owner, key, kind, said)

    def result(
        self, failures: Collection[str], account_ids: Collection[str] | None
    ) -> TablesCheck:
        """What was found, and what could not be compared."""
        found = TablesCheck()
        is_whole = not (self.unrecorded or self.explained or failures)
        if not is_whole:
            self.explained.update({name: len(x) for name, x in self.open.items()})
        for told in (self.told, self.open) if is_whole else (self.told,):
            for table, each in told.items():
                found.contradictions += _most(table, _of_accounts(each, account_ids))
        found.unchecked += [f"The archive cannot be read again: {x}" for x in failures]
        if self.unrecorded:
            found.unchecked.append(
                "Not compared with the archive, which has no record of these rows:"
                f" {_counted(self.unrecorded)}."
            )
        if self.explained:
            found.unchecked.append(
                "These rows are otherwise than the archive alone makes them, and may be,"
                f" as it has no record of all that they follow from:"
                f" {_counted(self.explained)}."
            )
        return found


def _add(
    told: dict[str, list[Contradiction]],
    rows: CheckedRows,
    owner: _Owner,
    key: Key,
    kind: ContradictionKind,
    said: tuple[str, str],
) -> None:
    trade_id = key[0] if rows.name == _TRADES else None
    each = Contradiction(kind, owner.name, trade_id, *said)
    told.setdefault(rows.name, []).append(each)


def _described(rows: CheckedRows, owner: _Owner, key: Key) -> str:
    return described(
        rows.name, *(() if owner.name is not None else (owner.stored,)), *key
    )


def _of_accounts(
    found: Collection[Contradiction], account_ids: Collection[str] | None
) -> list[Contradiction]:
    return [
        each
        for each in found
        if account_ids is None
        or each.account_id is None
        or each.account_id in account_ids
    ]


def _most(table: str, found: list[Contradiction]) -> list[Contradiction]:
    """The first of them, and how many more there are."""
    if len(found) <= MOST_TOLD:
        return found
    more = f"{len(found) - MOST_TOLD:,} more rows of {table} differ"
    kind = found[MOST_TOLD].kind
    last = Contradiction(kind, None, None, f"{table} as in the archive", more)
    return [*found[:MOST_TOLD], last]


def _counted(numbers: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in numbers.items())
