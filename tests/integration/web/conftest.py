"""A simulated season, stored once in each database and served for all tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.demo import DemoSite
from tests.database_pool import DatabasePool
from tests.fakes import FakeClock
from tests.integration.web.served import record_of, serving
from tests.worlds import World, arena_of, engine_on, midday


@contextmanager
def _empty_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        file = folder / "season.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    pool: DatabasePool = request.getfixturevalue("database_pool")
    with pool.borrowed() as url:
        yield url


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def season(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database with a simulated season, which no test changes."""
    folder = tmp_path_factory.mktemp("web")
    arena = arena_of(days=0.4)
    with (
        _empty_database(request, folder) as url,
        engine_on(url) as engine,
        DemoSite(arena, speed=0, at=midday(arena)) as site,
    ):
        World(site, engine, timeout_ms=30_000).scrape()
        yield engine


@pytest.fixture(scope="session")
def api(season: Engine) -> Iterator[httpx.Client]:
    """A client of that season, at its end."""
    clock = FakeClock(midday(arena_of(days=0.4)))
    with serving(record_of(season, clock)) as client:
        yield client
