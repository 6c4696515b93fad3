"""The shape of a report for programs: the season, its ranking, and every model."""

from typing import Final, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.decision_figures import MindFigures
from nof1_tracker.rendering.programs.report.report_figures import (
    DOCUMENTED,
    BenchmarkFigures,
    EquityFigures,
    TradeFigures,
    UncertaintyFigures,
)
from nof1_tracker.rendering.programs.report.units import (
    Count,
    ExactNumber,
    ExactUsd,
    Fraction,
    Seconds,
    Time,
)

SCHEMA_VERSION: Final = 1
"""Raised when a field changes its meaning or is removed; new fields do not raise it."""


@with_config(DOCUMENTED)
class SeasonShape(TypedDict):
    """A season as it is stored."""

    number: ExactNumber
    """1, 1.5, ..."""
    name: str
    """For people."""
    start: Time | None
    """Its first instant; null only for season 0."""
    end: Time | None
    """Null while it runs."""
    initial_equity: ExactUsd
    """With which every account begins."""
    status: str
    """active, completed or cancelled."""


@with_config(DOCUMENTED)
class MindRulesShape(TypedDict):
    """Limits that the section on the mind depends on."""

    fill_before_seconds: Seconds
    """A decision may be dated this much after its own fill."""
    fill_within_seconds: Seconds
    """A decision may be dated this much before its fill."""
    flip_within_seconds: Seconds
    """From an exit to the opposite entry."""
    level_tolerance: Fraction
    """How far from a stop or a target an exit still is at it, over that price."""
    edges: list[Fraction]
    """Of the bins of the calibration, from 0 to 1."""


@with_config(DOCUMENTED)
class RulesShape(TypedDict):
    """The conventions that the figures depend on."""

    step_seconds: Seconds
    """Of the grid of time that the equity figures rest on."""
    max_gap_seconds: Seconds
    """Observations of equity further apart leave a gap."""
    periods_per_year: float
    """Steps of the grid in 365 days."""
    level: Fraction
    """Of every interval, and what a lead must reach to be supported."""
    seed: int
    """Of every resampling."""
    mind: MindRulesShape
    """Of the section on the mind."""


@with_config(DOCUMENTED)
class StandingShape(TypedDict):
    """The newest trusted equity."""

    equity: ExactUsd
    """Cash plus unrealized PnL."""
    rank: Count | None
    """Null for a benchmark."""
    source: str
    """account_totals, model_chat, leaderboard or page."""
    observed_at: Time
    """The source's clock."""


@with_config(DOCUMENTED)
class CoverageShape(TypedDict):
    """How much of the history of trades is stored."""

    stored: Count
    """Completed legs of the season up to the report's end."""
    reported: Count | None
    """Completed legs that nof1 counted; null where it was not seen to."""
    reported_at: Time | None
    """When nof1 counted them."""
    share: Fraction | None
    """stored / reported, at most 1."""
    is_partial: bool
    """True where nof1 counted more: figures of trades are then of a part only."""


@with_config(DOCUMENTED)
class ReportedShape(TypedDict):
    """nof1's own figures, over all trades that it counted."""

    observed_at: Time
    """When nof1 computed them."""
    figures: dict[str, float | dict[str, float]]
    """By the names under `trades`, in the same units; what is undefined is 0 there."""


@with_config(DOCUMENTED)
class ModelShape(TypedDict):
    """One account. A section that was not asked for is left out."""

    model_id: str
    """The site's identity of the account."""
    name: str
    """Display name."""
    provider: str
    """Company behind the model."""
    is_benchmark: bool
    """True for buy-and-hold, which is never ranked."""
    standing: StandingShape | None
    """Null where no equity of it is stored."""
    coverage: CoverageShape
    """How much of its trades is stored."""
    trades: NotRequired[TradeFigures]
    """What its completed legs say."""
    reported_by_nof1: NotRequired[ReportedShape | None]
    """Null where nof1 was not seen to report it."""
    equity: NotRequired[EquityFigures | None]
    """Null where the equity at the start is not known."""
    against_benchmark: NotRequired[BenchmarkFigures | None]
    """Null for a benchmark, and where there is none."""
    mind: NotRequired[MindFigures]
    """How it decides."""
    uncertainty: NotRequired[UncertaintyFigures]
    """How sure one can be."""


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
    """Id of the better one."""
    lower: str
    """Id of the next one."""
    probability: Fraction | None
    """P(the mean trade of the upper beats that of the lower); null where one has too
    few."""
    separation: str
    """distinct, indistinct, reversed or unknown."""


@with_config(DOCUMENTED)
class RankingShape(TypedDict):
    """Whether the trades support the order of the accounts."""

    matrix: MatrixShape
    """Of every pair."""
    leader: str | None
    """First by equity among the models of this report."""
    leader_supported: bool
    """True where it beats each rival at the rules' level."""
    leader_probability: Fraction | None
    """P(its mean trade beats that of the rival that comes closest)."""
    trades_needed: Count | None
    """More trades of each until it can be told from the runner-up."""
    adjacent: list[AdjacentShape]
    """From the top of the ranking down."""


@with_config(DOCUMENTED)
class ReportShape(TypedDict):
    """A season's performance report: USD, fractions, seconds, UTC; null: undefined."""

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
    benchmark: str | None
    """What the accounts are held against; null where there is nothing."""
    ranking: RankingShape
    """Whether the trades support the order."""
    models: list[ModelShape]
    """By rank; then what is not ranked."""
