"""The parts of a report that can be requested separately."""

from enum import StrEnum


class Section(StrEnum):
    """A part of a model's report, beyond its standing."""

    TRADES = "trades"
    EQUITY = "equity"
    """The equity curve, alone and against the benchmark."""
    MIND = "mind"
    UNCERTAINTY = "uncertainty"


EVERY_SECTION = frozenset(Section)
