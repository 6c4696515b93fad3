"""A game as its desk shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.session.order_preview import OrderPreview
from nof1_tracker.records.play.session.shown_game import (
    GameView,
    ShownEntry,
    ShownOrder,
    ShownPosition,
)
from nof1_tracker.rendering.html.cells import Cell, fraction, money, typeset
from nof1_tracker.rendering.text import UNKNOWN, percent, price, quantity, usd
from nof1_tracker.web.play_pages.desk_charts import (
    change_since,
    chosen_market,
    price_chart,
    small_curves,
    spark,
    still_chart,
)
from nof1_tracker.web.play_pages.drawn_lines import value_at
from nof1_tracker.web.play_pages.game_time import GameTime, length
from nof1_tracker.web.play_pages.ticket import Ticket

_LONGEST_WORDS: Final = 280
"""Characters of what a model said."""
_DAY: Final = timedelta(days=1)
_KINDS: Final = {
    "market": "market",
    "limit": "limit",
    "stop": "stop",
    "take_profit": "take-profit",
}

_DEEDS: Final = {
    EntryKind.DEPOSIT: "start",
    EntryKind.PLACED: "order placed",
    EntryKind.REFUSED: "order refused",
    EntryKind.CANCELLED: "order taken back",
    EntryKind.FUNDING: "funding",
    EntryKind.LIQUIDATION: "liquidated",
}
_PREVIEWED: Final = (
    *("Around", "Units", "Value $", "Margin $"),
    *("Fee $", "Liquidated at", "Cash left $"),
)
NEAR: Final = Decimal("0.05")
"""A liquidation nearer than this, as a fraction of the price, is warned of."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A symbol to choose.

    Attributes:
        change: Of its price since the last look; else within a day.
        key: What chooses it on the keyboard; empty where nothing does.
    """

    symbol: str
    price: str
    change: Cell
    line: str
    address: str
    is_chosen: bool
    key: str


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A position of the player; `close` is what closes all of it."""

    symbol: str
    side: str
    units: str
    entry: str
    mark: str
    notional: Cell
    pnl: Cell
    liquidation: str
    distance: Cell
    margin: Cell
    is_near: bool
    close_side: FillSide
    close_units: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """An order that waits."""

    client_id: str
    symbol: str
    what: str
    units: str
    at: str
    distance: Cell
    since: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of the ledger in words."""

    number: int
    at: str
    symbol: str
    what: str
    units: str
    price: str
    fee: Cell
    pnl: Cell
    note: str


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What one side of the ticket would come to; `trouble` where it cannot be placed."""

    side: str
    figures: Mapping[str, str]
    trouble: str


def desk_view(
    view: GameView, ticket: Ticket, since: timedelta | None
) -> Mapping[str, Any]:
    """What the template of the desk shows.

    Args:
        since: When the player looked last, in game time; None where nobody knows.
    """
    market, now = chosen_market(view, ticket.symbol), GameTime(view.starts_at)
    start = view.curve[0][1] if view.curve else view.equity
    unrealized = sum((each.unrealized_pnl for each in view.positions), Decimal(0))
    length_in_all = view.elapsed + view.left
    return {
        "game_id": view.game_id,
        "is_blind": view.starts_at is None,
        "is_finished": view.is_finished,
        "is_paused": view.is_paused,
        "turn": view.turn,
        "now": now.written(view.elapsed),
        "passed": length(view.elapsed),
        "left": length(view.left),
        "whole": length(length_in_all),
        "share": f"{view.elapsed / length_in_all * 100:.0f}" if length_in_all else "0",
        "looked": int(view.elapsed.total_seconds()),
        "is_trade": view.is_trade,
        "equity": money(view.equity),
        "gained": fraction(view.equity / start - 1 if start else None, signed=True),
        "cash": money(view.cash),
        "margin": money(view.margin),
        "unrealized": money(unrealized, signed=True),
        "symbol": market.symbol,
        "last_price": price(market.prices[-1][1]) if market.prices else UNKNOWN,
        "most_leverage": f"{market.most_leverage:f}",
        "tabs": _tabs(view, ticket, since),
        "chart": price_chart(view, market),
        "still": still_chart(view, market),
        "held": [_held(each) for each in view.positions],
        "waiting": [_waiting(each, view, now) for each in view.orders],
        "entries": [_entry(each, now) for each in reversed(view.entries)],
        "models": small_curves(
            view.curve, view.equity, view.models, view.elapsed, since
        ),
        "words": [
            (each.name, now.written(each.elapsed), _shortened(each.text))
            for each in view.words
        ],
        "happened": list(_happened(view, since)),
        "since": None if since is None else now.written(since),
        "between": None if since is None else length(view.elapsed - since),
    }


def desk_address(game_id: str, kept: Mapping[str, str], **state: str) -> str:
    """Where the desk is, in a state; what is empty is left out."""
    query = urlencode(
        {name: value for name, value in {**kept, **state}.items() if value}
    )
    return f"/play/games/{game_id}" + (f"?{query}" if query else "")


