"""The shape of a report for programs: the season, its ranking, and every model."""

from typing import Final, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.analyzer.report_figures import (
    DOCUMENTED,
    BenchmarkFigures,
    EquityFigures,
    TradeFigures,
    UncertaintyFigures,
)
from nof1_tracker.analyzer.report_mind_figures import MindFigures
from nof1_tracker.analyzer.units import (
    Count,
    ExactNumber,
    ExactUsd,
    Fraction,
    Seconds,
    Time,
)

SCHEMA_VERSION: Final = 1
"""Rises when a field changes its meaning or goes; new fields may come without."""


@with_config(DOCUMENTED)
class SeasonShape(TypedDict):
    """A season as it is stored."""

    number: ExactNumber
    name: str
    start: Time | None
    end: Time | None
    """Null while it runs."""
    initial_equity: ExactUsd
    status: str


@with_config(DOCUMENTED)
class MindRulesShape(TypedDict):
    """Limits that the section on the mind depends on."""

    fill_before_seconds: Seconds
    fill_within_seconds: Seconds
    flip_within_seconds: Seconds
    level_tolerance: Fraction
    edges: list[Fraction]


@with_config(DOCUMENTED)
class RulesShape(TypedDict):
    """The conventions that the figures depend on."""

    step_seconds: Seconds
    """Of the grid of time that the equity figures rest on."""
    max_gap_seconds: Seconds
    """Observations of equity further apart leave a gap."""
    periods_per_year: float
    level: Fraction
    """Of every interval, and what a lead must reach to be supported."""
    seed: int
    mind: MindRulesShape


@with_config(DOCUMENTED)
class StandingShape(TypedDict):
    """The newest trusted equity."""

    equity: ExactUsd
    rank: Count | None
    """Null for a benchmark."""
    source: str
    observed_at: Time


@with_config(DOCUMENTED)
class CoverageShape(TypedDict):
    """How much of the history of trades is stored."""

    stored: Count
    reported: Count | None
    """Completed legs that nof1 counted; null where it was not seen to."""
    reported_at: Time | None
    share: Fraction | None
    is_partial: bool
    """True where nof1 counted more: figures of trades are then of a part only."""


@with_config(DOCUMENTED)
class ReportedShape(TypedDict):
    """nof1's own figures, over all trades that it counted."""

    observed_at: Time
    figures: dict[str, float | dict[str, float]]
    """By the names under `trades`, in the same units; what is undefined is 0 there."""


@with_config(DOCUMENTED)
class ModelShape(TypedDict):
    """One account. A section that was not asked for is left out."""

    model_id: str
    name: str
    provider: str
    is_benchmark: bool
    standing: StandingShape | None
    coverage: CoverageShape
    trades: NotRequired[TradeFigures]
    reported_by_nof1: NotRequired[ReportedShape | None]
    equity: NotRequired[EquityFigures | None]
    """Null where the equity at the start is not known."""
    against_benchmark: NotRequired[BenchmarkFigures | None]
    mind: NotRequired[MindFigures]
    uncertainty: NotRequired[UncertaintyFigures]


@with_config(DOCUMENTED)
class MatrixShape(TypedDict):
    """P(the mean trade of the row's model beats that of the column's)."""

    model_ids: list[str]
    """By rank."""
    rows: list[list[Fraction | None]]
    """Null where one of the two has too few trades."""


@with_config(DOCUMENTED)
class AdjacentShape(TypedDict):
    """Two neighbours of the ranking."""

    upper: str
    lower: str
    probability: Fraction | None
    separation: str
    """distinct, indistinct, reversed or unknown."""


@with_config(DOCUMENTED)
class RankingShape(TypedDict):
    """Whether the trades support the order of the accounts."""

    matrix: MatrixShape
    leader: str | None
    """First by equity among the models of this report."""
    leader_supported: bool
    leader_probability: Fraction | None
    """P(its mean trade beats that of the rival that comes closest)."""
    trades_needed: Count | None
    """More trades of each until it can be told from the runner-up."""
    adjacent: list[AdjacentShape]


@with_config(DOCUMENTED)
class ReportShape(TypedDict):
    """A season's performance report: USD, fractions, seconds, UTC; null: undefined."""

    schema_version: int
    season: SeasonShape | None
    """Null where nothing is stored at all."""
    at: Time
    """When it was asked for."""
    since: Time | None
    until: Time | None
    start: Time | None
    """From where equity and time are counted."""
    end: Time | None
    """The newest observation in it."""
    rules: RulesShape
    benchmark: str | None
    ranking: RankingShape
    models: list[ModelShape]
    """By rank; then what is not ranked."""
