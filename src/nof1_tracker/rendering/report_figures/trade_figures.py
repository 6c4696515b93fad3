"""The figures of a model's completed legs.

These types are the published contract: the JSON Schema and the units in CSV are
generated from them, and what people are shown is read from them. Their fields have the
names of the metrics; null means undefined.
"""

from typing import Annotated

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.report_figures.declaration import Figure, Part
from nof1_tracker.rendering.report_figures.units import (
    Count,
    Fraction,
    PerDay,
    Ratio,
    Seconds,
    Usd,
)

DOCUMENTED = ConfigDict(use_attribute_docstrings=True)


@with_config(DOCUMENTED)
class GroupFigures(TypedDict):
    """Size, outcome and duration of some legs; deviations are sample deviations."""

    count: Annotated[Count, Figure("Trades", "Legs in the group")]
    avg_net_pnl: Annotated[
        Usd | None, Figure("Mean net $", "Mean of net PnL", "without legs", signed=True)
    ]
    std_net_pnl: Annotated[
        Usd | None,
        Figure(
            "Deviation of net $",
            "Sample deviation (n - 1) of net PnL",
            "below two legs",
        ),
    ]
    avg_notional: Annotated[
        Usd | None,
        Figure("Mean notional $", "Mean of entry price x quantity", "without legs"),
    ]
    std_notional: Annotated[
        Usd | None,
        Figure(
            "Deviation of notional $",
            "Sample deviation (n - 1) of entry price x quantity",
            "below two legs",
        ),
    ]
    avg_holding_seconds: Annotated[
        Seconds | None,
        Figure(
            "Mean time held", "Mean of the time from opening to closing", "without legs"
        ),
    ]
    std_holding_seconds: Annotated[
        Seconds | None,
        Figure(
            "Deviation of time held",
            "Sample deviation (n - 1) of the time from opening to closing",
            "below two legs",
        ),
    ]


@with_config(DOCUMENTED)
class SliceFigures(TypedDict):
    """The main figures of the legs of one symbol or one side."""

    name: str
    """The symbol, or long or short."""
    total_trades: Annotated[
        Count, Figure("Trades", "Legs with an outcome: wins + losses + breakevens")
    ]
    wins: Annotated[Count, Figure("Wins", "Legs with a net PnL > 0")]
    losses: Annotated[Count, Figure("Losses", "Legs with a net PnL < 0")]
    breakevens: Annotated[
        Count, Figure("Breakevens", "Legs with a net PnL of exactly 0")
    ]
    win_rate: Annotated[
        Fraction | None, Figure("Win rate", "Wins / legs with an outcome")
    ]
    net_pnl: Annotated[
        Usd | None, Figure("Net $", "Sum of net PnL as served", signed=True)
    ]
    gross_pnl: Annotated[
        Usd | None,
        Figure(
            "Gross $", "Sum of gross PnL as served", "where one is unknown", signed=True
        ),
    ]
    fees: Annotated[Usd | None, Figure("Fees $", "Sum of fees", "where one is unknown")]
    profit_factor: Annotated[
        Ratio | None,
        Figure("Profit factor", "Sum of wins / sum of losses", "without losses"),
    ]
    expectancy: Annotated[
        Usd | None, Figure("Mean net $", "Mean net PnL per leg", signed=True)
    ]
    turnover: Annotated[
        Usd | None, Figure("Turnover $", "Notional at entry and at exit, summed")
    ]
    avg_holding_seconds: Annotated[
        Seconds | None, Figure("Mean time held", "Mean time from opening to closing")
    ]


