"""The shape of a comparison for programs; see report_shape."""

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.analyzer.report_figures import DOCUMENTED, IntervalFigures
from nof1_tracker.analyzer.report_shape import ModelShape, RulesShape, SeasonShape
from nof1_tracker.analyzer.units import Count, Fraction, Ratio, Time


@with_config(DOCUMENTED)
class DifferenceShape(TypedDict):
    """A figure of both, in the unit that it has in a report."""

    name: str
    """Its path in a report's model, such as trades.win_rate."""
    first: float | None
    """Of equity figures: over the steps in which both have a return."""
    second: float | None
    difference: float | None
    """first - second."""
    interval: IntervalFigures | None
    """Of the difference, at the rules' level."""
    probability: Fraction | None
    """P(the first is ahead)."""
    telling: str
    """first or second: that one is ahead; open: it may be chance; unknown."""


@with_config(DOCUMENTED)
class PairedShape(TypedDict):
    """The steps of the grid in which both have a return."""

    periods: Count
    block_length: Ratio
    """Mean length of the bootstrap's blocks, in periods."""
    correlation: Ratio | None


@with_config(DOCUMENTED)
class ComparisonShape(TypedDict):
    """Two accounts side by side, with the uncertainty of each difference."""

    schema_version: int
    season: SeasonShape | None
    at: Time
    since: Time | None
    until: Time | None
    start: Time | None
    end: Time | None
    rules: RulesShape
    first: ModelShape
    second: ModelShape
    differences: list[DifferenceShape]
    paired: PairedShape | None
