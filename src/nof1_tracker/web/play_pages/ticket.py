"""The ticket: what a player typed, and the orders that it asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from nof1_tracker.errors import MoveError
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.session.shown_game import (
    GameView,
    ShownMarket,
    ShownPosition,
)

LONGEST: Final = 30
"""Characters of a number."""
_SMALLEST: Final = Decimal("0.000001")
"""Units that a share of the equity is rounded down to."""
KEPT: Final = ("symbol", "size", "unit", "leverage")
"""Fields that the next ticket begins with."""
_CLIENT_ID: Final = re.compile(r"[\w-]{8,40}")
_ONE_HUNDRED: Final = 100


class SizeUnit(StrEnum):
    """What the size of an order is stated in."""

    EQUITY = "equity"
    """Per cent of the equity, set aside as its margin."""
    POSITION = "position"
    """Per cent of the position that is held."""
    UNITS = "units"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The fields of the form, as they were typed.

    Attributes:
        client_id: What tells the form sent twice from two forms.
    """

    client_id: str
    symbol: str
    kind: str = OrderKind.MARKET
    price: str = ""
    size: str = "10"
    unit: str = SizeUnit.EQUITY
    leverage: str = "5"
    stop: str = ""
    target: str = ""
    reduce_only: str = ""

    @classmethod
    def typed(cls, form: Mapping[str, str], view: GameView, client_id: str) -> "Ticket":
        """The ticket that was sent; a field that was not sent has its usual value.

        Args:
            client_id: Where none was sent.
        """
        symbols = [each.symbol for each in view.markets]
        most = max((each.most_leverage for each in view.markets), default=Decimal(1))
        sent = {name: form[name].strip() for name in _FIELDS if name in form}
        symbol = sent.pop("symbol", "")
        usual = {"leverage": f"{min(most, Decimal(5)):f}", "client_id": client_id}
        return cls(symbol=symbol if symbol in symbols else symbols[0], **(usual | sent))

    @property
    def kept(self) -> Mapping[str, str]:
        """What the next ticket begins with."""
        return {name: getattr(self, name) for name in KEPT}


_FIELDS: Final = tuple(Ticket.__dataclass_fields__)


def orders_of(ticket: Ticket, view: GameView, side: FillSide) -> list[OrderRequest]:
    """The order that is asked for, and then its stop and its target.

    Raises:
        MoveError: A field is missing, or makes no sense.
    """
    if not _CLIENT_ID.fullmatch(ticket.client_id):
        raise MoveError("This form is too old.", "Open the game again.")
    asked = _Asked(ticket, view, side)
    return [asked.order(), *asked.exits()]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A ticket that is read."""

    ticket: Ticket
    view: GameView
    side: FillSide

    @property
    def _kind(self) -> OrderKind:
        try:
            return OrderKind(self.ticket.kind)
        except ValueError:
            raise MoveError(
                "There is no such kind of order.", f"Choose {', '.join(OrderKind)}."
            ) from None

    @property
    def _market(self) -> ShownMarket:
        symbol = self.ticket.symbol
        return next(each for each in self.view.markets if each.symbol == symbol)

    @property
    def _held(self) -> ShownPosition | None:
        held = (e for e in self.view.positions if e.symbol == self.ticket.symbol)
        return next(held, None)

    @property
    def _price(self) -> Decimal | None:
        """What the order states; None for a market order."""
        if self._kind is OrderKind.MARKET:
            return None
        return number_of("price", self.ticket.price)

    @property
    def _around(self) -> Decimal:
        """The price that the order is expected to be filled at."""
        return self._price or self._market.prices[-1][1]

    @property
    def _leverage(self) -> Decimal:
        leverage, most = number_of("leverage", self.ticket.leverage), self._most
        if not 1 <= leverage <= most:
            raise MoveError(
                f"A leverage of {leverage:f} is not possible.",
                f"Choose one from 1 to {most:f}.",
            )
        return leverage

    @property
    def _most(self) -> Decimal:
        return self._market.most_leverage

    def order(self) -> OrderRequest:
        kind = self._kind
        closes = bool(self.ticket.reduce_only) or kind.closes
        return OrderRequest(
            client_id=self.ticket.client_id,
            symbol=self.ticket.symbol,
            side=self.side,
            quantity=self._quantity(),
            kind=kind,
            price=self._price,
            leverage=None if closes else self._leverage,
            reduce_only=closes,
        )

    def _quantity(self) -> Decimal:
        size = number_of("size", self.ticket.size)
        match self.ticket.unit:
            case SizeUnit.UNITS:
                return size
            case SizeUnit.POSITION:
                return self._share_of_position(size)
            case SizeUnit.EQUITY:
                return self._share_of_equity(size)
        raise MoveError("There is no such unit.", f"Choose {', '.join(SizeUnit)}.")

    def _share_of_position(self, size: Decimal) -> Decimal:
        held = self._held
        if held is None:
            raise MoveError(
                f"You hold no {self.ticket.symbol}.",
                "State the size in % of your equity, or in units.",
            )
        if size > _ONE_HUNDRED:
            raise MoveError("A position has no more than 100 %.", "State less.")
        return abs(held.units) * size / _ONE_HUNDRED

    def _share_of_equity(self, size: Decimal) -> Decimal:
        if size > _ONE_HUNDRED:
            raise MoveError(
                "More than 100 % of your equity cannot be set aside.",
                "State less, or choose a higher leverage.",
            )
        margin = self.view.equity * size / _ONE_HUNDRED
        wanted = margin * self._leverage / self._around
        units = wanted.quantize(_SMALLEST, ROUND_DOWN)
        if units <= 0:
            raise MoveError("This is less than can be traded.", "State a larger size.")
        return units

    def exits(self) -> list[OrderRequest]:
        """The stop and the target that come with the order."""
        wanted = {
            OrderKind.STOP: ("stop", self.ticket.stop),
            OrderKind.TAKE_PROFIT: ("target", self.ticket.target),
        }
        return [
            self._exit(kind, name, text)
            for kind, (name, text) in wanted.items()
            if text
        ]

    def _exit(self, kind: OrderKind, name: str, text: str) -> OrderRequest:
        entry, price = self.order(), number_of(name, text)
        if entry.reduce_only:
            raise MoveError(
                f"An order that closes has no {name} of its own.",
                f"Leave the {name} empty.",
            )
        lies_above = (kind is OrderKind.TAKE_PROFIT) == (self.side is FillSide.BUY)
        if (price > self._around) is not lies_above:
            deed = "purchase" if self.side is FillSide.BUY else "sale"
            where = "above" if lies_above else "below"
            raise MoveError(
                f"The {name} of a {deed} lies {where} the price.",
                f"The price is {self._around:f}.",
            )
        opposite = FillSide.SELL if self.side is FillSide.BUY else FillSide.BUY
        return OrderRequest(
            client_id=f"{self.ticket.client_id}-{name}",
            symbol=entry.symbol,
            side=opposite,
            quantity=entry.quantity,
            kind=kind,
            price=price,
            reduce_only=True,
        )


def number_of(name: str, text: str) -> Decimal:
    """A number above 0 that a person typed.

    Raises:
        MoveError: It is none.
    """
    if not text:
        raise MoveError(f"The {name} is missing.", f"State a {name}.")
    try:
        number = Decimal(text) if len(text) <= LONGEST else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number <= 0:
        raise MoveError(
            f"The {name} {text[:LONGEST]!r} is not a number above 0.",
            "Write it with a point, such as 1234.5.",
        )
    return number
