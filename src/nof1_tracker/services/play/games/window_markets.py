"""The markets of windows, read once for all who play them."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Lock

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.blind.blinding import COLOURS
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.view_game import LOOKED_BACK
from nof1_tracker.records.play.session.model_curves import ModelCurve, ModelWords
from nof1_tracker.records.play.stored_games import GameMode, NewGame
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.rendering.html.palette import strokes

MOST = 16
"""Markets that are kept at once: one of a week has some 100,000 prices."""
LOOKS_AGAIN = 60.0
"""Seconds after which the version of the record is read again."""
LOOKS_AGAIN_LIVE = 5.0
"""The same for a market that goes on."""

_Key = tuple[Decimal, datetime, datetime, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class WindowMarket:
    """A market, and the season that it is of."""

    market: GameMarket
    season: SeasonSpan
    season_length: timedelta


@dataclass(slots=True)
class _Kept:
    lock: Lock = field(default_factory=Lock)
    found: WindowMarket | None = None
    version: int = -1
    looked_at: float = 0.0


class WindowMarkets:
    """The markets that were asked for last; each is read again when the record changes.

    Of many who ask for one at once, one reads it.
    """

    def __init__(
        self, engine: Engine, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()

    def of(self, game: NewGame, now: datetime) -> WindowMarket:
        """The market of a game's window, as far as it is known now.

        Raises:
            ConfigurationError: The season is no longer stored.
            DatabaseError: The database cannot be used.
        """
        kept = self._place(game)
        rests = LOOKS_AGAIN_LIVE if game.mode is GameMode.LIVE else LOOKS_AGAIN
        with kept.lock:
            age = self._monotonic() - kept.looked_at
            if kept.found is None or age > rests:
                self._look(kept, game, now)
            assert kept.found is not None  # noqa: S101  it was read just now
            return kept.found

    def _look(self, kept: _Kept, game: NewGame, now: datetime) -> None:
        with UnitOfWork(self._engine, frozen=True) as unit:
            version = unit.repositories.feed.version()
            if kept.found is None or version != kept.version:
                kept.found = _read(unit.repositories, game, now)
        kept.version, kept.looked_at = version, self._monotonic()

    def _place(self, game: NewGame) -> _Kept:
        plan = game.plan
        key = (
            *(game.season, game.starts_at, game.ends_at),
            *(tuple(plan.first_prices), plan.accounts),
        )
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return kept

    def words(self, game: NewGame, moment: datetime) -> Sequence[ModelWords]:
        """What each model said last, as it was known at the moment.

        Raises:
            DatabaseError: The database cannot be used.
        """
        with UnitOfWork(self._engine) as unit:
            return unit.repositories.window_facts.last_words(
                game.plan.accounts, game.starts_at - LOOKED_BACK, moment
            )


def read_opening(
    repositories: Repositories, season: SeasonSpan, symbols: Sequence[str], at: datetime
) -> tuple[Mapping[str, Decimal], tuple[str, ...]]:
    """The first prices of these symbols, and the accounts that compete.

    Raises:
        ConfigurationError: None of the symbols has a price.
    """
    quotes = repositories.known_prices.quotes(symbols, at - LOOKED_BACK, at)
    market = GameMarket(quotes, ())
    found = {symbol: market.feed.last(symbol, at) for symbol in symbols}
    prices = {symbol: quote.close for symbol, quote in found.items() if quote}
    if not prices:
        raise ConfigurationError(
            "Nothing has a price when this window starts.", "Choose another window."
        )
    accounts = repositories.queries.accounts(season.id)
    competing = (each.account_id for each in accounts if not each.is_benchmark)
    return prices, tuple(sorted(competing))


def season_of(repositories: Repositories, number: Decimal) -> SeasonSpan:
    """The season of that number.

    Raises:
        ConfigurationError: There is no such season.
    """
    found = repositories.seasons.by_number(number)
    if found is None:
        raise ConfigurationError(
            f"There is no season {number}.", "See `nof1-tracker seasons list`."
        )
    return found


def _read(repositories: Repositories, game: NewGame, now: datetime) -> WindowMarket:
    season, symbols = season_of(repositories, game.season), set(game.plan.first_prices)
    since, until = game.starts_at - LOOKED_BACK, min(game.ends_at, now)
    quotes = repositories.known_prices.quotes(sorted(symbols), since, until)
    models = _models(repositories, game, season, since, until)
    market = GameMarket((each for each in quotes if each.symbol in symbols), models)
    return WindowMarket(market, season, _length(season, now))


def _models(
    repositories: Repositories,
    game: NewGame,
    season: SeasonSpan,
    since: datetime,
    until: datetime,
) -> Sequence[ModelCurve]:
    known = {each.account_id: each for each in repositories.queries.accounts(season.id)}
    accounts = [known[each] for each in game.plan.accounts if each in known]
    equities = repositories.window_facts.equities(season.id, since, until)
    return [
        ModelCurve(
            account.account_id,
            account.name,
            COLOURS[(stroke.hue or 0) % len(COLOURS)],
            equities.get(account.account_id, ()),
        )
        for account, stroke in zip(accounts, strokes(accounts), strict=True)
    ]


def _length(season: SeasonSpan, now: datetime) -> timedelta:
    ends = season.end or season.until or now
    return ends - (season.start or ends)
