"""The columns of a list: their names, and types that follow from its documented shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel

from nof1_tracker.records.export_rows import Column, ColumnType
from nof1_tracker.web.openapi_shapes import DECIMAL

_PRECISION: Final = 38
_SCALE: Final = 14
"""Digits, and decimals, of every exact figure: as many as any column stores."""
_TYPES: Final = {
    "integer": ColumnType.INTEGER,
    "number": ColumnType.FLOAT,
    "boolean": ColumnType.FLAG,
    "string": ColumnType.TEXT,
    "array": ColumnType.JSON,
    "object": ColumnType.JSON,
}


@dataclass(frozen=True)
class RowColumns:
    """The columns of a list.

    Attributes:
        names: Keys of its rows, in order.
        shape: What the OpenAPI document says of them.
    """

    names: Sequence[str]
    shape: type[BaseModel]

    @cached_property
    def typed(self) -> list[Column]:
        """The columns with their types and meanings."""
        stated = self.shape.model_json_schema(by_alias=True)["properties"]
        return [
            Column(
                name,
                _type(stated[name]),
                stated[name].get("description", ""),
                place,
                _PRECISION,
                _SCALE,
            )
            for place, name in enumerate(self.names)
        ]


def _type(stated: Mapping[str, Any]) -> ColumnType:
    """The type of a value, null aside; text where it may be of several."""
    if "$ref" in stated:
        return ColumnType.WORD
    kinds = [each for each in stated.get("anyOf", ()) if each.get("type") != "null"]
    if len(kinds) == 1:
        return _type(kinds[0])
    if stated.get("pattern") == DECIMAL:
        return ColumnType.DECIMAL
    if stated.get("format") == "date-time":
        return ColumnType.TIME
    return _TYPES[stated.get("type", "string")]
