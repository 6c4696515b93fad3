"""The parts of a report that can be asked for alone."""

from enum import StrEnum


class Section(StrEnum):
    """What a report says of a model beyond its standing."""

    TRADES = "trades"
    EQUITY = "equity"
    """With what it did beside the benchmark."""
    MIND = "mind"
    UNCERTAINTY = "uncertainty"


EVERY_SECTION = frozenset(Section)
