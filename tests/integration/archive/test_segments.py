"""What is recorded is read back as it was served, and by other tools too."""

import json
import os
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.integrity import verify
from nof1_tracker.archive.reading.segment_reader import SegmentReader, reading
from nof1_tracker.archive.recording.writer import ArchiveWriter
from nof1_tracker.archive.warc_records import sha256
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import Container, Exchange, Recorded
from nof1_tracker.scraper.containers.har import answers_in
from tests.fakes import FakeClock
from tests.integration.archive.recordings import (
    NOON,
    SITE,
    TRADES,
    TYPE,
    all_bytes,
    archive_at,
    body_of,
    exchange,
    numbers,
    only_file,
    read,
    record,
    whole,
    writing,
)

POST = exchange(
    url="https://api.hyperliquid.xyz/info",
    kind="userFills",
    method="POST",
    request_body=b'{"type":"userFills","user":"0xc20a"}',
    body=b"[]",
    transport="hyperliquid",
)
TABLE = exchange(
    kind="rendered-leaderboard",
    url=f"{SITE}/leaderboard",
    status=None,
    headers=(TYPE,),
    body=b'{"renderedLeaderboard": {}}',
    transport="browser",
)
FROM_HAR = exchange(
    9,
    observed_at=NOON - timedelta(days=3),
    transport="capture",
    container=Container("saved.har", "ab" * 32, "17"),
)
GONE = exchange(url=f"{SITE}/api/positions", kind="positions", status=410, body=b"{}")
EMPTY = exchange(body=b"")


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    return archive_at(tmp_path / "archive")


@pytest.mark.parametrize("sealed", [False, True], ids=["live", "sealed"])
@pytest.mark.parametrize("given", [exchange(), POST, TABLE, FROM_HAR, GONE, EMPTY])
def test_an_exchange_is_read_as_it_was_recorded(
    archive: ArchiveFolder, given: Exchange, *, sealed: bool
) -> None:
    (position,) = record(archive, [given], sealed=sealed)
    (found,) = whole(read(archive, position.segment))
    assert (found.position, found.exchange) == (position, given)
    assert found.refers_to is None
    assert found.observed_at == given.observed_at or given.captured_at


def test_records_are_numbered_and_a_request_has_a_number_of_its_own(
    archive: ArchiveFolder,
) -> None:
    positions = record(archive, [exchange(1), POST, exchange(2)])
    assert [each.record for each in positions] == [2, 4, 5]
    for after, rest in ((0, [2, 4, 5]), (2, [4, 5]), (3, [4, 5]), (4, [5]), (5, [])):
        found = read(archive, positions[0].segment, after)
        assert numbers(found) == rest
        assert all(
            each.exchange.request_body == POST.request_body
            for each in whole(found)
            if each.position.record == 4
        )


def test_identical_bytes_and_a_304_refer_to_the_body_that_is_there(
    archive: ArchiveFolder,
) -> None:
    unchanged = exchange(3, status=304, body=b"")
    large = body_of(1, rows=500)
    given = [exchange(1, body=large), exchange(2, body=large), unchanged, exchange(4)]
    first, *_ = record(archive, given)
    with reading(archive, first.segment) as reader:
        found = whole(reader.records())
        bodies = [reader.body(each) for each in found]
    assert [each.refers_to for each in found] == [None, first, first, None]
    assert [each.is_not_modified for each in found] == [False, False, True, False]
    assert bodies == [large, large, large, body_of(4)]
    assert found[1].size < found[0].size


def test_a_reader_that_begins_behind_a_body_finds_it_nevertheless(
    archive: ArchiveFolder,
) -> None:
    given = [exchange(1), exchange(2), exchange(3, body=body_of(1))]
    first, *_ = record(archive, given)
    with reading(archive, first.segment) as reader:
        (found,) = whole(reader.records(after=3))
        assert reader.body(found) == body_of(1)


