"""A backfill that is killed goes on where it was."""

import itertools
import multiprocessing
import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.demo import DemoWebArchive
from nof1_tracker.services.backfill.wayback_backfill import (
    WaybackBackfill,
    open_web_archive,
)
from tests.fakes import FakeClock
from tests.worlds import Rows, arena_of, differences, engine_on, facts_in

KILLS = {"sqlite": 50, "postgresql": 12}
"""A start takes longer where the database is a server."""
NOW = datetime(2026, 1, 5, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
_SEARCHES = 3
_DEADLINE = 60.0


def backfill(database: str, archive: str) -> None:
    """Brings back everything; runs in a process of its own, to be killed."""
    engine, clock = create_db_engine(database), FakeClock(NOW)
    with open_web_archive(archive, clock) as asked:
        one = WaybackBackfill(engine, clock, asked)
        one.run(one.plan(None, None))


@pytest.fixture
def archive() -> Iterator[DemoWebArchive]:
    """A web archive for which so much time passes between searches that none is refused."""
    passing = itertools.count(step=60)
    with DemoWebArchive(
        arena_of(days=0.05),
        every=timedelta(minutes=6),
        most_rows=1000,
        seconds=lambda: float(next(passing)),
    ) as archive:
        yield archive


def killed_after(requests: int, database: str, archive: DemoWebArchive) -> bool:
    """Kills a backfill once it has asked so often; False if it ended before."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=backfill, args=(database, archive.url))
    wanted = len(archive.requests) + requests
    process.start()
    ends_at = time.monotonic() + _DEADLINE
    while len(archive.requests) < wanted and process.is_alive():
        assert time.monotonic() < ends_at
        time.sleep(0.001)
    process.kill()
    process.join()
    was_killed = process.exitcode != 0
    process.close()
    return was_killed


def undisturbed(archive: DemoWebArchive, template: Path, folder: Path) -> Rows:
    """What the tables state after a backfill that nothing kills."""
    file = folder / "undisturbed.db"
    shutil.copy(template, file)
    backfill(f"sqlite:///{file}", archive.url)
    with engine_on(f"sqlite:///{file}") as engine:
        return facts_in(engine)


def test_a_killed_backfill_goes_on_where_it_was(
    engine: Engine,
    migrated_url: str,
    migrated_sqlite: Path,
    archive: DemoWebArchive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Processes are forked from one that has imported all this: once is slow enough.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    rng = random.Random(16)  # noqa: S311  not for secrets
    wanted = KILLS[engine.dialect.name]
    kills = sum(
        killed_after(_SEARCHES + rng.randint(0, 3), migrated_url, archive)
        for _ in range(wanted)
    )
    backfill(migrated_url, archive.url)
    assert kills == wanted
    fetched = [each for each in archive.requests if each.startswith("/web/")]
    # What was on its way at a kill is fetched again, and nothing else.
    assert len(fetched) - len(set(fetched)) <= wanted
    after = facts_in(engine)
    backfill(migrated_url, archive.url)
    assert not differences(after, facts_in(engine))
    assert not differences(undisturbed(archive, migrated_sqlite, tmp_path), after)
