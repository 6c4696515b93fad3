"""An account's equity at the closes of candles, out of the exchange's record. Pure.

Equity is what was paid in, plus closed PnL, less fees, plus funding, plus what the open
positions are worth against their entries. It is computed as cash: each fill pays its
notional and its fee, and what is held counts at the close of the candle; the sum is the
same, and needs no average of entries.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from nof1_tracker.history.hyperliquid.legs_from_fills import in_order
from nof1_tracker.records.history.hyperliquid import (
    Candle,
    EquityPoint,
    Fill,
    FundingPayment,
    LedgerUpdate,
)

_NONE = Decimal(0)
_Event = tuple[datetime, str, Decimal, Decimal]
"""Time, symbol, units bought (negative: sold), cash in USD."""


def exchange_equity(
    fills: Sequence[Fill],
    funding: Iterable[FundingPayment],
    ledger: Sequence[LedgerUpdate],
    candles: Iterable[Candle],
) -> Sequence[EquityPoint]:
    """The equity at each close, oldest first, from the first deposit on.

    None at a close for which a symbol that is held has no candle, and none at all where
    the record does not begin with the account: a position was open before the first
    fill, no deposit is known, or an update is of a kind that is not known.
    """
    first: dict[str, Fill] = {}
    for fill in in_order(fills):
        first.setdefault(fill.symbol, fill)
    is_whole = all(each.start_position == 0 for each in first.values())
    if not ledger or not is_whole or any(each.amount is None for each in ledger):
        return ()
    events = sorted(_events(fills, funding, ledger))
    return tuple(_points(events, sorted(candles, key=_close)))


def _events(
    fills: Iterable[Fill],
    funding: Iterable[FundingPayment],
    ledger: Iterable[LedgerUpdate],
) -> Iterator[_Event]:
    for fill in fills:
        cash = -fill.signed * fill.price - fill.fee
        yield fill.filled_at, fill.symbol, fill.signed, cash
    for payment in funding:
        yield payment.paid_at, payment.symbol, _NONE, payment.amount
    for update in ledger:
        yield update.happened_at, "", _NONE, update.amount or _NONE


def _points(
    events: Sequence[_Event], candles: Iterable[Candle]
) -> Iterator[EquityPoint]:
    cash = _NONE
    held: dict[str, Decimal] = defaultdict(Decimal)
    place = 0
    for at, closing in groupby(candles, key=_close):
        while place < len(events) and events[place][0] <= at:
            _, symbol, units, paid = events[place]
            held[symbol] += units
            cash += paid
            place += 1
        prices = {each.symbol: each.close for each in closing}
        if place and (worth := _worth(held, prices)) is not None:
            yield EquityPoint(at, cash + worth)


def _worth(
    held: Mapping[str, Decimal], prices: Mapping[str, Decimal]
) -> Decimal | None:
    """USD of all that is held; None where a price is missing."""
    open_now = {symbol: units for symbol, units in held.items() if units}
    if open_now.keys() - prices.keys():
        return None
    return sum((units * prices[name] for name, units in open_now.items()), _NONE)


def _close(candle: Candle) -> datetime:
    return candle.closed_at
