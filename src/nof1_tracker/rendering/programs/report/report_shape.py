"""The shape of a report for programs: the season, its ranking, and every model."""

from typing import Annotated, Final, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.report_figures.decision_figures import MindFigures
from nof1_tracker.rendering.report_figures.equity_figures import (
    BenchmarkFigures,
    EquityFigures,
    StandingShape,
)
from nof1_tracker.rendering.report_figures.trade_figures import DOCUMENTED, TradeFigures
from nof1_tracker.rendering.report_figures.uncertainty_figures import UncertaintyFigures
from nof1_tracker.rendering.report_figures.units import (
    COUNT,
    Count,
    ExactNumber,
    ExactQuantity,
    ExactUsd,
    Fraction,
    Ratio,
    Seconds,
    Time,
    Usd,
)

SCHEMA_VERSION: Final = 1
"""Raised when a field changes its meaning or is removed; new fields do not raise it."""


@with_config(DOCUMENTED)
class SeasonShape(TypedDict):
    """A season as it is stored."""

    number: ExactNumber
    """1, 1.5, ..."""
    name: str
    """Display name."""
    start: Time | None
    """Its first instant; null only for season 0."""
    end: Time | None
    """Its official close; null while it runs. What was observed after it, and before
    the next season, belongs to this one."""
    initial_equity: ExactUsd
    """The equity with which every account begins."""
    status: str
    """active, completed or cancelled."""


@with_config(DOCUMENTED)
class MindRulesShape(TypedDict):
    """Limits that the figures under `mind` depend on."""

    fill_before_seconds: Seconds
    """A decision may be dated this much after its own fill."""
    fill_within_seconds: Seconds
    """A decision may be dated this much before its fill."""
    flip_within_seconds: Seconds
    """Longest time from an exit to the opposite entry of a flip."""
    level_tolerance: Fraction
    """How far an exit may be from a stop or target and still count as at it, as a
    fraction of that price."""
    edges: list[Fraction]
    """Edges of the bins of the calibration, from 0 to 1."""


@with_config(DOCUMENTED)
class RulesShape(TypedDict):
    """The conventions that the figures depend on."""

    step_seconds: Seconds
    """Step of the time grid that the equity figures rest on."""
    max_gap_seconds: Seconds
    """Observations of equity further apart leave a gap."""
    periods_per_year: float
    """Steps of the grid in 365 days."""
    level: Fraction
    """Level of every interval, and the probability that a lead must reach to be
    supported."""
    mind: MindRulesShape
    """Limits of the figures under `mind`."""


@with_config(DOCUMENTED)
class OpenPositionShape(TypedDict):
    """A position that was open when its account was last observed.

    A distance is level / mark - 1: how far the price must move to reach the level.
    """

    name: str
    """The symbol."""
    side: str
    """long or short."""
    quantity: ExactQuantity
    """Units of the underlying, above 0."""
    entry_price: ExactUsd
    """Per unit."""
    mark_price: ExactUsd | None
    """Per unit, at the observation."""
    liquidation_price: ExactUsd | None
    """Per unit, at which the exchange closes it."""
    stop_loss: ExactUsd | None
    """Per unit, as planned."""
    profit_target: ExactUsd | None
    """Per unit, as planned."""
    liquidation_distance: Fraction | None
    """Distance from the mark to the liquidation."""
    stop_distance: Fraction | None
    """Distance from the mark to the stop."""
    target_distance: Fraction | None
    """Distance from the mark to the target."""
    leverage: Ratio | None
    """As the model stated it."""
    confidence: Ratio | None
    """0 to 100, as the model stated it."""
    unrealized_pnl: ExactUsd | None
    """At the mark."""
    opened_at: Time | None
    """When it was opened; null where the opening was not seen."""
    opened_not_earlier_than: Time | None
    """Lower bound of an opening that was not seen; null where none is known."""
    opened_not_later_than: Time | None
    """The first sighting, where the opening was not seen."""
    held_seconds_at_least: Seconds | None
    """Up to the observation; exact where `opened_at` is known."""
    observed_at: Time
    """When it was observed, by the source's clock."""
    source: str
    """account_totals or model_chat."""


@with_config(DOCUMENTED)
class GlitchShape(TypedDict):
    """An equity of about zero that is left out of the curve."""

    observed_at: Time
    """When it was observed, by the source's clock."""
    equity: Usd
    """As served."""


@with_config(DOCUMENTED)
class RealizedGapShape(TypedDict):
    """A gap of the equity curve, and the realized equity in it as legs show it."""

    starts_at: Time
    """The observation before the gap."""
    ends_at: Time
    """The observation after it, else the end of the report."""
    realized_equity: Usd | None
    """Equity less unrealized PnL before the gap; null where the latter is unknown."""
    known_until: Time | None
    """Up to where it is known which legs closed, so that the realized equity is known:
    the last leg, or the end of the gap; null where it is not known at all."""
    legs: Count
    """Legs that closed in the gap, up to `known_until`."""
    realized_equity_then: Usd | None
    """`realized_equity` plus the net PnL of those legs."""
    jump: Usd | None
    """Equity less unrealized PnL after the gap, less `realized_equity_then`: what legs do
    not tell, such as funding and the fees of entries; null unless it is known up to the
    end."""


@with_config(DOCUMENTED)
class HeldShape(TypedDict):
    """How much of one kind is held of an account in the season."""

    kind: str
    """hours, conversations or trades."""
    held: Count
    """How many are stored."""
    missing: Count
    """How many are known to be missing."""
    expected: Count | None
    """How many there were; null where nobody knows."""
    short_days: list[str]
    """Days (UTC) of which something is missing, or nothing is known."""


