"""Parses open positions, as served by account-totals and the prompts of ModelChat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.records.parsed import Position
from nof1_tracker.scraper.wire.payload_rows import UNTIMELY, PayloadRows
from nof1_tracker.scraper.wire.rows import ExitPlan, PositionRow


@dataclass(frozen=True, slots=True)
class SeenPositions:
    """An account's positions, as one row shows them.

    Attributes:
        positions: The parsed positions; None if the source shows no list.
        complete: True if no shown position was rejected.
    """

    positions: tuple[Position, ...] | None
    complete: bool


def parse_positions(
    payload: PayloadRows,
    served: dict[str, Any] | list[Any] | None,
    account_id: str,
    observed_at: datetime,
    source: EquitySource,
) -> SeenPositions:
    """The open positions.

    A position that does not validate is rejected by itself. Positions that the source
    calls inactive, and positions of zero units, are not open.
    """
    if served is None:
        return SeenPositions(None, complete=False)
    complete = True
    open_positions = {}
    for raw in _each(served):
        if _inactive(raw):
            continue
        row = payload.validated(PositionRow, raw, "position")
        if row is not None and row.quantity == 0:
            continue
        oid = None if row is None else _entry_oid(payload, row, raw)
        if row is None or oid is None:
            complete = False
            continue
        opened_at = _opened_at(payload, row)
        open_positions[row.symbol, oid] = _record(
            row, oid, raw, account_id, observed_at, source, opened_at
        )
    return SeenPositions(tuple(open_positions.values()), complete)


def _each(served: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(served, list):
        yield from served
        return
    for symbol, raw in served.items():
        named = not isinstance(raw, dict) or "symbol" in raw or "coin" in raw
        yield raw if named else {"symbol": symbol, **raw}


def _inactive(raw: Any) -> bool:
    return isinstance(raw, dict) and raw.get("is_active") is False


def _entry_oid(
    payload: PayloadRows, row: PositionRow, raw: Mapping[str, Any]
) -> int | None:
    """The order that opened it; None, and rejected, if it is not known.

    Its `oid` is meant only where no `entry_oid` is served: beside one that cannot be
    read it would make the position another one's. The site writes -1 for none.
    """
    is_unreadable = row.entry_oid is None and raw.get("entry_oid") is not None
    known = (row.entry_oid, None if is_unreadable else row.oid)
    oid = next((each for each in known if each and each > 0), None)
    if oid is None:
        payload.reject_part("position: entry_oid is missing")
    return oid


def _opened_at(payload: PayloadRows, row: PositionRow) -> datetime | None:
    """When it was opened, unless that is after it was observed."""
    if payload.is_untimely(row.entry_time):
        payload.reject_part(f"position: entry_time: {UNTIMELY}")
        return None
    return row.entry_time


def _record(
    row: PositionRow,
    entry_oid: int,
    raw: dict[str, Any],
    account_id: str,
    observed_at: datetime,
    source: EquitySource,
    opened_at: datetime | None,
) -> Position:
    plan = row.exit_plan or ExitPlan()
    return Position(
        account_id=account_id,
        observed_at=observed_at,
        source=source,
        symbol=row.symbol,
        side=TradeSide.LONG if row.quantity > 0 else TradeSide.SHORT,
        quantity=abs(row.quantity),
        entry_price=row.entry_price,
        entry_oid=entry_oid,
        mark_price=row.current_price,
        liquidation_price=row.liquidation_price,
        leverage=row.leverage,
        margin=row.margin,
        unrealized_pnl=row.unrealized_pnl,
        confidence=row.confidence,
        risk_usd=row.risk_usd,
        profit_target=plan.profit_target,
        stop_loss=plan.stop_loss,
        invalidation_condition=plan.invalidation_condition,
        opened_at=opened_at,
        raw=raw,
    )
