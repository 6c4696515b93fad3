"""Capture folders: read back, and written by an archiving source."""

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nof1_tracker.errors import ConfigurationError, SourceError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.records.payloads import (
    FetchFailure,
    LeftOut,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.scraper.capture import ArchivingSource, CaptureSource
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeClock, FakeSource
from tests.unprivileged import bound
from tests.worlds import PROGRAM, engine_on, rows_in

CAPTURES = Path(__file__).parents[3] / "shared" / "captures"
AT = datetime(2025, 10, 28, 6, 51, 3, tzinfo=UTC)
TRADES = b'{"trades":[],"serverTime":1761634263000}'
PRICES = b'{"prices":{"BTC":{"symbol":"BTC","price":1}},"serverTime":1761634263000}'
CHAT = b'{"conversations":[{"cot_trace":"\\"serverTime\\":1111111111111"}]}'


def save(file: Path, body: bytes = TRADES) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return file


def payloads(*paths: Path) -> list[RawPayload]:
    read = list(CaptureSource(paths).payloads())
    assert all(isinstance(each, RawPayload) for each in read)
    return [each for each in read if isinstance(each, RawPayload)]


class TestReading:
    def test_a_folder_is_read_through_in_order(self, tmp_path: Path) -> None:
        save(tmp_path / "2025-10-28T070022Z" / "trades.json")
        save(tmp_path / "2025-10-23T072200Z" / "trades.json")
        save(tmp_path / "2025-10-23T072200Z" / "conversations.json", CHAT)
        save(tmp_path / "README.md", b"not a payload")
        names = [
            Path(p.origin).relative_to(tmp_path.resolve()) for p in payloads(tmp_path)
        ]
        assert [str(name) for name in names] == [
            "2025-10-23T072200Z/conversations.json",
            "2025-10-23T072200Z/trades.json",
            "2025-10-28T070022Z/trades.json",
        ]

    def test_a_file_is_read_once_however_often_it_is_named(
        self, tmp_path: Path
    ) -> None:
        file = save(tmp_path / "trades.json")
        assert len(payloads(tmp_path, file, file)) == 1

    def test_a_file_is_known_by_its_content_not_its_name(self, tmp_path: Path) -> None:
        (payload,) = payloads(save(tmp_path / "leaderboard.json", TRADES))
        assert payload.endpoint is Endpoint.TRADES
        assert payload.body == TRADES
        assert payload.transport == "capture"

    def test_what_is_no_payload_is_passed_on_unrecognised(self, tmp_path: Path) -> None:
        (payload,) = payloads(save(tmp_path / "odd.json", b"\xff\xfe<html>"))
        assert payload.endpoint is None
        assert payload.body == b"\xff\xfe<html>"

    def test_the_retired_positions_are_left_out_and_told(self, tmp_path: Path) -> None:
        file = tmp_path / "positions.json"
        body = {"message": "deprecated", "positions": [], "serverTime": 1764800000000}
        file.write_text(json.dumps(body))
        (told,) = CaptureSource([file]).payloads()
        assert isinstance(told, LeftOut)
        assert "serves no positions" in told.note
        file.write_text(json.dumps(body | {"positions": [{"symbol": "BTC"}]}))
        assert not any(
            isinstance(each, LeftOut) for each in CaptureSource([file]).payloads()
        )

    def test_a_missing_path_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="no-such-place"):
            CaptureSource([tmp_path / "no-such-place"])

    def test_a_folder_without_payloads_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="holds no"):
            CaptureSource([tmp_path])

    def test_an_oversize_file_is_rejected_and_the_others_are_read(
        self, tmp_path: Path
    ) -> None:
        save(tmp_path / "b.json")
        with (tmp_path / "a.json").open("wb") as huge:
            huge.truncate(MAX_BODY_BYTES + 1)
        rejected, payload = CaptureSource([tmp_path]).payloads()
        assert isinstance(rejected, Rejected)
        assert "a.json: it is larger than 48 MB" in rejected.reason
        assert isinstance(payload, RawPayload)

    def test_a_file_that_vanishes_is_rejected(self, tmp_path: Path) -> None:
        file = save(tmp_path / "a.json")
        source = CaptureSource([tmp_path])
        file.unlink()
        (rejected,) = source.payloads()
        assert isinstance(rejected, Rejected)
        assert "cannot be read" in rejected.reason

    def test_what_is_linked_to_nowhere_is_rejected(self, tmp_path: Path) -> None:
        save(tmp_path / "trades.json")
        (tmp_path / "broken.json").symlink_to(tmp_path / "gone")
        (tmp_path / "round.json").symlink_to(tmp_path / "round.json")
        reasons = [
            each.reason
            for each in CaptureSource([tmp_path]).payloads()
            if isinstance(each, Rejected)
        ]
        assert len(reasons) == 2
        assert "gone: it cannot be read (No such file" in reasons[0]
        assert "round.json: it cannot be read (Too many levels" in reasons[1]

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        save(tmp_path / "trades.json")
        os.mkfifo(tmp_path / "pipe.json")
        assert len(payloads(tmp_path)) == 1
        with pytest.raises(ConfigurationError, match=r"no file or folder .*pipe.json"):
            CaptureSource([tmp_path / "pipe.json"])

    def test_a_name_that_is_no_text_is_stored_as_near_as_text_comes(
        self, tmp_path: Path, migrated_url: str
    ) -> None:
        save(tmp_path / "odd" / "pr\udcffice.json", PRICES)
        save(tmp_path / "odd" / "other\udcff.json", b'{"no": "payload"}')
        with engine_on(migrated_url) as engine:
            read = CaptureSource([tmp_path / "odd"]).payloads()
            summary = Collector(engine, FakeClock(AT)).import_payloads(read, "o\udcff")
            runs = rows_in(engine)["scrape_runs"]
        assert summary.stored == 1
        assert [run["origin"] for run in runs] == ["o\ufffd"]
        (told,) = summary.failures
        assert told.startswith(
            str(tmp_path / "odd" / "other\ufffd.json: not a payload")
        )


