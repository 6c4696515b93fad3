"""A SQLite file, its journals and its folder are its owner's alone."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nof1_tracker.database import UnitOfWork, create_db_engine
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.leader_lock import leadership_of
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.export.copy_database import copy_database


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def opened(file: Path) -> Iterator[Engine]:
    engine = create_db_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def modes_while_somebody_writes(engine: Engine, file: Path) -> dict[str, int]:
    """Of the file and of everything that is put beside it."""
    leadership = leadership_of(engine)
    assert leadership.hold()
    with UnitOfWork(engine, writes=True):
        found = {each.name: mode(each) for each in file.parent.glob(f"{file.name}*")}
    leadership.release()
    return found


def all_private(name: str) -> dict[str, int]:
    files = (name, f"{name}-wal", f"{name}-shm", f"{name}.monitor.lock")
    return dict.fromkeys(files, 0o600)


def test_a_new_file_its_journals_and_its_folder_are_private(tmp_path: Path) -> None:
    file = tmp_path / "made" / "nof1.db"
    with opened(file) as engine:
        upgrade(engine)
        found = modes_while_somebody_writes(engine, file)

    assert found == all_private("nof1.db")
    assert mode(file.parent) == 0o700


def test_a_copy_is_private(migrated_sqlite: Path, tmp_path: Path) -> None:
    file = tmp_path / "copies" / "copy.db"
    with opened(migrated_sqlite) as source, opened(file) as target:
        copy_database(source, target)
        found = modes_while_somebody_writes(target, file)

    assert found == all_private("copy.db")
    assert mode(file.parent) == 0o700


def test_a_file_that_everybody_could_read_is_closed_once_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "open.db"
    with opened(file) as engine:
        upgrade(engine)
    file.chmod(0o644)
    tmp_path.chmod(0o755)
    caplog.set_level("INFO", "nof1_tracker.database")

    for _ in range(2):
        with opened(file) as engine:
            found = modes_while_somebody_writes(engine, file)

    assert found == all_private("open.db")
    assert mode(tmp_path) == 0o755, "a folder that somebody else made is not ours"
    assert [each.message for each in caplog.records] == [
        f"{file} was open to all users of this machine; its mode is now 0600."
    ]


def test_a_file_that_was_shared_with_a_group_stays_shared(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    file.touch()
    file.chmod(0o640)

    with opened(file) as engine:
        upgrade(engine)

    assert mode(file) == 0o640
