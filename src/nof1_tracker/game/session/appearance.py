"""How a game is shown: under its own names, or blind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.blind.blinding import Blinding, draw_blinding
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.game.session.game_run import rules_of
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.records.play.session.games import GameSetup, OrderRequest
from nof1_tracker.records.play.session.model_curves import ModelCurve


@dataclass(frozen=True, slots=True)
class Appearance:
    """What everything is called and measured in where it is shown.

    Attributes:
        rules: The game's; they say how high a leverage may be.
        blinding: None where everything is shown as it is.
    """

    start: datetime
    rules: TradingRules
    blinding: Blinding | None

    @classmethod
    def of(cls, setup: GameSetup, market: GameMarket) -> Self:
        """The appearance of a game; it follows from what is known at its start.

        Raises:
            ConfigurationError: A symbol has no price when the window starts.
        """
        start, rules = setup.window.start, rules_of(setup)
        prices = _first_prices(setup, market)
        if not setup.is_blind:
            return cls(start, rules, None)
        blinding = draw_blinding(
            setup.seed,
            setup.window_id,
            start,
            prices,
            {each: int(rules.most_leverage(each)) for each in setup.symbols},
            (each.account_id for each in market.models),
        )
        return cls(start, rules, blinding)

    def elapsed(self, at: datetime) -> timedelta:
        """What has passed since the window started."""
        return at - self.start

    def symbol(self, symbol: str) -> str:
        """A symbol's name as it is shown; empty stays empty."""
        if self.blinding is None or not symbol:
            return symbol
        return self.blinding.symbols[symbol].alias

    def price(self, symbol: str, price: Decimal) -> Decimal:
        """USD per unit as it is shown."""
        if self.blinding is None or not symbol:
            return price
        return self.blinding.price(symbol, price)

    def quantity(self, symbol: str, quantity: Decimal) -> Decimal:
        """Units as they are shown."""
        if self.blinding is None or not symbol:
            return quantity
        return self.blinding.quantity(symbol, quantity)

    def most_leverage(self, symbol: str) -> Decimal:
        """What an order may ask for; blind it is the same for all symbols."""
        if self.blinding is None:
            return self.rules.most_leverage(symbol)
        return Decimal(self.blinding.highest_leverage)

    def model(self, model: ModelCurve) -> tuple[str, str]:
        """A model's name and colour as they are shown."""
        if self.blinding is None:
            return model.name, model.colour
        shown = self.blinding.accounts[model.account_id]
        return shown.alias, shown.colour

    def real_symbols(self) -> Mapping[str, str]:
        """Real symbols by the names that they are shown under; empty if not blind."""
        known = {} if self.blinding is None else self.blinding.symbols
        return {shown.alias: symbol for symbol, shown in known.items()}

    def real_request(self, request: OrderRequest) -> OrderRequest:
        """What a player asked for, in real symbols, prices and quantities.

        Raises:
            ConfigurationError: There is no such symbol, or the leverage is higher than
                what the game shows as the highest.
        """
        blinding, alias = self.blinding, request.symbol
        if blinding is None:
            return request
        most = blinding.highest_leverage
        if request.leverage is not None and request.leverage > most:
            # Past this door the coin's own maximum holds, which would name the coin.
            raise ConfigurationError(
                f"A leverage of {request.leverage} is not possible in this window.",
                f"The highest is {most}.",
            )
        price = request.price
        return replace(
            request,
            symbol=blinding.real_symbol(alias),
            quantity=blinding.real_quantity(alias, request.quantity),
            price=None if price is None else blinding.real_price(alias, price),
        )


def _first_prices(setup: GameSetup, market: GameMarket) -> Mapping[str, Decimal]:
    if setup.first_prices is not None:
        return setup.first_prices
    found = {
        symbol: market.feed.last(symbol, setup.window.start) for symbol in setup.symbols
    }
    known = {symbol: quote.close for symbol, quote in found.items() if quote}
    missing = [each for each in setup.symbols if each not in known]
    if missing:
        raise ConfigurationError(
            f"When the window starts, {', '.join(missing)} has no price.",
            "Choose another window, or play without it.",
        )
    return known