@with_config(DOCUMENTED)
class ExchangeEquityShape(TypedDict):
    """Equities out of the exchange's record; no figure rests on them."""

    interval: str
    """Length of the candles at whose ends they were computed: 1h, 4h, ...; or portfolio,
    where the exchange itself states them."""
    observed_at: list[Time]
    """The ends of the candles, or when the exchange observed them; oldest first."""
    equity: list[ExactUsd]
    """At those times."""


@with_config(DOCUMENTED)
class CoverageShape(TypedDict):
    """How much of the trade history is stored."""

    stored: Count
    """Completed legs of the season up to the report's end."""
    reported: Count | None
    """Completed legs that nof1 counted; null where no count was observed."""
    reported_at: Time | None
    """When nof1 counted them."""
    share: Fraction | None
    """stored / reported, at most 1."""
    is_partial: bool
    """True where nof1 counted more: trade figures then cover only a part."""


@with_config(DOCUMENTED)
class ReportedShape(TypedDict):
    """nof1's own figures, over all trades that it counted."""

    observed_at: Time
    """When nof1 computed them."""
    figures: dict[str, float | dict[str, float]]
    """By the names under `trades`, in the same units; an undefined figure is 0
    there."""


@with_config(DOCUMENTED)
class ModelShape(TypedDict):
    """One account. A section that was not requested is left out."""

    model_id: str
    """The site's id of the account."""
    name: str
    """Display name."""
    provider: str
    """Company behind the model."""
    is_benchmark: bool
    """True for buy-and-hold, which is never ranked."""
    standing: StandingShape | None
    """At the cut of the report; null where none of its equity is stored."""
    at_close: StandingShape | None
    """At the season's close; null unless it was observed after its close."""
    at_last: StandingShape | None
    """At the season's last observation; null unless that lies after its close."""
    sharpe_ratio_by_nof1: Ratio | None
    """As nof1 last stated it, not annualised; null where it was not observed."""
    coverage: CoverageShape
    """How much of its trade history is stored."""
    held: list[HeldShape]
    """How much is held of the season up to the report's end, by kind."""
    open_positions: list[OpenPositionShape]
    """Open when the account was last observed, by symbol; empty where none was."""
    suspected_glitches: list[GlitchShape]
    """Equities of about zero between healthy ones, without a trade: probably faults of
    the source, left out of the curve and of all that rests on it."""
    trades: NotRequired[TradeFigures]
    """Metrics of its completed legs."""
    reported_by_nof1: NotRequired[ReportedShape | None]
    """Null where nof1 was not observed to report any."""
    equity: NotRequired[EquityFigures | None]
    """Metrics of its equity curve; null where the equity at the start is unknown."""
    exchange_equity: NotRequired[list[ExchangeEquityShape]]
    """Out of the exchange's record, a series for each `interval`; never mixed with `equity`."""
    realized_in_gaps: NotRequired[list[RealizedGapShape]]
    """The gaps of the equity curve, oldest first."""
    against_benchmark: NotRequired[BenchmarkFigures | None]
    """Null for a benchmark, and where there is no benchmark."""
    mind: NotRequired[MindFigures]
    """How the model decides."""
    uncertainty: NotRequired[UncertaintyFigures]
    """How certain the figures are."""


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
    """Id of the model that ranks higher."""
    lower: str
    """Id of the next model."""
    probability: Fraction | None
    """P(the mean trade of the upper beats that of the lower); null where either has too
    few trades."""
    separation: str
    """distinct, indistinct, reversed or unknown."""


@with_config(DOCUMENTED)
class RankingShape(TypedDict):
    """Whether the trades support the order of the accounts."""

    matrix: MatrixShape
    """The probability for every pair."""
    leader: str | None
    """First by equity among the models of this report."""
    leader_supported: bool
    """True where the leader beats each rival at the rules' level."""
    leader_probability: Fraction | None
    """P(its mean trade beats that of its closest rival)."""
    trades_needed: Count | None
    """How many more trades each needs until the leader can be told from the runner-
    up."""
    pairs: Count
    """How many pairs of models can be compared."""
    pairs_called: Count
    """How many of them have a probability of at least the rules' level."""
    pairs_called_by_chance: Annotated[float, COUNT]
    """How many would have it among as many equal models."""
    pairs_standing: list[list[str]]
    """The pairs, the better first, that stand when all are tested together by Holm's
    method."""
    adjacent: list[AdjacentShape]
    """From the top of the ranking down."""


@with_config(DOCUMENTED)
class ReportShape(TypedDict):
    """A season's performance report: USD, fractions, seconds, UTC; null: undefined."""

    schema_version: int
    """Version of this schema."""
    season: SeasonShape | None
    """Null where nothing is stored at all."""
    at: Time
    """When the report was requested."""
    since: Time | None
    """First instant of the window; null: not limited."""
    until: Time | None
    """End of the window, closed by the levels of that time; what happened then is outside.
    Null: not limited."""
    start: Time | None
    """Where equity and time begin to count."""
    end: Time | None
    """The newest observation in the window."""
    cut: str
    """Where the figures end: last (the last observation), close (the season's close) or
    time (`until`)."""
    rules: RulesShape
    """What the figures depend on."""
    benchmark: str | None
    """What the accounts are compared with; null where there is nothing."""
    ranking: RankingShape
    """Whether the trades support the order."""
    models: list[ModelShape]
    """By rank, then the unranked accounts."""
