"""Positions that were opened, closed or liquidated, told from new rows of trades."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.wording import facts, money, name_of, symbol_name
from nof1_tracker.records.changes import ChangedTrade, Changes
from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.records.events import Event, EventKind, event_key
from nof1_tracker.rendering.text import percent, price, quantity, span

LEGS_ARRIVE_WITHIN = timedelta(hours=1)
"""A position that vanished is told of as closed with unknown result only after this:
its legs usually come with the next scrape."""
SEEN_WITHIN = timedelta(minutes=30)
"""After this a position that is open has been served as open."""
FORGOTTEN_AFTER = timedelta(days=2)
"""A position that vanished longer ago is history, whatever was told of it."""


def detect_trading(
    changes: Changes, rules: Rules, looked_at: datetime, now: datetime
) -> Iterator[Event]:
    """Entries, then exits, then exits that nobody saw.

    Args:
        looked_at: When trades were last looked at.
    """
    entries: dict[object, list[ChangedTrade]] = defaultdict(list)
    for row in changes.trades:
        entries[_entry(row)].append(row)
    for rows in entries.values():
        if not _was_part_of_another(rows, looked_at):
            yield from _opened(changes, rules, rows)
    for row in changes.trades:
        if row.exit_price is not None:
            yield from _closed(changes, rules, row)
    for row in changes.vanished:
        yield from _vanished(changes, rules, row, now)


def _entry(row: ChangedTrade) -> tuple[int, int | str]:
    """What the rows of one position have in common."""
    oid = row.entry_oid
    return row.model_id, row.trade_id if oid is None else oid


def _was_part_of_another(rows: Sequence[ChangedTrade], looked_at: datetime) -> bool:
    """True for legs of an order that was open at the last look, but not seen.

    It was added to a position that was: the site shows both as one. That they are
    closed is told; that the order was opened is no news any more.
    """
    if any(row.status is TradeStatus.OPEN for row in rows):
        return False
    return min(row.opened_at for row in rows) < looked_at - SEEN_WITHIN


def _opened(
    changes: Changes, rules: Rules, rows: Sequence[ChangedTrade]
) -> Iterator[Event]:
    first = min(rows, key=lambda row: row.opened_at)
    size = sum((row.quantity for row in rows), start=Decimal(0))
    notional = size * first.entry_price
    limit = rules.large_notional
    is_large = limit is not None and notional >= limit
    kind = rules.gravest(
        EventKind.LARGE_TRADE if is_large else None, EventKind.POSITION_OPENED
    )
    if kind is None:
        return
    position = f"a {first.side} of {symbol_name(first.symbol)}"
    yield Event(
        kind=kind,
        key=event_key("entry", *_entry(first)),
        occurred_at=first.opened_at,
        account_id=changes.accounts[first.model_id].account_id,
        symbol=first.symbol,
        title=f"{name_of(changes, first.model_id)} opened {position} for {money(notional)}",
        text=facts(
            f"{quantity(size)} at ${price(first.entry_price)}",
            _leverage(first.leverage),
            _confidence(first.confidence),
        ),
        numbers=_known(
            quantity=size,
            entry_price_usd=first.entry_price,
            notional_usd=notional,
            leverage=first.leverage,
        ),
    )


def _closed(changes: Changes, rules: Rules, leg: ChangedTrade) -> Iterator[Event]:
    kind = rules.gravest(*_exit_kinds(rules, leg))
    if kind is None or leg.exit_price is None or leg.closed_at is None:
        return
    verb = "was liquidated in" if kind is EventKind.LIQUIDATION else "closed"
    position = f"a {leg.side} of {symbol_name(leg.symbol)}"
    pnl = leg.net_pnl
    result = "result unknown" if pnl is None else money(pnl, signed=True)
    yield Event(
        kind=kind,
        key=event_key("exit", leg.trade_id),
        occurred_at=leg.closed_at,
        account_id=changes.accounts[leg.model_id].account_id,
        symbol=leg.symbol,
        title=f"{name_of(changes, leg.model_id)} {verb} {position}: {result}",
        text=facts(
            f"{quantity(leg.quantity)}, ${price(leg.entry_price)}"
            f" to ${price(leg.exit_price)}",
            f"held {span(leg.closed_at - leg.opened_at)}",
            None if leg.fees is None else f"fees {money(leg.fees)}",
            _leverage(leg.leverage),
        ),
        numbers=_known(
            quantity=leg.quantity,
            entry_price_usd=leg.entry_price,
            exit_price_usd=leg.exit_price,
            net_pnl_usd=pnl,
            fees_usd=leg.fees,
            leverage=leg.leverage,
        ),
    )


def _exit_kinds(rules: Rules, leg: ChangedTrade) -> Iterable[EventKind]:
    """The kinds that apply to a leg, the gravest first."""
    if leg.status is TradeStatus.LIQUIDATED:
        yield EventKind.LIQUIDATION
    limit, pnl = rules.large_loss, leg.net_pnl
    if limit is not None and pnl is not None and -pnl >= limit:
        yield EventKind.LARGE_LOSS
    yield EventKind.POSITION_CLOSED


def _vanished(
    changes: Changes, rules: Rules, row: ChangedTrade, now: datetime
) -> Iterator[Event]:
    seen_at = row.last_observed_at
    if seen_at is None or EventKind.POSITION_CLOSED not in rules.kinds:
        return
    if not LEGS_ARRIVE_WITHIN <= now - seen_at < FORGOTTEN_AFTER:
        return
    name, symbol = name_of(changes, row.model_id), symbol_name(row.symbol)
    yield Event(
        kind=EventKind.POSITION_CLOSED,
        key=event_key("vanished", *_entry(row)),
        occurred_at=seen_at,
        account_id=changes.accounts[row.model_id].account_id,
        symbol=row.symbol,
        title=f"{name} closed a {row.side} of {symbol} unobserved",
        text=f"Last seen {seen_at:%Y-%m-%d %H:%M} UTC with {quantity(row.quantity)};"
        " how it ended is not known.",
        numbers=_known(quantity=row.quantity, entry_price_usd=row.entry_price),
    )


def _leverage(leverage: Decimal | None) -> str | None:
    return None if leverage is None else f"{quantity(leverage)}x"


def _confidence(confidence: Decimal | None) -> str | None:
    return (
        None
        if confidence is None
        else f"confidence {percent(confidence / 100, digits=0)}"
    )


def _known(**numbers: Decimal | None) -> dict[str, Decimal]:
    return {name: number for name, number in numbers.items() if number is not None}
