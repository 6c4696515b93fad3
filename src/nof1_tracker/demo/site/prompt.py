"""The prompt that a model gets, laid out like the real one, in our own words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.arena.book import INITIAL, Holding
from nof1_tracker.demo.arena.market import Market, noise

_STEP = 180.0
_HISTORY = 30
_SAMPLED_AFTER = 25.0
"""Seconds after the start of an interval at which its price is taken."""


def prompt(arena: Arena, who: Contestant, cycle: int) -> str:
    """The whole prompt of that cycle, about 8 kB with six symbols."""
    at = who.cycles.asked(cycle)
    sections = "\n\n---\n\n".join(
        _section(arena.market, symbol, int(at / 60)) for symbol in arena.traded_symbols
    )
    return f"{_opening(arena, at, cycle)}\n\n{sections}\n\n{_account(arena, who, at)}"


def _opening(arena: Arena, at: float, cycle: int) -> str:
    now = datetime.fromtimestamp(arena.unix(at), UTC).replace(tzinfo=None)
    return (
        f"It has been {int(at / 60)} minutes since you started trading. "
        f"The current time is {now.isoformat(' ', 'microseconds')} "
        f"and you've been invoked {cycle - 1} times. This arena is simulated: what "
        "follows are made-up prices and indicators for each instrument, and after "
        "them the state of your own account.\n\n"
        "**EVERY SERIES RUNS FROM THE OLDEST VALUE TO THE NEWEST**\n\n"
        "**On timeframes:** intraday series have one value per **3 minutes** unless "
        "their title says otherwise.\n\n---\n\n### MARKET STATE"
    )


@lru_cache(maxsize=1024)
def _section(market: Market, symbol: str, minute: int) -> str:
    """One instrument; shared by all prompts of the same minute."""
    now = minute * 60.0
    prices = _series(market, symbol, now, _STEP)
    slow = _series(market, symbol, now, 14_400.0)
    return "\n\n".join(
        (
            f"### ALL {symbol} DATA",
            _latest(prices),
            f"Open interest and funding rate of the {symbol} perp:",
            *_interest(symbol, minute),
            "**Intraday series (3-minute intervals):**",
            f"Mid prices: {prices[-10:]}",
            f"EMA indicators (20-period): {_average(prices, 20)[-10:]}",
            f"MACD indicators: {_macd(prices)[-10:]}",
            f"RSI indicators (7-Period): {_rsi(prices, 7)[-10:]}",
            f"RSI indicators (14-Period): {_rsi(prices, 14)[-10:]}",
            "**Longer view (4-hour timeframe):**",
            _trend(slow),
            f"MACD indicators: {_macd(slow)[-10:]}",
            f"RSI indicators (14-Period): {_rsi(slow, 14)[-10:]}",
        )
    )


def _latest(prices: Sequence[float]) -> str:
    return (
        f"current_price = {prices[-1]}, current_ema20 = {_average(prices, 20)[-1]}, "
        f"current_macd = {_macd(prices)[-1]}, "
        f"current_rsi (7 period) = {_rsi(prices, 7)[-1]}"
    )


def _trend(slow: Sequence[float]) -> str:
    fast, slower = _average(slow, 20)[-1], _average(slow, 50)[-1]
    return f"20-Period EMA: {fast} vs. 50-Period EMA: {slower}"


def _interest(symbol: str, minute: int) -> Iterator[str]:
    draw = noise(len(symbol), ord(symbol[0]), minute)
    latest = round(20_000 + 9_000 * draw, 2)
    yield f"Open Interest: Latest: {latest}  Average: {round(latest * 0.999, 2)}"
    yield f"Funding Rate: {round(1.25e-05 * (draw - 0.3), 10)}"


def _account(arena: Arena, who: Contestant, at: float) -> str:
    book = who.book
    equity = book.equity(at)
    positions = "\n".join(
        str(_position(held, at, arena.market.mid(held.symbol, at)))
        for held in book.open_at(at)
    )
    return (
        "### YOUR ACCOUNT AND HOW IT DOES\n\n"
        f"Current Total Return (percent): {round(equity / INITIAL * 100 - 100, 2)}%\n\n"
        f"Available Cash: {round(book.available_cash(at), 2)}\n\n"
        f"**Current Account Value:** {round(equity, 2)}\n\n"
        f"Current live positions & performance: \n{positions}\n\n"
        f"Sharpe Ratio: {arena.sharpe(who, at)}"
    )


def _position(held: Holding, at: float, mid: float) -> dict[str, object]:
    """A position as the prompt shows it; entry prices are cut to cents, as there."""
    quantity, plan = held.quantity(at), held.plan
    return {
        "symbol": held.symbol,
        "quantity": float(quantity),
        "entry_price": round(held.entry_price(at), 2),
        "current_price": mid,
        "liquidation_price": round(held.liquidation_price(at), 2),
        "unrealized_pnl": round(held.unrealized(at, mid), 2),
        "leverage": plan.leverage,
        "exit_plan": {
            "profit_target": plan.profit_target,
            "stop_loss": plan.stop_loss,
            "invalidation_condition": plan.invalidation_condition,
        },
        "confidence": plan.confidence,
        "risk_usd": plan.risk_usd,
        "sl_oid": held.sl_oid,
        "tp_oid": held.tp_oid,
        "wait_for_fill": False,
        "entry_oid": held.lots[0].oid,
        "notional_usd": round(abs(quantity) * mid, 2),
    }


def _series(market: Market, symbol: str, now: float, step: float) -> list[float]:
    """A price of each earlier interval by the clock, shortly after it began; then now's.

    The arena starts at a full hour, so its intervals are those of the clock.
    """
    interval = now // step * step
    earlier = (
        market.mid(symbol, interval - step * back + _SAMPLED_AFTER)
        for back in range(_HISTORY - 1, 0, -1)
    )
    return [*earlier, market.mid(symbol, now)]


def _average(values: Sequence[float], period: int) -> list[float]:
    weight, smooth = 2 / (period + 1), values[0]
    averages = []
    for value in values:
        smooth += (value - smooth) * weight
        averages.append(round(smooth, 3))
    return averages


def _macd(values: Sequence[float]) -> list[float]:
    pairs = zip(_average(values, 12), _average(values, 26), strict=True)
    return [round(fast - slow, 3) for fast, slow in pairs]


def _rsi(values: Sequence[float], period: int) -> list[float]:
    gain = loss = 1e-9
    strengths = []
    for before, after in pairwise(values):
        change = after - before
        gain += (max(change, 0.0) - gain) / period
        loss += (max(-change, 0.0) - loss) / period
        strengths.append(round(100 * gain / (gain + loss), 3))
    return strengths
