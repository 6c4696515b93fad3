"""Parameters that only HTTP has: the format of a list, and which part of it."""

from typing import Annotated

from pydantic import Field

from nof1_tracker.records.asking.asked_values import Asked
from nof1_tracker.web.formats import Format

MOST_ROWS = 1000
"""Rows that a page or a stream may be limited to; a stream without a limit has all."""


class WholeQuery(Asked):
    """A list that is answered whole, in which format."""

    format: Format | None = Field(
        None,
        description="json, csv, jsonl or parquet. By default what the Accept header"
        " prefers.",
    )


class ListQuery(WholeQuery):
    """Which part of a list; as JSON it is a page, in any other format a stream."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] | None = Field(
        None,
        description="Maximum number of rows. By default a page of JSON has 100, and a"
        " stream has all.",
    )
    cursor: str | None = Field(
        None, description="`next` of the answer before: returns the rows after it."
    )
