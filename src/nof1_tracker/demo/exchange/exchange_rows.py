"""The exchange's record of the arena's accounts, in the real one's wire format.

Numbers are text, times whole milliseconds. Nobody pays funding in the arena, so every
payment is of zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.arena.book import INITIAL, Holding, Leg, Lot
from nof1_tracker.history.hyperliquid.season1_wallets import SEASON_1_WALLETS

Json = dict[str, Any]

HOUR = 3_600.0
_AFTERWARDS = HOUR
"""Seconds after the season's end at which what is still open is closed."""
_UNITS = 1e8
_DAY = 24 * HOUR
_PERIODS = (
    ("day", _DAY, HOUR),
    ("week", 7 * _DAY, 4 * HOUR),
    ("month", 30 * _DAY, 12 * HOUR),
    ("allTime", 3_650 * _DAY, _DAY),
)
"""Name of a period, its length and the distance of its points, in seconds."""


def wallet_of(account: str) -> str:
    """The address of an account: as shipped for season 1, else made up."""
    made_up = "0x" + sha256(account.encode()).hexdigest()[:40]
    return SEASON_1_WALLETS.get(account, made_up)


def fills_of(arena: Arena, who: Contestant) -> Sequence[Json]:
    """All fills of an account, also those after the season, oldest first."""
    by_symbol: dict[str, list[Json]] = defaultdict(list)
    for held in who.book.holdings:
        by_symbol[held.symbol] += _fills_of_holding(arena, held)
    fills = [row for rows in by_symbol.values() for row in _positioned(rows)]
    return sorted(fills, key=lambda row: (row["time"], row["tid"]))


def _fills_of_holding(arena: Arena, held: Holding) -> Iterator[Json]:
    for lot in held.lots:
        yield _entry(arena, held, lot)
    by_fill: dict[tuple[int, int], list[Leg]] = defaultdict(list)
    for leg in held.legs:
        by_fill[leg.oid, leg.tid].append(leg)
    for legs in by_fill.values():
        yield _exit(arena, held, legs)
    if held.closed is None:
        yield _afterwards(arena, held)


def _entry(arena: Arena, held: Holding, lot: Lot) -> Json:
    row = _row(arena, held.symbol, lot.at, lot.quantity, lot.price)
    return {
        **row,
        "dir": "Open Long" if held.is_long else "Open Short",
        "closedPnl": "0.0",
        "fee": _text(lot.fee),
        "oid": lot.oid,
        "tid": lot.tid,
        "crossed": True,
    }


def _exit(arena: Arena, held: Holding, legs: Sequence[Leg]) -> Json:
    leg = legs[0]
    quantity = -sum(each.quantity for each in legs)
    row = _row(arena, held.symbol, leg.at, quantity, leg.price)
    fee = sum(each.exit_fee for each in legs)
    return {
        **row,
        "dir": _closing(held),
        "closedPnl": _text(sum(each.closed_pnl for each in legs) + fee),
        "fee": _text(fee),
        "oid": leg.oid,
        "tid": leg.tid,
        "crossed": leg.crossed,
    }


def _afterwards(arena: Arena, held: Holding) -> Json:
    """Closes what the season left open, without a fee."""
    at, end = arena.length + _AFTERWARDS, arena.length
    price = arena.market.fill(held.symbol, end, -1 if held.is_long else 1)
    quantity = held.quantity(end)
    lot = held.lots[0]
    return {
        **_row(arena, held.symbol, at, -quantity, price),
        "dir": _closing(held),
        "closedPnl": _text((price - held.entry_price(end)) * quantity),
        "fee": "0.0",
        "oid": lot.oid + 10**9,
        "tid": lot.tid + 1,
        "crossed": True,
    }


def _closing(held: Holding) -> str:
    return "Close Long" if held.is_long else "Close Short"


def _row(arena: Arena, symbol: str, at: float, quantity: float, price: float) -> Json:
    return {
        "coin": symbol,
        "px": _text(price),
        "sz": _text(abs(quantity)),
        "side": "B" if quantity > 0 else "A",
        "time": _milliseconds(arena, at),
        "hash": "0x" + sha256(f"{symbol}{at}{quantity}".encode()).hexdigest(),
        "feeToken": "USDC",
    }


def _positioned(rows: Iterable[Json]) -> Iterator[Json]:
    """The fills of one symbol, each with what was held before it."""
    held = 0.0
    for row in sorted(rows, key=lambda row: (row["time"], row["tid"])):
        yield {**row, "startPosition": _text(held)}
        change = float(row["sz"]) * (1 if row["side"] == "B" else -1)
        held = round(held + change, 8)


def funding_of(arena: Arena, who: Contestant, until: float) -> Iterator[Json]:
    """A payment for each open position at each full hour up to then."""
    for hour in range(1, int(min(until, arena.length) / HOUR) + 1):
        at = hour * HOUR
        for held in who.book.open_at(at):
            delta = {
                "type": "funding",
                "coin": held.symbol,
                "usdc": "0.0",
                "szi": _text(held.quantity(at)),
                "fundingRate": "0.0",
            }
            time = _milliseconds(arena, at)
            yield {"time": time, "hash": "0x" + "0" * 64, "delta": delta}


def ledger_of(arena: Arena, who: Contestant) -> Sequence[Json]:
    """What the account began with."""
    wallet = wallet_of(who.key)
    delta = {"type": "deposit", "usdc": _text(INITIAL)}
    digest = sha256(wallet.encode()).hexdigest()
    time = _milliseconds(arena, 0.0)
    return [{"time": time, "hash": f"0x{digest}", "delta": delta}]


def portfolio_of(arena: Arena, who: Contestant, until: float) -> Sequence[Any]:
    """What an account was worth over the last day, week and month, and ever.

    The older a period reaches back, the fewer its points.
    """
    values = {
        name: {
            "accountValueHistory": _values(arena, who, until, until - length, step),
            "pnlHistory": [],
            "vlm": "0.0",
        }
        for name, length, step in _PERIODS
    }
    return [
        [f"perp{name[0].upper()}{name[1:]}" if own else name, period]
        for own in (False, True)
        for name, period in values.items()
    ]


def _values(
    arena: Arena, who: Contestant, until: float, since: float, step: float
) -> Sequence[Any]:
    end = min(until, arena.seconds(arena.end))
    count = int((end - max(since, 0.0)) // step)
    times = (end - place * step for place in range(count, -1, -1))
    return [[_milliseconds(arena, at), _text(who.book.equity(at))] for at in times]


def candle(arena: Arena, symbol: str, interval: str, start: float, end: float) -> Json:
    """The prices from one second of the season to another."""
    minutes = range(int(start // 60), int(end // 60) + 1)
    prices = [arena.market.mid(symbol, minute * 60.0) for minute in minutes]
    return {
        "t": _milliseconds(arena, start),
        "T": _milliseconds(arena, end) - 1,
        "s": symbol,
        "i": interval,
        "o": _text(prices[0]),
        "h": _text(max(prices)),
        "l": _text(min(prices)),
        "c": _text(prices[-1]),
        "v": _text(len(prices) * 1.5),
        "n": len(prices),
    }


def _milliseconds(arena: Arena, at: float) -> int:
    return round(arena.unix(at) * 1000)


def _text(value: float) -> str:
    """A number without float noise."""
    return str(round(value * _UNITS) / _UNITS)
