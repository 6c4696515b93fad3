"""Conditions and queries that several others share."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel, Season, Trade
from nof1_tracker.records.reading.emptiness import StoredSpan

ACCOUNT_ID = func.coalesce(LLMModel.model_id, LLMModel.name)
"""The site's id of an account; a row created by hand may have only a name."""
COMPLETE_BY = func.coalesce(Trade.first_observed_at, Trade.created_at)
"""When a leg was first served, else stored: it was complete then at the latest."""
TRADED_AT = case(
    (Trade.closed_at > COMPLETE_BY, COMPLETE_BY),
    else_=func.coalesce(Trade.closed_at, Trade.opened_at),
)
"""When a trade closed, else when it was opened; never later than it was served.

Migration 0016 has an index of it, which serves only queries with these very words.
"""
_MOST_ROWS = 2**31
"""No table holds more rows; databases refuse a limit beyond their integer range."""


class NamedAccount(Protocol):
    """An account, or what is known of one."""

    @property
    def account_id(self) -> str: ...

    @property
    def name(self) -> str: ...


def by_name(row: NamedAccount) -> tuple[str, str]:
    """Sort key that gives the same order on every database, whatever its collation."""
    return row.name.casefold(), row.account_id


def limited(query: Any, limit: int) -> Any:
    """The query, limited to so many rows; 0 means no limit."""
    return query.limit(min(limit, _MOST_ROWS)) if limit else query


def is_symbol(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    symbols: Sequence[str],
) -> ColumnElement[bool]:
    """True for one of the symbols; ignores case, and the venue of those without one."""
    named = func.lower(column)
    wanted = [symbol.lower() for symbol in symbols]
    ends = (named.endswith(f":{symbol}", autoescape=True) for symbol in wanted)
    return or_(named.in_(wanted), *ends)


def stored_spans(
    session: Session, *conditions: ColumnElement[bool]
) -> tuple[StoredSpan, ...]:
    """The seasons that have snapshots, and from when to when, by number."""
    time = LeaderboardSnapshot.timestamp
    rows: Any = session.execute(
        select(Season.season_number, func.min(time), func.max(time))
        .join(LeaderboardSnapshot, LeaderboardSnapshot.season_id == Season.id)
        .where(*conditions)
        .group_by(Season.season_number)
        .order_by(Season.season_number)
    )
    return tuple(StoredSpan(*row) for row in rows)
