"""Four days of a season that are stored at once, and those who play them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Price,
    Season,
    Trade,
)
from nof1_tracker.records.enums import (
    EquitySource,
    PriceSource,
    TradeSide,
    TradeSource,
    TradeStatus,
)
from nof1_tracker.records.play.stored_games import Player
from nof1_tracker.services.play.games.game_services import GameServices
from tests.fakes import FakeClock
from tests.integration.people.players import ANNA, BERT, add_users

BEGINS: Final = datetime(2025, 10, 20, tzinfo=UTC)
ENDS: Final = BEGINS + timedelta(days=4)
NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SEASON: Final = Decimal(1)
FIRST: Final = {"BTC": Decimal(110_000), "ETH": Decimal(4_000), "DOGE": Decimal("0.2")}
MODELS: Final = {"gpt-5": "GPT 5", "qwen3-max": "Qwen3 Max"}
STEP: Final = timedelta(minutes=10)
PERSON: Final = Player(user_id=ANNA)
OTHER: Final = Player(user_id=BERT)
GUEST: Final = Player(guest_digest="a" * 64)
PROGRAM: Final = Player(user_id=ANNA, by_token=True)


def store_season(engine: Engine, seed: int = 1) -> None:
    """Stores prices each ten minutes, equities each half hour, trades and words."""
    chance = Random(seed)  # noqa: S311  reproducible, not secret
    with Session(engine) as session:
        season = session.scalars(
            select(Season.id).where(Season.season_number == SEASON)
        ).first()
        dates = {"start_date": BEGINS, "end_date": ENDS}
        if season is None:
            row = Season(season_number=SEASON, name="Season 1", **dates)
            session.add(row)
            session.flush()
            season = row.id
        else:
            session.execute(update(Season).where(Season.id == season).values(**dates))
        accounts = _store_models(session)
        _store_many(session, Price, _prices(chance))
        for account in accounts.values():
            dated = {"season_id": season, "model_id": account}
            _store_many(session, LeaderboardSnapshot, _equities(chance), **dated)
            _store_many(session, Trade, _trades(chance, account), **dated)
            _store_many(session, ModelChat, _words(chance, account), **dated)
        session.commit()


def _store_models(session: Session) -> dict[str, int]:
    found = {}
    for model_id, name in MODELS.items():
        row = LLMModel(name=name, provider="Some", model_id=model_id, base_model=name)
        session.add(row)
        session.flush()
        found[model_id] = row.id
    return found


def _store_many(
    session: Session, table: Any, rows: Iterator[dict[str, Any]], **more: Any
) -> None:
    session.execute(insert(table), [{**row, **more} for row in rows])


def _prices(chance: Random) -> Iterator[dict[str, Any]]:
    for symbol, price in FIRST.items():
        at, last = BEGINS, price
        while at <= ENDS:
            yield {
                "symbol": symbol,
                "observed_at": at,
                "source": PriceSource.CRYPTO_PRICES,
                "price": last,
                "funding_rate": Decimal("0.0000125"),
            }
            at, last = at + STEP, _moved(chance, last)


def _moved(chance: Random, price: Decimal) -> Decimal:
    return (price * Decimal(1 + chance.gauss(0, 0.004))).quantize(Decimal("1e-6"))


def _equities(chance: Random) -> Iterator[dict[str, Any]]:
    at, equity = BEGINS, Decimal(10_000)
    while at <= ENDS:
        yield {
            "timestamp": at,
            "source": EquitySource.ACCOUNT_TOTALS,
            "total_assets": equity,
            "pnl": equity - 10_000,
        }
        at, equity = at + timedelta(minutes=30), _moved(chance, equity)


def _trades(chance: Random, account: int) -> Iterator[dict[str, Any]]:
    for number in range(30):
        opened_at = BEGINS + timedelta(hours=3 * number + 1 + chance.random())
        symbol = list(FIRST)[number % 3]
        yield {
            "trade_id": f"{account}-{number}",
            "symbol": symbol,
            "side": TradeSide.LONG,
            "status": TradeStatus.CLOSED,
            "size": 10 / FIRST[symbol],
            "entry_price": FIRST[symbol],
            "exit_price": FIRST[symbol],
            "pnl": Decimal(0),
            "opened_at": opened_at,
            "closed_at": opened_at + timedelta(hours=1.5),
            "source": TradeSource.SITE,
        }


def _words(chance: Random, account: int) -> Iterator[dict[str, Any]]:
    for number in range(32):
        yield {
            "conversation_id": f"{account}-{number}",
            "timestamp": BEGINS + timedelta(hours=3 * number),
            "content": "",
            "summary": f"BTC looks like {chance.random()}.",
        }


@dataclass
class Played:
    """The services over such a season, and the clock that they see."""

    services: GameServices
    clock: FakeClock
    engine: Engine

    def again(self) -> GameServices:
        """The services of another process: nothing is kept in it."""
        return GameServices(self.engine, self.engine, self.clock, b"k" * 32)


def played_world(engine: Engine, now: datetime = NOW) -> Played:
    """Stores the season and both players, and opens the services."""
    store_season(engine)
    add_users(engine)
    clock = FakeClock(now)
    return Played(GameServices(engine, engine, clock, b"k" * 32), clock, engine)


def as_id(text: str) -> UUID:
    return UUID(text)
