"""The arena's own statistics per account, by the site's definitions.

All deviations are sample deviations. Figures of an empty group, and the deviation of
a single value, are 0. All legs are covered, including those no longer served.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import Any

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.arena.book import Leg
from nof1_tracker.demo.arena.market import number
from nof1_tracker.demo.arena.trader import Action

Table = dict[str, Any]


def tables(arena: Arena, who: Contestant, at: float) -> dict[str, Table]:
    """The six tables of one account at that instant."""
    legs = who.book.legs_until(at)
    return {
        "fee_pnl_moves_breakdown_table": _fees_and_pnl(legs),
        "winners_losers_breakdown_table": _winners_losers(legs),
        "signals_breakdown_table": _signals(arena, who, at),
        "invocation_breakdown_table": _invocations(who, at),
        "longs_shorts_breakdown_table": _longs_shorts(legs),
        "overall_trades_overview_table": _overview(legs, who, at),
    }


def mean(values: Sequence[float]) -> float:
    return number(fmean(values)) if values else 0


def deviation(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0
    middle = fmean(values)
    squares = math.fsum((value - middle) ** 2 for value in values)
    return number(math.sqrt(squares / (len(values) - 1)))


def _net(leg: Leg) -> float:
    return leg.net_pnl


def _notional(leg: Leg) -> float:
    return leg.lot.price * abs(leg.quantity)


def _minutes(leg: Leg) -> float:
    return (leg.at - leg.lot.at) / 60


def _fees_and_pnl(legs: Sequence[Leg]) -> Table:
    net = [leg.net_pnl for leg in legs]
    gross = [leg.gross_pnl for leg in legs]
    fees = [leg.fees for leg in legs]
    total = sum(net)
    return {
        "std_net_pnl": deviation(net),
        "total_fees_paid": number(sum(fees)),
        "overall_pnl_without_fees": number(sum(gross)),
        "total_fees_as_pct_of_pnl": number(100 * sum(fees) / total) if total > 0 else 0,
        "overall_pnl_with_fees": number(total),
        "avg_taker_fee": mean(fees),
        "std_gross_pnl": deviation(gross),
        "avg_net_pnl": mean(net),
        "biggest_net_loss": number(min(net, default=0)),
        "biggest_net_gain": number(max(net, default=0)),
        "avg_gross_pnl": mean(gross),
        # Deliberately wrong, by about as much as the site's own.
        "std_taker_fee": number(deviation(fees) * 1.07),
    }


def _winners_losers(legs: Sequence[Leg]) -> Table:
    won = [leg for leg in legs if leg.net_pnl > 0]
    lost = [leg for leg in legs if leg.net_pnl <= 0]
    rate = number(100 * len(won) / len(legs)) if legs else 0
    return {**_group("winners", won), **_group("losers", lost), "win_rate": rate}


def _longs_shorts(legs: Sequence[Leg]) -> Table:
    longs = [leg for leg in legs if leg.is_long]
    shorts = [leg for leg in legs if not leg.is_long]
    return {
        **_group("longs", longs),
        **_group("shorts", shorts),
        "num_long_trades": len(longs),
        "num_short_trades": len(shorts),
        "long_short_trades_ratio": number(len(longs) / len(legs)) if legs else 0,
    }


def _group(name: str, legs: Sequence[Leg]) -> Table:
    measures: dict[str, Callable[[Leg], float]] = {
        "net_pnl": _net,
        "notional": _notional,
        "holding_period": _minutes,
    }
    table: Table = {}
    for measure, of in measures.items():
        values = [of(leg) for leg in legs]
        table[f"avg_{name}_{measure}"] = mean(values)
        table[f"std_{name}_{measure}"] = deviation(values)
    return table


def _overview(legs: Sequence[Leg], who: Contestant, at: float) -> Table:
    sizes = [_notional(leg) for leg in legs]
    minutes = [_minutes(leg) for leg in legs]
    levers = [each.plan.leverage for each in who.book.holdings if each.opened <= at]
    return {
        "avg_convo_leverage": mean(levers),
        "avg_holding_period_mins": mean(minutes),
        "avg_take_profit_distance_pct": 0,
        "median_holding_period_mins": number(median(minutes)) if minutes else 0,
        "std_size_of_trade_notional": deviation(sizes),
        "avg_size_of_trade_notional": mean(sizes),
        "total_trades": len(legs),
        "median_size_of_trade_notional": number(median(sizes)) if sizes else 0,
        "avg_size_of_trade_portfolio_pct": 0,
        "std_holding_period_mins": deviation(minutes),
        "avg_stop_loss_distance_pct": 0,
        "std_size_of_trade_portfolio_pct": 0,
        "median_convo_leverage": number(median(levers)) if levers else 0,
    }


def _invocations(who: Contestant, at: float) -> Table:
    times = [who.cycles.answered(n) for n in range(1, who.cycles.until(at) + 1)]
    breaks = [(b - a) / 60 for a, b in pairwise(times)]
    return {
        "max_invocation_break_mins": number(max(breaks, default=0)),
        "std_invocation_break_mins": deviation(breaks),
        "num_invocations": len(times),
        "min_invocation_break_mins": number(min(breaks, default=0)),
        "avg_invocation_break_mins": mean(breaks),
    }


def _signals(arena: Arena, who: Contestant, at: float) -> Table:
    """Counts per coin and conversation; the leverage columns are placeholders."""
    newest = who.cycles.until(at)
    acted = [a for n, acts in who.actions.items() if n <= newest for a in acts]
    groups = {
        "long": _confidences(acted, "buy_to_enter"),
        "short": _confidences(acted, "sell_to_enter"),
        "close": _confidences(acted, "close_position"),
        "hold": held_signals(arena, who, newest),
    }
    counts = {name: group.total() for name, group in groups.items()}
    everything = sum(groups.values(), Counter())
    total = everything.total()
    table: Table = {"total_signals": total}
    for name, group in groups.items():
        values = list(group.elements())
        table[f"num_{name}_signals"] = counts[name]
        table[f"{name}_signal_pct"] = number(100 * counts[name] / total) if total else 0
        table[f"avg_confidence_{name}"] = mean(values)
        table[f"std_confidence_{name}"] = deviation(values)
    confidences = sorted(everything.elements())
    short = counts["short"]
    return {
        **table,
        **_exposure(arena, who, at),
        "avg_confidence": mean(confidences),
        "std_confidence": deviation(confidences),
        "median_confidence": number(median(confidences)) if total else 0,
        "long_short_ratio": number(counts["long"] / short) if short else 0,
        "avg_leverage": 1,
        "median_leverage": 1,
        "std_leverage": 0,
        "avg_leverage_long": 1 if counts["long"] else 0,
        "std_leverage_long": 0,
        "avg_leverage_short": 1 if short else 0,
        "std_leverage_short": 0,
    }


def _confidences(acted: Iterable[Action], signal: str) -> Counter[float]:
    return Counter(a.holding.plan.confidence for a in acted if a.signal == signal)


def held_signals(arena: Arena, who: Contestant, newest: int) -> Counter[float]:
    """How often `hold` was stated up to that cycle, by confidence."""
    failed = [
        n for n in range(1, newest + 1) if n not in who.actions and arena.fails(who, n)
    ]
    acted = sorted(
        (act.holding.symbol, act.cycle) for acts in who.actions.values() for act in acts
    )
    said: Counter[float] = Counter()
    for held in who.book.holdings:
        first = who.cycles.first_asked_after(held.opened)
        after = newest + 1
        if held.closed is not None:
            after = min(who.cycles.first_asked_after(held.closed), after)
        if first < after:
            silent = bisect_left(failed, after) - bisect_left(failed, first)
            moved = bisect_left(acted, (held.symbol, after))
            moved -= bisect_left(acted, (held.symbol, first))
            said[held.plan.confidence] += after - first - silent - moved
    return said


def _exposure(arena: Arena, who: Contestant, at: float) -> Table:
    """Minutes long, short and flat, summed over all symbols."""
    elapsed = at / 60 * len(arena.traded_symbols)
    minutes = {True: 0.0, False: 0.0}
    for held in who.book.holdings:
        if held.opened <= at:
            minutes[held.is_long] += (min(held.closed or at, at) - held.opened) / 60
    spans = {
        "long": minutes[True],
        "short": minutes[False],
        "flat": elapsed - minutes[True] - minutes[False],
    }
    table: Table = {}
    for name, span in spans.items():
        table[f"mins_{name}_combined"] = number(span)
        table[f"pct_mins_{name}_combined"] = number(100 * span / elapsed)
    return table
