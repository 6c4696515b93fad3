"""Processes that are killed, or that write beside each other, lose nothing recorded."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.integrity import verify
from nof1_tracker.archive.monitor_lock import MonitorLock
from nof1_tracker.archive.reading.observation_order import Found, new_exchanges
from nof1_tracker.archive.recording.writer import ArchiveWriter
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import Recorded
from tests.integration.archive.recordings import (
    SITE,
    archive_at,
    body_of,
    exchange,
    numbers,
    read,
    record,
    writing,
)

ROOT = Path(__file__).resolve().parents[3]
KILLS = 20
PROGRAM = """
import sys
from pathlib import Path
from nof1_tracker.archive.recording.writer import ArchiveWriter, WriterOptions
from tests.integration.archive.recordings import archive_at, exchange

writer = ArchiveWriter.open(
    archive_at(Path(sys.argv[1])), WriterOptions(segment_bytes=int(sys.argv[3]))
)
for number in range(int(sys.argv[2]), 1_000_000):
    position = writer.append(exchange(number))
    print(number, position.segment, position.record, flush=True)
"""


def recorder(
    archive: ArchiveFolder, first: int, segment_bytes: int = 3_000
) -> subprocess.Popen[str]:
    """A process that records, and says what it has recorded."""
    arguments = [str(archive.path), str(first), str(segment_bytes)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(lines: list[str]) -> dict[Position, int]:
    """What the process said that it recorded; its last line may be cut off."""
    whole = [each.split() for each in lines if each.endswith("\n")]
    return {Position(name, int(record)): int(number) for number, name, record in whole}


def recorded(archive: ArchiveFolder) -> dict[Position, bytes]:
    """Every body in the archive, where nothing may be damaged."""
    found = {}
    for each in new_exchanges(archive, {}):
        if isinstance(each, Found):
            found[each.recorded.position] = each.recorded.exchange.body
        else:
            assert each.is_torn
    return found


def test_a_writer_that_is_killed_has_recorded_all_that_it_said(tmp_path: Path) -> None:
    rng = random.Random(15)  # noqa: S311  reproducible, not secret
    archive = archive_at(tmp_path / "archive")
    said: dict[Position, int] = {}
    for kill in range(KILLS):
        with recorder(archive, kill * 1000) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(rng.randint(1, 12))]
            time.sleep(rng.uniform(0, 0.01))  # a random moment, waited for by nobody
            process.send_signal(signal.SIGKILL)
            said |= acknowledged([*lines, *process.stdout])
        found = recorded(archive)
        assert {each: found.get(each) for each in said} == {
            position: body_of(number) for position, number in said.items()
        }
    ArchiveWriter.open(archive).close()
    assert verify(archive).is_whole
    assert verify(archive).notes == []
    assert said.keys() <= recorded(archive).keys()
    assert not [each for each in archive.segments.iterdir() if each.suffix != ".gz"]


def test_processes_write_beside_each_other(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with ExitStack() as stack:
        writers = [
            stack.enter_context(recorder(archive, first))
            for first in (0, 1_000_000 // 2)
        ]
        lines: list[str] = []
        for _ in range(20):
            for each in writers:
                assert each.stdout is not None
                lines.append(each.stdout.readline())
            found = recorded(archive)  # a reader beside them sees no damage
            assert acknowledged(lines).keys() <= found.keys()
        for each in writers:
            each.kill()
    ArchiveWriter.open(archive).close()
    assert verify(archive).is_whole
    found = recorded(archive)
    for position, number in acknowledged(lines).items():
        assert found[position] == body_of(number)


def test_threads_share_a_writer(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    positions: list[Position] = []
    with writing(archive) as writer:
        threads = [
            threading.Thread(
                target=lambda first=first: positions.extend(
                    writer.append(exchange(first + each)) for each in range(10)
                )
            )
            for first in (0, 100, 200)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert sorted(each.record for each in positions) == list(range(2, 32))
    assert verify(archive).records == 30


def test_a_segment_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        name = writer.append(exchange(1)).segment
        ArchiveWriter.open(archive).close()
        assert archive.live(name).exists()
        writer.append(exchange(2))
        assert numbers(read(archive, name)) == [2, 3]
    ArchiveWriter.open(archive).close()
    assert archive.sealed(name).exists()
    assert numbers(read(archive, name)) == [2, 3]


def test_a_reader_goes_on_while_its_segment_is_sealed(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, map(exchange, range(4)), sealed=False)
    found = new_exchanges(archive, {})
    first = next(found)
    ArchiveWriter.open(archive).close()
    assert isinstance(first, Found)
    rest = [each for each in found if isinstance(each, Found)]
    assert [each.recorded.position.record for each in rest] == [3, 4, 5]


@pytest.mark.parametrize("listed", [False, True])
def test_a_seal_that_was_broken_off_is_done_again(
    tmp_path: Path, *, listed: bool
) -> None:
    archive = archive_at(tmp_path / "archive")
    (position,) = record(archive, [exchange(1)], sealed=False)
    live = archive.live(position.segment)
    before = live.read_bytes()
    if listed:
        ArchiveWriter.open(archive).close()
        live.write_bytes(before)  # killed before it removed the live file
    else:
        archive.sealed(position.segment).write_bytes(before[:100])
    ArchiveWriter.open(archive).close()
    assert not live.exists()
    found = verify(archive)
    assert (found.faults, found.records, found.segments) == ([], 1, 1)
    assert archive.manifest.read_bytes().count(b"\n") == 1


def test_a_writer_that_is_to_stop_does_not_wait_for_sealing(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        for number in range(10):
            writer.append(exchange(number, body=body_of(number, rows=20_000)))
        writer.seal()
        writer.close(wait=False)
    found = verify(archive)
    assert (found.faults, found.records) == ([], 10)
    (name,) = archive.names()
    assert archive.live(name).exists()
    ArchiveWriter.open(archive).close()
    assert archive.sealed(name).exists()
    assert verify(archive).records == 10


def test_a_segment_that_cannot_be_sealed_does_not_keep_others_from_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as one, writing(archive) as other:
        names = [each.append(exchange(1)).segment for each in (one, other)]
    stuck, free = sorted(names)
    # A folder where the recompressed file would be.
    (archive.segments / f"{stuck}.warc.gz.part").mkdir()
    ArchiveWriter.open(archive).close()
    assert archive.live(stuck).exists()
    assert archive.sealed(free).exists()
    assert "A segment is not sealed yet" in caplog.text


def test_sealing_keeps_every_record_and_takes_less_space(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    given = [exchange(each, body=body_of(each, rows=200)) for each in range(20)]
    positions = record(archive, [*given, *given], sealed=False)
    name = positions[0].segment
    before, size = read(archive, name), archive.live(name).stat().st_size
    ArchiveWriter.open(archive).close()
    after = read(archive, name)
    assert list(map(_content, before)) == list(map(_content, after))
    assert archive.sealed(name).stat().st_size < size


def _content(found: object) -> tuple[object, ...]:
    assert isinstance(found, Recorded)
    return found.position, found.exchange, found.digest, found.refers_to


def test_one_monitor_at_a_time_records(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with MonitorLock(archive):
        assert not MonitorLock(archive).take()
        with pytest.raises(ArchiveError, match="Another monitor records"):
            MonitorLock(archive).__enter__()
        record(archive, [exchange(1)])
    with MonitorLock(archive) as lock:
        assert lock.take()


def test_the_place_of_a_monitor_that_makes_no_progress_is_taken(
    tmp_path: Path,
) -> None:
    archive = archive_at(tmp_path / "archive")
    stopped, other = MonitorLock(archive), MonitorLock(archive)
    assert stopped.take()
    stopped.renew()
    assert not other.take()
    os.utime(archive.monitor_lock, (0, 0))
    assert other.take()
    assert not stopped.take()
    assert other.take()
    other.release()
    assert stopped.take()
    stopped.release()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"site": "https://elsewhere.org"}, f"is of {SITE}, not of https://elsewhere"),
        ({"simulated": True}, "is of the real site, not of the simulated arena"),
        ({"known": "0" * 32}, "is another one than the one that was used before"),
    ],
)
def test_another_archive_is_only_taken_if_asked_for(
    tmp_path: Path, other: dict[str, object], said: str
) -> None:
    archive = archive_at(tmp_path / "archive")
    with pytest.raises(ArchiveError, match=said):
        archive_at(tmp_path / "archive", **other)
    assert archive_at(tmp_path / "archive", **other, adopt=True) == archive
    assert archive_at(tmp_path / "archive", known=archive.identity.id) == archive


def test_a_folder_that_is_not_an_archive_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(ArchiveError, match="exists and is not an archive"):
        archive_at(tmp_path)
    with pytest.raises(ArchiveError, match="is not an archive"):
        ArchiveFolder.existing(tmp_path / "nowhere")
    assert [each.name for each in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is damaged"),
        (b"[]", "is damaged"),
        (b'{"format": 1}', "is damaged"),
        (b'{"format": 2, "sites": []}', "has format 2; this program reads 1"),
    ],
)
def test_an_identity_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes, said: str
) -> None:
    archive = archive_at(tmp_path / "archive")
    (archive.path / "archive.json").write_bytes(content)
    with pytest.raises(ArchiveError, match=said):
        archive_at(tmp_path / "archive")


def test_processes_that_create_an_archive_at_once_have_the_same_one(
    tmp_path: Path,
) -> None:
    found: list[ArchiveFolder] = []
    threads = [
        threading.Thread(target=lambda: found.append(archive_at(tmp_path / "archive")))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert len({each.identity.id for each in found}) == 1
