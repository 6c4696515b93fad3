"""The input of the metrics: one account's trades and snapshots, a column per field."""

from dataclasses import dataclass, fields
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
TimeArray = NDArray[np.datetime64]
"""UTC instants as datetime64[us]; NaT where unknown."""

UNKNOWN = -1
"""The value of an integer that was not observed."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TradeColumns:
    """Completed legs of one account, in any order; all columns have equal length.

    Attributes:
        net_pnl: USD as served. A leg without one (NaN) has no outcome and is left
            out of every metric.
        gross_pnl, fees: USD as served; NaN where unknown.
        entry_price, exit_price: USD per unit.
        quantity: Units of the underlying; the sign does not matter.
        opened_at, closed_at: NaT where unknown, or known to be wrong.
        symbol: str.
        liquidated: True where the exchange closed it.
        entry_oid: Id of the order that opened it; UNKNOWN where not served.
        leverage: As the model stated it at entry; NaN where unknown.
        implausible: True where its figures are; None where none are.
    """

    net_pnl: FloatArray
    gross_pnl: FloatArray
    fees: FloatArray
    entry_price: FloatArray
    exit_price: FloatArray
    quantity: FloatArray
    opened_at: TimeArray
    closed_at: TimeArray
    is_long: BoolArray
    symbol: NDArray[np.str_] | NDArray[np.object_]
    liquidated: BoolArray
    entry_oid: IntArray
    leverage: FloatArray
    implausible: BoolArray | None = None

    def __post_init__(self) -> None:
        _require_one_length(self)

    def __len__(self) -> int:
        return len(self.net_pnl)

    def where(self, mask: BoolArray | IntArray) -> Self:
        """The legs that the mask or the indices select, in their order."""
        return selected(self, mask)

    @property
    def entry_notional(self) -> FloatArray:
        """entry_price * |quantity|, USD, >= 0. Source: nof1's analytics."""
        return self.entry_price * np.abs(self.quantity)

    @property
    def exit_notional(self) -> FloatArray:
        """exit_price * |quantity|, USD, >= 0."""
        return self.exit_price * np.abs(self.quantity)

    @property
    def holding_seconds(self) -> FloatArray:
        """closed_at - opened_at, >= 0; NaN where a time is unknown or they are reversed."""
        held = seconds(self.closed_at - self.opened_at)
        return np.where(held >= 0, held, np.nan)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanColumns:
    """The plans behind one account's trades, in any order.

    Rows are completed legs, and the open part of each entry.

    Attributes:
        symbol: str.
        closed_at: NaT while it is open, and where its exit was not observed.
        exit_price: USD per unit; NaN while it is open or if the exit was not observed.
        net_pnl: USD as served; NaN while it is open or if the exit was not observed.
        entry_oid: Legs that share it are one entry; a leg without one (UNKNOWN) is an
            entry of its own.
        confidence: 0..100, from the position with this entry_oid; NaN if none.
        stop_loss, profit_target: USD per unit, from the newest position with this
            entry_oid; NaN where it was never observed.
    """

    symbol: NDArray[np.str_] | NDArray[np.object_]
    is_long: BoolArray
    opened_at: TimeArray
    closed_at: TimeArray
    exit_price: FloatArray
    net_pnl: FloatArray
    entry_oid: IntArray
    confidence: FloatArray
    stop_loss: FloatArray
    profit_target: FloatArray

    def __post_init__(self) -> None:
        _require_one_length(self)

    def __len__(self) -> int:
        return len(self.net_pnl)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EquityColumns:
    """Snapshots of one account, in any order; all columns have equal length.

    Attributes:
        observed_at: If rows have equal times, the last one counts.
        equity: USD; a row without one (NaN) is left out.
        open_positions: UNKNOWN where not observed; None if never observed.
        gross_exposure: Sum of |quantity| * mark price, USD; NaN where unknown.
        net_exposure: The same, shorts counted as negative.
        unrealized_pnl: Sum over the open positions, USD; NaN where unknown.
        weights: How many observations a row stands for, itself included: the others of
            its hour lie below an earlier peak; None: each row for itself.
    """

    observed_at: TimeArray
    equity: FloatArray
    open_positions: IntArray | None = None
    gross_exposure: FloatArray | None = None
    net_exposure: FloatArray | None = None
    unrealized_pnl: FloatArray | None = None
    weights: IntArray | None = None

    def __post_init__(self) -> None:
        _require_one_length(self)

    def __len__(self) -> int:
        return len(self.equity)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CountColumns:
    """How many completed legs the site counted of one account, oldest first.

    Attributes:
        observed_at: No two are the same.
        total: Since the account began.
    """

    observed_at: TimeArray
    total: IntArray

    def __post_init__(self) -> None:
        _require_one_length(self)

    def __len__(self) -> int:
        return len(self.total)


def no_counts() -> CountColumns:
    """Empty columns."""
    return CountColumns(
        observed_at=np.empty(0, "datetime64[us]"), total=np.empty(0, np.int64)
    )


Selected = TypeVar("Selected", bound=TradeColumns | EquityColumns)


def selected(columns: Selected, mask: BoolArray | IntArray) -> Selected:
    """The rows that the mask or the indices select, in their order."""
    kept: dict[str, Any] = {}
    for each in fields(columns):
        values = getattr(columns, each.name)
        kept[each.name] = None if values is None else values[mask]
    return type(columns)(**kept)


def seconds(spans: NDArray[np.timedelta64]) -> FloatArray:
    """Spans in seconds; NaN for NaT."""
    return spans / np.timedelta64(1, "s")


def runs(flags: BoolArray) -> tuple[IntArray, IntArray]:
    """Start index of each unbroken run of True, and the index just after its end."""
    padded = np.concatenate(([0], flags.astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(padded))
    return edges[::2], edges[1::2]


def _require_one_length(
    columns: TradeColumns | PlanColumns | EquityColumns | CountColumns,
) -> None:
    """Raises ValueError if columns differ in length, because rows would be mixed up."""
    values = {each.name: getattr(columns, each.name) for each in fields(columns)}
    shapes = {
        name: np.shape(value) for name, value in values.items() if value is not None
    }
    if len(set(shapes.values())) > 1:
        raise ValueError(f"columns of different lengths: {shapes}")
