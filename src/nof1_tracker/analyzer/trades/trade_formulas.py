"""The formulas of trade metrics that are more than a mean or a sum."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from nof1_tracker.analyzer.equity.exposure import leverages
from nof1_tracker.analyzer.metrics import (
    Outcomes,
    exact_sum,
    is_loss,
    is_win,
    mean,
    quotient,
)
from nof1_tracker.records.account_columns import (
    UNKNOWN,
    BoolArray,
    FloatArray,
    IntArray,
    TradeColumns,
    runs,
)


def outcomes_of(net_pnls: FloatArray) -> Outcomes:
    """The same split as metrics.split_outcomes, for an array without NaN."""
    wins, losses = int(is_win(net_pnls).sum()), int(is_loss(net_pnls).sum())
    return Outcomes(wins, losses, len(net_pnls) - wins - losses)


def profit_factor(net_pnls: FloatArray) -> float | None:
    """Sum of wins / |sum of losses|, >= 0; 1 breaks even.

    None without losses, where it would be infinite. Source: Schwager (1989).
    """
    won, lost = _won_and_lost(net_pnls)
    losses = exact_sum(lost)
    return quotient(exact_sum(won), None if losses is None else -losses)


def payoff_ratio(net_pnls: FloatArray) -> float | None:
    """Mean win / |mean loss|, > 0; None without wins or without losses.

    Source: Tharp (1998), reward-to-risk of the average trade.
    """
    won, lost = _won_and_lost(net_pnls)
    average = mean(lost)
    return quotient(mean(won), None if average is None else -average)


def expectancy(net_pnls: FloatArray) -> float | None:
    """Mean net PnL per leg, USD; None without legs.

    The same as share of wins * mean win + share of losses * mean loss, where
    breakevens count in the denominator of both shares. Source: Tharp (1998).
    """
    return mean(net_pnls.tolist())


def _won_and_lost(net_pnls: FloatArray) -> tuple[list[float], list[float]]:
    return net_pnls[is_win(net_pnls)].tolist(), net_pnls[is_loss(net_pnls)].tolist()


def fees_share_of_gross_profit(
    gross_pnls: Sequence[float], fees: Sequence[float]
) -> float | None:
    """All fees / sum of gross PnL over legs with gross > 0; above 1, fees exceed it.

    None without such legs, or where a gross PnL or a fee is not known.
    """
    if exact_sum(gross_pnls) is None:
        return None
    return quotient(exact_sum(fees), exact_sum([g for g in gross_pnls if g > 0]))


def turnover(trades: TradeColumns) -> float | None:
    """Sum of entry and exit notional, USD >= 0: everything bought and sold."""
    return exact_sum(trades.entry_notional.tolist() + trades.exit_notional.tolist())


def trades_per_day(count: int, span: timedelta | None) -> float | None:
    """Legs per 24 hours; None without a span."""
    return quotient(count, None if span is None else span / timedelta(days=1))


def closing_order(trades: TradeColumns) -> IntArray:
    """Indices that put the legs in order of closing.

    Legs that close at the same time are ordered by opening, then by net PnL, so that
    the order in which rows were read does not matter.
    """
    return np.lexsort((trades.net_pnl, trades.opened_at, trades.closed_at))


def longest_streak(flags: BoolArray) -> int:
    """Length of the longest unbroken run; a breakeven ends either kind."""
    begins, ends = runs(flags)
    return int((ends - begins).max(initial=0))


def entry_codes(trades: TradeColumns) -> IntArray:
    """A code for each leg's position, the same for all legs of one position.

    Legs of one entry share `entry_oid`; where that is unknown, legs of one symbol
    that were opened at the same instant are treated as one entry.
    """
    codes = trades.entry_oid.astype(np.int64)
    unknown = codes == UNKNOWN
    if unknown.any():
        _, symbols = np.unique(
            trades.symbol[unknown].astype(np.str_), return_inverse=True
        )
        opened = trades.opened_at[unknown].astype(np.int64)
        pairs = np.column_stack((symbols, opened))
        _, guessed = np.unique(pairs, axis=0, return_inverse=True)
        codes[unknown] = UNKNOWN - 1 - guessed.reshape(-1)
    return codes


def realized_leverages(
    trades: TradeColumns, entry_equity: FloatArray | None
) -> list[float]:
    """Entry notional / equity at entry, per position where both are known.

    A multiple >= 0 of the equity. The legs of a position add up; a position that is
    still partly open counts only its closed legs. Leverage is undefined for an equity
    of less than a cent, and for a notional of 0.
    """
    if entry_equity is None:
        return []
    multiples = leverages(trades.entry_notional, entry_equity)
    _, codes = np.unique(entry_codes(trades), return_inverse=True)
    per_position = np.bincount(codes, weights=multiples)
    is_known = np.isfinite(per_position) & (per_position != 0)
    known: list[float] = per_position[is_known].tolist()
    return known
