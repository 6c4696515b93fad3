"""Positions that were opened, closed or liquidated, told from new rows of trades."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.detectors.rules import Rules
from nof1_tracker.records.changes import ChangedTrade, Changes, RestatedLeg
from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.records.events import EventKind, event_key
from nof1_tracker.records.findings import (
    Finding,
    LegClosed,
    LegRestated,
    PositionOpened,
    PositionVanished,
)

LEGS_ARRIVE_WITHIN = timedelta(hours=1)
"""A position that vanished is reported as closed with unknown result only after this:
its legs usually come with the next scrape."""
SEEN_WITHIN = timedelta(minutes=30)
"""After this a position that is open has been served as open."""
FORGOTTEN_AFTER = timedelta(days=2)
"""A position that vanished longer ago is history, whatever was reported about it."""


def detect_trading(
    changes: Changes, rules: Rules, looked_at: datetime, now: datetime
) -> Iterator[Finding]:
    """Entries, then exits, then exits that nobody saw, then legs that were restated.

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
    if EventKind.LEG_RESTATED in rules.kinds:
        for leg in changes.restated:
            yield _restated(changes, leg)


def _entry(row: ChangedTrade) -> tuple[int, int | str]:
    """What the rows of one position have in common."""
    oid = row.entry_oid
    return row.model_id, row.trade_id if oid is None else oid


def _was_part_of_another(rows: Sequence[ChangedTrade], looked_at: datetime) -> bool:
    """True for legs of an order that was open at the last look, but not seen.

    It was added to a position that was: the site shows both as one. That they are
    closed is told; that the order was opened is not news any more.
    """
    if any(row.status is TradeStatus.OPEN for row in rows):
        return False
    return min(row.opened_at for row in rows) < looked_at - SEEN_WITHIN


def _opened(
    changes: Changes, rules: Rules, rows: Sequence[ChangedTrade]
) -> Iterator[Finding]:
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
    account = changes.accounts[first.model_id]
    yield Finding(
        kind=kind,
        key=event_key("entry", *_entry(first)),
        occurred_at=first.opened_at,
        account_id=account.account_id,
        symbol=first.symbol,
        facts=PositionOpened(
            account=account,
            symbol=first.symbol,
            side=first.side,
            quantity=size,
            entry_price=first.entry_price,
            notional=notional,
            leverage=first.leverage,
            confidence=first.confidence,
        ),
        numbers=_known(
            quantity=size,
            entry_price_usd=first.entry_price,
            notional_usd=notional,
            leverage=first.leverage,
        ),
    )


def _closed(changes: Changes, rules: Rules, leg: ChangedTrade) -> Iterator[Finding]:
    kind = rules.gravest(*_exit_kinds(rules, leg))
    if kind is None or leg.exit_price is None or leg.ended_at is None:
        return
    account = changes.accounts[leg.model_id]
    yield Finding(
        kind=kind,
        key=event_key("exit", leg.trade_id),
        occurred_at=leg.ended_at,
        account_id=account.account_id,
        symbol=leg.symbol,
        facts=LegClosed(
            account=account,
            symbol=leg.symbol,
            side=leg.side,
            quantity=leg.quantity,
            entry_price=leg.entry_price,
            exit_price=leg.exit_price,
            net_pnl=leg.net_pnl,
            fees=leg.fees,
            leverage=leg.leverage,
            holding_period=leg.holding_period,
            is_liquidation=kind is EventKind.LIQUIDATION,
        ),
        numbers=_known(
            quantity=leg.quantity,
            entry_price_usd=leg.entry_price,
            exit_price_usd=leg.exit_price,
            net_pnl_usd=leg.net_pnl,
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
) -> Iterator[Finding]:
    seen_at = row.last_observed_at
    if seen_at is None or EventKind.POSITION_CLOSED not in rules.kinds:
        return
    if not LEGS_ARRIVE_WITHIN <= now - seen_at < FORGOTTEN_AFTER:
        return
    account = changes.accounts[row.model_id]
    yield Finding(
        kind=EventKind.POSITION_CLOSED,
        key=event_key("vanished", *_entry(row)),
        occurred_at=seen_at,
        account_id=account.account_id,
        symbol=row.symbol,
        facts=PositionVanished(account, row.symbol, row.side, row.quantity, seen_at),
        numbers=_known(quantity=row.quantity, entry_price_usd=row.entry_price),
    )


def _restated(changes: Changes, leg: RestatedLeg) -> Finding:
    """One for each value that changed; its time is when it was first served so."""
    account = changes.accounts[leg.model_id]
    is_usd = leg.field != "size"
    at = leg.observed_at or leg.noted_at
    return Finding(
        kind=EventKind.LEG_RESTATED,
        key=event_key("restated", leg.trade_id, leg.field, leg.old, leg.new, at),
        occurred_at=at,
        account_id=account.account_id,
        symbol=leg.symbol,
        facts=LegRestated(account, leg.symbol, leg.side, leg.field, leg.old, leg.new),
        numbers=_known(
            before_usd=_amount(leg.old, wanted=is_usd),
            after_usd=_amount(leg.new, wanted=is_usd),
            before_quantity=_amount(leg.old, wanted=not is_usd),
            after_quantity=_amount(leg.new, wanted=not is_usd),
            shift_seconds=_shift(leg),
        ),
    )


def _amount(value: object, *, wanted: bool) -> Decimal | None:
    return value if wanted and isinstance(value, Decimal) else None


def _shift(leg: RestatedLeg) -> Decimal | None:
    """By how many seconds a time moved, > 0 if it is later now."""
    if not isinstance(leg.old, datetime) or not isinstance(leg.new, datetime):
        return None
    return Decimal(str((leg.new - leg.old).total_seconds()))


def _known(**numbers: Decimal | None) -> dict[str, Decimal]:
    return {name: number for name, number in numbers.items() if number is not None}
