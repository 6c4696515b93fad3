"""Politeness, retries and the judgement of answers; no I/O."""

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from tenacity import Retrying

from nof1_tracker.clock import parse_retry_after
from nof1_tracker.errors import (
    BrowserUnavailableError,
    ConfigurationError,
    SourceBusyError,
    SourceError,
)
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import FetchFailure, NotModified, RawPayload, Request
from nof1_tracker.scraper.browsing.chromium import (
    explain_launch_failure,
    explain_navigation,
    find_browser,
)
from nof1_tracker.scraper.browsing.page_responses import PageResponses
from nof1_tracker.scraper.fetch import (
    LONGEST_PAUSE,
    Answer,
    Pursuit,
    RequestBudget,
    SourceOptions,
    is_whole,
    retry_policy,
)
from tests.fakes import FakeClock

URL = "http://127.0.0.1/api/trades"
TRADES = b'{"trades":[{"id":"a"}],"serverTime":1761634263000}'
PRICES = b'{"prices":{},"serverTime":1761634263000}'


def pursue() -> Pursuit:
    return Pursuit(Request(Endpoint.TRADES), FakeClock(), "http")


class TestOptions:
    @pytest.mark.parametrize(
        "url",
        [
            "nof1.ai",
            "ftp://nof1.ai",
            "http://",
            "http://[",
            "http://a b",
            "http://a:99999",
            "https://nof1.ai/?a=1",
        ],
    )
    def test_an_address_that_is_not_a_site_is_refused(self, url: str) -> None:
        with pytest.raises(ConfigurationError, match="not the address of a site"):
            SourceOptions(url)

    def test_a_password_in_the_address_is_refused_and_not_repeated(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            SourceOptions("https://me:hunter2@nof1.ai")
        assert "hunter2" not in str(caught.value)

    def test_a_rate_of_zero_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="SCRAPER_RATE_LIMIT"):
            SourceOptions("https://nof1.ai", rate_limit=0)

    def test_a_query_is_part_of_the_url(self) -> None:
        options = SourceOptions("https://nof1.ai/")
        request = Request(Endpoint.CONVERSATIONS, (("competitionId", "3"),))
        expected = "https://nof1.ai/api/conversations?competitionId=3"
        assert options.api_url(request) == expected


class TestBudget:
    def take(self, budget: RequestBudget, times: int = 1) -> None:
        for _ in range(times):
            asyncio.run(budget.take())

    def test_a_scrape_within_the_budget_is_not_slowed(self) -> None:
        clock = FakeClock()
        self.take(RequestBudget(30, clock), 30)
        assert clock.slept == []

    def test_no_minute_holds_more_than_the_rate(self) -> None:
        clock = FakeClock()
        budget = RequestBudget(30, clock)
        times = []
        for _ in range(100):
            self.take(budget)
            times.append(clock.monotonic())
            clock.advance(0.7)
        for first, later in zip(times, times[30:], strict=False):
            assert later - first >= 60
        assert times[99] - times[0] < 200

    def test_a_pause_fills_it_again_but_not_over(self) -> None:
        clock = FakeClock()
        budget = RequestBudget(30, clock)
        self.take(budget, 30)
        clock.advance(3600)
        self.take(budget, 30)
        assert clock.slept == []
        self.take(budget)
        assert clock.slept == pytest.approx([60])

    def test_a_rate_below_one_a_minute_still_lets_one_through(self) -> None:
        clock = FakeClock()
        budget = RequestBudget(0.5, clock)
        self.take(budget)
        assert clock.slept == []
        self.take(budget)
        assert clock.slept == pytest.approx([120])

    def test_waiting_for_a_turn_takes_no_time_of_the_deadline(self) -> None:
        budget = RequestBudget(1, FakeClock())

        async def seconds_added() -> float:
            async with asyncio.timeout(5) as deadline:
                before = deadline.when() or 0
                await budget.take(deadline)
                await budget.take(deadline)
                return (deadline.when() or 0) - before

        assert asyncio.run(seconds_added()) == pytest.approx(60)


