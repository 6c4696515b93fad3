"""What the exchange is asked for, and how its answers go on past their limits. Pure.

Source: https://api.hyperliquid.xyz/info, one POST for each query. Times are whole
milliseconds, both ends of a span belong to it, and rows come oldest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

MOST_FILLS: Final = 10_000
"""Only the newest fills of an address are served."""
MOST_CANDLES: Final = 5_000
"""Only the newest candles of an interval are served."""
INTERVALS: Final[Mapping[str, timedelta]] = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
}
_MILLISECOND: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class InfoKind(StrEnum):
    """The `type` of a query."""

    FILLS = "userFillsByTime"
    FUNDING = "userFunding"
    LEDGER = "userNonFundingLedgerUpdates"
    CANDLES = "candleSnapshot"
    PORTFOLIO = "portfolio"


MOST_ROWS: Final[Mapping[InfoKind, int]] = {
    InfoKind.FILLS: 2_000,
    InfoKind.FUNDING: 500,
    InfoKind.LEDGER: 500,
    InfoKind.CANDLES: MOST_CANDLES,
    InfoKind.PORTFOLIO: 8,
}
"""Rows of one answer."""


@dataclass(frozen=True, slots=True)
class InfoQuery:
    """One query.

    Attributes:
        subject: What else the kind needs: user, or coin and interval.
        since, until: The span, both ends included.
    """

    kind: InfoKind
    subject: Mapping[str, Any]
    since: datetime
    until: datetime

    @property
    def body(self) -> Mapping[str, Any]:
        """The request as JSON."""
        span = {
            "startTime": milliseconds(self.since),
            "endTime": milliseconds(self.until),
        }
        asked = {**self.subject, **span}
        if self.kind is InfoKind.PORTFOLIO:  # all periods, whatever the span
            return {"type": self.kind.value, **self.subject}
        if self.kind is InfoKind.CANDLES:
            return {"type": self.kind.value, "req": asked}
        return {"type": self.kind.value, **asked}

    def after(self, last: datetime | None, rows: int) -> "InfoQuery | None":
        """The query for what comes after an answer; None where that was the last.

        It begins with the last instant again, of which rows may have been cut off: the
        answer to the last query has nothing later than that. This does not rest on how
        many rows the exchange serves at once, unless all are of one instant.

        Args:
            last: The time of the last row; None where there is none.
            rows: How many there are.
        """
        if last is None or last >= self.until:
            return None
        if last > self.since:
            return replace(self, since=last)
        is_full = rows >= MOST_ROWS[self.kind]
        return replace(self, since=self.since + _MILLISECOND) if is_full else None


def fills_of(wallet: str, since: datetime, until: datetime) -> InfoQuery:
    """Executions of an account's orders."""
    return InfoQuery(InfoKind.FILLS, {"user": wallet}, since, until)


def funding_of(wallet: str, since: datetime, until: datetime) -> InfoQuery:
    """What an account paid and got for holding positions."""
    return InfoQuery(InfoKind.FUNDING, {"user": wallet}, since, until)


def ledger_of(wallet: str, since: datetime, until: datetime) -> InfoQuery:
    """Deposits, withdrawals and transfers of an account."""
    return InfoQuery(InfoKind.LEDGER, {"user": wallet}, since, until)


def portfolio_of(wallet: str, since: datetime, until: datetime) -> InfoQuery:
    """What an account was worth, thinned out with age."""
    return InfoQuery(InfoKind.PORTFOLIO, {"user": wallet}, since, until)


def candles_of(
    symbol: str, interval: str, since: datetime, until: datetime
) -> InfoQuery:
    """Prices of a symbol."""
    subject = {"coin": symbol, "interval": interval}
    return InfoQuery(InfoKind.CANDLES, subject, since, until)


def finest_interval(since: datetime, now: datetime) -> str:
    """The shortest interval whose candles still reach back to a time."""
    reach = (
        name
        for name, length in INTERVALS.items()
        if now - length * MOST_CANDLES <= since
    )
    return next(reach, "1d")


def milliseconds(at: datetime) -> int:
    """Since 1970, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def instant(value: int) -> datetime:
    """The time of a number of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=value)
