"""Whether a span has enough prices to be played. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from nof1_tracker.records.play.playable_span import PlayableSpan, SymbolSlots
from nof1_tracker.records.play.quotes import Quote

SLOT = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def playable_span(
    quotes: Iterable[Quote], symbols: Iterable[str], since: datetime, until: datetime
) -> PlayableSpan:
    """How many of the quarter hours in [since, until) have a price, by symbol.

    A slot has one where a price became known in it. Slots are those of the clock, the
    first and the last of them perhaps cut short.
    """
    first, end = _slot(since), -((_EPOCH - until) // SLOT)
    seen: dict[str, set[int]] = {symbol: set() for symbol in symbols}
    for quote in quotes:
        if quote.symbol in seen and since <= quote.known_at < until:
            seen[quote.symbol].add(_slot(quote.known_at))
    total = max(0, end - first)
    rows = (SymbolSlots(name, len(slots), total) for name, slots in seen.items())
    return PlayableSpan(since, until, tuple(sorted(rows, key=_name)))


def without_price(
    quotes: Sequence[Quote], symbol: str, since: datetime, until: datetime
) -> Sequence[datetime]:
    """When the quarter hours of a symbol without a price began."""
    seen = {
        _slot(each.known_at)
        for each in quotes
        if each.symbol == symbol and since <= each.known_at < until
    }
    slots = range(_slot(since), -((_EPOCH - until) // SLOT))
    return [_EPOCH + slot * SLOT for slot in slots if slot not in seen]


def _slot(at: datetime) -> int:
    return (at - _EPOCH) // SLOT


def _name(row: SymbolSlots) -> str:
    return row.symbol
