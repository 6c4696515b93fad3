"""A packed span is a WACZ: what it holds is what was recorded, byte by byte.

pywb is tried where TEST_PYWB names the folder of its commands: it asks for older
libraries than this project is locked to, so that it needs an environment of its own.
"""

import gzip
import hashlib
import json
import os
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.packing.cdx_index import compact, surt
from nof1_tracker.archive.packing.wacz import Span, pack
from nof1_tracker.errors import ArchiveError, OutputError
from nof1_tracker.records.archive.exchanges import Exchange
from tests.fakes import FakeClock
from tests.integration.archive.recordings import (
    NOON,
    SITE,
    archive_at,
    body_of,
    exchange,
    only_file,
    record,
    writing,
)

INFO = {
    "url": "https://api.hyperliquid.xyz/info",
    "method": "POST",
    "kind": "userFills",
    "transport": "hyperliquid",
}
GIVEN = [
    exchange(1),
    exchange(2),
    exchange(3, body=body_of(2)),
    exchange(4, status=304, body=b""),
    exchange(5, **INFO, request_body=b'{"type":"userFills","user":"0xc20a"}'),
    exchange(6, **INFO, request_body=b'{"type":"userFills","user":"0xdead"}'),
    exchange(7, url=f"{SITE}/api/account-totals?lastHourlyMarker=407&A=b%20c"),
    exchange(8, url=f"{SITE}/leaderboard", status=None, body=b'{"rows": []}'),
    exchange(9, url=f"{SITE}/api/positions", status=410, body=b'{"positions": []}'),
    exchange(10, status=429, is_challenge=True),
]
SERVED = [
    *((each, each.body) for each in GIVEN[:3]),
    (GIVEN[3], body_of(2)),
    *((each, each.body) for each in GIVEN[4:9]),
]
"""What stood at each time, and its body: that of a 304 is the one that it confirms."""


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    archive = archive_at(tmp_path / "archive")
    record(archive, GIVEN)
    record(archive, [exchange(600)], FakeClock(NOON + timedelta(hours=10)))
    return archive


@pytest.fixture
def wacz(archive: ArchiveFolder, tmp_path: Path) -> Path:
    target = tmp_path / "season.wacz"
    pack(archive, target, Span(), FakeClock(NOON + timedelta(days=1)))
    return target


def index_lines(file: zipfile.ZipFile) -> list[tuple[str, str, dict[str, Any]]]:
    """The lines of the index: key, time and fields."""
    text = gzip.decompress(file.read("indexes/index.cdx.gz")).decode()
    lines = [line.split(" ", 2) for line in text.splitlines()]
    assert text.splitlines() == sorted(text.splitlines())
    return [(key, at, json.loads(fields)) for key, at, fields in lines]


