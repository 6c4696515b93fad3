"""Stores the series of prices in prompts, of which the first prompt counts.

The prompts of all accounts state a price for the same three minutes, each one of its
own. Which of them stands does not depend on the order of arrival, and the others leave
no trace: there are a hundred for each that stands, and they are in the prompts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.bulk_load import fill
from nof1_tracker.database.models import Price
from nof1_tracker.database.write.versions.accounted_rows import note_rows
from nof1_tracker.database.write.versions.store_versions import Stored
from nof1_tracker.database.write.versions.versioned_table import Row
from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.stored import Tally

_TABLE = cast("Table", Price.__table__)
_CHANGES = ("price", "raw_digest", "first_observed_at", "last_observed_at", "parser")
Key = tuple[Any, ...]


def store_series(session: Session, rows: Sequence[Row]) -> Stored:
    """Inserts new rows; replaces those that an earlier prompt states otherwise.

    Args:
        rows: Of one source, MODEL_CHAT_SERIES; `first_observed_at` is the prompt's time.
    """
    if not rows:
        return Stored(Tally(), (), {})
    wanted = {}
    for row in sorted(rows, key=_order, reverse=True):
        wanted[_key(row)] = row
    source = PriceSource.MODEL_CHAT_SERIES
    note_rows(session, _TABLE, ((*key, source) for key in wanted))
    stored = _stored(session, rows)
    new = [row for key, row in wanted.items() if key not in stored]
    better = {
        stored[key]["id"]: row
        for key, row in wanted.items()
        if key in stored and _order(row) < _order(stored[key])
    }
    if new:
        fill(session.connection(), _TABLE, new)
    _replace(session, better)
    rest = len(rows) - len(new) - len(better)
    return Stored(Tally(len(new), len(better), rest), new, better)


def _key(row: Row) -> Key:
    return row["symbol"], row["observed_at"]


def _order(row: Row) -> tuple[Any, Any]:
    """The place among the prices for one time; the least stands."""
    return row["first_observed_at"], row["price"]


def _stored(session: Session, rows: Sequence[Row]) -> Mapping[Key, Row]:
    times = [row["observed_at"] for row in rows]
    table = _TABLE.c
    query = select(
        *(table.id, table.symbol, table.observed_at),
        *(table.first_observed_at, table.price),
    ).where(
        table.symbol.in_({row["symbol"] for row in rows}),
        table.observed_at.between(min(times), max(times)),
        table.source == PriceSource.MODEL_CHAT_SERIES,
    )
    found = map(dict, session.execute(query).mappings())
    return {_key(row): row for row in found}


def _replace(session: Session, rows: Mapping[int, Row]) -> None:
    if not rows:
        return
    values: dict[str, Any] = {n: bindparam(f"new_{n}") for n in _CHANGES}
    session.connection().execute(
        update(_TABLE).where(_TABLE.c.id == bindparam("row_id")).values(values),
        [
            {"row_id": row_id, **{f"new_{name}": row[name] for name in _CHANGES}}
            for row_id, row in rows.items()
        ],
    )
