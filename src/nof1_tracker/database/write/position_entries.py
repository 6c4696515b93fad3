"""Finds positions by their entry: the order that opened them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import Position, Trade
from nof1_tracker.database.read.best_source import newest_first, oldest_first
from nof1_tracker.records.enums import EquitySource

Entry = tuple[int, int]
"""(model_id, entry_oid), which a position and its legs share."""


def ids_of(session: Session, entries: Sequence[Entry]) -> Sequence[Any]:
    """The ids of four positions of each entry.

    They are the first, the last, the last exact one (of account_totals) and the last
    that says when it was opened. Each row begins with the two columns of the entry; an
    id is None if there is no such position. One dated more than a day ahead of our
    clock is not the last of anything.
    """
    parameters = {
        "pairs": [list(entry) for entry in entries],
        "model_ids": [model_id for model_id, _ in entries],
        "oids": [oid for _, oid in entries],
        "latest": latest_believed(),
    }
    query = _ids(session.get_bind().dialect.name)
    return session.execute(query, parameters).all()


@lru_cache
def _ids(dialect: str) -> Select[Any]:
    entry = _entries_of_parameters(dialect)
    latest = bindparam("latest", type_=Position.timestamp.type)
    ids = (
        select(Position.id)
        .where(*_of_entry(entry.c.model_id, entry.c.oid), Position.timestamp <= latest)
        .limit(1)
    )
    last = ids.order_by(*newest_first(Position))
    return select(
        entry.c.model_id,
        entry.c.oid,
        ids.order_by(*oldest_first(Position)).scalar_subquery(),
        last.scalar_subquery(),
        last.where(Position.source == EquitySource.ACCOUNT_TOTALS).scalar_subquery(),
        last.where(Position.opened_at.is_not(None)).scalar_subquery(),
    )


def _entries_of_parameters(dialect: str) -> Any:
    """A table of the parameters; VALUES would be compiled again each time."""
    if dialect == "postgresql":
        ids = bindparam("model_ids", type_=ARRAY(Integer))
        oids = bindparam("oids", type_=ARRAY(BigInteger))
        entry = func.unnest(ids, oids).table_valued("model_id", "oid", name="entry")
        return entry.render_derived()
    pair = func.json_each(bindparam("pairs", type_=JSON)).table_valued("value").c.value
    return select(
        func.json_extract(pair, "$[0]", type_=Integer).label("model_id"),
        func.json_extract(pair, "$[1]", type_=BigInteger).label("oid"),
    ).cte("entry")


def _of_entry(model_id: Any, entry_oid: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the positions of an entry, found by the order that opened it.

    The sum keeps SQLite from using the index by account, of which it would read every
    row.
    """
    return Position.entry_oid == entry_oid, Position.model_id + 0 == model_id


def first_observed(name: str) -> Any:
    """The column's first known value among the positions of a trade's entry."""
    value = getattr(Position, name)
    return (
        select(value)
        .where(*_of_entry(Trade.model_id, Trade.entry_oid), value.is_not(None))
        .order_by(*oldest_first(Position))
        .limit(1)
        .correlate(Trade)
        .scalar_subquery()
    )
