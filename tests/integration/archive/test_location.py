"""Each database has its archive at a place of its own, or where the settings say."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nof1_tracker.archive.space import LEFT_TO_DATABASE
from nof1_tracker.database.config import data_folder
from nof1_tracker.database.connection import Engine, create_db_engine
from nof1_tracker.errors import ArchiveError, ConfigurationError
from nof1_tracker.services.archive_location import (
    ArchiveLocation,
    archive_location,
    recording_location,
    site_of,
)

SITE = "https://nof1.ai"
POSTGRESQL = "postgresql://nobody@localhost/nothing"
"""A server that is never asked: where the archive lies does not depend on it."""


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_db_engine(url)
    yield engine
    engine.dispose()


def _location(url: str) -> ArchiveLocation:
    with _engine(url) as engine:
        found = archive_location(engine)
    assert found is not None
    return found


def test_beside_sqlite_it_has_the_name_of_the_file(tmp_path: Path) -> None:
    found = _location(f"sqlite:///{tmp_path}/record.db")
    assert found.path == tmp_path / "record.db.archive"


def test_a_link_to_a_database_leads_to_the_same_archive(tmp_path: Path) -> None:
    (tmp_path / "record.db").touch()
    (tmp_path / "link.db").symlink_to("record.db")
    found = _location(f"sqlite:///{tmp_path}/link.db")
    assert found.path == tmp_path / "record.db.archive"


def test_for_postgresql_it_lies_in_the_user_data_directory() -> None:
    assert _location(POSTGRESQL).path == data_folder() / "archive"


@pytest.mark.parametrize("url", ["sqlite:///record.db", POSTGRESQL])
def test_a_setting_names_another_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", "~/tapes")
    assert _location(url).path == tmp_path / "home" / "tapes"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_has_none(url: str) -> None:
    with _engine(url) as engine:
        assert archive_location(engine) is None
        assert recording_location(engine) is None


def test_what_is_off_is_not_recorded_but_can_still_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _engine("sqlite:///record.db") as engine:
        assert recording_location(engine) == archive_location(engine)
        monkeypatch.setenv("NOF1_ARCHIVE", "off")
        assert recording_location(engine) is None
        assert archive_location(engine) is not None


def test_only_the_disk_of_a_sqlite_file_keeps_a_reserve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _location("sqlite:///record.db").limits.reserve == LEFT_TO_DATABASE
    assert _location(POSTGRESQL).limits.reserve == 0
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", "/proc/nof1")  # not the disk of this file
    assert _location("sqlite:///record.db").limits.reserve == 0


def test_the_size_limit_is_that_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _location("sqlite:///record.db").limits.most is None
    monkeypatch.setenv("NOF1_ARCHIVE_LIMIT", "20GB")
    assert _location("sqlite:///record.db").limits.most == 20_000_000_000


def test_it_is_created_when_it_is_first_opened() -> None:
    location = _location("sqlite:///record.db")
    assert location.existing() is None
    assert not location.path.exists()
    opened = location.open(f"{SITE}/", simulated=True)
    assert (opened.identity.site, opened.identity.simulated) == (SITE, True)
    assert location.existing() == opened
    assert stat.S_IMODE(location.path.stat().st_mode) == 0o700


def test_the_archive_of_another_site_is_refused_unless_it_is_adopted() -> None:
    location = _location("sqlite:///record.db")
    opened = location.open(SITE)
    with pytest.raises(ArchiveError, match=r"is of https://nof1\.ai, not of"):
        location.open("http://127.0.0.1:8000")
    with pytest.raises(ArchiveError, match="not of the simulated arena"):
        location.open(SITE, simulated=True)
    with pytest.raises(ArchiveError, match="another one than"):
        location.open(SITE, known="0" * 32)
    assert location.open("http://127.0.0.1:8000", adopt=True) == opened


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://nof1.ai", "https://nof1.ai"),
        ("https://NOF1.ai:443/leaderboard", "https://nof1.ai"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://localhost:80", "http://localhost"),
        ("http://me:secret@[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_site_is_scheme_host_and_port(address: str, site: str) -> None:
    assert site_of(address) == site


def test_an_address_that_is_not_one_is_told() -> None:
    with pytest.raises(ConfigurationError, match="not a valid address"):
        site_of("http://[nof1")