class TestRetryAfter:
    now = datetime(2025, 10, 28, 7, tzinfo=UTC)

    def test_it_is_read_as_seconds(self) -> None:
        assert parse_retry_after("17", self.now) == 17

    def test_it_is_read_as_a_date(self) -> None:
        until = format_datetime(self.now.replace(minute=2), usegmt=True)
        assert parse_retry_after(until, self.now) == 120

    def test_a_date_in_the_past_asks_for_nothing(self) -> None:
        until = format_datetime(self.now.replace(year=2024), usegmt=True)
        assert parse_retry_after(until, self.now) == 0

    @pytest.mark.parametrize("value", [None, "", "soon", "-5", "1e9", "²"])
    def test_nonsense_does_not_say(self, value: str | None) -> None:
        assert parse_retry_after(value, self.now) is None


class TestRetries:
    def run(self, clock: FakeClock, *errors: SourceError) -> int:
        """How many attempts were made of a call that fails like this."""
        left, made = list(errors), 0

        def attempt() -> None:
            nonlocal made
            made += 1
            if left:
                raise left.pop(0)

        Retrying(sleep=clock.sleep, **retry_policy(timeout=30))(attempt)
        return made

    def test_a_busy_source_is_asked_again_after_growing_pauses(self) -> None:
        clock = FakeClock()
        assert self.run(clock, SourceBusyError("1"), SourceBusyError("2")) == 3
        first, second = clock.slept
        assert 0.5 <= first <= 1 <= second <= 1.5

    def test_after_three_attempts_the_last_error_is_told(self) -> None:
        clock = FakeClock()
        errors = [SourceBusyError(str(n)) for n in range(1, 5)]
        with pytest.raises(SourceBusyError, match="3"):
            self.run(clock, *errors)

    def test_the_pause_that_the_source_asks_for_is_kept(self) -> None:
        clock = FakeClock()
        self.run(clock, SourceBusyError("busy", retry_after=42))
        assert clock.slept == [42]

    def test_a_pause_that_is_too_long_is_not_waited_for(self) -> None:
        clock = FakeClock()
        error = SourceBusyError("busy", retry_after=LONGEST_PAUSE + 1)
        with pytest.raises(SourceBusyError):
            self.run(clock, error)
        assert clock.slept == []

    def test_what_patience_cannot_mend_is_not_tried_again(self) -> None:
        clock = FakeClock()
        with pytest.raises(SourceError, match="gone"):
            self.run(clock, SourceError("gone"))
        assert clock.slept == []


