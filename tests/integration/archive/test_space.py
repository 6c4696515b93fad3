"""A full disk, a size limit and a reserve: said clearly, and nothing recorded is harmed."""

import errno
import fcntl
import logging
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nof1_tracker.archive.maintenance.integrity import verify
from nof1_tracker.archive.packing.wacz import Span, pack
from nof1_tracker.archive.recording import live_segment
from nof1_tracker.archive.recording.writer import ArchiveWriter
from nof1_tracker.archive.space import LEFT_TO_DATABASE, SpaceLimits, space_used
from nof1_tracker.errors import ArchiveError, ArchiveFullError, OutputError
from tests.faults.disks import NoMountError, filled, read_only, small_disk
from tests.integration.archive.recordings import (
    archive_at,
    body_of,
    exchange,
    numbers,
    read,
    record,
    writing,
)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Keeps this process from writing any file beyond that many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Path]:
    try:
        with small_disk(folder, megabytes) as mounted:
            yield mounted
    except NoMountError as error:
        pytest.skip(f"no small disk: {error}")


def large(number: int) -> bytes:
    """100 kB that do not compress."""
    return os.urandom(100_000) + body_of(number)


def test_a_record_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        name = writer.append(exchange(1)).segment
        size = archive.live(name).stat().st_size
        with (
            files_up_to(size + 5_000),
            pytest.raises(ArchiveFullError, match="cannot be written: File too large"),
        ):
            writer.append(exchange(2, body=large(2)))
        assert archive.live(name).stat().st_size == size
        # It goes on when there is space again, in a segment of its own.
        assert writer.append(exchange(3)).segment != name
    assert verify(archive).is_whole
    assert verify(archive).records == 2


def test_a_full_disk_is_said_and_what_was_recorded_is_whole(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 4) as mounted:
        archive = archive_at(mounted / "archive")
        recorded = 0
        with writing(archive) as writer:
            with pytest.raises(ArchiveFullError, match="No space left") as refused:
                while True:
                    writer.append(exchange(recorded, body=large(recorded)))
                    recorded += 1
            assert "archive prune" in refused.value.remedy
            with filled(mounted), pytest.raises(ArchiveFullError):
                writer.append(exchange(99))
        found = verify(archive)
        assert (found.faults, found.records) == ([], recorded)
        assert recorded > 20


def test_a_segment_that_cannot_be_sealed_for_want_of_space_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with disk(tmp_path / "disk", 4) as mounted:
        archive = archive_at(mounted / "archive")
        given = [exchange(each, body=large(each)) for each in range(5)]
        positions = record(archive, given, sealed=False)
        with filled(mounted):
            ArchiveWriter.open(archive).close()
        assert archive.live(positions[0].segment).exists()
        assert "A segment is not sealed yet" in caplog.text
        assert verify(archive).records == 5
        ArchiveWriter.open(archive).close()
        assert archive.sealed(positions[0].segment).exists()
        assert numbers(read(archive, positions[0].segment)) == [2, 3, 4, 5, 6]


def test_a_read_only_disk_is_said(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 4) as mounted:
        archive = archive_at(mounted / "archive")
        record(archive, [exchange(1)])
        with read_only(mounted):
            with (
                writing(archive) as writer,
                pytest.raises(ArchiveError, match="Read-only"),
            ):
                writer.append(exchange(2))
            with pytest.raises(ArchiveError, match="Read-only"):
                archive_at(mounted / "other")
            assert verify(archive).is_whole


def test_after_a_failed_flush_another_segment_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_at(tmp_path / "archive")

    def broken(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with writing(archive) as writer:
        first = writer.append(exchange(1))
        with monkeypatch.context() as patched:
            patched.setattr(live_segment, "flush", broken)
            with pytest.raises(ArchiveError, match="Input/output error"):
                writer.append(exchange(2))
        second = writer.append(exchange(3))
        assert first.segment != second.segment
        # What the new segment has not got, a request may not rest on.
        assert second.record == 2


def test_on_macos_the_disk_itself_is_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda _, what: asked.append(what))
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        asked.clear()
        writer.append(exchange(1))
        assert asked == [51, 51, 51]  # the new file, its folder, and the record
        writer.append(exchange(2))
        assert asked == [51] * 4


def test_a_size_limit_warns_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, [exchange(0, body=large(0))])
    with writing(archive, limits=SpaceLimits(most=250_000)) as writer:
        writer.append(exchange(1, body=large(1)))
        assert not writer.space().is_nearly_full
        writer.append(exchange(2, body=large(2)[:30_000]))
        assert caplog.text == ""
        writer.append(exchange(3))
        writer.append(exchange(4, body=large(4)[:30_000]))
        with pytest.raises(ArchiveFullError, match="has reached its limit of 0 MB"):
            writer.append(exchange(5))
    assert caplog.text.count("takes 0 MB of at most 0 MB") == 1
    assert verify(archive).records == 5
    with (
        writing(archive, limits=SpaceLimits(most=250_000)) as another,
        pytest.raises(ArchiveFullError),
    ):
        another.append(exchange(6))


def test_the_last_500_megabytes_are_left_to_the_database(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    assert LEFT_TO_DATABASE == 500_000_000
    free = space_used(archive, SpaceLimits()).free
    reserve = SpaceLimits(reserve=free * 2)
    assert space_used(archive, reserve).is_reserve_reached
    with (
        writing(archive, limits=reserve) as writer,
        pytest.raises(ArchiveFullError, match="are left to the database"),
    ):
        writer.append(exchange(1))
    assert not space_used(archive, SpaceLimits(reserve=free // 2)).is_reserve_reached


def test_the_space_used_counts_all_segments(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, [exchange(0)])
    with writing(archive) as writer:
        writer.append(exchange(1))
        files = list(archive.segments.iterdir())
        assert len(files) == 2
        total = sum(each.stat().st_size for each in files)
        assert writer.space().size == total
        assert space_used(archive, SpaceLimits()).size == total


def test_a_writer_belongs_to_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        writer.append(exchange(1))
        with monkeypatch.context() as forked:
            forked.setattr(os, "getpid", lambda: 1)
            with pytest.raises(ArchiveError, match="belongs to another process"):
                writer.append(exchange(2))
        writer.append(exchange(3))
    assert verify(archive).records == 2


def test_a_package_that_does_not_fit_is_the_fault_of_its_own_disk(
    tmp_path: Path,
) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, [exchange(each, body=large(each)) for each in range(5)])
    with (
        files_up_to(100_000),
        pytest.raises(OutputError, match="cannot be written: File too large"),
    ):
        pack(archive, tmp_path / "season.wacz", Span())
    assert [each.name for each in tmp_path.iterdir()] == ["archive"]


def test_logs_name_what_is_not_sealed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, [exchange(1)], sealed=False)
    archive.manifest.write_bytes(b"nonsense\n")
    with caplog.at_level(logging.WARNING):
        ArchiveWriter.open(archive).close()
    assert "line 1 of the manifest cannot be read" in caplog.text
