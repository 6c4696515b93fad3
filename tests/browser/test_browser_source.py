"""BrowserSource: a real Chromium against the simulated site on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import uuid4

import pytest

from nof1_tracker.clock import SystemClock
from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.site.faults import (
    Challenge,
    ConnectionCut,
    DeeplyNested,
    EmptyBody,
    EmptyRows,
    EndlessEarlyHints,
    Gone,
    Hang,
    HeaderDrip,
    Moved,
    NotModifiedUnasked,
    NotUtf8,
    Oversize,
    Packed,
    Redirected,
    ServerError,
    Slow,
    TooManyRequests,
    Truncated,
)
from nof1_tracker.demo.site.reply import Fault, Reply
from nof1_tracker.errors import (
    BrowserUnavailableError,
    ConfigurationError,
    SourceError,
    SourceUnreachableError,
)
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import FetchFailure, FetchResult, RawPayload, Request
from nof1_tracker.scraper.browser import BrowserSource
from nof1_tracker.scraper.browsing.chromium import find_browser
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from nof1_tracker.scraper.open_source import SourceOpening, open_source
from tests.fakes import FakeClock
from tests.loopback import serving, unused_url
from tests.memory import MemoryWatch

TRADES = Request(Endpoint.TRADES)
CHAT = Request(Endpoint.CONVERSATIONS)
A_PAST_CHAT = Request(Endpoint.CONVERSATIONS, (("competitionId", "1"),))
"""What no page fetches by itself."""
LEADERBOARD = Request(Endpoint.LEADERBOARD)
EVERYTHING = [
    Request(endpoint)
    for endpoint in Endpoint
    if endpoint is not Endpoint.RENDERED_LEADERBOARD
]
PROJECT = Path(__file__).parents[2]
TIMEOUT_MS = 6000
PATIENT_MS = 90_000
"""For what takes a busy machine its time, and is over as soon as it is seen."""
DEADLINE = 60.0
"""Seconds within which any misbehaviour must have had its result."""


def _browser_is_missing() -> bool:
    try:
        find_browser(SourceOptions("http://127.0.0.1"))
    except BrowserUnavailableError:
        return True
    return False


pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(_browser_is_missing(), reason="no Chromium is installed"),
]


class Scene:
    """A site, and one browser on it for all tests of this file."""

    def __init__(self, site: DemoSite, **others: object) -> None:
        self.site = site
        self.clock = FakeClock(SystemClock().now())
        self.source = BrowserSource(options(site.url, **others), self.clock)

    def fetch(self, *requests: Request) -> dict[Request, FetchResult]:
        """The results by what they answer; within the deadline, one for each."""
        started = time.monotonic()
        results = list(self.source.fetch(requests))
        assert time.monotonic() - started < DEADLINE
        assert len(results) == len(requests)
        return {_answered(result, requests): result for result in results}

    def fetch_one(self, request: Request = TRADES) -> FetchResult:
        (result,) = self.source.fetch([request])
        return result

    def served(self, path: str) -> bytes:
        return self.site.reply(path).body


def options(url: str, **others: object) -> SourceOptions:
    settings = {"timeout_ms": TIMEOUT_MS, "rate_limit": 100_000, **others}
    return SourceOptions(url, **settings)  # type: ignore[arg-type]


def _answered(result: FetchResult, requests: tuple[Request, ...]) -> Request:
    if not isinstance(result, RawPayload):
        return result.request
    return next(r for r in requests if f"/api/{r.endpoint}" in result.origin)


def payload(result: FetchResult) -> RawPayload:
    assert isinstance(result, RawPayload), result
    return result


def failure(result: FetchResult) -> SourceError:
    assert isinstance(result, FetchFailure), result
    assert isinstance(result.error, SourceError)
    return result.error


@pytest.fixture(scope="module")
def shared() -> Iterator[Scene]:
    with DemoSite(Arena(days=1), speed=0) as site:
        scene = Scene(site)
        try:
            yield scene
        finally:
            scene.source.close()


@pytest.fixture
def scene(shared: Scene) -> Iterator[Scene]:
    shared.site.requests.clear()
    shared.clock.slept.clear()
    yield shared
    shared.site.behave()


@pytest.fixture
def patient(shared: Scene) -> Iterator[Scene]:
    scene = Scene(shared.site, timeout_ms=PATIENT_MS)
    with scene.source:
        yield scene
    shared.site.behave()


class TestAnHonestSite:
    def test_every_payload_arrives_as_it_was_served(self, scene: Scene) -> None:
        results = scene.fetch(*EVERYTHING)
        for request in EVERYTHING:
            result = payload(results[request])
            assert result.endpoint is request.endpoint
            assert result.transport == "browser"
            assert result.body == scene.served(f"/api/{request.endpoint}")

    def test_what_the_pages_fetch_is_not_fetched_again(self, scene: Scene) -> None:
        scene.fetch(*EVERYTHING)
        assert scene.site.requests.count("/api/analytics") == 1
        assert scene.site.requests.count("/api/conversations") == 1
        assert scene.site.requests.count("/api/trades") == 2

    def test_only_the_pages_that_are_needed_are_opened(self, scene: Scene) -> None:
        scene.fetch(TRADES, LEADERBOARD)
        assert "/leaderboard" in scene.site.requests
        assert "/" not in scene.site.requests
        scene.site.requests.clear()
        scene.fetch(CHAT, TRADES)
        assert "/" in scene.site.requests
        assert "/leaderboard" not in scene.site.requests

    def test_the_whole_season_answers_for_what_is_newer(self, scene: Scene) -> None:
        newer = Request(Endpoint.ACCOUNT_TOTALS, (("lastHourlyMarker", "15"),))
        result = payload(scene.fetch_one(newer))
        assert result.origin.endswith("/api/account-totals")
        assert not any("lastHourlyMarker=15" in path for path in scene.site.requests)

    def test_the_table_can_be_read_as_it_is_shown(self, scene: Scene) -> None:
        request = Request(Endpoint.RENDERED_LEADERBOARD)
        table = json.loads(payload(scene.fetch_one(request)).body)
        shown = table["renderedLeaderboard"]
        assert shown["columns"][:3] == ["RANK", "MODEL", "ACCT VALUE"]
        assert [row[0] for row in shown["rows"]] == ["1", "2", "3", "4", "5", "6"]

    def test_pages_go_on_loading_while_a_result_is_put_away(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked, reply = set(), scene.site.reply

        def noting(target: str, known_etag: str = "") -> Reply:
            asked.add(target.partition("?")[0])
            return reply(target, known_etag)

        monkeypatch.setattr(scene.site, "reply", noting)
        results = scene.source.fetch(EVERYTHING)
        next(results)
        until = time.monotonic() + DEADLINE
        while not asked >= {f"/api/{each.endpoint}" for each in EVERYTHING}:
            assert time.monotonic() < until, "nobody asks for the rest"
            time.sleep(0.05)
        assert len(list(results)) == len(EVERYTHING) - 1

    def test_a_page_is_left_after_the_fetch(self, scene: Scene) -> None:
        scene.fetch_one()
        before = len(scene.site.requests)
        time.sleep(0.5)
        assert list(scene.source.fetch([])) == []
        assert len(scene.site.requests) == before

    def test_the_rate_limit_counts_pages_too(self, scene: Scene) -> None:
        clock = FakeClock()
        slow = options(scene.site.url, rate_limit=1)
        with BrowserSource(slow, clock) as source:
            list(source.fetch([TRADES]))
            list(source.fetch([TRADES]))
        assert clock.slept == pytest.approx([60])

    def test_each_competition_is_asked_for(self) -> None:
        with DemoSite(Arena(season="1.5", days=1), speed=0) as site:
            third = Request(Endpoint.CONVERSATIONS, (("competitionId", "3"),))
            with BrowserSource(options(site.url), FakeClock()) as source:
                results = [payload(each) for each in source.fetch([CHAT, third])]
            bodies = {each.origin.removeprefix(site.url): each.body for each in results}
            assert bodies == {path: site.reply(path).body for path in bodies}
            assert "/api/conversations?competitionId=3" in bodies

    def test_who_asks_is_said_honestly(self) -> None:
        agents: list[str] = []

        def note(handler: BaseHTTPRequestHandler) -> None:
            agents.append(handler.headers["User-Agent"])
            handler.send_error(404)

        with serving(note) as url, BrowserSource(options(url), FakeClock()) as source:
            failure(next(source.fetch([TRADES])))
        assert "Chrome/" in agents[0]
        assert agents[0].endswith("(Alpha Arena flight recorder)")


class TestAMisbehavingSite:
    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            (ServerError(), "500 (Internal Server Error)"),
            (Gone(410), "410 (Gone)"),
            (EmptyBody(), "empty body"),
            (Oversize(), "more than 48 MB"),
            (Packed(megabytes=60), "'gzip, gzip', an encoding that was not asked for"),
            (TooManyRequests(600), "a pause of 600 s"),
        ],
        ids=lambda each: type(each).__name__,
    )
    def test_no_usable_body_is_a_failure_and_the_others_arrive(
        self, scene: Scene, fault: Fault, words: str
    ) -> None:
        scene.site.misbehave("trades", fault)
        results = scene.fetch(TRADES, CHAT)
        assert words in failure(results[TRADES]).message
        assert payload(results[CHAT]).endpoint is Endpoint.CONVERSATIONS

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            (Packed(megabytes=60), "'gzip, gzip', an encoding that was not asked for"),
            (Packed(megabytes=0), "'gzip, gzip', an encoding that was not asked for"),
        ],
    )
    def test_what_is_fetched_within_the_page_is_refused_in_the_same_words(
        self, scene: Scene, fault: Fault, words: str
    ) -> None:
        scene.site.misbehave("conversations", fault)
        assert words in failure(scene.fetch_one(A_PAST_CHAT)).message
        assert scene.clock.slept == []

    @pytest.mark.parametrize(
        "request_", [TRADES, A_PAST_CHAT], ids=["by the page", "within it"]
    )
    def test_a_packed_gigabyte_is_refused_and_does_not_fill_the_memory(
        self, patient: Scene, request_: Request
    ) -> None:
        payload(patient.fetch_one(request_))
        patient.site.misbehave(str(request_.endpoint), Packed(layers=1))
        with MemoryWatch() as memory:
            refused = failure(patient.fetch_one(request_))
        assert "more than 48 MB" in refused.message
        assert memory.grown < 200_000_000

    @pytest.mark.parametrize(
        "request_", [TRADES, A_PAST_CHAT], ids=["by the page", "within it"]
    )
    def test_what_is_packed_within_bounds_arrives_unpacked(
        self, scene: Scene, request_: Request
    ) -> None:
        whole = payload(scene.fetch_one(request_))
        scene.site.misbehave(str(request_.endpoint), Packed(megabytes=0, layers=1))
        packed = payload(scene.fetch_one(request_))
        assert packed.body == whole.body
        assert packed.status == 200

    @pytest.mark.parametrize(
        "fault",
        [Challenge(), Truncated(), NotUtf8(), DeeplyNested(), EmptyRows()],
        ids=lambda each: type(each).__name__,
    )
    def test_whatever_came_is_passed_on_byte_for_byte(
        self, scene: Scene, fault: Fault
    ) -> None:
        scene.site.misbehave("conversations", fault)
        served = scene.served("/api/conversations")
        results = scene.fetch(CHAT, TRADES)
        assert payload(results[CHAT]).body == served
        assert payload(results[TRADES]).endpoint is Endpoint.TRADES

    def test_a_connection_cut_in_the_body_never_passes_for_whole(
        self, scene: Scene
    ) -> None:
        whole = scene.served("/api/trades")
        scene.site.misbehave("trades", ConnectionCut())
        result = scene.fetch_one()
        # Browsers may drop the bytes that came before the cut.
        if isinstance(result, FetchFailure):
            assert "broke off the connection" in failure(result).message
        else:
            body = payload(result).body
            assert 0 < len(body) < len(whole)
            assert whole.startswith(body)

    @pytest.mark.parametrize(
        "fault",
        [
            ServerError(503),
            Truncated(),
            ConnectionCut(),
            EmptyBody(),
            Challenge(),
            NotUtf8(),
        ],
        ids=lambda each: type(each).__name__,
    )
    def test_what_passes_is_got_over_within_the_page(
        self, scene: Scene, fault: Fault
    ) -> None:
        whole = scene.served("/api/trades")
        scene.site.misbehave("trades", fault, times=1)
        assert payload(scene.fetch_one()).body == whole

    def test_retry_after_is_obeyed(self, scene: Scene) -> None:
        scene.site.misbehave("trades", TooManyRequests(20), times=1)
        assert payload(scene.fetch_one()).endpoint is Endpoint.TRADES
        assert scene.clock.slept == [pytest.approx(20, abs=1)]

    def test_a_redirect_is_followed(self, scene: Scene) -> None:
        scene.site.misbehave("trades", Redirected("/api/v2/trades"))
        assert payload(scene.fetch_one()).endpoint is Endpoint.TRADES

    def test_an_endpoint_that_moved_is_known_by_its_shape(self, scene: Scene) -> None:
        scene.site.misbehave("trades", Moved("/api/v2/completed"))
        result = payload(scene.fetch_one())
        assert result.endpoint is Endpoint.TRADES
        assert result.origin.endswith("/api/v2/completed")

    def test_a_slow_site_is_waited_for(self, scene: Scene) -> None:
        scene.site.misbehave("trades", Slow(1.0))
        assert payload(scene.fetch_one()).endpoint is Endpoint.TRADES

    @pytest.mark.parametrize(
        "fault",
        [ServerError(), Gone(404), Challenge(), Truncated()],
        ids=lambda each: type(each).__name__,
    )
    def test_without_its_json_the_leaderboard_is_read_off_the_page(
        self, scene: Scene, fault: Fault
    ) -> None:
        scene.site.misbehave("leaderboard", fault)
        (result,) = scene.source.fetch([LEADERBOARD])
        assert payload(result).endpoint is Endpoint.RENDERED_LEADERBOARD
        assert payload(result).origin == f"{scene.site.url}/leaderboard"

    def test_without_any_data_the_leaderboard_has_failed(self, scene: Scene) -> None:
        scene.site.misbehave("*", ServerError())
        results = scene.fetch(LEADERBOARD, TRADES)
        assert "500" in failure(results[LEADERBOARD]).message
        assert "500" in failure(results[TRADES]).message

    def test_pages_that_fail_do_not_keep_the_data_from_us(self, scene: Scene) -> None:
        scene.site.misbehave("/leaderboard", ServerError())
        scene.site.misbehave("/", ServerError())
        results = scene.fetch(TRADES, CHAT)
        assert payload(results[TRADES]).endpoint is Endpoint.TRADES
        assert payload(results[CHAT]).endpoint is Endpoint.CONVERSATIONS

    def test_an_unchanged_that_it_did_not_ask_about_is_a_failure(
        self, scene: Scene
    ) -> None:
        scene.site.misbehave("conversations", NotModifiedUnasked())
        # No page asks for one competition, so the browser has no body to compare.
        monk_mode = Request(Endpoint.CONVERSATIONS, (("competitionId", "2"),))
        assert "304 (Not Modified)" in failure(scene.fetch_one(monk_mode)).message

    @pytest.mark.parametrize("fault", [Hang(), HeaderDrip(), EndlessEarlyHints()])
    def test_what_hangs_is_given_up_and_the_others_arrive(
        self, scene: Scene, fault: Fault
    ) -> None:
        scene.site.misbehave("trades", fault)
        scene.site.misbehave("leaderboard", Hang())
        hasty = BrowserSource(options(scene.site.url, timeout_ms=4000), FakeClock())
        with hasty:
            chat, *others = hasty.fetch([TRADES, LEADERBOARD, CHAT])
        assert payload(chat).endpoint is Endpoint.CONVERSATIONS
        (trades,) = (each for each in others if isinstance(each, FetchFailure))
        assert "did not answer within 4 s" in failure(trades).message
        (table,) = (each for each in others if isinstance(each, RawPayload))
        assert table.endpoint is Endpoint.RENDERED_LEADERBOARD

    def test_pages_that_hang_fail_what_was_asked_of_them(self, scene: Scene) -> None:
        scene.site.misbehave("/leaderboard", Hang())
        hasty = BrowserSource(options(scene.site.url, timeout_ms=4000), FakeClock())
        with hasty:
            error = failure(next(hasty.fetch([TRADES])))
        assert "/leaderboard did not answer within 4 s" in error.message

    def test_the_next_good_run_is_as_good_as_ever(self, scene: Scene) -> None:
        scene.site.misbehave("*", Challenge())
        scene.fetch(TRADES, CHAT)
        scene.site.behave()
        self_healed = scene.fetch(TRADES, CHAT)
        assert payload(self_healed[CHAT]).body == scene.served("/api/conversations")


class TestNoConnection:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            (unused_url(), "the connection was refused"),
            ("http://no-such-host.invalid", "its name does not resolve"),
        ],
        ids=["refused", "unresolved"],
    )
    def test_it_ends_the_fetch_in_plain_words(self, url: str, words: str) -> None:
        with (
            BrowserSource(options(url), FakeClock()) as source,
            pytest.raises(SourceUnreachableError) as caught,
        ):
            list(source.fetch(EVERYTHING))
        assert words in caught.value.message
        assert "\n" not in str(caught.value)

    def test_a_failed_tls_handshake_is_told(self, scene: Scene) -> None:
        url = scene.site.url.replace("http://", "https://")
        with (
            BrowserSource(options(url), FakeClock()) as source,
            pytest.raises(SourceUnreachableError, match="TLS handshake"),
        ):
            list(source.fetch([TRADES]))


class Herd:
    """The processes that descend from this test, known by a mark on them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mark = f"NOF1_TEST_MARK={uuid4()}"
        monkeypatch.setenv(*self.mark.split("="))

    def alive(self) -> dict[int, str]:
        """Command lines by process id."""
        found: dict[int, str] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_text()
            except OSError:
                continue
        return found

    def browser(self) -> int:
        """The process that started the others."""
        return next(
            pid
            for pid, command in self.alive().items()
            if "--remote-debugging-pipe" in command and "--type=" not in command
        )

    def is_gone(self) -> bool:
        until = time.monotonic() + 10
        while self.alive() and time.monotonic() < until:
            time.sleep(0.05)
        return not self.alive()


