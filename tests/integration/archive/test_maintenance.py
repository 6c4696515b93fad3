"""Archives listed, read in order, and pruned of what everybody has stored."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.consumers import (
    consumers,
    forget,
    register,
    report,
)
from nof1_tracker.archive.maintenance.integrity import verify
from nof1_tracker.archive.maintenance.listing import list_archive
from nof1_tracker.archive.maintenance.prune import KEPT, prune
from nof1_tracker.archive.manifest import SealedSegment, add, read_manifest
from nof1_tracker.archive.reading.observation_order import (
    Found,
    in_observation_order,
    new_exchanges,
)
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.exchanges import Recorded
from tests.fakes import FakeClock
from tests.integration.archive.recordings import (
    NOON,
    SITE,
    archive_at,
    body_of,
    exchange,
    record,
    writing,
)

LATER = NOON + KEPT + timedelta(days=1)


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    return archive_at(tmp_path / "archive")


def minutes(archive: ArchiveFolder) -> list[float]:
    """When each was observed, in minutes, in order of observation."""
    return [
        (each.recorded.observed_at - NOON).total_seconds() / 60
        for each in in_observation_order(archive)
        if isinstance(each, Found)
    ]


def test_what_is_kept_is_listed_by_day_and_kind(archive: ArchiveFolder) -> None:
    chats = {"kind": "conversations", "url": f"{SITE}/api/conversations"}
    day = 24 * 60
    record(archive, [exchange(0), exchange(1), exchange(day), exchange(2, **chats)])
    with writing(archive) as writer:
        writer.append(exchange(3))
        writer.append(exchange(4, body=body_of(3)))
        found = list_archive(archive)
    assert [
        (each.day, each.kind, each.count, each.revisits) for each in found.contents
    ] == [
        ("2025-10-28", "conversations", 1, 0),
        ("2025-10-28", "trades", 4, 1),
        ("2025-10-29", "trades", 1, 0),
    ]
    length = sum(len(body_of(each)) for each in (0, 1, 3))
    assert found.contents[1].length == length
    assert all(each.size > 100 for each in found.contents)
    assert (found.segments, found.live) == (2, 1)
    assert found.size == sum(each.stat().st_size for each in archive.segments.iterdir())


def test_an_empty_archive_lists_nothing_and_is_whole(archive: ArchiveFolder) -> None:
    assert list_archive(archive).contents == ()
    assert verify(archive).is_whole
    assert minutes(archive) == []


def test_a_consumer_reads_on_from_where_it_is(archive: ArchiveFolder) -> None:
    first = record(archive, map(exchange, range(3)))
    with writing(archive) as writer:
        second = [writer.append(exchange(each)) for each in (3, 4)]
        stored = {first[1].segment: first[1].record}
        found = [
            each for each in new_exchanges(archive, stored) if isinstance(each, Found)
        ]
        assert {each.recorded.position for each in found} == {first[2], *second}
        for each in found:
            stored[each.recorded.position.segment] = each.recorded.position.record
        assert list(new_exchanges(archive, stored)) == []
        third = writer.append(exchange(5))
        (only,) = new_exchanges(archive, stored)
        assert isinstance(only, Found)
        assert only.recorded.position == third
        assert only.body() == body_of(5)


@given(
    segments=st.lists(
        st.tuples(st.lists(st.integers(0, 50), min_size=1, max_size=6), st.booleans()),
        max_size=4,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_segments_are_read_in_order_of_observation(
    tmp_path_factory: pytest.TempPathFactory,
    segments: list[tuple[list[int], bool]],
) -> None:
    archive = archive_at(tmp_path_factory.mktemp("order") / "archive")
    for numbers, sealed in segments:
        record(archive, map(exchange, numbers), sealed=sealed)
    assert minutes(archive) == sorted(each for some, _ in segments for each in some)


def test_the_order_does_not_depend_on_which_segment_came_first(tmp_path: Path) -> None:
    bodies = []
    for name, order in (("a", (1, 2, 3)), ("b", (3, 2, 1))):
        archive = archive_at(tmp_path / name)
        for number in order:
            same_time = exchange(number, captured_at=NOON)
            record(archive, [same_time], FakeClock(NOON + timedelta(minutes=number)))
        found = [
            each for each in in_observation_order(archive) if isinstance(each, Found)
        ]
        bodies.append([each.body() for each in found])
    assert bodies[0] == bodies[1]


# --- consumers -----------------------------------------------------------------------


def test_a_database_registers_once_and_is_forgotten_by_id_or_name(
    archive: ArchiveFolder,
) -> None:
    register(archive, "1", "nof1.db", NOON)
    report(archive, "1", {"segment": 3})
    register(archive, "1", "moved.db", LATER)
    register(archive, "2/../x", "other.db", LATER)
    first, second = consumers(archive)
    assert (first.name, first.positions) == ("nof1.db", {"segment": 3})
    assert forget(archive, "other.db") == second
    assert forget(archive, "1") == first
    assert consumers(archive) == []
    with pytest.raises(ArchiveError, match=r"No database 'nof1\.db' is registered"):
        forget(archive, "nof1.db")
    with pytest.raises(ArchiveError, match="No database '1' is registered"):
        report(archive, "1", {})


def test_a_name_that_two_databases_have_is_not_guessed(archive: ArchiveFolder) -> None:
    register(archive, "1", "nof1.db", NOON)
    register(archive, "2", "nof1.db", NOON)
    with pytest.raises(ArchiveError, match="Several databases"):
        forget(archive, "nof1.db")
    assert len(consumers(archive)) == 2


def test_a_registration_that_is_damaged_is_named(archive: ArchiveFolder) -> None:
    register(archive, "1", "nof1.db", NOON)
    (file,) = archive.consumers.iterdir()
    file.write_bytes(b"{")
    with pytest.raises(ArchiveError, match="is damaged"):
        consumers(archive)


# --- pruning --------------------------------------------------------------------------


def two_segments(archive: ArchiveFolder) -> list[str]:
    return [record(archive, [exchange(each)])[0].segment for each in (1, 2)]


def test_what_every_database_has_stored_is_dropped(archive: ArchiveFolder) -> None:
    names = sorted(two_segments(archive))
    for each in ("1", "2"):
        register(archive, each, f"{each}.db", NOON)
        report(archive, each, dict.fromkeys(names, 2))
    dry = prune(archive, LATER, dry_run=True)
    assert archive.names() == names
    done = prune(archive, LATER)
    assert dry == done
    assert done.dropped == tuple(names)
    assert done.size > 0
    assert archive.names() == []
    assert read_manifest(archive).pruned().keys() == set(names)
    found = verify(archive)
    assert (found.faults, found.notes) == ([], [])
    assert prune(archive, LATER).dropped == ()


def test_what_a_database_has_not_stored_is_kept(archive: ArchiveFolder) -> None:
    stored, other = two_segments(archive)
    register(archive, "1", "one.db", NOON)
    register(archive, "2", "two.db", NOON)
    report(archive, "1", {stored: 2, other: 2})
    report(archive, "2", {stored: 2, other: 1})
    done = prune(archive, LATER)
    assert done.dropped == (stored,)
    assert done.waiting == ((other, "not stored by two.db"),)
    forget(archive, "two.db")
    assert prune(archive, LATER).dropped == (other,)


def test_what_was_sealed_less_than_30_days_ago_is_kept(archive: ArchiveFolder) -> None:
    names = two_segments(archive)
    register(archive, "1", "one.db", NOON)
    report(archive, "1", dict.fromkeys(names, 2))
    assert timedelta(days=30) == KEPT
    assert prune(archive, NOON + timedelta(days=29)).dropped == ()
    assert len(prune(archive, NOON + timedelta(days=2), timedelta(days=1)).dropped) == 2


def test_nothing_is_dropped_while_nobody_has_stored_it(archive: ArchiveFolder) -> None:
    two_segments(archive)
    with pytest.raises(ArchiveError, match="No database is registered"):
        prune(archive, LATER)
    assert len(archive.names()) == 2


def test_a_segment_that_is_not_sealed_is_kept(archive: ArchiveFolder) -> None:
    (position,) = record(archive, [exchange(1)], sealed=False)
    register(archive, "1", "one.db", NOON)
    report(archive, "1", {position.segment: 2})
    assert prune(archive, LATER).dropped == ()
    assert archive.names() == [position.segment]


def test_what_a_kept_revisit_refers_to_is_kept(archive: ArchiveFolder) -> None:
    names = sorted(two_segments(archive))
    at = datetime.max.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    needy = SealedSegment(
        "20991231T000000Z-" + "0" * 16, "0", 0, 2, (), at, at, True, at, (names[0],)
    )
    add(archive, [needy])
    register(archive, "1", "one.db", NOON)
    report(archive, "1", dict.fromkeys(names, 2))
    done = prune(archive, LATER)
    assert done.dropped == (names[1],)
    assert done.waiting == ((names[0], f"{needy.segment} refers to it"),)


def test_a_prune_that_was_broken_off_is_finished_by_the_next(
    archive: ArchiveFolder, tmp_path: Path
) -> None:
    name, other = two_segments(archive)
    register(archive, "1", "one.db", NOON)
    report(archive, "1", {name: 2})
    kept = tmp_path / "kept"
    os.link(archive.sealed(name), kept)
    prune(archive, LATER)
    os.link(kept, archive.sealed(name))  # killed before it removed the file
    assert verify(archive).notes == [f"{name}: pruned, but its file is still there"]
    prune(archive, LATER)
    assert archive.names() == [other]


def test_verify_counts_what_it_read(archive: ArchiveFolder) -> None:
    record(archive, map(exchange, range(3)))
    with writing(archive) as writer:
        writer.append(exchange(4))
        found = verify(archive)
    assert (found.segments, found.records, found.faults) == (2, 4, [])
    assert [each.split(": ")[1] for each in found.notes] == ["being written"]
    assert found.size == list_archive(archive).size


def test_a_recorded_exchange_shows_no_body_in_a_log(archive: ArchiveFolder) -> None:
    record(archive, [exchange(1)])
    (found,) = in_observation_order(archive)
    assert isinstance(found, Found)
    assert isinstance(found.recorded, Recorded)
    assert "qwen3" not in repr(found.recorded)