def _tabs(view: GameView, ticket: Ticket, since: timedelta | None) -> list[Tab]:
    symbols = [each.symbol for each in view.markets]
    here = symbols.index(chosen_market(view, ticket.symbol).symbol)
    keys = {(here - 1) % len(symbols): "[", (here + 1) % len(symbols): "]"}
    looked = view.elapsed - _DAY if since is None else since
    before = "" if since is None else str(int(since.total_seconds()))
    return [
        Tab(
            symbol=each.symbol,
            price=price(each.prices[-1][1]) if each.prices else UNKNOWN,
            change=fraction(change_since(each.prices, looked), signed=True),
            line=spark(each),
            address=desk_address(
                view.game_id, {**ticket.kept, "symbol": each.symbol}, looked=before
            ),
            is_chosen=place == here,
            key=keys.get(place, "") if place != here else "",
        )
        for place, each in enumerate(view.markets)
    ]


def _held(held: ShownPosition) -> HeldLine:
    level, mark = held.liquidation_price, held.mark_price
    away = None if level is None else level / mark - 1
    return HeldLine(
        symbol=held.symbol,
        side="long" if held.units > 0 else "short",
        units=quantity(abs(held.units)),
        entry=price(held.entry_price),
        mark=price(mark),
        notional=money(abs(held.units) * mark),
        pnl=money(held.unrealized_pnl, signed=True),
        liquidation=price(level),
        distance=Cell(typeset(percent(away, signed=True))),
        margin=money(held.margin),
        is_near=away is not None and abs(away) < NEAR,
        close_side=FillSide.SELL if held.units > 0 else FillSide.BUY,
        close_units=f"{abs(held.units):f}",
    )


def _waiting(order: ShownOrder, view: GameView, now: GameTime) -> WaitingLine:
    last = chosen_market(view, order.symbol).prices[-1][1]
    away = None if order.price is None else order.price / last - 1
    deed = "buy" if order.side is FillSide.BUY else "sell"
    closes = order.reduce_only or order.kind.closes
    times = "" if order.leverage is None else f", {order.leverage:f}x"
    return WaitingLine(
        client_id=order.client_id,
        symbol=order.symbol,
        what=f"{_KINDS[order.kind]} {deed}{' to close' if closes else times}",
        units=quantity(order.quantity),
        at="next price" if order.price is None else price(order.price),
        distance=Cell(typeset(percent(away, signed=True))),
        since=now.written(order.elapsed),
    )


def _entry(entry: ShownEntry, now: GameTime) -> EntryLine:
    has_money = entry.kind.trades or entry.kind is EntryKind.FUNDING
    return EntryLine(
        number=entry.number,
        at=now.written(entry.elapsed),
        symbol=entry.symbol,
        what=_what(entry),
        units=quantity(abs(entry.units)) if entry.units else "",
        price=price(entry.price) if entry.kind.trades else "",
        fee=money(entry.fee) if entry.kind.trades else Cell(""),
        pnl=money(entry.pnl, signed=True) if has_money else Cell(""),
        note=_note(entry),
    )


def _what(entry: ShownEntry) -> str:
    if entry.kind is EntryKind.FILL:
        return "bought" if entry.units > 0 else "sold"
    return _DEEDS[entry.kind]


def _note(entry: ShownEntry) -> str:
    gap = "no price had been observed for a while before it" if entry.over_gap else ""
    return "; ".join(each for each in (entry.reason, gap) if each)


def _happened(view: GameView, since: timedelta | None) -> Iterator[tuple[str, str]]:
    """What came of the player's orders since the last look, with a tone."""
    if since is None:
        return
    mine = [each for each in view.entries if each.elapsed > since]
    for entry in mine:
        if entry.kind.trades:
            yield _traded(entry)
        elif entry.kind is EntryKind.REFUSED:
            yield "bad", f"{entry.symbol}: order refused, because {entry.reason}."
    paid = sum((e.pnl for e in mine if e.kind is EntryKind.FUNDING), Decimal(0))
    if paid:
        deed = "brought" if paid > 0 else "cost"
        yield "", f"Funding {deed} ${usd(abs(paid))}."
    before = value_at(view.curve, since)
    if before is not None:
        change = view.equity - before
        tone = "good" if change > 0 else "bad" if change < 0 else ""
        yield tone, f"Your equity: {typeset(usd(change, signed=True))} $."


def _traded(entry: ShownEntry) -> tuple[str, str]:
    deed = _what(entry).capitalize()
    at = f"{quantity(abs(entry.units))} {entry.symbol} at {price(entry.price)}"
    gained = f", {typeset(usd(entry.pnl, signed=True))} $" if entry.pnl else ""
    tone = "bad" if entry.kind is EntryKind.LIQUIDATION else ""
    return tone, f"{deed} {at}{gained}, fee ${usd(entry.fee)}."


def preview_line(
    side: FillSide, found: OrderPreview | None, trouble: str
) -> PreviewLine:
    """What a side of the ticket would come to.

    Args:
        trouble: Why that cannot be said.
    """
    name = "Buy" if side is FillSide.BUY else "Sell"
    if found is None:
        return PreviewLine(name, dict.fromkeys(_PREVIEWED, UNKNOWN), trouble)
    figures = (
        price(found.price),
        quantity(abs(found.units)),
        usd(found.notional),
        typeset(usd(found.margin)),
        usd(found.fee),
        price(found.liquidation_price),
        typeset(usd(found.cash)),
    )
    told = f"The account would refuse it: {found.refusal}." if found.refusal else ""
    return PreviewLine(name, dict(zip(_PREVIEWED, figures, strict=True)), told)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"