@with_config(DOCUMENTED)
class TradeFigures(TypedDict):
    """Metrics of completed legs; avg is the mean, std the sample deviation (n - 1)."""

    total_trades: Annotated[
        Count, Figure("Trades", "Legs with an outcome: wins + losses + breakevens")
    ]
    positions: Annotated[
        Count,
        Figure(
            "Positions", "Entries; a position that closes in parts has several legs"
        ),
    ]
    wins: Annotated[Count, Figure("Wins", "Legs with a net PnL > 0")]
    losses: Annotated[Count, Figure("Losses", "Legs with a net PnL < 0")]
    breakevens: Annotated[
        Count, Figure("Breakevens", "Legs with a net PnL of exactly 0")
    ]
    win_rate: Annotated[
        Fraction | None, Figure("Win rate", "Wins / legs with an outcome")
    ]
    net_pnl: Annotated[
        Usd | None,
        Figure(
            "Net $",
            "Sum of net PnL as served, which is not always gross less fees",
            signed=True,
            needs="total_trades",
        ),
    ]
    gross_pnl: Annotated[
        Usd | None,
        Figure(
            "Gross $",
            "Sum of gross PnL as served",
            "where one is unknown",
            signed=True,
            needs="total_trades",
        ),
    ]
    fees: Annotated[
        Usd | None,
        Figure(
            "Fees $",
            "Sum of entry and exit fees",
            "where one is unknown",
            needs="total_trades",
        ),
    ]
    fees_share_of_gross_profit: Annotated[
        Fraction | None,
        Figure(
            "Fees of gross profit",
            "All fees / the gross PnL of the legs with gross > 0",
            "without such legs",
        ),
    ]
    avg_net_pnl: Annotated[
        Usd | None, Figure("Mean net $", "Mean net PnL", "without legs", signed=True)
    ]
    std_net_pnl: Annotated[
        Usd | None,
        Figure(
            "Deviation of net $",
            "Sample deviation of net PnL",
            "below two legs, like every std",
        ),
    ]
    avg_gross_pnl: Annotated[
        Usd | None, Figure("Mean gross $", "Mean gross PnL", signed=True)
    ]
    std_gross_pnl: Annotated[
        Usd | None, Figure("Deviation of gross $", "Sample deviation of gross PnL")
    ]
    avg_fees: Annotated[Usd | None, Figure("Mean fees $", "Mean fees per leg")]
    std_fees: Annotated[
        Usd | None, Figure("Deviation of fees $", "Sample deviation of fees")
    ]
    biggest_win: Annotated[
        Usd | None,
        Figure("Biggest win $", "The largest net PnL", "without wins", signed=True),
    ]
    biggest_loss: Annotated[
        Usd | None,
        Figure(
            "Biggest loss $",
            "The smallest net PnL, below 0",
            "without losses",
            signed=True,
        ),
    ]
    profit_factor: Annotated[
        Ratio | None, Figure("Profit factor", "Sum of wins / sum of losses")
    ]
    payoff_ratio: Annotated[
        Ratio | None, Figure("Payoff ratio", "Mean win / mean loss")
    ]
    expectancy: Annotated[
        Usd | None,
        Figure(
            "Expectancy $", "Mean net PnL per leg", signed=True, repeats="avg_net_pnl"
        ),
    ]
    longest_winning_streak: Annotated[
        Count,
        Figure(
            "Wins in a row", "Wins in a row, in order of closing; a breakeven ends it"
        ),
    ]
    longest_losing_streak: Annotated[
        Count,
        Figure(
            "Losses in a row",
            "Losses in a row, in order of closing; a breakeven ends it",
        ),
    ]
    avg_notional: Annotated[
        Usd | None, Figure("Mean notional $", "Mean of entry price x quantity")
    ]
    median_notional: Annotated[
        Usd | None, Figure("Median notional $", "Median of entry price x quantity")
    ]
    std_notional: Annotated[
        Usd | None,
        Figure("Deviation of notional $", "Sample deviation of entry price x quantity"),
    ]
    avg_holding_seconds: Annotated[
        Seconds | None,
        Figure(
            "Mean time held",
            "Mean time from opening to closing, over the legs for which it is known",
        ),
    ]
    median_holding_seconds: Annotated[
        Seconds | None,
        Figure("Median time held", "Median time from opening to closing"),
    ]
    std_holding_seconds: Annotated[
        Seconds | None,
        Figure(
            "Deviation of time held",
            "Sample deviation of the time from opening to closing",
        ),
    ]
    holding_known: Annotated[
        Count,
        Figure(
            "Times held known", "Legs whose opening and exit are known, in that order"
        ),
    ]
    implausible: Annotated[
        Count,
        Figure(
            "Implausible legs",
            "Legs whose figures are implausible: they count in the net, but not in the figures that they would spoil",
        ),
    ]
    long_share: Annotated[
        Fraction | None, Figure("Long share", "Long legs / legs with an outcome")
    ]
    turnover: Annotated[
        Usd | None,
        Figure(
            "Turnover $", "Notional at entry and at exit, summed", needs="total_trades"
        ),
    ]
    avg_leverage: Annotated[
        Ratio | None,
        Figure(
            "Stated leverage",
            "Mean stated leverage, over the legs for which it is known",
            is_multiple=True,
        ),
    ]
    leverage_known: Annotated[
        Count, Figure("Leverages known", "Legs whose stated leverage is known")
    ]
    realized_leverage: Annotated[
        Ratio | None,
        Figure(
            "Realized leverage",
            "Mean over positions of notional / equity, both at entry",
            is_multiple=True,
        ),
    ]
    max_realized_leverage: Annotated[
        Ratio | None,
        Figure(
            "Most leverage", "The largest notional / equity at entry", is_multiple=True
        ),
    ]
    trades_per_day: Annotated[
        PerDay | None, Figure("Trades a day", "Legs per 24 hours of the report")
    ]
    liquidations: Annotated[
        Count, Figure("Liquidations", "Legs that the exchange closed")
    ]
    winners: Annotated[GroupFigures, Part(label="Winners", is_row=True)]
    """The legs with a net PnL > 0."""
    losers: Annotated[GroupFigures, Part(label="Losers", is_row=True)]
    """The legs with a net PnL < 0."""
    longs: Annotated[GroupFigures, Part(label="Longs", is_row=True)]
    """The long legs."""
    shorts: Annotated[GroupFigures, Part(label="Shorts", is_row=True)]
    """The short legs."""
    by_symbol: list[SliceFigures]
    """The legs of each symbol, sorted by name."""
    by_side: list[SliceFigures]
    """Long and short legs; a side without legs is left out."""
