"""Orders that were stacked into one position.

An exchange holds one position of an account in a symbol: a second order on the same
side adds to it. The site shows the whole under the oid of one order, but serves a leg
for each, with the oid and the size of its own. Such legs are known by their exit: they
leave the same symbol on the same side at the very instant of a leg of that position.
(Of 253 legs of season 1 six do, in three pairs; their times agree to the millisecond.)
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.models import Trade
from nof1_tracker.records import TradeStatus

Entry = tuple[int, int]
"""(model_id, entry_oid): what a position and its legs have in common."""
Exit = tuple[datetime, Decimal]
"""When a leg closed, and its size."""


_OF_A_LEG = (Trade.exit_price.is_not(None), Trade.closed_at.is_not(None))


def exits_of(session: Session, pairs: Sequence[Entry]) -> Mapping[Entry, list[Exit]]:
    """The exits of those positions: their own legs, and what was stacked into them."""
    exits: dict[Entry, list[Exit]] = defaultdict(list)
    for query in (_own_exits, _stacked_exits):
        for model_id, oid, closed_at, size, _ in session.execute(query(pairs)):
            exits[model_id, oid].append((closed_at, size))
    return exits


def _own_exits(pairs: Sequence[Entry]) -> Select[*tuple[Any, ...]]:
    return select(
        Trade.model_id, Trade.entry_oid, Trade.closed_at, Trade.size, Trade.id
    ).where(Trade.entry_oid.in_([oid for _, oid in pairs]), *_OF_A_LEG)


def _stacked_exits(pairs: Sequence[Entry]) -> Select[*tuple[Any, ...]]:
    """Each leg once, by however many fills its position left at that instant."""
    own = aliased(Trade)
    return (
        select(own.model_id, own.entry_oid, Trade.closed_at, Trade.size, Trade.id)
        .distinct()
        .where(
            own.entry_oid.in_([oid for _, oid in pairs]),
            own.exit_price.is_not(None),
            Trade.model_id == own.model_id,
            Trade.symbol == own.symbol,
            Trade.side == own.side,
            Trade.closed_at == own.closed_at,
            Trade.entry_oid != own.entry_oid,
            *_OF_A_LEG,
        )
    )


def unsettled_entries(session: Session, model_ids: Collection[int]) -> set[Entry]:
    """Entries of those accounts whose row without an exit may yet change.

    The open ones; and those that closed unobserved in part, for the legs of what was
    stacked into them may come later than their own.
    """
    leg = aliased(Trade)
    in_part = select(leg.id).where(
        leg.model_id == Trade.model_id,
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
