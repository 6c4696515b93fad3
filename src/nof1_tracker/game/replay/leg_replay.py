"""Replays a model's legs through the engine, and compares what each leg paid and netted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nof1_tracker.game.engine.bookkeeping import Execution
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.game.replay.order_prices import (
    CENT,
    average_price,
    blends_rates,
    expected_fee,
    rate_of,
)
from nof1_tracker.records.play.orders import Order, side_of
from nof1_tracker.records.play.recorded_legs import LegEnd, RecordedLeg

_NONE = Decimal(0)
_COPY = TradingRules(requires_margin=False)


@dataclass(frozen=True, slots=True)
class LegReplay:
    """One leg as recorded, and as the engine makes it. USD.

    Attributes:
        fee_difference: Fee by rate and role at the stated prices, less as charged.
        net_difference: Net PnL of the replay, less as served.
        stated_net_difference: The same at the stated prices alone, without the others
            of its position and without what its fees say about the price.
        blends: Whether one of its orders paid no single rate.
        notional: Of its entry.
    """

    trade_id: str
    fee_difference: Decimal
    net_difference: Decimal
    stated_net_difference: Decimal
    blends: bool
    notional: Decimal

    @property
    def fee_agrees(self) -> bool:
        """To the cent."""
        return abs(self.fee_difference) <= CENT

    @property
    def net_agrees(self) -> bool:
        """To the cent."""
        return abs(self.net_difference) <= CENT


def replay_legs(legs: Iterable[RecordedLeg]) -> Sequence[LegReplay]:
    """Each completed leg of one account whose fees and net PnL are known."""
    by_symbol: dict[str, list[RecordedLeg]] = defaultdict(list)
    for leg in legs:
        if leg.exit is not None and _is_whole(leg):
            by_symbol[leg.symbol].append(leg)
    return [each for own in by_symbol.values() for each in _replayed(own)]


def _is_whole(leg: RecordedLeg) -> bool:
    ends = [leg.entry, leg.exit] if leg.exit else []
    return leg.net_pnl is not None and all(
        end.fee is not None and end.is_taker is not None for end in ends
    )


def _replayed(legs: Sequence[RecordedLeg]) -> Iterator[LegReplay]:
    """The legs of one symbol, netted against the averaged entry of their position."""
    pnls = _closed_pnls(legs)
    for leg in legs:
        end = leg.exit
        if end is None or leg.entry.fee is None or end.fee is None:
            continue
        closed = pnls[_key(leg, end)] * leg.units
        fees = leg.entry.fee + end.fee
        expected = expected_fee(leg.entry, leg.units) + expected_fee(end, leg.units)
        served = leg.net_pnl or _NONE
        stated = (end.price - leg.entry.price) * leg.units
        yield LegReplay(
            trade_id=leg.trade_id,
            fee_difference=expected - fees,
            net_difference=closed - fees - served,
            stated_net_difference=stated - fees - served,
            blends=any(blends_rates(each, leg.units) for each in (leg.entry, end)),
            notional=abs(leg.units) * leg.entry.price,
        )


_Key = tuple[object, bool]


def _key(leg: RecordedLeg, end: LegEnd) -> _Key:
    return end.oid or leg.trade_id, end is leg.exit


def _closed_pnls(legs: Sequence[RecordedLeg]) -> Mapping[_Key, Decimal]:
    """What each closing order made per unit of a long, before fees: the engine's word."""
    orders: dict[_Key, list[tuple[LegEnd, Decimal]]] = defaultdict(list)
    for leg in legs:
        orders[_key(leg, leg.entry)].append((leg.entry, leg.units))
        if leg.exit is not None:
            orders[_key(leg, leg.exit)].append((leg.exit, -leg.units))
    ordered = sorted(
        orders.items(), key=lambda each: (max(e.at for e, _ in each[1]), each[0][1])
    )
    engine = TradingEngine(ordered[0][1][0][0].at, _COPY)
    pnls: dict[_Key, Decimal] = {}
    for number, (key, parts) in enumerate(ordered, start=1):
        entries = engine.execute(_execution(number, legs[0].symbol, parts))
        closed = [entry for entry in entries if entry.held_before * entry.units < 0]
        if closed:
            pnls[key] = sum((e.pnl for e in closed), _NONE) / -sum(
                (e.units for e in closed), _NONE
            )
    return pnls


def _execution(
    number: int, symbol: str, parts: Sequence[tuple[LegEnd, Decimal]]
) -> Execution:
    units = sum((size for _, size in parts), _NONE)
    value = sum((average_price(end, size) * size for end, size in parts), _NONE)
    at = max(end.at for end, _ in parts)
    order = Order(number, at, symbol, side_of(units), abs(units))
    end = parts[0][0]
    is_taker = end.is_taker is not False
    return Execution(order, at, units, value / units, rate_of(end), is_taker)
