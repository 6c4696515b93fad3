"""Packed captures and web archives give what the plain folder gives; bad ones are told."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import Engine

from nof1_tracker.archive.readers.packages import MOST_LEVELS, PackageReader
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.records.payloads import LeftOut, RawPayload
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.scraper.site_addresses import SiteAddresses
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.reprocess.rejected_rows import reprocess
from nof1_tracker.services.saved_files import saved_files
from tests.fakes import FakeClock
from tests.integration.test_wrappers import WRAPPERS
from tests.web_archives import gzipped, http, response, wacz, warc_record, zipped
from tests.worlds import (
    PROGRAM,
    arena_of,
    captures_of,
    environment,
    facts_in,
    rows_in,
)

TRADES = b'{"trades":[],"serverTime":1761634263000}'
STAMP = "%Y-%m-%dT%H:%M:%SZ"
Pack = Callable[[Path], bytes]
Observed = tuple[bytes, datetime | None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two capture folders of the simulated arena."""
    folder = tmp_path_factory.mktemp("plain")
    captures_of(arena_of(), folder, timedelta(minutes=30), 2)
    return folder


def read(*paths: Path) -> list[RawPayload | Rejected | LeftOut]:
    return list(saved_files(paths).payloads())


def payloads(found: Iterable[object]) -> set[Observed]:
    """What decides on the rows: bodies and when they were observed."""
    return {(p.body, p.observed_at) for p in found if isinstance(p, RawPayload)}


def reasons(found: Iterable[object]) -> list[str]:
    return [each.reason for each in found if isinstance(each, Rejected)]


def notes(found: Iterable[object]) -> list[str]:
    return [each.note for each in found if isinstance(each, LeftOut)]


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in found}


def as_zip(folder: Path) -> bytes:
    return zipped(files(folder))


def as_tar(folder: Path, mode: str = "w") -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:  # type: ignore[call-overload]
        archive.add(folder, "captures")
    return whole.getvalue()


def as_records(folder: Path) -> list[bytes]:
    """The captures as answers in a WARC, at the times of their folders."""
    records = []
    for name, body in files(folder).items():
        time, stem = Path(name).parent.name, Path(name).stem
        date = f"{time[:13]}:{time[13:15]}:{time[15:]}"
        records.append(response(body, f"https://nof1.ai/api/{stem}", date=date))
    return records


PACKED: dict[str, Pack] = {
    "zip": as_zip,
    "tar": as_tar,
    "tar.gz": lambda folder: as_tar(folder, "w:gz"),
    "tar.xz": lambda folder: lzma.compress(as_tar(folder), preset=0),
    "tar.bz2": lambda folder: bz2.compress(as_tar(folder)),
    "tar.zst": lambda folder: zstandard.compress(as_tar(folder)),
    "two frames of zst": lambda folder: b"".join(
        zstandard.compress(half)
        for half in (as_tar(folder)[:5_000], as_tar(folder)[5_000:])
    ),
    "zip in tar.gz in zip": lambda folder: zipped(
        {"a.tgz": gzip.compress(_tar_of({"b.zip": as_zip(folder)}))}
    ),
    "files compressed each": lambda folder: zipped(
        {
            f"{name}.xz": lzma.compress(body, preset=0)
            for name, body in files(folder).items()
        }
    ),
    "warc": lambda folder: b"".join(as_records(folder)),
    "warc.gz": lambda folder: gzipped(as_records(folder)),
    "wacz": lambda folder: wacz({"data.warc.gz": gzipped(as_records(folder))}),
    "wacz in zip": lambda folder: zipped({"x": PACKED["wacz"](folder)}),
    "warc.gz in tar.zst": lambda folder: zstandard.compress(
        _tar_of({"x": gzipped(as_records(folder))})
    ),
}


