"""Legs and decisions at minutes of one morning, to judge how a model decides."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from nof1_tracker.analyzer.trades.entries import Entries, Matches, group_entries
from nof1_tracker.records.account_columns import UNKNOWN, PlanColumns
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.season_history import EntryDecision

MORNING = datetime(2025, 10, 20, 8, tzinfo=UTC)
LONG, SHORT = TradeSide.LONG, TradeSide.SHORT


class PlannedLeg(NamedTuple):
    """A row of PlanColumns; what is not known is None."""

    symbol: str
    side: TradeSide
    opened_at: datetime
    closed_at: datetime | None
    exit_price: float | None
    net_pnl: float | None
    entry_oid: int | None = None
    confidence: float | None = None
    stop_loss: float | None = None
    profit_target: float | None = None


def at(minutes: float) -> datetime:
    """That many minutes after eight."""
    return MORNING + timedelta(minutes=minutes)


def leg(
    opened: float,
    closed: float | None,
    net: float | None,
    *,
    oid: int | None = None,
    side: TradeSide = LONG,
    symbol: str = "BTC",
    exit_price: float | None = 100.0,
    confidence: float | None = None,
    stop: float | None = None,
    target: float | None = None,
) -> PlannedLeg:
    return PlannedLeg(
        symbol=symbol,
        side=side,
        opened_at=at(opened),
        closed_at=None if closed is None else at(closed),
        exit_price=None if closed is None else exit_price,
        net_pnl=net,
        entry_oid=oid,
        confidence=confidence,
        stop_loss=stop,
        profit_target=target,
    )


def decision(
    decided: float,
    confidence: float | None = None,
    *,
    side: TradeSide = LONG,
    symbol: str = "BTC",
    stop: float | None = None,
    target: float | None = None,
) -> EntryDecision:
    return EntryDecision(symbol, side, at(decided), confidence, stop, target)


def plans(legs: Iterable[PlannedLeg]) -> PlanColumns:
    """The legs as columns."""
    rows = list(legs)
    return PlanColumns(
        symbol=np.array([each.symbol for each in rows], dtype=np.object_),
        is_long=np.array([each.side is LONG for each in rows], dtype=np.bool_),
        opened_at=_times(each.opened_at for each in rows),
        closed_at=_times(each.closed_at for each in rows),
        exit_price=_numbers(each.exit_price for each in rows),
        net_pnl=_numbers(each.net_pnl for each in rows),
        entry_oid=np.array(
            [UNKNOWN if each.entry_oid is None else each.entry_oid for each in rows],
            dtype=np.int64,
        ),
        confidence=_numbers(each.confidence for each in rows),
        stop_loss=_numbers(each.stop_loss for each in rows),
        profit_target=_numbers(each.profit_target for each in rows),
    )


def entries_of(*legs: PlannedLeg) -> Entries:
    return group_entries(plans(legs))


def _times(times: Iterable[datetime | None]) -> Any:
    naive = [each and each.astimezone(UTC).replace(tzinfo=None) for each in times]
    return np.array(naive, dtype="datetime64[us]")


def _numbers(values: Iterable[float | None]) -> Any:
    return np.array(list(values), dtype=np.float64)


# --- what comes out, one by one --------------------------------------------------------


def entry_rows(entries: Entries) -> list[SimpleNamespace]:
    """Each entry by itself; what is not known is None."""
    return _rows(entries, len(entries))


def match_rows(
    matches: Matches, decisions: Sequence[EntryDecision]
) -> list[SimpleNamespace]:
    """Each entry with its decision; what is not known is None."""
    rows = _rows(matches, len(matches.entries))
    for row, entry in zip(rows, entry_rows(matches.entries), strict=True):
        row.entry = entry
        is_matched = row.decision != UNKNOWN
        row.decision = decisions[row.decision] if is_matched else None
    return rows


def _rows(columns: Entries | Matches, size: int) -> list[SimpleNamespace]:
    arrays = {
        each.name: getattr(columns, each.name)
        for each in fields(columns)
        if each.name not in {"markets", "entries"}
    }
    return [
        SimpleNamespace(
            **{name: _known(array[place]) for name, array in arrays.items()}
        )
        for place in range(size)
    ]


def _known(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.item().replace(tzinfo=UTC)
    found = value.item()
    return None if isinstance(found, float) and np.isnan(found) else found
