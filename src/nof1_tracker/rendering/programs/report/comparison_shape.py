"""The shape of a comparison for programs; see report_shape."""

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.report_figures import (
    DOCUMENTED,
    IntervalFigures,
)
from nof1_tracker.rendering.programs.report.report_shape import (
    ModelShape,
    RulesShape,
    SeasonShape,
)
from nof1_tracker.rendering.programs.report.units import Count, Fraction, Ratio, Time


@with_config(DOCUMENTED)
class DifferenceShape(TypedDict):
    """A figure of both, in the unit that it has in a report."""

    name: str
    """Its path in a report's model, such as trades.win_rate."""
    first: float | None
    """Of equity figures: over the steps in which both have a return."""
    second: float | None
    """Likewise."""
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
    """Steps in which both have a return."""
    block_length: Ratio
    """Mean length of the bootstrap's blocks, in periods."""
    correlation: Ratio | None
    """Of their returns, -1..1; null where one is flat."""


@with_config(DOCUMENTED)
class ComparisonShape(TypedDict):
    """Two accounts side by side, with the uncertainty of each difference."""

    schema_version: int
    """Of this schema."""
    season: SeasonShape | None
    """Null where nothing is stored at all."""
    at: Time
    """When it was asked for."""
    since: Time | None
    """Of the window; null: not limited."""
    until: Time | None
    """Of the window, outside it; null: not limited."""
    start: Time | None
    """From where equity and time are counted."""
    end: Time | None
    """The newest observation in it."""
    rules: RulesShape
    """What the figures depend on."""
    first: ModelShape
    """A positive difference means that this one has more."""
    second: ModelShape
    """The other."""
    differences: list[DifferenceShape]
    """Of mean net, win rate, total return and Sharpe ratio."""
    paired: PairedShape | None
    """Null where they have too few common steps."""