class TestJudgement:
    def test_a_sound_body_is_the_payload_with_its_validator(self) -> None:
        payload = pursue().take(Answer(URL, 200, TRADES, etag='"v1"'))
        assert isinstance(payload, RawPayload)
        assert payload.body == TRADES
        assert payload.endpoint is Endpoint.TRADES
        assert payload.etag == '"v1"'

    def test_304_says_that_nothing_changed(self) -> None:
        result = pursue().take(Answer(URL, 304, conditional=True))
        assert isinstance(result, NotModified)

    def test_304_to_a_request_that_named_nothing_is_a_failure(self) -> None:
        with pytest.raises(SourceError, match=r"304.*nothing was said to be known"):
            pursue().take(Answer(URL, 304))

    @pytest.mark.parametrize("status", [404, 410, 403, 301])
    def test_a_refusal_for_good_is_not_worth_a_retry(self, status: int) -> None:
        with pytest.raises(SourceError, match=str(status)) as caught:
            pursue().take(Answer(URL, status))
        assert not isinstance(caught.value, SourceBusyError)

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 599])
    def test_a_busy_answer_is_worth_one(self, status: int) -> None:
        with pytest.raises(SourceBusyError, match=str(status)):
            pursue().take(Answer(URL, status))

    def test_the_wanted_pause_is_named(self) -> None:
        with pytest.raises(SourceBusyError, match="a pause of 600 s") as caught:
            pursue().take(Answer(URL, 429, retry_after=600))
        assert caught.value.retry_after == 600

    @pytest.mark.parametrize(
        ("answer", "word"),
        [
            (Answer(URL, 200, TRADES[:30], complete=False), "broke off"),
            (Answer(URL, 200, TRADES[:30]), "incomplete JSON"),
            (Answer(URL, 200, b" <html>Just a moment"), "HTML page"),
            (Answer(URL, 200, b'{"trades":["\xff\xfe"]}'), "not UTF-8"),
        ],
    )
    def test_an_unsound_body_is_retried_and_in_the_end_kept(
        self, answer: Answer, word: str
    ) -> None:
        pursuit = pursue()
        with pytest.raises(SourceBusyError, match=word) as caught:
            pursuit.take(answer)
        kept = pursuit.settle(caught.value)
        assert isinstance(kept, RawPayload)
        assert kept.body == answer.body

    def test_the_best_of_the_unsound_bodies_is_kept(self) -> None:
        pursuit = pursue()
        bodies = [
            b"<html>" + b"x" * 900,
            b'{"trades":[{"id":"a"},{"id',
            b'{"trades":[{',
        ]
        for body in bodies:
            with pytest.raises(SourceBusyError):
                pursuit.take(Answer(URL, 200, body))
        kept = pursuit.settle(SourceBusyError("the last attempt got a 500"))
        assert isinstance(kept, RawPayload)
        assert kept.body.startswith(b"{")

    def test_json_of_another_kind_is_passed_on_without_its_validator(self) -> None:
        payload = pursue().take(Answer(URL, 200, PRICES, etag='"v1"'))
        assert isinstance(payload, RawPayload)
        assert payload.endpoint is Endpoint.PRICES
        assert payload.etag is None

    def test_without_any_body_the_request_has_failed(self) -> None:
        pursuit = pursue()
        with pytest.raises(SourceBusyError, match="empty body") as caught:
            pursuit.take(Answer(URL, 200, b" \n"))
        failure = pursuit.settle(caught.value)
        assert isinstance(failure, FetchFailure)
        assert failure.error is caught.value

    def test_an_oversize_body_is_refused(self) -> None:
        with pytest.raises(SourceError, match="48 MB"):
            pursue().take(Answer(URL, 200, oversize=True))


class TestWholeness:
    @pytest.mark.parametrize(
        "body",
        [
            b"{}",
            b"[]",
            b' {"a":[1]}\n',
            b'{"text":"an open { in a string"}',
            b"null",
            b'"text"',
        ],
    )
    def test_whole_json_is_told(self, body: bytes) -> None:
        assert is_whole(body)

    @pytest.mark.parametrize(
        "body", [b"", b"{", b'{"a":[{"b":1}', b'{"a":"}"', b"[" * 100_000, b"nul"]
    )
    def test_cut_off_json_is_told(self, body: bytes) -> None:
        assert not is_whole(body)


class TestSightings:
    def test_a_moved_endpoint_is_known_by_its_shape(self) -> None:
        request = Request(Endpoint.TRADES)
        responses = PageResponses([request])
        assert responses.wants("http://127.0.0.1/v2/fills")
        responses.note_body(Answer("http://127.0.0.1/v2/fills", 200, TRADES))
        assert responses[request].sound is not None

    def test_the_whole_season_answers_what_is_newer_than_a_marker(self) -> None:
        request = Request(Endpoint.ACCOUNT_TOTALS, (("lastHourlyMarker", "200"),))
        responses = PageResponses([request])
        body = b'{"accountTotals":[],"serverTime":1761634263000}'
        url = "http://127.0.0.1/api/account-totals"
        responses.note_body(Answer(url + "?lastHourlyMarker=210", 200, body))
        assert responses[request].sound is None
        responses.note_body(Answer(url, 200, body))
        assert responses[request].sound is not None

    def test_one_competition_does_not_answer_for_another(self) -> None:
        every = Request(Endpoint.CONVERSATIONS)
        third = Request(Endpoint.CONVERSATIONS, (("competitionId", "3"),))
        responses = PageResponses([every, third])
        url = "http://127.0.0.1/api/conversations?competitionId=3&_=17"
        responses.note_body(Answer(url, 200, b'{"conversations":[]}'))
        assert responses[every].sound is None
        assert responses[third].sound is not None

    def test_one_model_does_not_answer_for_all(self) -> None:
        request = Request(Endpoint.ANALYTICS)
        responses = PageResponses([request])
        url = "http://127.0.0.1/api/analytics/gpt-5"
        responses.note_body(Answer(url, 200, b'{"analytics":[],"serverTime":1}'))
        assert responses[request].sound is None

    def test_what_was_not_asked_for_is_not_wanted(self) -> None:
        responses = PageResponses([Request(Endpoint.TRADES)])
        assert not responses.wants("http://127.0.0.1/api/crypto-prices")
        assert responses.wants(URL)
        responses.note_body(Answer(URL, 200, TRADES))
        assert not responses.wants(URL)


