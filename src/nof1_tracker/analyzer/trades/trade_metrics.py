"""Metrics of an account's completed legs. USD, fractions, seconds; None: undefined.

One rule for unknown values: a leg without a net PnL has no outcome and is left out;
any other metric that needs an unknown value is None. Only `leverage`, the time held and
the notional are averaged over the legs that have them: a leg of implausible figures
counts in everything but the figures that it would spoil.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from nof1_tracker.analyzer.metrics import (
    exact_sum,
    is_loss,
    is_win,
    mean,
    mean_and_std,
    median,
    quotient,
)
from nof1_tracker.analyzer.trades.trade_formulas import (
    closing_order,
    entry_codes,
    expectancy,
    fees_share_of_gross_profit,
    longest_streak,
    outcomes_of,
    payoff_ratio,
    profit_factor,
    realized_leverages,
    trades_per_day,
    turnover,
)
from nof1_tracker.records.account_columns import FloatArray, TradeColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMetrics:
    """Size, outcome and duration of some legs; std_* are None for n < 2."""

    count: int
    avg_net_pnl: float | None
    std_net_pnl: float | None
    avg_notional: float | None
    std_notional: float | None
    avg_holding_seconds: float | None
    std_holding_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceMetrics:
    """The main figures for the legs of one symbol or side, as in TradeMetrics."""

    name: str
    total_trades: int
    wins: int
    losses: int
    breakevens: int
    win_rate: float | None
    net_pnl: float | None
    gross_pnl: float | None
    fees: float | None
    profit_factor: float | None
    expectancy: float | None
    turnover: float | None
    avg_holding_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeMetrics:
    """All metrics of an account's completed legs.

    avg_* are means, std_* sample deviations (n - 1; None for n < 2); all are None
    without legs. Without legs, sums and counts are 0. The holding figures are over
    `holding_known` legs, those of the notional over the legs with one above 0.

    Attributes:
        total_trades: Legs with an outcome = wins + losses + breakevens.
        positions: Distinct entries; a position that closes in parts has several legs.
        win_rate: wins / total_trades, 0..1.
        net_pnl, gross_pnl, fees: USD, sums of the served values; net is not always
            gross - fees.
        fees_share_of_gross_profit: See trade_formulas.
        biggest_win: USD > 0; None without wins.
        biggest_loss: USD < 0; None without losses.
        profit_factor, payoff_ratio, expectancy: See trade_formulas.
        longest_winning_streak, longest_losing_streak: Number of legs in a row, in
            order of closing.
        avg_notional, median_notional, std_notional: USD at entry.
        long_share: Longs / total_trades, 0..1.
        turnover: See trade_formulas.
        avg_leverage: Mean stated leverage over `leverage_known` legs.
        realized_leverage: Mean over positions of entry notional / equity at entry.
        max_realized_leverage: The largest of those ratios.
        trades_per_day: Legs per 24 hours of the given span; None without a span.
        holding_known: Legs whose opening and exit are known, in that order.
        implausible: Legs whose figures are implausible.
        liquidations: Legs that the exchange closed.
        by_symbol: Sorted by symbol.
        by_side: long and short; a side without legs is left out.
    """

    total_trades: int
    positions: int
    wins: int
    losses: int
    breakevens: int
    win_rate: float | None
    net_pnl: float | None
    gross_pnl: float | None
    fees: float | None
    fees_share_of_gross_profit: float | None
    avg_net_pnl: float | None
    std_net_pnl: float | None
    avg_gross_pnl: float | None
    std_gross_pnl: float | None
    avg_fees: float | None
    std_fees: float | None
    biggest_win: float | None
    biggest_loss: float | None
    profit_factor: float | None
    payoff_ratio: float | None
    expectancy: float | None
    longest_winning_streak: int
    longest_losing_streak: int
    avg_notional: float | None
    median_notional: float | None
    std_notional: float | None
    avg_holding_seconds: float | None
    median_holding_seconds: float | None
    std_holding_seconds: float | None
    holding_known: int
    implausible: int
    long_share: float | None
    turnover: float | None
    avg_leverage: float | None
    leverage_known: int
    realized_leverage: float | None
    max_realized_leverage: float | None
    trades_per_day: float | None
    liquidations: int
    winners: GroupMetrics
    losers: GroupMetrics
    longs: GroupMetrics
    shorts: GroupMetrics
    by_symbol: tuple[SliceMetrics, ...]
    by_side: tuple[SliceMetrics, ...]


def trade_metrics(
    trades: TradeColumns,
    *,
    span: timedelta | None = None,
    entry_equity: FloatArray | None = None,
) -> TradeMetrics:
    """All metrics of these legs.

    Args:
        span: Time over which they were collected, for trades_per_day.
        entry_equity: The account's equity when each leg was opened, USD, NaN where
            unknown; for realized_leverage.
    """
    has_outcome = np.isfinite(trades.net_pnl)
    if not has_outcome.all():
        trades = trades.where(has_outcome)
        entry_equity = None if entry_equity is None else entry_equity[has_outcome]
    net, gross, fees = (
        column.tolist() for column in (trades.net_pnl, trades.gross_pnl, trades.fees)
    )
    notional, held = _sizes(trades), _holdings(trades)
    stated = trades.leverage[np.isfinite(trades.leverage)].tolist()
    leverages = realized_leverages(trades, entry_equity)
    won, lost = is_win(trades.net_pnl), is_loss(trades.net_pnl)
    outcomes = outcomes_of(trades.net_pnl)
    avg_net, std_net = mean_and_std(net)
    avg_gross, std_gross = mean_and_std(gross)
    avg_fees, std_fees = mean_and_std(fees)
    avg_notional, std_notional = mean_and_std(notional)
    avg_held, std_held = mean_and_std(held)
    by_closing = closing_order(trades)
    entries = entry_codes(trades)
    return TradeMetrics(
        total_trades=len(trades),
        positions=len(np.unique(entries)),
        wins=outcomes.wins,
        losses=outcomes.losses,
        breakevens=outcomes.breakevens,
        win_rate=quotient(outcomes.wins, len(trades)),
        net_pnl=exact_sum(net),
        gross_pnl=exact_sum(gross),
        fees=exact_sum(fees),
        fees_share_of_gross_profit=fees_share_of_gross_profit(gross, fees),
        avg_net_pnl=avg_net,
        std_net_pnl=std_net,
        avg_gross_pnl=avg_gross,
        std_gross_pnl=std_gross,
        avg_fees=avg_fees,
        std_fees=std_fees,
        biggest_win=max(net) if outcomes.wins else None,
        biggest_loss=min(net) if outcomes.losses else None,
        profit_factor=profit_factor(trades.net_pnl),
        payoff_ratio=payoff_ratio(trades.net_pnl),
        expectancy=expectancy(trades.net_pnl),
        longest_winning_streak=longest_streak(won[by_closing]),
        longest_losing_streak=longest_streak(lost[by_closing]),
        avg_notional=avg_notional,
        median_notional=median(notional),
        std_notional=std_notional,
        avg_holding_seconds=avg_held,
        median_holding_seconds=median(held),
        std_holding_seconds=std_held,
        holding_known=len(held),
        implausible=0 if trades.implausible is None else int(trades.implausible.sum()),
        long_share=quotient(int(trades.is_long.sum()), len(trades)),
        turnover=turnover(trades),
        avg_leverage=mean(stated),
        leverage_known=len(stated),
        realized_leverage=mean(leverages),
        max_realized_leverage=max(leverages, default=None),
        trades_per_day=trades_per_day(len(trades), span),
        liquidations=int(trades.liquidated.sum()),
        winners=group_metrics(trades.where(won)),
        losers=group_metrics(trades.where(lost)),
        longs=group_metrics(trades.where(trades.is_long)),
        shorts=group_metrics(trades.where(~trades.is_long)),
        by_symbol=_by_symbol(trades),
        by_side=_by_side(trades),
    )


def group_metrics(trades: TradeColumns) -> GroupMetrics:
    """The figures that nof1 publishes for winners, losers, longs and shorts."""
    avg_net, std_net = mean_and_std(trades.net_pnl.tolist())
    avg_notional, std_notional = mean_and_std(_sizes(trades))
    avg_held, std_held = mean_and_std(_holdings(trades))
    return GroupMetrics(
        count=len(trades),
        avg_net_pnl=avg_net,
        std_net_pnl=std_net,
        avg_notional=avg_notional,
        std_notional=std_notional,
        avg_holding_seconds=avg_held,
        std_holding_seconds=std_held,
    )


def slice_metrics(name: str, trades: TradeColumns) -> SliceMetrics:
    """The main figures of legs that all have a known net PnL."""
    net = trades.net_pnl.tolist()
    outcomes = outcomes_of(trades.net_pnl)
    return SliceMetrics(
        name=name,
        total_trades=len(trades),
        wins=outcomes.wins,
        losses=outcomes.losses,
        breakevens=outcomes.breakevens,
        win_rate=quotient(outcomes.wins, len(trades)),
        net_pnl=exact_sum(net),
        gross_pnl=exact_sum(trades.gross_pnl.tolist()),
        fees=exact_sum(trades.fees.tolist()),
        profit_factor=profit_factor(trades.net_pnl),
        expectancy=expectancy(trades.net_pnl),
        turnover=turnover(trades),
        avg_holding_seconds=mean(_holdings(trades)),
    )


def _holdings(trades: TradeColumns) -> list[float]:
    """The holding times that are known, in seconds."""
    held = trades.holding_seconds
    known: list[float] = held[np.isfinite(held)].tolist()
    return known


def _sizes(trades: TradeColumns) -> list[float]:
    """The notionals at entry, USD, but for those of 0, which nobody can trade."""
    notional = trades.entry_notional
    possible: list[float] = notional[notional != 0].tolist()
    return possible


def _by_symbol(trades: TradeColumns) -> tuple[SliceMetrics, ...]:
    names, codes = np.unique(trades.symbol.astype(np.str_), return_inverse=True)
    return tuple(
        slice_metrics(str(name), trades.where(codes == code))
        for code, name in enumerate(names)
    )


def _by_side(trades: TradeColumns) -> tuple[SliceMetrics, ...]:
    sides = {"long": trades.is_long, "short": ~trades.is_long}
    return tuple(
        slice_metrics(name, trades.where(mask))
        for name, mask in sides.items()
        if mask.any()
    )
