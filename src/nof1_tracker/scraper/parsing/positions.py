"""Parses open positions, as served by account-totals and the prompts of ModelChat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.records.parsed import Position
from nof1_tracker.scraper.wire.payload_rows import PayloadRows
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
    refused_before = len(payload.rejected)
    open_positions = {}
    for raw in _each(served):
        row = (
            None if _inactive(raw) else payload.validated(PositionRow, raw, "position")
        )
        if row is None or row.quantity == 0:
            continue
        oid = _entry_oid(row)
        if oid is None:
            payload.reject_part("position: entry_oid is missing")
            continue
        open_positions[row.symbol, oid] = _record(
            row, oid, raw, account_id, observed_at, source
        )
    complete = len(payload.rejected) == refused_before
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


def _entry_oid(row: PositionRow) -> int | None:
    """The order that opened it; None if there is none, for which the site writes -1."""
    return next((oid for oid in (row.entry_oid, row.oid) if oid and oid > 0), None)


def _record(
    row: PositionRow,
    entry_oid: int,
    raw: dict[str, Any],
    account_id: str,
    observed_at: datetime,
    source: EquitySource,
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
        opened_at=row.entry_time,
        raw=raw,
    )
