"""Units of the figures in a report for programs, as its JSON Schema states them."""

from collections.abc import Collection
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin

from pydantic import Field, WithJsonSchema
from pydantic.fields import FieldInfo

USD: FieldInfo = Field(json_schema_extra={"unit": "USD"})
FRACTION: FieldInfo = Field(json_schema_extra={"unit": "fraction"})
RATIO: FieldInfo = Field(json_schema_extra={"unit": "ratio"})
SECONDS: FieldInfo = Field(json_schema_extra={"unit": "s"})
COUNT: FieldInfo = Field(json_schema_extra={"unit": "count"})
QUANTITY: FieldInfo = Field(json_schema_extra={"unit": "units"})
PER_DAY: FieldInfo = Field(json_schema_extra={"unit": "1/day"})
TIME: FieldInfo = Field(json_schema_extra={"unit": "UTC", "format": "date-time"})
DAY: FieldInfo = Field(json_schema_extra={"unit": "UTC", "format": "date"})

Usd = Annotated[float, USD]
Fraction = Annotated[float, FRACTION]
"""0.12 is 12 %."""
Ratio = Annotated[float, RATIO]
Seconds = Annotated[float, SECONDS]
Count = Annotated[int, Field(ge=0), COUNT]
PerDay = Annotated[float, PER_DAY]
Time = Annotated[str, TIME]
"""ISO 8601, UTC, at its stored precision."""
Day = Annotated[str, DAY]
ExactUsd = Annotated[Decimal, USD, WithJsonSchema({"type": "number", "unit": "USD"})]
"""Every digit that is stored."""
ExactQuantity = Annotated[
    Decimal, QUANTITY, WithJsonSchema({"type": "number", "unit": "units"})
]
"""Every digit that is stored, in units of the underlying."""
ExactNumber = Annotated[Decimal, WithJsonSchema({"type": "number"})]


def unwrapped(hint: Any, unit: str = "") -> tuple[Any, str]:
    """The inner type and its unit, without NotRequired, Annotated, and X | None."""
    origin = get_origin(hint)
    if origin is NotRequired:
        return unwrapped(get_args(hint)[0], unit)
    if origin is Annotated:
        inner, *remarks = get_args(hint)
        return unwrapped(inner, _stated_unit(remarks) or unit)
    if origin in {Union, UnionType}:
        known = [each for each in get_args(hint) if each is not type(None)]
        return unwrapped(known[0], unit) if len(known) == 1 else (hint, unit)
    return hint, unit


def _stated_unit(remarks: Collection[Any]) -> str:
    stated = [
        each.json_schema_extra["unit"]
        for each in remarks
        if isinstance(each, FieldInfo) and isinstance(each.json_schema_extra, dict)
    ]
    return str(stated[0]) if stated else ""
