"""Parses the market in a ModelChat prompt: a price, and ten before it, per symbol.

The prompts of season 1 have a section `### ALL <symbol> DATA` for each symbol. Prompts
that are laid out otherwise have none, and state no price that is read here.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.parsed import Price
from nof1_tracker.scraper.wire.payload_rows import PayloadRows
from nof1_tracker.scraper.wire.rows import MarketRow

_HEADING = re.compile(r"^#{2,4}[ \t]+ALL[ \t]+(\S+)[ \t]+DATA[ \t]*$", re.MULTILINE)
_STATED: Final = {
    "price": re.compile(r"^current_price = ([^,\s]+),", re.MULTILINE),
    "funding_rate": re.compile(r"^Funding Rate: (\S+)[ \t]*$", re.MULTILINE),
    "open_interest": re.compile(r"^Open Interest: Latest: (\S+)", re.MULTILINE),
}
_MIDS = re.compile(r"^(?:\S+ mid|Mid) prices: \[([^\]\n]*)\]", re.MULTILINE)
_STEP = timedelta(minutes=3)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_market(payload: PayloadRows, prompt: str, at: datetime) -> Iterator[Price]:
    """The prices in a prompt, of which `at` is the own time."""
    for heading in _HEADING.finditer(prompt):
        stated = _stated(heading[1], _section(prompt, heading.end()))
        if "price" not in stated:
            continue
        row = payload.validated(MarketRow, stated, "market")
        if row is not None:
            yield from _prices(payload, row, at)


def _section(prompt: str, start: int) -> str:
    """The text up to the next heading."""
    end = prompt.find("\n#", start)
    return prompt[start:] if end < 0 else prompt[start:end]


def _stated(symbol: str, text: str) -> dict[str, Any]:
    """Fields of MarketRow, not validated; without those that are not stated."""
    stated: dict[str, Any] = {"symbol": symbol}
    for name, pattern in _STATED.items():
        if match := pattern.search(text):
            stated[name] = match[1]
    if match := _MIDS.search(text):
        stated["mids"] = match[1]
    return stated


def _prices(payload: PayloadRows, row: MarketRow, at: datetime) -> Iterator[Price]:
    yield Price(
        symbol=row.symbol,
        observed_at=at,
        price=row.price,
        source=PriceSource.MODEL_CHAT,
        funding_rate=row.funding_rate,
        open_interest=row.open_interest,
        stated_at=at,
    )
    if row.mids is None:
        return
    if row.mids[-1] != row.price:
        payload.reject_part("market: the last of the mid prices is not the price")
        return
    for observed_at, price in zip(_starts(at), row.mids[-2::-1], strict=False):
        source = PriceSource.MODEL_CHAT_SERIES
        yield Price(row.symbol, observed_at, price, source, stated_at=at)


def _starts(at: datetime) -> Iterator[datetime]:
    """When the three minutes before those of `at` began, the latest first.

    The series has a price for each three minutes by the clock: successive prompts of
    an account have the same prices but for the last until the next three minutes
    begin. Of 125 prompts, the earlier prices lie closest to what other prompts state
    25 seconds after the start of their three minutes.
    """
    start = at - (at - _EPOCH) % _STEP
    while True:
        start -= _STEP
        yield start


def distinct_prices(prices: Iterable[Price]) -> tuple[Price, ...]:
    """The prices of several prompts, one for each symbol, time and source.

    Each account sees prices of its own in the three minutes: those of the prompt that
    was first to state them count, so that the order of arrival never matters.
    """
    first: dict[tuple[str, datetime, PriceSource], Price] = {}
    for price in prices:
        key = (price.symbol, price.observed_at, price.source)
        if key not in first or price.order < first[key].order:
            first[key] = price
    return tuple(first.values())
