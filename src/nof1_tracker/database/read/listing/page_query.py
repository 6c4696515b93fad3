"""One page of a query, from where the page before it ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_
from sqlalchemy.orm import Session

from nof1_tracker.records.asking.keyset import Keyset, Page, Place

RowT = TypeVar("RowT")


class Order(NamedTuple):
    """What a list is ordered by, newest first; the id is unique within the list."""

    time: SQLColumnExpression[datetime]
    id: SQLColumnExpression[int]


def read_page(
    session: Session,
    query: Any,
    order: Order,
    place: Place,
    make: Callable[..., RowT],
) -> Page[RowT]:
    """The rows of the query at that place; one more is read to see whether it goes on.

    Args:
        query: A select, in any order and without a limit.
        make: Returns a record, given the columns of the query.
    """
    whole = query.add_columns(*order).order_by(order.time.desc(), order.id.desc())
    if place.after is not None:
        whole = whole.where(_comes_after(order, place.after))
    found = session.execute(whole.limit(place.limit + 1)).all()
    rows = found[: place.limit]
    goes_on = len(found) > place.limit
    return Page(
        tuple(make(*row[: -len(order)]) for row in rows),
        Keyset(*rows[-1][-len(order) :]) if goes_on else None,
    )


def _comes_after(order: Order, last: Keyset) -> ColumnElement[bool]:
    """The first condition is implied by the second, and is one that an index serves."""
    is_later_in_list = or_(order.time < last.time, order.id < last.id)
    return and_(order.time <= last.time, is_later_in_list)
