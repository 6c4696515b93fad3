"""Parses the exchange's answers into records. Pure.

Numbers come as text, times as milliseconds. A row that is not valid costs itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.history.hyperliquid.info_queries import InfoKind, instant
from nof1_tracker.records.history.hyperliquid import (
    Candle,
    Fill,
    FillSide,
    FundingPayment,
    LedgerUpdate,
)

_SIDES: Final = {"B": FillSide.BUY, "A": FillSide.SELL}
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not valid: why, and the row as JSON."""

    kind: str
    reason: str
    original: str


@dataclass(frozen=True, slots=True)
class InfoRows:
    """What one answer holds.

    Attributes:
        rejected: The rows that are not valid.
        count: Of all rows, the ones that are not valid included.
        last_at: The time of the last row; None where there is none.
    """

    fills: tuple[Fill, ...] = ()
    funding: tuple[FundingPayment, ...] = ()
    ledger: tuple[LedgerUpdate, ...] = ()
    candles: tuple[Candle, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    count: int = 0
    last_at: datetime | None = None


def parse_answer(body: bytes, kind: InfoKind, wallet: str = "") -> InfoRows:
    """The records in an answer, which is a list of rows.

    Args:
        wallet: Whose ledger it is; the sign of a transfer depends on it.

    Raises:
        ValueError: The body is not JSON.
    """
    name, parse = _PARSERS[kind]
    rows = json.loads(body, parse_float=Decimal)
    records: list[Any] = []
    rejected: list[RejectedRow] = []
    for row in rows:
        try:
            records.append(parse(row, wallet))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            text = json.dumps(row, default=str)[:_MOST_TEXT]
            rejected.append(RejectedRow(kind.value, _reason(error), text))
    return InfoRows(
        **{name: tuple(records)},
        rejected=tuple(rejected),
        count=len(rows),
        last_at=last_time(rows),
    )


def last_time(rows: Sequence[Any]) -> datetime | None:
    """The time of the last row that has one: of a candle, when it began."""
    for row in reversed(rows):
        if isinstance(row, dict) and isinstance(
            at := row.get("time", row.get("t")), int
        ):
            return instant(at)
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]!r}"
    return f"{type(error).__name__}: {error}"


def _fill(row: Mapping[str, Any], _wallet: str) -> Fill:
    return Fill(
        symbol=row["coin"],
        side=_SIDES[row["side"]],
        quantity=_positive(row["sz"]),
        price=_positive(row["px"]),
        filled_at=instant(row["time"]),
        oid=int(row["oid"]),
        tid=int(row["tid"]),
        start_position=_number(row["startPosition"]),
        direction=row["dir"],
        closed_pnl=_number(row["closedPnl"]),
        fee=_number(row["fee"]),
        is_taker=bool(row["crossed"]),
        is_liquidation=bool(row.get("liquidation")),
        raw=row,
    )


def _funding(row: Mapping[str, Any], _wallet: str) -> FundingPayment:
    delta = row["delta"]
    return FundingPayment(
        symbol=delta["coin"],
        paid_at=instant(row["time"]),
        amount=_number(delta["usdc"]),
        position=_number(delta["szi"]),
        rate=_number(delta["fundingRate"]),
    )


def _ledger(row: Mapping[str, Any], wallet: str) -> LedgerUpdate:
    delta = row["delta"]
    return LedgerUpdate(
        happened_at=instant(row["time"]),
        hash=row["hash"],
        kind=delta["type"],
        amount=_amount(delta, wallet),
        raw=row,
    )


def _amount(delta: Mapping[str, Any], wallet: str) -> Decimal | None:
    """USD that the perpetuals' equity changed by; None for a kind that is not known."""
    kind = delta["type"]
    if kind == "deposit":
        return _number(delta["usdc"])
    if kind == "withdraw":
        return -_number(delta["usdc"]) - _number(delta.get("fee", "0"))
    if kind == "accountClassTransfer":
        return _number(delta["usdc"]) * (1 if delta["toPerp"] else -1)
    if kind in ("internalTransfer", "subAccountTransfer"):
        return _transferred(delta, wallet)
    return None


def _transferred(delta: Mapping[str, Any], wallet: str) -> Decimal:
    amount = _number(delta["usdc"])
    if delta["destination"].lower() == wallet:
        return amount
    return -amount - _number(delta.get("fee", "0"))


def _candle(row: Mapping[str, Any], _wallet: str) -> Candle:
    return Candle(
        symbol=row["s"],
        interval=row["i"],
        opened_at=instant(row["t"]),
        closed_at=instant(row["T"]),
        open=_positive(row["o"]),
        high=_positive(row["h"]),
        low=_positive(row["l"]),
        close=_positive(row["c"]),
        volume=_number(row["v"]),
        trades=int(row["n"]),
    )


def _number(value: Any) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return number


def _positive(value: Any) -> Decimal:
    number = _number(value)
    if number <= 0:
        raise ValueError(f"{value} is not positive")
    return number


_PARSERS: Final[
    Mapping[InfoKind, tuple[str, Callable[[Mapping[str, Any], str], Any]]]
] = {
    InfoKind.FILLS: ("fills", _fill),
    InfoKind.FUNDING: ("funding", _funding),
    InfoKind.LEDGER: ("ledger", _ledger),
    InfoKind.CANDLES: ("candles", _candle),
}