def test_requests_may_rest_on_what_this_segment_has_and_on_nothing_else(
    archive: ArchiveFolder,
) -> None:
    with writing(archive) as writer:
        assert writer.full_body(TRADES) is None
        writer.append(exchange(1))
        position = writer.append(exchange(2))
        writer.append(exchange(3, status=500, body=b"{}"))
        offer = writer.full_body(TRADES)
        assert offer is not None
        assert (offer.position, offer.etag) == (position, '"2"')
        assert writer.full_body(f"{TRADES}?lastHourlyMarker=1") is None
        writer.seal()
        assert writer.full_body(TRADES) is None
        with pytest.raises(ArchiveError, match="304"):
            writer.append(exchange(4, status=304, body=b""))
        assert writer.append(exchange(5)).record == 2


def test_a_segment_ends_with_the_day_and_when_it_is_large(
    archive: ArchiveFolder,
) -> None:
    clock = FakeClock(NOON)
    with writing(archive, clock, segment_bytes=10_000) as writer:
        first = writer.append(exchange(1))
        clock.advance(12 * 3600)
        assert writer.full_body(TRADES) is None
        # The answer to a request that rests on a body belongs where that body is.
        assert writer.append(exchange(2, status=304, body=b"")).segment == first.segment
        second = writer.append(exchange(3))
        large = bytes(range(256)) * 300 + b"".join(
            (number * 7919 % 65521).to_bytes(2) for number in range(8000)
        )
        assert writer.append(exchange(4, body=large)).segment == second.segment
        third = writer.append(exchange(5))
        assert len({first.segment, second.segment, third.segment}) == 3
        writer.close()
    assert len(archive.names()) == 3


def test_a_reader_waits_for_what_a_writer_has_not_finished(
    archive: ArchiveFolder, tmp_path: Path
) -> None:
    with writing(archive) as writer:
        name = writer.append(exchange(1)).segment
        with reading(archive, name) as reader:
            assert reader.is_live
            assert numbers(reader.records()) == [2]
        before = archive.live(name).stat().st_size
        writer.append(exchange(2))
        after = archive.live(name).stat().st_size
        # As a reader sees it at any moment while the second record is written.
        for size in range(before, after):
            with archive.live(name).open("rb") as file:
                (tmp_path / "copy").write_bytes(file.read(size))
            with SegmentReader(name, os.open(tmp_path / "copy", os.O_RDONLY)) as reader:
                reader.is_live = True
                (only,) = reader.records()
                assert isinstance(only, Recorded)


def test_warcio_reads_the_same_bodies(archive: ArchiveFolder) -> None:
    given = [exchange(1), POST, TABLE, exchange(4, body=body_of(1)), FROM_HAR]
    record(archive, given)
    with only_file(archive).open("rb") as file:
        found = [
            (each.rec_type, each.rec_headers["WARC-Target-URI"], each.raw_stream.read())
            for each in ArchiveIterator(file, check_digests="raise")
            if each.rec_type != "warcinfo"
        ]
    assert [(kind, body) for kind, _, body in found] == [
        ("response", body_of(1)),
        ("request", POST.request_body),
        ("response", POST.body),
        ("resource", TABLE.body),
        ("revisit", b""),
        ("response", FROM_HAR.body),
    ]
    assert found[1][1] == POST.url


def test_an_archive_is_for_its_owner_alone(archive: ArchiveFolder) -> None:
    record(archive, [exchange()], sealed=False)
    record(archive, [exchange()])
    found = {
        stat.S_IMODE(each.stat().st_mode)
        for each in archive.path.rglob("*")
        if each.is_file()
    }
    assert found == {0o600}
    folders = [archive.path, archive.segments, archive.consumers]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}


def test_a_writer_that_records_nothing_leaves_nothing(archive: ArchiveFolder) -> None:
    ArchiveWriter.open(archive).close()
    assert archive.names() == []
    assert not archive.manifest.exists()


def test_closing_twice_is_closing_once(archive: ArchiveFolder) -> None:
    writer = ArchiveWriter.open(archive)
    writer.append(exchange())
    writer.close()
    writer.close()
    assert len(archive.names()) == 1


def test_a_segment_that_does_not_exist_is_named(archive: ArchiveFolder) -> None:
    with pytest.raises(ArchiveError, match="no segment 20250101T"):
        SegmentReader.open(archive, "20250101T000000Z-0123456789abcdef")


