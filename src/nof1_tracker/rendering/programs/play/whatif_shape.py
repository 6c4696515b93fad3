"""The shapes of what a copy or a held coin would have brought; see report_shape."""

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.report_shape import SeasonShape
from nof1_tracker.rendering.report_figures.equity_figures import EquityFigures
from nof1_tracker.rendering.report_figures.trade_figures import DOCUMENTED, TradeFigures
from nof1_tracker.rendering.report_figures.uncertainty_figures import IntervalFigures
from nof1_tracker.rendering.report_figures.units import (
    Count,
    ExactNumber,
    ExactUsd,
    Fraction,
    Seconds,
    Time,
)


@with_config(DOCUMENTED)
class ScenarioShape(TypedDict):
    """How the model is copied."""

    delay_seconds: Seconds
    """From a fill of the model to the copy's order; 0: at the model's own fills."""
    fees: str
    """own, taker, maker or none."""
    slippage: ExactNumber
    """Fraction of the price that the copy pays on top of what was observed."""
    size: ExactNumber
    """Units of the copy / units of the model."""
    inverse: bool
    """True where the copy sells what the model buys."""


@with_config(DOCUMENTED)
class PaperAccountShape(TypedDict):
    """An account on paper at the end of the span."""

    equity: ExactUsd
    """Open positions at their last observed price."""
    fees: ExactUsd
    """Paid in total."""
    funding: ExactUsd
    """Received less paid, where the rate was observed."""
    equity_figures: EquityFigures
    """As in a report."""
    trade_figures: TradeFigures
    """As in a report, over the completed legs."""
    mean_net: IntervalFigures | None
    """Interval of the mean net PnL of a leg, in USD."""


@with_config(DOCUMENTED)
class AttributionShape(TypedDict):
    """Where the difference comes from: USD of equity that add up to the total."""

    sizing: ExactUsd
    """Size and direction, at the model's own prices and fees."""
    delay: ExactUsd
    """Later prices, what could not be filled, liquidations of the copy."""
    slippage: ExactUsd
    """What a taker pays on top."""
    fees: ExactUsd
    """The chosen rates instead of the model's own."""
    total: ExactUsd
    """Equity of the copy less equity of the model."""


@with_config(DOCUMENTED)
class CopiedOrdersShape(TypedDict):
    """What became of the orders of a copy."""

    placed: Count
    """Orders whose time came before the end."""
    late: Count
    """Those whose first price came later than the delay itself, or never."""
    unfilled: Count
    """Those for which no later price was observed at all."""
    unsecured: Count
    """Those that an exchange would have refused for lack of cash."""
    liquidations: Count
    """Positions of the copy that its margin no longer secured."""


@with_config(DOCUMENTED)
class DelayShape(TypedDict):
    """What the copy would have come to with another delay, all else equal."""

    delay_seconds: Seconds
    """The delay."""
    equity: ExactUsd | None
    """At the end; null where prices were observed too rarely for this delay."""
    orders: CopiedOrdersShape
    """What became of its orders."""


@with_config(DOCUMENTED)
class PricedSymbolShape(TypedDict):
    """How much of the span has prices of a symbol."""

    symbol: str
    """BTC, xyz:NVDA, ..."""
    priced: Count
    """Quarter hours in which a price became known."""
    total: Count
    """Quarter hours of the span."""
    share: Fraction
    """priced / total; a span is playable from 0.95 on."""


@with_config(DOCUMENTED)
class WhatifCopyShape(TypedDict):
    """What copying a model would have brought, beside the model."""

    schema_version: int
    """Version of this schema."""
    season: SeasonShape
    """The season of the model's trades."""
    account_id: str
    """The site's id of the account."""
    name: str
    """Its display name."""
    since: Time
    """When both began with `start`."""
    until: Time
    """The last observation of the span."""
    start: ExactUsd
    """Equity of both at `since`."""
    scenario: ScenarioShape
    """How the model is copied."""
    model: PaperAccountShape
    """The model's own orders, replayed from the same start."""
    recorded_equity: ExactUsd | None
    """What the site last stated of the model; null where nothing was observed, and where
    only a part of its trades is replayed."""
    recorded_at: Time | None
    """When that was observed."""
    copy: PaperAccountShape | None
    """Null where prices were observed too rarely for the delay."""
    withheld: str | None
    """Why there is no copy, for a person; null where there is one."""
    attribution: AttributionShape | None
    """Null as `copy`."""
    orders: CopiedOrdersShape
    """What became of the copy's orders."""
    unopened: Count
    """Orders of the model that close what nobody saw it open; left out."""
    without_leverage: Count
    """Entries whose leverage is not known: never liquidated."""
    hours_without_funding: Count
    """Hours of open positions for which no funding rate was observed."""
    delays: list[DelayShape]
    """From none to an hour."""
    prices: list[PricedSymbolShape]
    """How much of the span has prices."""
    limits: list[str]
    """What such a figure cannot know, for a person."""


@with_config(DOCUMENTED)
class WhatifHoldShape(TypedDict):
    """What a coin that was bought and held would have brought."""

    schema_version: int
    """Version of this schema."""
    season: SeasonShape
    """The season of the span."""
    symbol: str
    """What was bought."""
    since: Time
    """When the order was placed."""
    until: Time
    """The last observation of the span."""
    start: ExactUsd
    """Equity at `since`."""
    fees: str
    """taker, maker or none."""
    slippage: ExactNumber
    """Fraction of the price that was paid on top of what was observed."""
    bought_at: Time
    """When the first price after `since` was known."""
    price: ExactUsd
    """Paid per unit."""
    account: PaperAccountShape
    """The account at the end."""
    hours_without_funding: Count
    """Hours for which no funding rate was observed."""
    prices: list[PricedSymbolShape]
    """How much of the span has prices."""
    limits: list[str]
    """What such a figure cannot know, for a person."""
