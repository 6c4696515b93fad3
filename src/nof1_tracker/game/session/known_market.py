"""The market that a game is played on, as it is known at a moment. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.session.model_curves import ModelCurve, ModelWords


@dataclass(frozen=True, slots=True)
class KnownMarket:
    """What is known of a market at a moment, and nothing later."""

    moment: datetime
    quotes: tuple[Quote, ...]
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
        """Takes quotes in any order."""
        self.feed = PriceFeed(quotes)
        self.models = tuple(models)
        self.words = tuple(words)

    def known_by(self, moment: datetime) -> KnownMarket:
        """What is known at that moment."""
        return KnownMarket(
            moment=moment,
            quotes=tuple(self.feed.known_by(moment)),
            models=tuple(_known(each, moment) for each in self.models),
            words=tuple(each for each in self.words if each.at <= moment),
        )


def _known(model: ModelCurve, moment: datetime) -> ModelCurve:
    return replace(
        model, points=tuple(each for each in model.points if each[0] <= moment)
    )
