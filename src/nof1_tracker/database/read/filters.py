"""What several queries narrow their rows by."""

from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from nof1_tracker.database.models import LLMModel

ACCOUNT_ID = func.coalesce(LLMModel.model_id, LLMModel.name)
"""The site's identity of an account; a row made by hand may have its name alone."""
_MOST_ROWS = 2**31
"""No table holds more; a database refuses a limit that it cannot count to."""


def limited(query: Any, limit: int) -> Any:
    """The query for as many rows at most; 0 does not limit."""
    return query.limit(min(limit, _MOST_ROWS)) if limit else query


def is_symbol(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], symbol: str
) -> ColumnElement[bool]:
    """True in any case, and with any venue before it where none is asked for."""
    named = func.lower(column)
    return or_(
        named == symbol.lower(), named.endswith(f":{symbol.lower()}", autoescape=True)
    )