def _tar_of(members: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return whole.getvalue()


class TestTheSame:
    @pytest.mark.parametrize("kind", PACKED)
    def test_whatever_it_is_packed_in_and_called(
        self, folder: Path, tmp_path: Path, kind: str
    ) -> None:
        file = tmp_path / "download"
        file.write_bytes(PACKED[kind](folder))
        found, plain = read(file), read(folder)
        assert reasons(found) == reasons(plain) == []
        assert payloads(found) == payloads(plain)
        assert payloads(read(tmp_path)) == payloads(plain)  # found in a folder, too

    @pytest.mark.parametrize(
        "pack",
        [
            lambda body: zipped({"x": body}),
            lambda body: _tar_of({"x": body}),
            lambda body: gzip.compress(_tar_of({"x": body}), 1),
            zstandard.compress,
            lambda body: lzma.compress(body, preset=0),
        ],
    )
    def test_a_body_as_large_as_a_season_is_read_whole(
        self, tmp_path: Path, pack: Callable[[bytes], bytes]
    ) -> None:
        body = (
            b'{"accountTotals":[' + b" " * 12_000_000 + b'],"serverTime":1761634263000}'
        )
        (tmp_path / "x").write_bytes(pack(body))
        assert [p.body for p in read(tmp_path) if isinstance(p, RawPayload)] == [body]

    def test_the_tables_are_those_of_the_plain_folder(
        self, folder: Path, tmp_path: Path, engine: Engine
    ) -> None:
        def stored(path: Path) -> RunSummary:
            found = saved_files([path]).payloads()
            return Collector(engine, FakeClock(arena_of().end)).import_payloads(
                found, str(path)
            )

        file = tmp_path / "x"
        file.write_bytes(PACKED["wacz in zip"](folder))
        stored(file)
        before = facts_in(engine)
        again = stored(folder)
        assert facts_in(engine) == before
        assert before["leaderboard_snapshots"]
        assert [(line.inserted, line.updated) for line in again.lines] == [
            (0, 0) for _ in again.lines
        ]

    def test_beside_a_capture_without_time_that_of_its_folder_counts(
        self, tmp_path: Path
    ) -> None:
        chat = b'{"conversations":[]}'
        members = {"a/trades.json": TRADES, "a/chat.json": chat, "b/chat.json": chat}
        plain, packed = tmp_path / "plain", tmp_path / "x.zip"
        for name, body in members.items():
            (plain / name).parent.mkdir(parents=True, exist_ok=True)
            (plain / name).write_bytes(body)
        packed.write_bytes(zipped(members))
        assert payloads(read(packed)) == payloads(read(plain))
        assert len({observed_at for _, observed_at in payloads(read(packed))}) == 2


class TestByContent:
    @pytest.mark.parametrize("name", ["trades", "trades.txt", "trades.json.1"])
    def test_a_payload_is_found_under_any_name(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(TRADES)
        assert len(payloads(read(tmp_path))) == 1

    def test_lines_larger_than_a_body_are_lines(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = "nof1_tracker.scraper.containers.saved_payloads.MAX_BODY_BYTES"
        monkeypatch.setattr(name, 100)
        (tmp_path / "x.log").write_bytes((TRADES + b"\n") * 5)
        assert len([p for p in read(tmp_path) if isinstance(p, RawPayload)]) == 5

    def test_a_sequence_that_is_not_text_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "x.json"
        file.write_bytes(b'\x1e{"trades": []}\xff')
        assert "not UTF-8" in reasons(read(file))[0]

    @pytest.mark.parametrize(
        "text",
        [
            '{\n "trades": []\n}\n{\n "conversations": []\n}\n',
            '{"trades": []}{"conversations": []}',
            '{\n"trades": []\n},\n{\n"conversations": []\n}',
            '\x1e{"trades": []}\n\x1e{"conversations":\n []}\n',
        ],
    )
    def test_documents_may_follow_each_other(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "x"
        file.write_text(text)
        kinds = [p.endpoint for p in read(file) if isinstance(p, RawPayload)]
        assert kinds == ["trades", "conversations"]

    @pytest.mark.parametrize("row", ["{{{0}}}", "[{{{0}}}]", '{{"m": {{{0}}}}}'])
    def test_the_analytics_of_one_account_are_read(
        self, tmp_path: Path, engine: Engine, row: str
    ) -> None:
        fields = (
            '"id": "gpt-5", "model_id": "gpt-5", "updated_at": 1761634221.4,'
            ' "overall_trades_overview_table": {"total_trades": 7}'
        )
        file = tmp_path / "gpt-5.json"
        file.write_text(
            f'{{"analytics": {row.format(fields)}, "serverTime": 1761634263000}}'
        )
        found = saved_files([file]).payloads()
        Collector(engine, FakeClock()).import_payloads(found, "x")
        (stored,) = rows_in(engine)["reported_statistics"]
        assert stored["total_trades"] == 7


class TestWhatIsNotTheSites:
    def test_is_left_out_of_a_package_and_told_in_one_note(
        self, tmp_path: Path, engine: Engine
    ) -> None:
        file = tmp_path / "home.zip"
        members = {
            "trades.json": TRADES,
            "package.json": b'{"token": "s3cret"}',
            "readme.md": b"# hello",
            "pages.jsonl": b'{"a": 1}\n{"a": 2}\n',
            "other.har": b'{"log": {"entries": []}}',
        }
        file.write_bytes(zipped(members))
        found = saved_files([file]).payloads()
        summary = Collector(engine, FakeClock()).import_payloads(found, "x")
        assert summary.warnings == [
            "4 files hold no payload of the site, and were left out"
        ]
        assert (summary.status, summary.failures) == ("complete", [])
        assert "s3cret" not in repr(rows_in(engine))

    def test_a_damaged_payload_in_a_package_is_kept(self, tmp_path: Path) -> None:
        file = tmp_path / "x.zip"
        file.write_bytes(zipped({"x": b'{"trades": [{"id": "a", "cut'}))
        (found,) = read(file)
        assert isinstance(found, RawPayload)

    def test_a_package_without_a_payload_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "x.zip"
        file.write_bytes(zipped({"readme.md": b"# hello"}))
        assert reasons(read(file)) == [f"{file}: it holds no payload of the site"]

    def test_answers_of_a_copy_count_where_its_address_is_given(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "x.warc"
        file.write_bytes(response(TRADES, "http://127.0.0.1:8000/demo/api/trades"))
        assert not payloads(read(file))
        for base in ("http://127.0.0.1:8000/demo", "http://127.0.0.1:8000/demo/"):
            assert payloads(saved_files([file], base).payloads())
        for other in ("http://127.0.0.1:8001/demo", "http://127.0.0.1:8000"):
            assert not payloads(saved_files([file], other).payloads())


class TestWhenItWasObserved:
    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ({}, "06:51:03"),
            ({"Date": "Tue, 28 Oct 2025 06:51:02 GMT", "Age": "32"}, "06:50:30"),
            ({"Date": "Fri, 28 Oct 2089 06:51:02 GMT"}, "06:51:03"),
            ({"Date": "soon"}, "06:51:03"),
        ],
    )
    def test_the_records_date_or_that_of_http_less_age(
        self, tmp_path: Path, headers: dict[str, str], expected: str
    ) -> None:
        file = tmp_path / "x.warc"
        file.write_bytes(warc_record(http(b'{"conversations":[]}', headers=headers)))
        (found,) = read(file)
        assert isinstance(found, RawPayload)
        assert f"{found.observed_at:%H:%M:%S}" == expected


class TestHostile:
    def bounded(self, file: Path, most: int = 1_000_000) -> CaptureSource:
        """A source that gives up a file that grows to more than `most` bytes."""
        reader = PackageReader(SiteAddresses(), MAX_BODY_BYTES, most_unpacked=most)
        return CaptureSource([file], reader)

    @pytest.mark.parametrize(
        "pack",
        [
            gzip.compress,
            lzma.compress,
            bz2.compress,
            zstandard.compress,
            lambda zeros: zipped({"x": zeros}),
            lambda zeros: zipped({"x": gzip.compress(zeros)}),
            lambda zeros: gzip.compress(_tar_of({"x": zeros})),
        ],
    )
    def test_a_bomb_is_given_up_while_it_is_read(
        self, tmp_path: Path, pack: Callable[[bytes], bytes]
    ) -> None:
        file = tmp_path / "bomb"
        file.write_bytes(pack(b'{"trades": [' + b" " * 30_000_000))
        found = list(self.bounded(file).payloads())
        assert not payloads(found)
        assert "it unpacks to more than 1 MB" in reasons(found)[-1]

    def test_a_zip_of_many_bombs_is_given_up_once(self, tmp_path: Path) -> None:
        file = tmp_path / "bomb"
        bomb = b"[" + b" " * 400_000
        file.write_bytes(zipped({str(number): bomb for number in range(50)}))
        found = list(self.bounded(file).payloads())
        assert len(reasons(found)) <= 2

    def test_packages_within_each_other_have_an_end(self, tmp_path: Path) -> None:
        content = TRADES
        for _ in range(MOST_LEVELS + 1):
            content = gzip.compress(content)
        file = tmp_path / "x"
        file.write_bytes(content)
        (reason,) = reasons(read(file))
        assert "packed in more than 8 layers" in reason

    def test_links_and_devices_in_a_tar_lead_nowhere(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.json"
        secret.write_bytes(TRADES)
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w") as archive:
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
                about = tarfile.TarInfo(f"link-{kind.decode()}.json")
                about.type, about.linkname = kind, str(secret)
                archive.addfile(about)
        file = tmp_path / "x.tar"
        file.write_bytes(whole.getvalue())
        assert reasons(read(file)) == [f"{file}: it holds no payload of the site"]

    def test_links_in_a_zip_are_not_files(self, tmp_path: Path) -> None:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            about = zipfile.ZipInfo("x.json")
            about.external_attr = 0o120777 << 16
            archive.writestr(about, TRADES)
        file = tmp_path / "x.zip"
        file.write_bytes(whole.getvalue())
        assert not payloads(read(file))

    def test_names_that_lead_outside_lead_nowhere(self, tmp_path: Path) -> None:
        names = ("../../out.json", "/etc/out.json", "..\\out.json", "a/../../b.json")
        file = tmp_path / "inner" / "x.zip"
        file.parent.mkdir()
        file.write_bytes(zipped(dict.fromkeys(names, TRADES)))
        found = read(file)
        origins = [each.origin for each in found if isinstance(each, RawPayload)]
        assert all(each.startswith(f"{file}/") and ".." not in each for each in origins)
        assert len(origins) == 4
        assert sorted(tmp_path.rglob("*")) == [file.parent, file]

    def test_a_link_in_a_folder_does_not_lead_out_of_it(self, tmp_path: Path) -> None:
        outside, folder = tmp_path / "outside.json", tmp_path / "folder"
        folder.mkdir()
        outside.write_bytes(TRADES)
        (folder / "inside.json").write_bytes(TRADES)
        (folder / "again.json").symlink_to(folder / "inside.json")
        (folder / "out.json").symlink_to(outside)
        found = read(folder)
        assert len([each for each in found if isinstance(each, RawPayload)]) == 1
        (reason,) = reasons(found)
        assert reason.startswith(
            f"{folder / 'out.json'}: it cannot be read (it is a link"
        )

    @pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz", "tar.zst"])
    @pytest.mark.parametrize("part", [0.3, 0.6, 0.95, 0.999])
    def test_a_cut_is_always_told(
        self, folder: Path, tmp_path: Path, kind: str, part: float
    ) -> None:
        whole = PACKED[kind](folder)
        file = tmp_path / "x"
        file.write_bytes(whole[: int(len(whole) * part)])
        found = read(file)
        is_whole = payloads(found) == payloads(read(folder))  # a tar ends in padding
        assert reasons(found) or is_whole
        assert payloads(found) <= payloads(read(folder)) | beginnings(found, folder)

    def test_one_bad_member_costs_itself(self, tmp_path: Path) -> None:
        members = {f"{n}.json": TRADES.replace(b"4263", b"426%d" % n) for n in range(3)}
        whole = bytearray(zipped(members, zipfile.ZIP_STORED))
        whole[whole.index(TRADES.replace(b"4263", b"4261")) + 30] ^= 1
        file = tmp_path / "x.zip"
        file.write_bytes(bytes(whole))
        found = read(file)
        assert len(reasons(found)) == 1
        assert len(payloads(found)) == 2

    @pytest.mark.parametrize("at", [100, 600, 1_100])
    def test_a_damaged_header_in_a_tar_is_told(self, tmp_path: Path, at: int) -> None:
        whole = bytearray(_tar_of({f"{n}.json": TRADES for n in range(3)}))
        whole[1_024 * (at // 512) + at % 512] ^= 0xFF
        file = tmp_path / "x.tar"
        file.write_bytes(bytes(whole))
        assert reasons(read(file))

    def test_a_checksum_behind_the_end_of_a_tar_is_compared(
        self, tmp_path: Path
    ) -> None:
        whole = bytearray(gzip.compress(_tar_of({"x.json": TRADES})))
        whole[-8] ^= 1
        file = tmp_path / "x.tgz"
        file.write_bytes(bytes(whole))
        assert "CRC check failed" in reasons(read(file))[-1]

    def test_a_name_of_absurd_length_takes_no_memory(self, tmp_path: Path) -> None:
        about = tarfile.TarInfo("././@LongLink")
        about.type, about.size = tarfile.GNUTYPE_LONGNAME, 6_000_000_000
        file = tmp_path / "x.tar"
        file.write_bytes(about.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
        assert "absurdly long" in reasons(read(file))[0]

    def test_an_encrypted_member_is_told(self, tmp_path: Path) -> None:
        whole = bytearray(zipped({"x.json": TRADES}))
        whole[6] |= 1
        whole[whole.index(b"PK\x01\x02") + 8] |= 1
        file = tmp_path / "x.zip"
        file.write_bytes(bytes(whole))
        assert reasons(read(file))[0] == f"{file}/x.json: it is encrypted"


def beginnings(found: Iterable[object], folder: Path) -> set[Observed]:
    """What was found of which the body is the beginning of one in the folder."""
    whole = list(files(folder).values())
    return {
        (body, at)
        for body, at in payloads(found)
        if any(each.startswith(body) for each in whole)
    }


def test_reprocess_finds_nothing_that_import_left(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text('{\n "trades": []\n}\n{\n "conversations": []\n}\n')
    found = saved_files([WRAPPERS, file]).payloads()
    Collector(engine, FakeClock()).import_payloads(found, "x")
    assert rows_in(engine)["rejected_payloads"] == []
    assert reprocess(engine, FakeClock()).passed == 0


def test_the_command_imports_a_wacz_and_tells_what_is_bad(
    folder: Path, tmp_path: Path, migrated_url: str
) -> None:
    first, second, *_ = as_records(folder)
    file = tmp_path / "site.wacz"
    file.write_bytes(wacz({"data.warc": first + second[:-60] + b"\r\n\r\n" + first}))
    done = subprocess.run(
        (*PROGRAM, "import", str(file)),
        env=environment(migrated_url, HOME=os.environ["HOME"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "archive/data.warc: record 2: its length is not" in done.stderr
    assert done.returncode == 3
