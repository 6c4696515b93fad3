"""How far a database has stored each segment of its archives."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from nof1_tracker.database.archive_models import ArchivePosition, ArchiveRow
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.write.archives import ArchiveRepository

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)
ARCHIVE, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def archives(engine: Engine) -> Iterator[ArchiveRepository]:
    """The repository in a transaction, of a database that knows one archive."""
    with UnitOfWork(engine, writes=True) as unit:
        found = unit.repositories.archives
        found.remember(ARCHIVE, "https://nof1.ai", NOW, simulated=False)
        yield found


def test_an_archive_is_known_once_it_is_remembered(archives: ArchiveRepository) -> None:
    assert archives.is_known(ARCHIVE)
    assert not archives.is_known(OTHER)


def test_the_first_use_of_an_archive_is_kept(engine: Engine) -> None:
    for at in (NOW, NOW + timedelta(days=1)):
        with UnitOfWork(engine, writes=True) as unit:
            unit.repositories.archives.remember(ARCHIVE, "x", at, simulated=True)
            unit.commit()
    with engine.connect() as connection:
        rows = connection.execute(
            select(ArchiveRow.first_used_at, ArchiveRow.simulated)
        ).all()
    assert rows == [(NOW, True)]


def test_a_position_moves_only_from_where_it_is(archives: ArchiveRepository) -> None:
    assert archives.position("one") == 0
    assert archives.advance(ARCHIVE, "one", 0, 2, NOW)
    assert not archives.advance(ARCHIVE, "one", 0, 2, NOW)
    assert not archives.advance(ARCHIVE, "one", 1, 3, NOW)
    assert archives.advance(ARCHIVE, "one", 2, 5, NOW)
    assert archives.position("one") == 5


def test_positions_are_those_of_one_archive(archives: ArchiveRepository) -> None:
    archives.remember(OTHER, "https://nof1.ai", NOW, simulated=False)
    archives.advance(ARCHIVE, "one", 0, 2, NOW)
    archives.advance(ARCHIVE, "two", 0, 3, NOW)
    archives.advance(OTHER, "three", 0, 4, NOW)
    assert archives.positions(ARCHIVE) == {"one": 2, "two": 3}
    assert archives.positions(OTHER) == {"three": 4}


def test_a_position_is_rolled_back_with_what_was_stored(engine: Engine) -> None:
    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.archives.remember(ARCHIVE, "x", NOW, simulated=False)
        unit.repositories.archives.advance(ARCHIVE, "one", 0, 2, NOW)
    with engine.connect() as connection:
        assert connection.execute(select(ArchivePosition.segment)).all() == []
