"""Fills as the exchange would have them, rebuilt from legs that the site served."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from nof1_tracker.records.history.hyperliquid import Fill, FillSide

Row = Mapping[str, Any]


def served_legs(captures: Path) -> Sequence[Row]:
    """The legs of both captures with trades, each once."""
    found = {}
    for path in sorted(captures.glob("*/trades.json")):
        document = json.loads(path.read_bytes(), parse_float=Decimal)
        found.update({row["id"]: row for row in document["trades"]})
    return list(found.values())


def whole(legs: Iterable[Row]) -> Sequence[Row]:
    """The legs but for those of an exit order that was filled in part only."""
    largest: dict[tuple[int, int], Row] = {}
    for leg in legs:
        key = (leg["entry_oid"], leg["exit_oid"])
        if key not in largest or abs(leg["quantity"]) > abs(largest[key]["quantity"]):
            largest[key] = leg
    return list(largest.values())


def rebuilt(legs: Iterable[Row]) -> Iterator[Fill]:
    """One fill for each entry order and each exit order of one account's symbol.

    Closed PnL is computed here: against the average entry of what is held.
    """
    orders = [*_orders(legs, "entry"), *_orders(legs, "exit")]
    held = average = Decimal(0)
    for at, is_exit, _, size, leg, fee in sorted(orders, key=lambda each: each[:3]):
        name = "exit" if is_exit else "entry"
        price = Decimal(leg[f"{name}_price"])
        pnl = (price - average) * size if is_exit else Decimal(0)
        change = -size if is_exit else size
        if not is_exit:
            average = (average * held + price * size) / (held + size)
        yield Fill(
            symbol=leg["symbol"],
            side=FillSide.BUY if change > 0 else FillSide.SELL,
            quantity=abs(size),
            price=price,
            filled_at=datetime.fromtimestamp(float(at), UTC),
            oid=leg[f"{name}_oid"],
            tid=leg[f"{name}_tid"],
            start_position=held,
            direction="",
            closed_pnl=pnl,
            fee=fee,
            is_taker=True,
            is_liquidation=False,
            raw={},
        )
        held += change


def _orders(
    legs: Iterable[Row], name: str
) -> Iterator[tuple[Decimal, bool, int, Decimal, Row, Decimal]]:
    """Time, kind, id, signed size, a leg and fee of each order."""
    by_order: dict[int, list[Row]] = defaultdict(list)
    for leg in legs:
        by_order[leg[f"{name}_oid"]].append(leg)
    for oid, parts in by_order.items():
        size = sum((_size(part) for part in parts), Decimal(0))
        fee = sum(
            (Decimal(part[f"{name}_commission_dollars"]) for part in parts), Decimal(0)
        )
        time = Decimal(parts[0][f"{name}_time"])
        yield time, name == "exit", oid, size, parts[0], fee


def _size(leg: Row) -> Decimal:
    """Signed units without the float noise of the site."""
    return round(Decimal(leg["quantity"]), 8)
