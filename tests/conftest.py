"""Fixtures for every test: a clean environment, databases, the captures."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings
from sqlalchemy import URL, Engine
from typer.main import get_command

from nof1_tracker.database.connection import create_db_engine, reset_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.settings import distrust_files_within
from tests.database_pool import DatabasePool
from tests.databases import (
    as_text,
    database_url,
    postgresql_server,
    postgresql_url,
    scratch_database,
    sqlite_url,
)

__all__ = ["database_url", "postgresql_server", "postgresql_url", "sqlite_url"]

# A slow machine is not a failure, so no test asserts a time.
settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("quick")  # make laws: the other one

CAPTURES = Path(__file__).resolve().parents[2] / "shared" / "captures"
OURS = (
    "NOF1_",
    "SCRAPER_",
    "NOTIFY_",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "REFRESH_INTERVAL",
)
MEASURED_ELSEWHERE = (
    "integration/docs/",
    "integration/shipping/",
    "integration/upgrades/",
    "integration/exporting/test_round_trip.py",
    "integration/history/test_killed_backfill.py",
    "integration/test_ground_truth.py",
    "integration/test_killed.py",
    "integration/test_misbehaviour.py",
    "integration/test_read_only.py",
    "integration/test_stored_facts.py",
    "unit/test_docs",
    "unit/test_plain_english.py",
    "unit/test_rooms.py",
)
"""Long walks through the whole program: shorter tests run each of its lines too. And
tests that read texts instead of running the program."""
MEASURES_PROGRAMS = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""With one of these, each program that a test starts measures its coverage."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measures no coverage where the same lines run again and again.

    The tracer doubles what a property costs, and the lines that its hundred examples
    run are those of the examples by hand. What fails at random is no measure either.
    """
    tests = Path(__file__).parent
    for item in items:
        function = getattr(item, "obj", None)
        place = item.path.relative_to(tests).as_posix()
        if (
            is_hypothesis_test(function)
            or item.get_closest_marker("faults")
            or place.startswith(MEASURED_ELSEWHERE)
        ):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Lets no collection of garbage look at the thousands of tests again.

    The monitor collects after each cycle, and did so in a heap that is mostly pytest's.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def commands_built_once() -> Iterator[None]:
    """Spares each run of a command in this process the building of all others.

    A process of its own does not build them either.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(get_command), raising=False)
        yield


@pytest.fixture(scope="module", autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the fixtures of a module record is in a folder of theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(autouse=True)
def clean_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """Keeps the developer's settings, .env and user data away from tests.

    The programs that a test starts measure coverage only where the test does.
    """
    if request.node.get_closest_marker("no_cover"):
        for name in MEASURES_PROGRAMS:
            monkeypatch.delenv(name, raising=False)
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    distrust_files_within(())
    reset_engine()
    yield
    reset_engine()


@pytest.fixture(scope="session")
def captures() -> Path:
    """The real captures, if they exist beside the project."""
    if not CAPTURES.is_dir():
        pytest.skip(f"no real captures at {CAPTURES}")
    return CAPTURES


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, the same for every process of pytest-xdist."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, for copying: migrating each time is slow."""
    file = tmp_path_factory.mktemp("schema") / "template.db"
    engine = create_db_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: URL) -> Iterator[str]:
    """A PostgreSQL database with the schema, for copying."""
    with scratch_database(postgresql_server) as url:
        engine = create_db_engine(as_text(url))
        upgrade(engine)
        engine.dispose()
        yield str(url.database)


@pytest.fixture(scope="session")
def database_pool(
    postgresql_server: URL, migrated_postgresql: str
) -> Iterator[DatabasePool]:
    """PostgreSQL databases with the schema, which tests have one after the other."""
    with closing(DatabasePool(postgresql_server, migrated_postgresql)) as pool:
        yield pool


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with the schema, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "nof1.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    pool: DatabasePool = request.getfixturevalue("database_pool")
    with pool.borrowed() as url:
        yield url


@pytest.fixture
def migrated_postgresql_url(database_pool: DatabasePool) -> Iterator[str]:
    """An empty PostgreSQL database with the schema."""
    with database_pool.borrowed() as url:
        yield url


@pytest.fixture
def fresh_url(
    migrated_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """Another empty database with the schema, of the same kind as `migrated_url`."""
    if migrated_url.startswith("sqlite"):
        file = tmp_path / "fresh.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    pool: DatabasePool = request.getfixturevalue("database_pool")
    with pool.borrowed() as url:
        yield url


@pytest.fixture
def fresh_engine(fresh_url: str) -> Iterator[Engine]:
    """An engine for `fresh_url`."""
    engine = create_db_engine(fresh_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """An engine for `migrated_url`."""
    engine = create_db_engine(migrated_url)
    yield engine
    engine.dispose()