def test_each_file_has_the_digest_that_the_package_states(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as file:
        assert file.testzip() is None
        package = json.loads(file.read("datapackage.json"))
        stated = {each["path"]: each for each in package["resources"]}
        for path, each in stated.items():
            content = file.read(path)
            assert each["bytes"] == len(content)
            assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert each["name"] == path.split("/")[1].lower()
        about = json.loads(file.read("datapackage-digest.json"))
        digest = hashlib.sha256(file.read("datapackage.json")).hexdigest()
        assert about == {"path": "datapackage.json", "hash": f"sha256:{digest}"}
        others = {"datapackage.json", "datapackage-digest.json"}
        assert set(file.namelist()) == stated.keys() | others
        assert all(each.compress_type == zipfile.ZIP_STORED for each in file.infolist())
    assert package["wacz_version"] == "1.1.1"
    assert package["created"] == "2025-10-29T12:00:00Z"


def test_the_index_leads_to_each_body(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as file:
        found = {
            (at, fields["url"]): body_at(file, fields)
            for _, at, fields in index_lines(file)
            if fields["mime"] != "warc/revisit"
        }
    expected = {
        (compact(each.captured_at), each.url): body
        for each, body in [*SERVED, (exchange(600), body_of(600))]
        if each is not GIVEN[2]
    }
    assert found == expected


def body_at(file: zipfile.ZipFile, fields: dict[str, Any]) -> bytes:
    """The body of the record that warcio finds where the index says."""
    content = file.read(f"archive/{fields['filename']}")
    start = int(fields["offset"])
    member = content[start : start + int(fields["length"])]
    found = next(iter(ArchiveIterator(BytesIO(member), check_digests="raise")))
    body: bytes = found.raw_stream.read()
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert fields["digest"] == digest == found.rec_headers["WARC-Payload-Digest"]
    return body


def test_the_blocks_of_the_index_are_found_by_their_own_index(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as file:
        head, *blocks = file.read("indexes/index.idx").decode().splitlines()
        content = file.read("indexes/index.cdx.gz")
        first = index_lines(file)[0]
    meta = json.loads(head.removeprefix("!meta 0 "))
    assert meta == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    (block,) = blocks
    key, at, fields = block.split(" ", 2)
    assert (key, at) == first[:2]
    place = json.loads(fields)
    packed = content[place["offset"] :][: place["length"]]
    assert place["digest"] == f"sha256:{hashlib.sha256(packed).hexdigest()}"


def test_pages_are_the_last_good_bodies(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as file:
        head, *pages = map(json.loads, file.read("pages/pages.jsonl").splitlines())
    assert head["format"] == "json-pages-1.0"
    found = {each["url"]: each["ts"][:19] for each in pages}
    assert found == {
        f"{SITE}/api/trades": "2025-10-28T22:00:00",
        f"{SITE}/leaderboard": "2025-10-28T12:08:00",
        f"{SITE}/api/account-totals?lastHourlyMarker=407&A=b%20c": "2025-10-28T12:07:00",
    }


def test_a_span_holds_its_exchanges_and_what_they_refer_to(
    archive: ArchiveFolder, tmp_path: Path
) -> None:
    span = Span(NOON + timedelta(minutes=3), NOON + timedelta(minutes=5))
    target = tmp_path / "span.wacz"
    packed = pack(archive, target, span)
    assert (packed.segments, packed.exchanges) == (1, 3)
    assert packed.size == target.stat().st_size
    with zipfile.ZipFile(target) as file:
        times = [at[8:12] for _, at, _ in index_lines(file)]
    assert times == ["1202", "1203", "1204"]


def test_what_is_still_being_written_is_packed_too(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    with writing(archive) as writer:
        writer.append(exchange(1))
        assert pack(archive, tmp_path / "live.wacz", Span()).exchanges == 1


def test_damage_is_left_out_and_named(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "archive")
    record(archive, map(exchange, range(4)))
    file = only_file(archive)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    packed = pack(archive, tmp_path / "rest.wacz", Span())
    assert packed.exchanges == 3
    (damage,) = packed.damage
    assert archive.names()[0] in str(damage)


def test_nothing_of_that_time_is_said_and_leaves_no_file(
    archive: ArchiveFolder, tmp_path: Path
) -> None:
    target = tmp_path / "empty.wacz"
    with pytest.raises(ArchiveError, match="holds nothing of that time"):
        pack(archive, target, Span(until=NOON - timedelta(days=9)))
    assert [each.name for each in tmp_path.iterdir()] == ["archive"]


def test_a_file_that_exists_is_kept(archive: ArchiveFolder, tmp_path: Path) -> None:
    target = tmp_path / "season.wacz"
    target.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        pack(archive, target, Span())
    assert target.read_bytes() == b"mine"
    with pytest.raises(OutputError, match="cannot be written"):
        pack(archive, tmp_path / "nowhere" / "season.wacz", Span())


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://nof1.ai/api/trades", "ai,nof1)/api/trades"),
        ("https://www.nof1.ai/", "ai,nof1)/"),
        ("https://nof1.ai", "ai,nof1)/"),
        ("https://nof1.ai/Models/Qwen/", "ai,nof1)/models/qwen"),
        ("http://127.0.0.1:8000/a?B=2&a=1", "1,0,0,127:8000)/a?a=1&b=2"),
        ("https://nof1.ai:443/a?x=%41%20b", "ai,nof1)/a?x=a%20b"),
        ("https://nof1.ai/a?x=%25&y=é", "ai,nof1)/a?x=%25&y=%c3%a9"),
    ],
)
def test_addresses_are_found_by_their_surt(url: str, key: str) -> None:
    assert surt(url) == key


# --- pywb -----------------------------------------------------------------------------


@pytest.fixture
def pywb() -> Path:
    """The folder of pywb's commands."""
    folder = os.environ.get("TEST_PYWB")
    if not folder or shutil.which("wayback", path=folder) is None:
        pytest.skip("NO PYWB: TEST_PYWB does not name the folder of its commands")
    return Path(folder)


@contextmanager
def replayed(pywb: Path, wacz: Path, folder: Path) -> Iterator[str]:
    """Serves the WACZ from pywb; yields the address of its collection."""
    folder.mkdir()
    for words in (["init", "season"], ["add", "--unpack-wacz", "season", str(wacz)]):
        subprocess.run(
            [pywb / "wb-manager", *words], cwd=folder, check=True, capture_output=True
        )
    port = _free_port()
    with subprocess.Popen(
        [pywb / "wayback", "--bind", "127.0.0.1", "--port", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "Starting Gevent Server" in line:
                    break
            yield f"http://127.0.0.1:{port}/season"
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_pywb_serves_each_body_byte_equal(
    pywb: Path, wacz: Path, tmp_path: Path
) -> None:
    with replayed(pywb, wacz, tmp_path / "pywb") as address, httpx.Client() as client:
        for given, body in SERVED:
            found = client.send(_asked(client, address, given))
            assert found.content == body, given
            assert found.status_code == (410 if given.status == 410 else 200)


def _asked(client: httpx.Client, address: str, given: Exchange) -> httpx.Request:
    return client.build_request(
        given.method,
        f"{address}/{compact(given.captured_at)}id_/{given.url}",
        content=given.request_body or None,
        headers={"Content-Type": "application/json"} if given.request_body else {},
    )


def test_pywb_looks_addresses_up_by_the_same_keys(pywb: Path) -> None:
    urls = [each.url for each in GIVEN]
    program = "import sys, surt; print(*map(surt.surt, sys.argv[1:]), sep='\\n')"
    done = subprocess.run(
        [pywb / "python", "-c", program, *urls],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [surt(url) for url in urls]