class TestWhatMayNotBeRead:
    """Told like a bad payload: what could be read is stored."""

    def imported(self, *paths: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            (*bound(), *PROGRAM, "import", *map(str, paths)),
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_a_folder_or_a_file_is_told_and_the_rest_stored(
        self, tmp_path: Path
    ) -> None:
        archive = tmp_path / "archive"
        closed = save(archive / "closed" / "trades.json").parent
        secret = save(archive / "secret.json")
        save(archive / "prices.json", PRICES)
        closed.chmod(0)
        secret.chmod(0)
        try:
            done = self.imported(archive)
        finally:
            closed.chmod(0o755)
        told = "{}: it cannot be read (Permission denied)"
        assert f"Failed: {told.format(closed)}" in done.stderr
        assert f"Failed: {told.format(secret)}" in done.stderr
        assert done.returncode == 3

    def test_nothing_but_that_is_a_failure(self, tmp_path: Path) -> None:
        closed = save(tmp_path / "closed" / "trades.json").parent
        closed.chmod(0)
        try:
            whole, within = self.imported(closed), self.imported(closed / "trades.json")
        finally:
            closed.chmod(0o755)
        assert f"Failed: {closed}: it cannot be read" in whole.stderr
        assert whole.returncode == 1
        message, remedy = within.stderr.splitlines()
        assert message.endswith("trades.json cannot be read (Permission denied).")
        assert "that you may read" in remedy
        assert within.returncode == 2


class TestWhenItWasCaptured:
    @pytest.mark.parametrize(
        "folder",
        [
            "2025-10-28T065103Z",
            "2025-10-28T06-51-03Z",
            "2025-10-28T06:51:03Z",
            "2025-10-28T065103Z-2",
        ],
    )
    def test_the_folder_says(self, tmp_path: Path, folder: str) -> None:
        save(tmp_path / folder / "trades.json")
        assert payloads(tmp_path)[0].captured_at == AT

    def test_an_impossible_time_does_not_count(self, tmp_path: Path) -> None:
        save(tmp_path / "2025-13-28T065103Z" / "trades.json")
        expected = datetime.fromtimestamp(1761634263, UTC)
        assert payloads(tmp_path)[0].captured_at == expected

    def test_else_the_payload_itself(self, tmp_path: Path) -> None:
        expected = datetime.fromtimestamp(1761634263, UTC)
        assert payloads(save(tmp_path / "t.json"))[0].captured_at == expected

    def test_else_a_payload_beside_it(self, tmp_path: Path) -> None:
        save(tmp_path / "trades.json")
        chat = save(tmp_path / "conversations.json", CHAT)
        expected = datetime.fromtimestamp(1761634263, UTC)
        assert payloads(chat)[0].captured_at == expected

    def test_else_the_file(self, tmp_path: Path) -> None:
        chat = save(tmp_path / "conversations.json", CHAT)
        os.utime(chat, (AT.timestamp(), AT.timestamp()))
        assert payloads(chat)[0].captured_at == AT


def served(
    body: bytes, endpoint: Endpoint | None, query: str = "", at: datetime = AT
) -> RawPayload:
    origin = f"https://nof1.ai/api/{endpoint}{query}"
    return RawPayload(body, origin, at, "http", endpoint)


def dated(payload: RawPayload) -> RawPayload:
    """The payload as it will be read back: observed when the folder says."""
    return replace(payload, observed_at=payload.captured_at)


def archive(folder: Path, *results: RawPayload, times: int = 1) -> list[str]:
    """Archives one run of these; the files that are there, and what was warned of."""
    warnings: list[str] = []
    source = ArchivingSource(FakeSource(*results), folder, warnings.append)
    for _ in range(times):
        fetched = list(source.fetch([Request(Endpoint.TRADES)]))
        assert fetched == list(map(dated, results))
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted(str(file.relative_to(folder)) for file in files) + warnings


class TestArchiving:
    def test_what_is_archived_reads_back_byte_for_byte(self, tmp_path: Path) -> None:
        results = [
            served(b'{ "trades" : [ ] }\r\n', Endpoint.TRADES),
            served('{"conversations":["é"]}'.encode(), Endpoint.CONVERSATIONS),
        ]
        archive(tmp_path, *results)
        read = {p.endpoint: p for p in payloads(tmp_path)}
        for result in results:
            again = read[result.endpoint]
            assert again.body == result.body
            assert again.captured_at == result.captured_at

    def test_the_layout_is_that_of_the_captures(self, tmp_path: Path) -> None:
        third = served(CHAT, Endpoint.CONVERSATIONS, "?competitionId=3")
        newer = served(b"{}", Endpoint.ACCOUNT_TOTALS, "?lastHourlyMarker=200")
        assert archive(
            tmp_path,
            served(TRADES, Endpoint.TRADES),
            served(CHAT, Endpoint.CONVERSATIONS),
            third,
            newer,
            served(b"<html>", None),
            served(b"\xff\xfe", None),
        ) == [
            "2025-10-28T065103Z/account-totals-after-200.json",
            "2025-10-28T065103Z/conversations-competition-3.json",
            "2025-10-28T065103Z/conversations.json",
            "2025-10-28T065103Z/trades.json",
            "2025-10-28T065103Z/unrecognised-1.body",
            "2025-10-28T065103Z/unrecognised-2.body",
        ]

    def test_two_runs_in_one_second_do_not_overwrite_each_other(
        self, tmp_path: Path
    ) -> None:
        assert archive(tmp_path, served(TRADES, Endpoint.TRADES), times=2) == [
            "2025-10-28T065103Z-2/trades.json",
            "2025-10-28T065103Z/trades.json",
        ]

    def test_two_payloads_of_one_kind_are_both_kept(self, tmp_path: Path) -> None:
        trades = served(TRADES, Endpoint.TRADES)
        assert archive(tmp_path, trades, trades) == [
            "2025-10-28T065103Z/trades-2.json",
            "2025-10-28T065103Z/trades.json",
        ]

    def test_a_query_cannot_lead_out_of_the_folder(self, tmp_path: Path) -> None:
        sly = served(CHAT, Endpoint.CONVERSATIONS, "?competitionId=../../../x")
        (file,) = archive(tmp_path / "archive", sly)
        assert file.startswith("2025-10-28T065103Z/conversations-competition-")

    def test_without_a_body_there_is_no_folder(self, tmp_path: Path) -> None:
        request = Request(Endpoint.TRADES)
        results: list[NotModified | FetchFailure] = [
            NotModified(request, "https://nof1.ai/api/trades"),
            FetchFailure(request, SourceError("gone")),
        ]
        source = ArchivingSource(FakeSource(*results), tmp_path, print)
        assert list(source.fetch([request])) == results
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        file = save(tmp_path / "file")
        with pytest.raises(ConfigurationError, match="cannot be created"):
            ArchivingSource(FakeSource(), file / "archive", print)

    def test_a_disk_that_fails_costs_the_archive_not_the_payload(
        self, tmp_path: Path
    ) -> None:
        folder = tmp_path / "archive"
        warnings: list[str] = []
        payload = served(TRADES, Endpoint.TRADES)
        source = ArchivingSource(FakeSource(payload), folder, warnings.append)
        folder.rmdir()
        folder.write_text("in the way")
        assert list(source.fetch([Request(Endpoint.TRADES)])) == [dated(payload)]
        assert "was not archived" in warnings[0]

    def test_closing_it_closes_the_source(self, tmp_path: Path) -> None:
        beneath = FakeSource()
        with ArchivingSource(beneath, tmp_path, print) as source:
            assert source.transport == "http"
        assert beneath.closed


@pytest.mark.captures
@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the real captures are not here")
class TestTheRealCaptures:
    def test_every_file_is_what_its_name_says(self) -> None:
        read = payloads(CAPTURES)
        assert len(read) >= 13
        for payload in read:
            assert payload.endpoint == Path(payload.origin).stem

    def test_every_file_has_the_time_of_its_folder(self) -> None:
        times = {payload.captured_at for payload in payloads(CAPTURES)}
        assert AT in times
        assert len(times) == 3