class TestFindingABrowser:
    def program(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    def find(self, **options: object) -> Path:
        return find_browser(SourceOptions("http://127.0.0.1", **options))  # type: ignore[arg-type]

    def test_the_browser_that_is_set_comes_first(self, tmp_path: Path) -> None:
        browser = self.program(tmp_path / "my-browser")
        assert self.find(browser_path=str(browser)) == browser

    @pytest.mark.parametrize("kind", ["missing", "folder", "text"])
    def test_a_wrong_setting_is_an_error(self, tmp_path: Path, kind: str) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "text").write_text("no program")
        with pytest.raises(ConfigurationError, match="SCRAPER_BROWSER_PATH"):
            self.find(browser_path=str(tmp_path / kind))

    def test_playwrights_own_comes_before_the_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
        monkeypatch.setattr(
            "nof1_tracker.scraper.browsing.chromium._revisions",
            lambda _: {"chromium": "7", "chromium-headless-shell": "8"},
        )
        on_path = self.program(tmp_path / "bin" / "chromium")
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        assert self.find() == on_path
        whole = self.program(tmp_path / "chromium-7" / "chrome-linux64" / "chrome")
        assert self.find() == whole
        shell = self.program(
            tmp_path
            / "chromium_headless_shell-8"
            / "chrome-headless-shell-linux64"
            / "chrome-headless-shell"
        )
        assert self.find() == shell
        assert self.find(headless=False) == whole

    def test_the_headless_shell_is_preferred_but_has_no_window(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
        monkeypatch.setenv("PATH", str(tmp_path))
        chrome = self.program(tmp_path / "google-chrome")
        assert self.find() == chrome
        shell = self.program(tmp_path / "chromium-headless-shell")
        assert self.find() == shell
        assert self.find(headless=False) == chrome

    def test_none_at_all_is_told_with_the_remedy(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BrowserUnavailableError) as caught:
            self.find()
        assert "playwright install" in caught.value.remedy


class TestPlainWords:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("ERR_CONNECTION_REFUSED", "the connection was refused"),
            ("ERR_NAME_NOT_RESOLVED", "its name does not resolve"),
            ("ERR_CERT_DATE_INVALID", "its TLS certificate is not valid"),
            ("ERR_SSL_PROTOCOL_ERROR", "the TLS handshake failed"),
            ("ERR_TUNNEL_CONNECTION_FAILED", "the proxy refuses the connection"),
        ],
    )
    def test_a_missing_connection_is_told(self, code: str, words: str) -> None:
        message = f"Page.goto: net::{code} at https://nof1.ai/\nCall log:\n  - nav"
        error = explain_navigation(message, "https://nof1.ai/")
        assert error.message == f"No connection to https://nof1.ai/: {words}" + (
            f" ({code})." if "TLS" in words else "."
        )

    def test_a_launch_log_becomes_one_line(self) -> None:
        log = "BrowserType.launch: Failed to launch\n====\nCall log:\n - <launching>"
        error = explain_launch_failure(log, Path("/usr/bin/chromium"))
        assert "\n" not in str(error)
        assert "Failed to launch" in error.message
