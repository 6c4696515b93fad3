"""A market of two days and its models, drawn from a seed, and games on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from nof1_tracker.game.session.appearance import Appearance
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.moves import open_game, place_order
from nof1_tracker.game.turns.cut_turns import cut_turns
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.quotes import Quote, QuoteSource
from nof1_tracker.records.play.session.games import (
    Game,
    GameSetup,
    OrderRequest,
)
from nof1_tracker.records.play.session.model_curves import ModelCurve, ModelWords
from nof1_tracker.records.play.stored_games import GameMode
from nof1_tracker.records.progress.play_windows import PlayWindow

BEGINS: Final = datetime(2025, 10, 27, tzinfo=UTC)
ENDS: Final = BEGINS + timedelta(hours=48)
FIRST: Final = {"BTC": Decimal(110_000), "DOGE": Decimal("0.2")}
MODELS: Final = {"qwen3-max": "Qwen3 Max", "gpt-5": "GPT 5"}
QUARTER: Final = timedelta(minutes=15)
SEED: Final = b"sixteen bytes or more"


def after(hours: float) -> datetime:
    return BEGINS + timedelta(hours=hours)


def chance_of(seed: int) -> Random:
    return Random(seed)  # noqa: S311  reproducible, not secret


def drawn_quotes(chance: Random) -> list[Quote]:
    """Candles of a quarter of an hour, from 30 hours before the window to its end."""
    quotes = []
    for symbol, price in FIRST.items():
        at, last = BEGINS - timedelta(hours=30), price
        while at < ENDS:
            first, last = last, _moved(chance, last)
            high, low = max(first, last) * Decimal("1.001"), min(first, last)
            rate = Decimal("0.00001") if chance.random() < 0.5 else None
            source = QuoteSource.CANDLE
            at, opened = at + QUARTER, at
            quotes.append(
                Quote(symbol, opened, at, first, high, low, last, source, rate)
            )
    return quotes


def _moved(chance: Random, price: Decimal) -> Decimal:
    return (price * Decimal(1 + chance.gauss(0, 0.006))).quantize(Decimal("1e-6"))


def drawn_models(chance: Random) -> list[ModelCurve]:
    """Equities each half hour, from before the window on."""
    models = []
    for account_id, name in MODELS.items():
        at, equity, points = BEGINS - timedelta(hours=1), Decimal(9_000), []
        while at <= ENDS:
            points.append((at, equity))
            at, equity = at + 2 * QUARTER, _moved(chance, equity)
        models.append(ModelCurve(account_id, name, "#123456", tuple(points)))
    return models


def drawn_words(chance: Random) -> list[ModelWords]:
    """Something said by each model every six hours."""
    return [
        ModelWords(account_id, after(6 * each), f"BTC: {chance.random()}")
        for account_id in MODELS
        for each in range(8)
    ]


def drawn_market(seed: int) -> GameMarket:
    chance = chance_of(seed)
    return GameMarket(drawn_quotes(chance), drawn_models(chance), drawn_words(chance))


def setup(**changes: Any) -> GameSetup:
    """A window of two days with 24 turns or more; the models traded five times."""
    trades = [after(hours) for hours in (3.1, 7, 15.25, 30, 44)]
    values: dict[str, Any] = {
        "game_id": "game-1",
        "window_id": "window-1",
        "window": PlayWindow(BEGINS, ENDS, cut_turns(BEGINS, ENDS, trades)),
        "season_length": timedelta(days=17),
        "symbols": tuple(FIRST),
        "mode": GameMode.TURNS,
        "seed": SEED,
        "is_blind": changes.get("is_ranked", False),
    }
    return GameSetup(**(values | changes))


def request(client_id: str, units: object, **asked: Any) -> OrderRequest:
    """A market order of BTC at 5x; units below 0 sell."""
    signed = Decimal(str(units))
    side = FillSide.BUY if signed > 0 else FillSide.SELL
    wanted: dict[str, Any] = {"symbol": "BTC", "leverage": Decimal(5), **asked}
    return OrderRequest(client_id=client_id, side=side, quantity=abs(signed), **wanted)


def random_request(
    chance: Random, number: int, marks: dict[str, Decimal]
) -> OrderRequest:
    """An order of any kind about the last price."""
    symbol = chance.choice(list(FIRST))
    mark, kind = marks[symbol], chance.choice(list(OrderKind))
    price = None if kind is OrderKind.MARKET else _moved(chance, mark)
    units = Decimal(chance.randint(100, 9_000)) / mark
    return request(
        f"order-{number}",
        (units if chance.random() < 0.5 else -units).quantize(Decimal("1e-6")),
        symbol=symbol,
        kind=kind,
        price=price,
        leverage=Decimal(chance.randint(1, 10)),
        reduce_only=chance.random() < 0.2,
    )


def look_of(game: Game, market: GameMarket) -> Appearance:
    return Appearance.of(game.setup, market)


def shown(look: Appearance, asked: OrderRequest) -> OrderRequest:
    """A request in real terms, as a player of the game would write it."""
    price, symbol = asked.price, asked.symbol
    return replace(
        asked,
        symbol=look.symbol(symbol),
        quantity=look.quantity(symbol, asked.quantity),
        price=None if price is None else look.price(symbol, price),
    )


def played_at_random(
    game: Game, look: Appearance, run: GameRun, chance: Random
) -> Game:
    """A game after up to two more orders of the turn; the account makes them too."""
    for each in range(chance.randint(0, 2)):
        asked = random_request(chance, 10 * game.turn + each, run.engine.marks)
        game, move = place_order(game, look, shown(look, asked))
        run.make(move)
    return game


def opened(**changes: Any) -> Game:
    return open_game(setup(**changes))
