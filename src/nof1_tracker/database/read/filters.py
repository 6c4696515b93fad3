"""Conditions that several queries share."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from nof1_tracker.database.models import LLMModel, Trade

ACCOUNT_ID = func.coalesce(LLMModel.model_id, LLMModel.name)
"""The site's id of an account; a row created by hand may have only a name."""
COMPLETE_BY = func.coalesce(Trade.first_observed_at, Trade.created_at)
"""When a leg was first served, else stored: it was complete then at the latest."""
TRADED_AT = case(
    (Trade.closed_at > COMPLETE_BY, COMPLETE_BY),
    else_=func.coalesce(Trade.closed_at, Trade.opened_at),
)
"""When a trade closed, else when it was opened; never later than it was served."""
_MOST_ROWS = 2**31
"""No table holds more rows; databases refuse a limit beyond their integer range."""


def limited(query: Any, limit: int) -> Any:
    """The query, limited to so many rows; 0 means no limit."""
    return query.limit(min(limit, _MOST_ROWS)) if limit else query


def is_symbol(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], symbol: str
) -> ColumnElement[bool]:
    """True for the symbol; ignores case, and the venue if `symbol` names none."""
    named = func.lower(column)
    return or_(
        named == symbol.lower(), named.endswith(f":{symbol.lower()}", autoescape=True)
    )
