"""The charts of the desk: of the chosen symbol, and everybody's equity in small."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import simplejson

from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.shown_game import (
    Curve,
    GameView,
    ShownEntry,
    ShownMarket,
    ShownModel,
)
from nof1_tracker.rendering.html.cells import Cell, fraction
from nof1_tracker.rendering.text import price, quantity
from nof1_tracker.web.play_pages.drawn_lines import (
    Box,
    box_around,
    thinned,
    value_at,
)
from nof1_tracker.web.play_pages.game_time import GameTime

YOU: Final = "You"
SPARK: Final = (96, 24)
STILL: Final = (720, 260)
SMALL: Final = (200, 48)
_DIGITS: Final = 6
_DAY: Final = timedelta(days=1)
_NAMES: Final = {
    OrderKind.LIMIT: "limit",
    OrderKind.STOP: "stop",
    OrderKind.TAKE_PROFIT: "target",
}


@dataclass(frozen=True, slots=True)
class Level:
    """A price that matters for what the player holds or waits for.

    Attributes:
        kind: entry, liquidation, limit, stop or target.
    """

    kind: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class StillChart:
    """The price as it is drawn without a script.

    Attributes:
        line: Points of a polyline.
        start: Pixels from the left at which the window starts.
        levels: Kind and height of each.
        told: What it shows in words.
    """

    line: str
    start: str
    levels: tuple[tuple[str, str], ...]
    told: str


@dataclass(frozen=True, slots=True)
class SmallCurve:
    """The equity of one who plays, in a box of SMALL.

    Attributes:
        place: By return so far; 1 is the best.
        colour: #rrggbb; empty for the player.
        gained: Total return so far.
        lately: Change of the equity since the last look, as a fraction.
    """

    place: int
    name: str
    colour: str
    gained: Cell
    lately: Cell
    line: str
    is_you: bool


def levels_of(view: GameView, symbol: str) -> list[Level]:
    """The levels of a symbol."""
    found = []
    for held in view.positions:
        if held.symbol == symbol:
            found.append(Level("entry", held.entry_price))
            if held.liquidation_price is not None:
                found.append(Level("liquidation", held.liquidation_price))
    return found + [
        Level(_NAMES[order.kind], order.price)
        for order in view.orders
        if order.symbol == symbol and order.price is not None
    ]


def price_chart(view: GameView, market: ShownMarket) -> str:
    """What the script draws, as JSON: times are seconds since the window started."""
    drawn: dict[str, Any] = {
        "zero": GameTime(view.starts_at).zero,
        "prices": [[_seconds(at), _short(value)] for at, value in market.prices],
        "levels": [
            [each.kind, _short(each.price)] for each in levels_of(view, market.symbol)
        ],
        "fills": [
            [
                _seconds(each.elapsed),
                _short(each.price),
                *_deed(each),
            ]
            for each in view.entries
            if each.kind.trades and each.symbol == market.symbol
        ],
    }
    return simplejson.dumps(drawn, separators=(",", ":"), allow_nan=False)


def _deed(entry: ShownEntry) -> tuple[str, str]:
    """The side of a fill, and the fill in words."""
    side, deed = ("buy", "bought") if entry.units > 0 else ("sell", "sold")
    return side, f"{deed} {quantity(abs(entry.units))} at {price(entry.price)}"


def still_chart(view: GameView, market: ShownMarket) -> StillChart | None:
    """The same without a script; None where there is no price."""
    curve, levels = thinned(market.prices, 480), levels_of(view, market.symbol)
    box = box_around([curve], *STILL)
    if box is None:
        return None
    now = GameTime(view.starts_at)
    return StillChart(
        line=box.points(curve),
        start=f"{box.x(timedelta(0)):.1f}",
        levels=tuple(
            (each.kind, f"{box.y(each.price):.1f}")
            for each in levels
            if box.low <= each.price <= box.high
        ),
        told=(
            f"{market.symbol} from {now.written(box.begins)} to {now.written(box.ends)}:"
            f" between {price(box.low)} and {price(box.high)}."
        ),
    )


def spark(market: ShownMarket) -> str:
    """The last day of a price, as points in a box of SPARK."""
    if not market.prices:
        return ""
    last = market.prices[-1][0]
    curve = thinned(tuple(e for e in market.prices if e[0] >= last - _DAY), 96)
    box = box_around([curve], *SPARK)
    return "" if box is None else box.points(curve)


def small_curves(
    curve: Curve,
    equity: Decimal,
    models: Sequence[ShownModel],
    elapsed: timedelta,
    since: timedelta | None,
) -> list[SmallCurve]:
    """Everybody's equity on one scale, the best first.

    Args:
        curve: The player's own.
        equity: Of the player, now.
        since: When the player looked last.
    """
    mine = ((*curve, (elapsed, equity)) if equity or curve else curve, YOU, "")
    everybody = [mine, *((each.equity, each.name, each.colour) for each in models)]
    known = [each for each in everybody if each[0]]
    box = box_around([each[0] for each in known], *SMALL, ends=elapsed)
    if box is None:
        return []
    best = sorted(known, key=lambda each: -_return(each[0]))
    return list(_drawn(best, box, since))


def _drawn(
    best: Sequence[tuple[Curve, str, str]], box: Box, since: timedelta | None
) -> Iterator[SmallCurve]:
    returns = [_return(curve) for curve, _, _ in best]
    for curve, name, colour in best:
        gained = _return(curve)
        yield SmallCurve(
            place=returns.index(gained) + 1,
            name=name,
            colour=colour,
            gained=fraction(gained, signed=True),
            lately=fraction(change_since(curve, since), signed=True),
            line=box.points(thinned(curve)),
            is_you=not colour,
        )


def _return(curve: Curve) -> Decimal:
    start = curve[0][1]
    return curve[-1][1] / start - 1 if start else Decimal(0)


def change_since(curve: Curve, since: timedelta | None) -> Decimal | None:
    """How much a curve changed since then, as a fraction; None where it is not known."""
    before = None if since is None else value_at(curve, since)
    return curve[-1][1] / before - 1 if before and curve else None


def _seconds(elapsed: timedelta) -> int:
    return int(elapsed.total_seconds())


def _short(value: Decimal) -> float:
    return float(f"{value:.{_DIGITS}g}")


def chosen_market(view: GameView, symbol: str) -> ShownMarket:
    """The market of that name, or the first one."""
    by_name: Mapping[str, ShownMarket] = {each.symbol: each for each in view.markets}
    return by_name.get(symbol, view.markets[0])