def test_a_position_orders_by_segment_and_then_by_number() -> None:
    assert Position("a", 10) < Position("b", 2) < Position("b", 10)


SECRET = "planted-0c8e7d51"
"""Occurs wherever a secret could come from."""


@pytest.mark.parametrize(
    "given",
    [
        exchange(
            headers=(TYPE, ("Set-Cookie", SECRET), ("authorization", SECRET)),
            url=f"https://user:{SECRET}@nof1.ai/api/trades?token={SECRET}#{SECRET}",
        ),
        exchange(
            headers=(TYPE, ("X-Vercel-Challenge-Token", SECRET)),
            body=SECRET.encode(),
            status=429,
            request_body=SECRET.encode(),
        ),
        exchange(is_challenge=True, body=SECRET.encode(), status=403),
        exchange(url=f"{TRADES}?x-vercel-protection-bypass={SECRET}&page=2"),
        exchange(
            url=f"file:///home/{SECRET}/trades.json",
            status=None,
            container=Container(f"/home/{SECRET}/saved.har", "ab" * 32, f"{SECRET}/1"),
        ),
        exchange(container=Container(f"C:\\{SECRET}\\saved.har", "ab" * 32)),
    ],
)
@pytest.mark.parametrize("sealed", [False, True], ids=["live", "sealed"])
def test_a_secret_is_nowhere_in_the_archive(
    archive: ArchiveFolder, given: Exchange, *, sealed: bool
) -> None:
    record(archive, [given], sealed=sealed)
    assert SECRET.encode() not in all_bytes(archive)


def test_what_a_har_holds_beside_its_bodies_is_nowhere(archive: ArchiveFolder) -> None:
    header = [{"name": "Cookie", "value": SECRET}, {"name": "x-token", "value": SECRET}]
    entry: dict[str, Any] = {
        "startedDateTime": "2025-10-28T12:00:00.000Z",
        "request": {
            "method": "GET",
            "url": f"{TRADES}?token={SECRET}",
            "headers": header,
            "cookies": header,
        },
        "response": {
            "status": 200,
            "headers": [*header, {"name": "Set-Cookie", "value": SECRET}],
            "cookies": header,
            "content": {"text": body_of(1).decode()},
        },
    }
    text = json.dumps({"log": {"entries": [entry]}})
    file = Container("saved.har", sha256(text.encode()), "1")
    for answer in answers_in(StringIO(text), lambda _: True):
        headers = tuple(
            (each["name"], each["value"]) for each in entry["response"]["headers"]
        )
        given = exchange(
            url=entry["request"]["url"],
            body=answer.body,
            headers=headers,
            observed_at=answer.observed_at,
            container=file,
        )
        record(archive, [given])
    assert verify(archive).records == 1
    assert SECRET.encode() not in all_bytes(archive)


def test_a_header_cannot_begin_another_one(archive: ArchiveFolder) -> None:
    given = exchange(headers=(("Content-Type", "text/html\r\nCookie: a\r\n\r\n{}"),))
    (position,) = record(archive, [given])
    (found,) = whole(read(archive, position.segment))
    assert found.exchange.body == given.body
    assert [name for name, _ in found.exchange.headers] == ["Content-Type"]


def test_only_status_and_time_are_kept_of_a_challenge(archive: ArchiveFolder) -> None:
    given = exchange(7, status=429, headers=(TYPE, ("x-vercel-mitigated", "deny")))
    (position,) = record(archive, [given])
    (found,) = whole(read(archive, position.segment))
    assert found.exchange == Exchange(
        url=given.url,
        kind=given.kind,
        body=b"",
        captured_at=given.captured_at,
        transport="http",
        status=429,
        is_challenge=True,
    )


def test_parameters_that_the_site_knows_are_kept(archive: ArchiveFolder) -> None:
    url = f"{SITE}/api/account-totals?lastHourlyMarker=407&competitionId=2"
    wayback = "https://web.archive.org/cdx/search/cdx?url=nof1.ai/api/*&resumeKey=a%20b"
    record(archive, [exchange(1, url=url), exchange(2, url=wayback)])
    found = whole(read(archive, archive.names()[0]))
    assert [each.exchange.url for each in found] == [url, wayback]
