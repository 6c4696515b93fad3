"""Damage anywhere is found and named, and the rest is read."""

import os
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.gzip_members import HEADER_SIZE
from nof1_tracker.archive.maintenance.integrity import verify
from nof1_tracker.archive.reading.observation_order import (
    Found,
    in_observation_order,
    new_exchanges,
)
from nof1_tracker.archive.reading.segment_reader import SegmentReader, reading
from nof1_tracker.archive.recording.writer import ArchiveWriter
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Damage
from nof1_tracker.records.archive.exchanges import Recorded
from tests.integration.archive.recordings import (
    archive_at,
    body_of,
    damage,
    exchange,
    numbers,
    only_file,
    read,
    record,
    whole,
    writing,
)

EXCHANGES = 6
NUMBERS = list(range(2, 2 + EXCHANGES))


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A segment's bytes: six exchanges, abandoned by its process."""
    archive = archive_at(tmp_path_factory.mktemp("whole") / "archive")
    record(archive, map(exchange, range(EXCHANGES)), sealed=False)
    return only_file(archive).read_bytes()


@pytest.fixture(scope="module")
def starts(segment: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    """Where its records begin, and at last where it ends."""
    with opened(segment, tmp_path_factory.mktemp("starts")) as reader:
        found = [
            each.member.offset
            for each in reader.checked()
            if not isinstance(each, Damage)
        ]
    return [*found, len(segment)]


def opened(content: bytes, folder: Path) -> SegmentReader:
    file = folder / "segment"
    file.write_bytes(content)
    return SegmentReader("segment", os.open(file, os.O_RDONLY))


def read_from(content: bytes, folder: Path) -> list[Recorded | Damage]:
    with opened(content, folder) as reader:
        return list(reader.records())


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def assert_found(found: list[Recorded | Damage], bit: int, starts: list[int]) -> None:
    """The damage is the record that the bit is in, and nothing else is lost."""
    hit = next(
        number
        for number, (start, end) in enumerate(pairwise(starts), start=1)
        if start <= bit // 8 < end
    )
    (only,) = damage(found)
    last = len(starts) - 1
    assert (only.first, only.last) == (hit, None if hit == last else hit), only
    assert only.offset == starts[hit - 1]
    assert only.size == starts[hit] - starts[hit - 1]
    assert f"record {hit}" in str(only)
    assert numbers(found) == [each for each in NUMBERS if each != hit]
    assert not only.is_torn


def test_truncation_at_every_byte_of_the_last_record_loses_that_record_alone(
    segment: bytes, starts: list[int], tmp_path: Path
) -> None:
    last = starts[-2]
    assert damage(read_from(segment[:last], tmp_path)) == []
    for size in range(last + 1, len(segment)):
        found = read_from(segment[:size], tmp_path)
        (torn,) = damage(found)
        assert torn.is_torn
        assert (torn.offset, torn.size) == (last, size - last)
        assert numbers(found) == NUMBERS[:-1]


def test_each_bit_at_the_ends_of_a_record_is_watched_and_many_within(
    segment: bytes, starts: list[int], tmp_path: Path
) -> None:
    first, end = starts[2] * 8, starts[3] * 8
    ends = [*range(first, first + 8 * HEADER_SIZE), *range(end - 8 * 10, end)]
    for bit in (*ends, *range(first, end, 13)):
        assert_found(read_from(flipped(segment, bit), tmp_path), bit, starts)


@given(share=st.floats(0, 1, exclude_max=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_flipped_bit_anywhere_is_found_and_the_rest_is_read(
    segment: bytes, starts: list[int], tmp_path: Path, share: float
) -> None:
    bit = int(share * len(segment) * 8)
    assert_found(read_from(flipped(segment, bit), tmp_path), bit, starts)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_to_a_segment_what_is_read_was_recorded(
    segment: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(segment)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 2_000, len(content))))
        content[start:end] = data.draw(st.binary(max_size=200))
    found = read_from(bytes(content), tmp_path)
    for each in whole(found):
        assert each.exchange == exchange(each.position.record - 2)
    lost = [
        number
        for number in NUMBERS
        if number not in numbers(found)
        and not any(_covers(each, number) for each in damage(found))
    ]
    # A segment that ends between two records looks like a shorter one.
    assert lost == NUMBERS[len(NUMBERS) - len(lost) :]


def _covers(found: Damage, number: int) -> bool:
    return found.first <= number and (found.last is None or number <= found.last)


def test_several_records_that_are_lost_are_all_named(
    segment: bytes, starts: list[int], tmp_path: Path
) -> None:
    content = (
        segment[: starts[2]] + b"\0" * (starts[5] - starts[2]) + segment[starts[5] :]
    )
    found = read_from(content, tmp_path)
    (only,) = damage(found)
    assert (only.first, only.last) == (3, 5)
    assert "records 3 to 5" in str(only)
    assert numbers(found) == [2, 6, 7]


def test_a_record_that_was_cut_out_is_missed(
    segment: bytes, starts: list[int], tmp_path: Path
) -> None:
    found = read_from(segment[: starts[2]] + segment[starts[3] :], tmp_path)
    (only,) = damage(found)
    assert (only.first, only.last, only.size) == (3, 3, 0)
    assert numbers(found) == [2, 4, 5, 6, 7]


def test_a_record_that_is_there_twice_is_read_once(
    segment: bytes, starts: list[int], tmp_path: Path
) -> None:
    found = read_from(segment + segment[starts[2] : starts[3]], tmp_path)
    assert numbers(found) == NUMBERS
    assert [each.reason for each in damage(found)] == [
        "it is there a second time, or out of place"
    ]


def _flip_in_the_middle(file: Path, number: int, archive: ArchiveFolder) -> None:
    """Damages the record with this number."""
    with reading(archive, archive.names()[0]) as reader:
        member = next(
            each.member
            for each in reader.checked()
            if not isinstance(each, Damage) and each.member.number == number
        )
    content = file.read_bytes()
    file.write_bytes(flipped(content, (member.offset + member.size // 2) * 8))


@pytest.mark.parametrize("sealed", [False, True], ids=["abandoned", "sealed"])
def test_a_consumer_reads_past_the_damage(tmp_path: Path, *, sealed: bool) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, map(exchange, range(EXCHANGES)), sealed=sealed)
    _flip_in_the_middle(only_file(archive), 4, archive)
    name = archive.names()[0]
    assert numbers(read(archive, name, after=2)) == [3, 5, 6, 7]
    assert damage(read(archive, name, after=4)) == []
    for find in (in_observation_order, lambda each: new_exchanges(each, {})):
        found = list(find(archive))
        assert [str(each) for each in found if isinstance(each, Damage)]
        bodies = [
            each.recorded.exchange.body for each in found if isinstance(each, Found)
        ]
        assert bodies == [body_of(each) for each in (0, 1, 3, 4, 5)]


def test_the_body_of_a_revisit_that_is_lost_is_not_made_up(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    given = [exchange(1), exchange(2), exchange(3, body=body_of(1))]
    record(archive, given)
    _flip_in_the_middle(only_file(archive), 2, archive)
    with reading(archive, archive.names()[0]) as reader:
        *_, last = whole(reader.records())
        with pytest.raises(
            ArchiveError, match=r"Record 2 of segment .* cannot be read"
        ):
            reader.body(last)
    assert any("refers to record 2" in each for each in verify(archive).faults)


def test_what_was_damaged_before_it_was_sealed_is_kept_byte_by_byte(
    tmp_path: Path,
) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, map(exchange, range(EXCHANGES)), sealed=False)
    _flip_in_the_middle(only_file(archive), 4, archive)
    before = only_file(archive).read_bytes()
    ArchiveWriter.open(archive).close()
    assert archive.sealed(archive.names()[0]).read_bytes() == before
    (fault,) = verify(archive).faults
    assert "record 4" in fault


def test_a_torn_tail_is_left_out_when_the_segment_is_sealed(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        name = writer.append(exchange(1)).segment
        size = archive.live(name).stat().st_size
        writer.append(exchange(2))
    os.truncate(archive.live(name), size + 40)
    assert verify(archive).is_whole
    assert len(verify(archive).notes) == 2
    ArchiveWriter.open(archive).close()
    found = verify(archive)
    assert (found.faults, found.notes, found.records) == ([], [], 1)
    assert numbers(read(archive, name)) == [2]


@pytest.mark.parametrize("seed", range(3))
def test_verify_names_a_flipped_bit_of_a_sealed_segment(
    tmp_path: Path, seed: int
) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, map(exchange, range(EXCHANGES)))
    file = only_file(archive)
    content = file.read_bytes()
    bit = random.Random(seed).randrange(len(content) * 8)  # noqa: S311
    file.write_bytes(flipped(content, bit))
    found = verify(archive)
    assert found.records >= EXCHANGES - 1
    assert len(found.faults) >= 2
    assert all(archive.names()[0] in each for each in found.faults)


Tamper = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda lines: lines[1:], "line 1 of the manifest does not follow"),
        (lambda lines: [lines[0], lines[2]], "line 2 of the manifest does not follow"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1 of the manifest"),
        (lambda lines: lines[:2], "is not listed in the manifest"),
        (
            lambda lines: [lines[0].replace(b'"torn":0', b'"torn":1'), *lines[1:]],
            "line 2 of the manifest does not follow",
        ),
        (lambda lines: [lines[0], b"{", lines[2]], "line 2 of the manifest cannot be"),
        (
            lambda lines: [*lines[:2], lines[2].replace(b'"sha256":"', b'"sha256":"0')],
            "SHA-256 is not the one that is listed",
        ),
    ],
)
def test_a_manifest_that_was_changed_is_found(
    tmp_path: Path, tamper: Tamper, said: str
) -> None:
    archive = archive_at(tmp_path / "archive")
    for number in range(3):
        record(archive, [exchange(number)])
    assert verify(archive).is_whole
    lines = archive.manifest.read_bytes().splitlines()
    archive.manifest.write_bytes(b"".join(each + b"\n" for each in tamper(lines)))
    found = verify(archive)
    assert any(said in each for each in found.faults), found.faults
    assert found.records == 3


def test_nothing_is_added_to_a_broken_chain(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, [exchange(1)])
    record(archive, [exchange(2)])
    lines = archive.manifest.read_bytes().splitlines(keepends=True)
    archive.manifest.write_bytes(lines[1])
    (position,) = record(archive, [exchange(3)])
    assert archive.live(position.segment).exists()
    assert archive.manifest.read_bytes() == lines[1]
    assert numbers(read(archive, position.segment)) == [2]


def test_a_sealed_file_that_is_gone_is_missed(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, [exchange(1)])
    only_file(archive).unlink()
    (fault,) = verify(archive).faults
    assert "its file is missing" in fault
