"""A simulated season with enough prices to be played, stored at once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.schema import ensure_schema
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel, Price, Season
from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.records.enums import EquitySource, Kind, PriceSource
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from nof1_tracker.services.collect import Collector

_PRICES: Final = timedelta(minutes=10)
_EQUITIES: Final = timedelta(minutes=30)


def fill_with_arena(engine: Engine, days: float = 4) -> datetime:
    """Stores what the arena's site says at the end, and prices and equities of all days.

    Returns:
        The end of the season.
    """
    ensure_schema(engine)
    arena = Arena(days=days)
    clock = SystemClock()
    with DemoSite(arena, speed=0, at=arena.end) as site:
        options = SourceOptions(site.url, timeout_ms=60_000, rate_limit=100_000)
        with closing(HttpSource(options, clock, {})) as source:
            Collector(engine, clock).scrape(source, Kind)
    with Session(engine) as session:
        session.execute(insert(Price).prefix_with("OR IGNORE"), list(_prices(arena)))
        session.execute(
            insert(LeaderboardSnapshot).prefix_with("OR IGNORE"),
            list(_equities(arena, session)),
        )
        session.commit()
    return arena.end


def _times(arena: Arena, step: timedelta) -> Iterator[datetime]:
    at = arena.start
    while at < arena.end:
        yield at
        at += step


def _prices(arena: Arena) -> Iterator[dict[str, Any]]:
    for at in _times(arena, _PRICES):
        for symbol in arena.traded_symbols:
            price = arena.market.mid(symbol, arena.seconds(at))
            yield {
                "symbol": symbol,
                "observed_at": at,
                "source": PriceSource.CRYPTO_PRICES,
                "price": Decimal(str(price)),
            }


def _equities(arena: Arena, session: Session) -> Iterator[dict[str, Any]]:
    season = session.scalars(select(Season.id).where(Season.season_number == 1)).one()
    known = session.execute(select(LLMModel.model_id, LLMModel.id)).all()
    rows = {model_id: row for model_id, row in known if model_id in arena.accounts}
    for at in _times(arena, _EQUITIES):
        for model_id, row in rows.items():
            equity = Decimal(str(round(arena.equity(model_id, at), 6)))
            yield {
                "season_id": season,
                "model_id": row,
                "timestamp": at,
                "source": EquitySource.ACCOUNT_TOTALS,
                "total_assets": equity,
                "pnl": equity - 10_000,
            }
