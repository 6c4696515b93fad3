"""Parses the exchange's answers into records. Pure.

Numbers come as text, times as milliseconds. A row that is not valid costs itself.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.history.hyperliquid.info_queries import InfoKind, instant
from nof1_tracker.records.history.hyperliquid import (
    Candle,
    EquityPoint,
    Fill,
    FillSide,
    FundingPayment,
    LedgerUpdate,
)

_INVALID: Final = (
    *(KeyError, TypeError, ValueError, ArithmeticError),
    AttributeError,
)
"""What a row that is not valid raises."""
_SIDES: Final = {"B": FillSide.BUY, "A": FillSide.SELL}
_MOST_TEXT = 500
_USD: Final = Decimal(10**11)
"""Bounds of the columns, exclusive: NUMERIC(20,8) and wider for USD, and so on."""
_UNITS: Final = Decimal(10**17)
_RATE: Final = Decimal(10**5)
_BIGINT: Final = 2**63
_INTEGER: Final = 2**31
_NAME: Final = 50
_HASH: Final = 66
_INTERVAL: Final = 4
_PERPETUALS: Final = "perp"
_LATEST: Final = 4_102_444_800_000
"""Milliseconds since 1970: the year 2100."""


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
    values: tuple[EquityPoint, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    count: int = 0
    last_at: datetime | None = None


def parse_answer(body: bytes, kind: InfoKind, wallet: str = "") -> InfoRows:
    """The records in an answer, which is a list of rows, or of periods with rows.

    Args:
        wallet: Whose ledger it is; the sign of a transfer depends on it.

    Raises:
        ValueError: The body is not JSON.
    """
    name, parse = _PARSERS[kind]
    rows = json.loads(body, parse_float=Decimal)
    if kind is InfoKind.PORTFOLIO:
        rows = _values_in(rows)
    records: list[Any] = []
    rejected: list[RejectedRow] = []
    for row in rows:
        try:
            records.append(parse(row, wallet))
        except _INVALID as error:
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
        at = row.get("time", row.get("t")) if isinstance(row, dict) else None
        if isinstance(at, int) and 0 <= at < _LATEST:
            return instant(at)
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]!r}"
    return f"{type(error).__name__}: {error}"


def _fill(row: Mapping[str, Any], _wallet: str) -> Fill:
    return Fill(
        symbol=_text(row["coin"]),
        side=_SIDES[row["side"]],
        quantity=_positive(row["sz"], _UNITS),
        price=_positive(row["px"]),
        filled_at=_time(row["time"]),
        oid=_whole(row["oid"]),
        tid=_whole(row["tid"]),
        start_position=_number(row["startPosition"], _UNITS),
        direction=_text(row["dir"]),
        closed_pnl=_number(row["closedPnl"]),
        fee=_number(row["fee"]),
        is_taker=bool(row["crossed"]),
        is_liquidation=bool(row.get("liquidation")),
        raw=row,
    )


def _funding(row: Mapping[str, Any], _wallet: str) -> FundingPayment:
    delta = row["delta"]
    return FundingPayment(
        symbol=_text(delta["coin"]),
        paid_at=_time(row["time"]),
        amount=_number(delta["usdc"]),
        position=_number(delta["szi"], _UNITS),
        rate=_number(delta["fundingRate"], _RATE),
    )


def _ledger(row: Mapping[str, Any], wallet: str) -> LedgerUpdate:
    delta = row["delta"]
    return LedgerUpdate(
        happened_at=_time(row["time"]),
        hash=_text(row["hash"], _HASH),
        kind=_text(delta["type"]),
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
        symbol=_text(row["s"]),
        interval=_text(row["i"], _INTERVAL),
        opened_at=_time(row["t"]),
        closed_at=_time(row["T"]),
        open=_positive(row["o"]),
        high=_positive(row["h"]),
        low=_positive(row["l"]),
        close=_positive(row["c"]),
        volume=_number(row["v"], _UNITS),
        trades=_whole(row["n"], _INTEGER),
    )


def _values_in(periods: Iterable[Any]) -> list[Any]:
    """The values of all periods, each once; a period that is not valid as it is.

    An account's perpetuals have periods of their own, beside those of all that it holds.
    """
    found = [(_name(each), each) for each in periods]
    own = [each for name, each in found if name.startswith(_PERPETUALS)]
    chosen = own or [each for _, each in found]
    rows = {
        json.dumps(row, default=str): row
        for period in chosen
        for row in _history(period)
    }
    return list(rows.values())


def _name(period: Any) -> str:
    return str(period[0]) if isinstance(period, list) and period else ""


def _history(period: Any) -> list[Any]:
    try:
        return list(period[1]["accountValueHistory"])
    except (*_INVALID, IndexError):
        return [period]


def _value(row: Sequence[Any], _wallet: str) -> EquityPoint:
    at, equity = row
    return EquityPoint(_time(at), _number(equity))


def _number(value: Any, limit: Decimal = _USD) -> Decimal:
    number = Decimal(value)
    if not (number.is_finite() and abs(number) < limit):
        raise ValueError(f"{value} is not a number below {limit:,}")
    return number


def _text(value: Any, longest: int = _NAME) -> str:
    if not (isinstance(value, str) and value.isprintable() and len(value) <= longest):
        raise ValueError(f"it is not a text of at most {longest} printable characters")
    return value


def _whole(value: Any, limit: int = _BIGINT) -> int:
    number = int(value)
    if not 0 <= number < limit:
        raise ValueError(f"{value} is not a number from 0 to {limit:,}")
    return number


def _time(value: Any) -> datetime:
    return instant(_whole(value, _LATEST))


def _positive(value: Any, limit: Decimal = _USD) -> Decimal:
    number = _number(value, limit)
    if number <= 0:
        raise ValueError(f"{value} is not positive")
    return number


_PARSERS: Final[Mapping[InfoKind, tuple[str, Callable[[Any, str], Any]]]] = {
    InfoKind.FILLS: ("fills", _fill),
    InfoKind.FUNDING: ("funding", _funding),
    InfoKind.LEDGER: ("ledger", _ledger),
    InfoKind.CANDLES: ("candles", _candle),
    InfoKind.PORTFOLIO: ("values", _value),
}
