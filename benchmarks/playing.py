"""Measures orders in games: 500 of them at once, beside a bare INSERT at the same rate."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from itertools import count
from random import Random
from typing import Any

import psycopg2
from sqlalchemy import insert, update

from benchmarks.databases import Store, kinds, new_store
from benchmarks.measure import Comparison, Target
from benchmarks.serving import ours
from benchmarks.workshop import PATIENCE, Workshop
from nof1_tracker.clock import SystemClock
from nof1_tracker.database.models import Price, Season
from nof1_tracker.identity.secret_tokens import digest_of
from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.play.stored_games import (
    GameMode,
    NewGame,
    Player,
    WindowPlan,
)
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.open_games import store_new_game

GAMES = 500
RATE = 25
"""Orders a second, in all games together."""
_SECONDS = 8
_SPEED = 600
_BEGINS = datetime(2025, 10, 20, tzinfo=UTC)
_LENGTH = timedelta(days=7)
_FIRST = {"BTC": Decimal(110_000), "ETH": Decimal(4_000), "DOGE": Decimal("0.2")}
_FLOOR = "CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, words text)"
_SERVER = b"k" * 32


def playing(workshop: Workshop) -> Iterator[Comparison]:
    """The slowest hundredth of orders: time passes, orders are filled, pages are read."""
    if "postgresql" not in kinds(workshop):
        workshop.tell("NO POSTGRESQL: games are measured on it alone")
        return
    with new_store(workshop, "postgresql") as store:
        workshop.tell(f"  opening {GAMES} games ...")
        _fill(store)
        players = _open_games(store)
        with ours(workshop, store) as served:
            numbers = count()

            def order() -> float:
                return _p99(lambda: _order(served.port, players, next(numbers)))

            order()  # reads the market, and fills the first orders
            with _reading(served.port, players):
                yield workshop.compare(
                    f"{store.name}: p99 of an order, {GAMES} games, {RATE} a second",
                    "p99 of a committed INSERT",
                    order,
                    lambda: _p99(_bare_insert(store)),
                    Target(ratio=5),
                )


def _fill(store: Store) -> None:
    """A season of a week with a price every three minutes."""
    chance = Random(1)  # noqa: S311  reproducible, not secret
    with store.engine.begin() as connection:
        dates = {"start_date": _BEGINS, "end_date": _BEGINS + _LENGTH}
        connection.execute(
            update(Season).where(Season.season_number == 1).values(dates)
        )
        for symbol, price in _FIRST.items():
            rows = list(_prices(chance, symbol, price))
            connection.execute(insert(Price), rows)


def _prices(chance: Random, symbol: str, price: Decimal) -> Iterator[dict[str, Any]]:
    at = _BEGINS
    while at <= _BEGINS + _LENGTH:
        yield {
            "symbol": symbol,
            "observed_at": at,
            "source": PriceSource.CRYPTO_PRICES,
            "price": price,
        }
        at += timedelta(minutes=3)
        price = (price * Decimal(1 + chance.gauss(0, 0.001))).quantize(Decimal("1e-6"))


def _open_games(store: Store) -> Sequence[tuple[str, str]]:
    """The visitor's secret and the id of each game; they run by themselves."""
    services = GameServices(store.engine, store.engine, SystemClock(), _SERVER)
    found = []
    for _ in range(GAMES):
        visitor = secrets.token_urlsafe(32)
        player = Player(guest_digest=digest_of(visitor))
        game = NewGame(
            guest_digest=player.guest_digest,
            season=Decimal(1),
            starts_at=_BEGINS + timedelta(days=1),
            ends_at=_BEGINS + _LENGTH,
            seed=secrets.token_hex(32),
            mode=GameMode.RUNNING,
            speed=_SPEED,
            plan=WindowPlan(_FIRST),
        )
        found.append((visitor, str(store_new_game(services, game).id)))
    return found


def _p99(work: Callable[[], object]) -> float:
    """Seconds within which 99 % of the calls are done that begin at the rate."""
    times: list[float] = []

    def timed(begins: float) -> None:
        time.sleep(max(0.0, begins - time.perf_counter()))
        work()
        times.append(time.perf_counter() - begins)

    start = time.perf_counter() + 0.1
    with ThreadPoolExecutor(RATE) as pool:
        places = range(RATE * _SECONDS)
        list(pool.map(timed, [start + place / RATE for place in places]))
    return sorted(times)[int(len(times) * 0.99) - 1]


_own = threading.local()


def _ask(port: int, visitor: str, method: str, path: str, body: object = None) -> None:
    """Over a connection that the thread keeps."""
    connection = getattr(_own, "connection", None)
    if connection is None:
        connection = _own.connection = HTTPConnection("127.0.0.1", port, PATIENCE)
    headers = {"Cookie": f"nof1-visitor={visitor}", "Content-Type": "application/json"}
    sent = None if body is None else json.dumps(body)
    connection.request(method, f"/api/v1/game/games/{path}", sent, headers)
    answer = connection.getresponse()
    told = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {told!r}")


def _order(port: int, players: Sequence[tuple[str, str]], number: int) -> None:
    visitor, game_id = players[number % len(players)]
    side = "buy" if number // len(players) % 2 == 0 else "sell"
    order = {"symbol": "BTC", "side": side, "quantity": "0.01", "leverage": "2"}
    _ask(port, visitor, "PUT", f"{game_id}/orders/{number}", order)


def _bare_insert(store: Store) -> Callable[[], None]:
    """A row, committed, over a connection that each thread keeps."""
    url = store.engine.url.set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as first, first, first.cursor() as cursor:
        cursor.execute(_FLOOR)
    own = threading.local()

    def put() -> None:
        if not hasattr(own, "connection"):
            own.connection = psycopg2.connect(address)
        with own.connection, own.connection.cursor() as cursor:
            cursor.execute("INSERT INTO bare (words) VALUES (%s)", ("x" * 200,))

    return put


@contextmanager
def _reading(port: int, players: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Somebody looks at four games a second meanwhile."""
    stop = threading.Event()

    def read() -> None:
        for number in count():
            if stop.wait(0.25):
                return
            visitor, game_id = players[number % len(players)]
            _ask(port, visitor, "GET", game_id)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
