"""Finds orders that were stacked into one position.

An exchange holds one position per account and symbol: a second order on the same side
adds to it. The site shows the whole position under the oid of one order, but serves a
leg for each order, with its own oid and size. Such legs are recognised by their exit:
they close in the same symbol, on the same side and at the same instant as a leg of
that position. (Six of 253 legs of season 1 do, in three pairs; their times agree to
the millisecond.)
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from nof1_tracker.database.models import Trade
from nof1_tracker.database.write.position_entries import Entry
from nof1_tracker.database.write.upsert import in_chunks
from nof1_tracker.records.enums import TradeStatus

Exit = tuple[datetime, Decimal]
"""When a leg closed, and its size."""


_CHUNK = 500


def exits_of(session: Session, pairs: Sequence[Entry]) -> Mapping[Entry, list[Exit]]:
    """The exits of those positions: their own legs, and those stacked into them."""
    exits: dict[Entry, list[Exit]] = defaultdict(list)
    leaving: dict[tuple[Any, ...], set[Entry]] = defaultdict(set)
    for leg in _legs(session, Trade.entry_oid, {oid for _, oid in pairs}):
        exits[leg.model_id, leg.entry_oid].append((leg.closed_at, leg.size))
        leaving[_place(leg)].add((leg.model_id, leg.entry_oid))
    # By the indexed time, because joining the legs with themselves takes seconds.
    for leg in _legs(session, Trade.closed_at, {place[-1] for place in leaving}):
        entry = (leg.model_id, leg.entry_oid)
        for position in leaving[_place(leg)] - {entry}:
            exits[position].append((leg.closed_at, leg.size))
    return exits


def _legs(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> Iterator[Any]:
    """Completed legs with an entry, and with one of the values in the column."""
    query = select(
        Trade.model_id,
        Trade.entry_oid,
        Trade.symbol,
        Trade.side,
        Trade.closed_at,
        Trade.size,
    ).where(
        Trade.exit_price.is_not(None),
        Trade.closed_at.is_not(None),
        Trade.entry_oid.is_not(None),
    )
    for chunk in in_chunks(sorted(values), _CHUNK):
        yield from session.execute(query.where(column.in_(chunk)))


def _place(leg: Row[Any]) -> tuple[Any, ...]:
    """The values that legs of one position share when they close together."""
    return leg.model_id, leg.symbol, leg.side, leg.closed_at


def unsettled_entries(session: Session, model_ids: Collection[int]) -> set[Entry]:
    """Entries of those accounts whose row without an exit may still change.

    These are the open ones, and those of which a part closed unobserved: the legs of
    orders stacked into them may arrive later than their own.
    """
    leg = aliased(Trade)
    in_part = select(leg.id).where(
        # The sum keeps SQLite from reading all legs of the account for each row.
        leg.model_id + 0 == Trade.model_id,
        leg.entry_oid == Trade.entry_oid,
        leg.exit_price.is_not(None),
    )
    rows = session.execute(
        select(Trade.model_id, Trade.entry_oid).where(
            Trade.model_id.in_(model_ids),
            Trade.exit_price.is_(None),
            or_(Trade.status == TradeStatus.OPEN, in_part.exists()),
        )
    )
    return {(model_id, oid) for model_id, oid in rows if oid is not None}
