"""How a right answer is worked out, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class StepUnit(StrEnum):
    """What the result of a step is counted in."""

    USD = "usd"
    USD_PER_UNIT = "usd_per_unit"
    UNITS = "units"
    FRACTION = "fraction"
    MULTIPLE = "multiple"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class WorkedStep:
    """A step of a calculation.

    Attributes:
        name: What it finds, as later steps and people call it.
        rule: The calculation, with names of givens and of earlier steps in braces.
        terms: The values behind those names.
    """

    name: str
    rule: str
    terms: Mapping[str, Decimal]
    value: Decimal
    unit: StepUnit
