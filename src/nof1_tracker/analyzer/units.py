"""Units of the figures in a report for programs, as its JSON Schema states them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, WithJsonSchema
from pydantic.fields import FieldInfo

USD: FieldInfo = Field(json_schema_extra={"unit": "USD"})
FRACTION: FieldInfo = Field(json_schema_extra={"unit": "fraction"})
RATIO: FieldInfo = Field(json_schema_extra={"unit": "ratio"})
SECONDS: FieldInfo = Field(json_schema_extra={"unit": "s"})
COUNT: FieldInfo = Field(json_schema_extra={"unit": "count"})
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
"""ISO 8601, UTC, as exact as it is stored."""
Day = Annotated[str, DAY]
ExactUsd = Annotated[Decimal, USD, WithJsonSchema({"type": "number", "unit": "USD"})]
"""Every digit that is stored."""
ExactNumber = Annotated[Decimal, WithJsonSchema({"type": "number"})]