@pytest.fixture
def herd(monkeypatch: pytest.MonkeyPatch) -> Herd:
    if not Path("/proc").is_dir():
        pytest.skip("counts processes in /proc")
    return Herd(monkeypatch)


class TestProcesses:
    @pytest.fixture
    def source(self, scene: Scene) -> Iterator[BrowserSource]:
        source = BrowserSource(options(scene.site.url), SystemClock())
        yield source
        source.close()

    def test_closing_ends_them_all(self, herd: Herd, source: BrowserSource) -> None:
        payload(next(source.fetch([TRADES])))
        assert len(herd.alive()) > 1
        source.close()
        source.close()
        assert herd.is_gone()

    def test_an_error_of_the_caller_leaves_none(
        self, herd: Herd, source: BrowserSource
    ) -> None:
        def store(result: FetchResult) -> None:
            raise RuntimeError(f"disk full at {payload(result).endpoint}")

        with pytest.raises(RuntimeError, match="disk full"), source:
            store(next(source.fetch([TRADES, CHAT])))
        assert herd.is_gone()

    def test_one_browser_serves_all_fetches(
        self, herd: Herd, source: BrowserSource
    ) -> None:
        list(source.fetch([TRADES]))
        first = herd.browser()
        list(source.fetch([TRADES]))
        assert herd.browser() == first

    def test_a_browser_that_crashed_is_started_again(
        self, herd: Herd, source: BrowserSource
    ) -> None:
        list(source.fetch([TRADES]))
        crashed = herd.browser()
        os.killpg(crashed, signal.SIGKILL)
        assert payload(next(source.fetch([TRADES]))).endpoint is Endpoint.TRADES
        assert herd.browser() != crashed
        source.close()
        assert herd.is_gone()

    def test_a_crash_within_a_fetch_is_a_failure_of_what_is_missing(
        self, herd: Herd, scene: Scene, source: BrowserSource
    ) -> None:
        scene.site.misbehave("trades", Hang())
        results = source.fetch([CHAT, TRADES])
        assert payload(next(results)).endpoint is Endpoint.CONVERSATIONS
        os.killpg(herd.browser(), signal.SIGKILL)
        assert "\n" not in failure(next(results)).message

    def test_a_driver_that_died_is_started_again(
        self, herd: Herd, source: BrowserSource
    ) -> None:
        list(source.fetch([TRADES]))
        driver = next(p for p, c in herd.alive().items() if "run-driver" in c)
        os.kill(driver, signal.SIGKILL)
        assert payload(next(source.fetch([TRADES]))).endpoint is Endpoint.TRADES
        source.close()
        assert herd.is_gone()

    def test_a_browser_that_hangs_is_killed_in_the_end(
        self, herd: Herd, source: BrowserSource
    ) -> None:
        list(source.fetch([TRADES]))
        os.killpg(herd.browser(), signal.SIGSTOP)
        started = time.monotonic()
        source.close()
        assert time.monotonic() - started < 20
        assert herd.is_gone()

    @pytest.mark.parametrize("times", [1, 2])
    def test_ctrl_c_ends_them_all_without_a_word_of_playwright(
        self, herd: Herd, scene: Scene, times: int
    ) -> None:
        scene.site.misbehave("trades", Hang())
        script = (
            "import sys\n"
            "sys.path.insert(0, '')\n"
            "from tests.browser.test_browser_source import *\n"
            "try:\n"
            f"    with BrowserSource(options({scene.site.url!r}), SystemClock()) as s:\n"
            "        for each in s.fetch([CHAT, TRADES]):\n"
            "            print('got one', flush=True)\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted')\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "got one\n"
            for _ in range(times):
                # To the whole group, as a terminal does it.
                os.killpg(process.pid, signal.SIGINT)
                time.sleep(0.1)
            out, err = process.communicate(timeout=30)
        assert out == "interrupted\n"
        assert "laywright" not in err
        assert herd.is_gone()

    def test_sigkill_of_the_program_ends_them_all(
        self, herd: Herd, scene: Scene
    ) -> None:
        script = (
            "import sys\n"
            "sys.path.insert(0, '')\n"
            "from tests.browser.test_browser_source import *\n"
            f"source = BrowserSource(options({scene.site.url!r}), SystemClock())\n"
            "print(len(list(source.fetch([TRADES]))), flush=True)\n"
            "time.sleep(60)\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "1\n"
            process.kill()
        assert herd.is_gone()


class TestOpeningASource:
    def open(self, transport: str, **others: object) -> tuple[str, list[str]]:
        """The transport that came of it, and the warnings."""
        warnings: list[str] = []
        settings = options("http://127.0.0.1:9", **others)
        source = open_source(settings, transport, FakeClock(), {}, warnings.append)  # type: ignore[arg-type]
        source.close()
        return source.transport, warnings

    def test_auto_takes_the_browser(self) -> None:
        assert self.open("auto") == ("browser", [])

    def test_auto_falls_back_where_the_browser_does_not_start(self) -> None:
        transport, (warning,) = self.open("auto", browser_path="/bin/false")
        assert transport == "http"
        assert "does not start" in warning
        assert "\n" not in warning

    def test_a_browser_that_was_asked_for_must_start(self) -> None:
        with pytest.raises(BrowserUnavailableError) as caught:
            self.open("browser", browser_path="/bin/false")
        assert "--transport http" in caught.value.remedy

    def test_where_there_is_no_sandbox_it_starts_without(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = find_browser(SourceOptions("http://127.0.0.1"))
        picky = tmp_path / "picky-browser"
        picky.write_text(
            f'#!/bin/sh\ncase "$*" in *--no-sandbox*) exec {real} "$@";; esac\n'
            'echo "No usable sandbox!" >&2\nexit 1\n'
        )
        picky.chmod(0o755)
        monkeypatch.setattr(
            "nof1_tracker.scraper.browser.may_use_sandbox", lambda: True
        )
        assert self.open("browser", browser_path=str(picky)) == ("browser", [])

    def test_a_wrong_setting_is_not_fallen_back_from(self) -> None:
        with pytest.raises(ConfigurationError):
            self.open("auto", browser_path="/no/such/browser")

    def test_plain_http_does_not_import_playwright(self) -> None:
        script = (
            "import sys\n"
            "from nof1_tracker.clock import SystemClock\n"
            "from nof1_tracker.scraper.fetch import SourceOptions\n"
            "from nof1_tracker.scraper.open_source import open_source\n"
            "o = SourceOptions('http://127.0.0.1:9')\n"
            "open_source(o, 'http', SystemClock(), {}, print).close()\n"
            "print('playwright' in sys.modules)\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert ran.stdout == "False\n"

    def test_a_browser_that_is_starting_can_be_given_up(self, herd: Herd) -> None:
        settings = options("http://127.0.0.1:9")
        opening = SourceOpening(settings, "browser", FakeClock())
        opening.close()
        assert herd.is_gone()

    def test_both_transports_bring_the_same_bodies(self, scene: Scene) -> None:
        http = HttpSource(options(scene.site.url), FakeClock(), {})
        with http:
            plain = {
                payload(r).endpoint: payload(r).body for r in http.fetch(EVERYTHING)
            }
        seen = scene.fetch(*EVERYTHING).values()
        assert {payload(r).endpoint: payload(r).body for r in seen} == plain
