"""The market that a game is played on, as it is known at a moment. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.knowledge.thinned_series import Point, ThinnedSeries
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.session.model_curves import ModelCurve, ModelWords


@dataclass(frozen=True, slots=True)
class KnownMarket:
    """What is known of a market at a moment, and nothing later.

    Attributes:
        prices: USD per unit, by symbol: the last of each quarter of an hour.
        models: With the last equity of each quarter of an hour.
    """

    moment: datetime
    prices: Mapping[str, Sequence[Point]]
    models: tuple[ModelCurve, ...]
    words: tuple[ModelWords, ...]


class GameMarket:
    """All facts of a window and of the day before it; views come through `known_by`."""

    def __init__(
        self,
        quotes: Iterable[Quote],
        models: Iterable[ModelCurve],
        words: Iterable[ModelWords] = (),
    ) -> None:
        """Takes quotes in any order, and points of models the oldest first."""
        self.feed = PriceFeed(quotes)
        self.models = tuple(models)
        self.words = tuple(words)
        self._prices = {
            symbol: ThinnedSeries(
                (quote.known_at, quote.close) for quote in self.feed.of_symbol(symbol)
            )
            for symbol in self.feed.symbols
        }
        self._equities = [(each, ThinnedSeries(each.points)) for each in self.models]

    def saying(self, words: Iterable[ModelWords]) -> "GameMarket":
        """The same market with what models said."""
        market = copy(self)
        market.words = tuple(words)
        return market

    def known_by(self, moment: datetime) -> KnownMarket:
        """What is known at that moment."""
        return KnownMarket(
            moment=moment,
            prices={name: each.known_by(moment) for name, each in self._prices.items()},
            models=tuple(
                replace(model, points=equity.known_by(moment))
                for model, equity in self._equities
            ),
            words=tuple(each for each in self.words if each.at <= moment),
        )
