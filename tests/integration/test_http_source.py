"""HttpSource against real servers on loopback, honest and not."""

import gzip
import resource
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from time import monotonic

import pytest

from nof1_tracker.clock import Clock, SystemClock
from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.site.faults import (
    Challenge,
    ConnectionCut,
    DeeplyNested,
    EmptyBody,
    EmptyRows,
    EndlessEarlyHints,
    Fault,
    Frozen,
    Gone,
    Hang,
    HeaderDrip,
    NotUtf8,
    Oversize,
    Packed,
    Redirected,
    ServerError,
    TooManyRequests,
    Truncated,
)
from nof1_tracker.demo.site.reply import Reply
from nof1_tracker.errors import SourceBusyError, SourceError, SourceUnreachableError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from tests.fakes import FakeClock
from tests.loopback import serving, unused_url

TRADES = Request(Endpoint.TRADES)
DIFFERENT = [each for each in Endpoint if each is not Endpoint.RENDERED_LEADERBOARD]
THREE_KINDS = [
    Request(Endpoint.ACCOUNT_TOTALS),
    TRADES,
    Request(Endpoint.CONVERSATIONS),
]


@pytest.fixture(scope="module")
def arena() -> Arena:
    return Arena(days=1)


@pytest.fixture
def site(arena: Arena) -> Iterator[DemoSite]:
    with DemoSite(arena, speed=0) as site:
        yield site


def fetch(
    url: str,
    *requests: Request,
    clock: Clock | None = None,
    timeout_ms: int = 5000,
    rate_limit: float = 1000,
    validators: Mapping[str, str] | None = None,
) -> list[FetchResult]:
    options = SourceOptions(url, timeout_ms=timeout_ms, rate_limit=rate_limit)
    with HttpSource(options, clock or FakeClock(), validators or {}) as source:
        return list(source.fetch(requests or [TRADES]))


def fetch_one(url: str, *requests: Request, **options: object) -> FetchResult:
    (result,) = fetch(url, *requests, **options)  # type: ignore[arg-type]
    return result


def failure(result: FetchResult) -> SourceError:
    assert isinstance(result, FetchFailure)
    assert isinstance(result.error, SourceError)
    return result.error


def payload(result: FetchResult) -> RawPayload:
    assert isinstance(result, RawPayload)
    return result


class TestAnHonestSite:
    def test_each_request_has_one_result_with_the_body_as_served(
        self, site: DemoSite
    ) -> None:
        results = [payload(each) for each in fetch(site.url, *THREE_KINDS)]
        assert [each.endpoint for each in results] == [r.endpoint for r in THREE_KINDS]
        for each in results:
            path = each.origin.removeprefix(site.url)
            assert each.body == site.reply(path).body
            assert each.transport == "http"

    def test_it_is_asked_once_for_each_and_for_nothing_else(
        self, site: DemoSite
    ) -> None:
        fetch(site.url, *THREE_KINDS)
        assert site.requests == [
            "/api/account-totals",
            "/api/trades",
            "/api/conversations",
        ]

    def test_what_is_stored_is_not_sent_again(self, site: DemoSite) -> None:
        first = payload(fetch_one(site.url))
        assert first.etag is not None
        again = fetch_one(site.url, validators={first.origin: first.etag})
        assert isinstance(again, NotModified)
        assert again.origin == first.origin

    def test_a_query_is_passed_on(self, site: DemoSite) -> None:
        marker = Request(Endpoint.ACCOUNT_TOTALS, (("lastHourlyMarker", "15"),))
        part = payload(fetch_one(site.url, marker))
        whole = payload(fetch_one(site.url, Request(Endpoint.ACCOUNT_TOTALS)))
        assert part.origin.endswith("?lastHourlyMarker=15")
        assert len(part.body) < len(whole.body) / 2

    def test_who_asks_is_said_honestly(self) -> None:
        seen: list[str] = []

        def note(handler: BaseHTTPRequestHandler) -> None:
            seen.extend([handler.headers["User-Agent"], handler.headers["Accept"]])
            handler.send_error(404)

        with serving(note) as url:
            fetch(url)
        assert seen[0].startswith("nof1-tracker/")
        assert seen[1] == "application/json"

    def test_the_rendered_table_needs_a_browser(self, site: DemoSite) -> None:
        table = Request(Endpoint.RENDERED_LEADERBOARD)
        error = failure(fetch_one(site.url, table))
        assert "--transport browser" in error.remedy
        assert site.requests == []

    def test_the_rate_limit_holds_over_fetches(self, site: DemoSite) -> None:
        clock = FakeClock()
        fetch(site.url, *THREE_KINDS, clock=clock, rate_limit=1)
        assert clock.slept == pytest.approx([60, 60])


class TestAMisbehavingSite:
    def test_one_bad_answer_does_not_end_the_others(self, site: DemoSite) -> None:
        site.misbehave("trades", ServerError())
        totals, trades, chat = fetch(site.url, *THREE_KINDS)
        assert payload(totals).endpoint is Endpoint.ACCOUNT_TOTALS
        assert "500 (Internal Server Error)" in failure(trades).message
        assert payload(chat).endpoint is Endpoint.CONVERSATIONS

    def test_a_server_error_that_passes_is_got_over(self, site: DemoSite) -> None:
        site.misbehave("trades", ServerError(503), times=2)
        clock = FakeClock()
        assert payload(fetch_one(site.url, clock=clock)).endpoint is Endpoint.TRADES
        assert len(clock.slept) == 2

    @pytest.mark.parametrize("as_date", [False, True])
    def test_retry_after_is_obeyed(self, site: DemoSite, *, as_date: bool) -> None:
        site.misbehave("trades", TooManyRequests(20, as_date=as_date), times=1)
        clock = FakeClock(SystemClock().now())
        assert payload(fetch_one(site.url, clock=clock)).endpoint is Endpoint.TRADES
        assert clock.slept == [pytest.approx(20, abs=2)]

    def test_a_pause_that_is_too_long_is_named_and_not_waited_for(
        self, site: DemoSite
    ) -> None:
        site.misbehave("trades", TooManyRequests(600))
        clock = FakeClock()
        error = failure(fetch_one(site.url, clock=clock))
        assert "a pause of 600 s" in error.message
        assert clock.slept == []
        assert site.requests == ["/api/trades"]

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_retired_path_is_asked_once(self, site: DemoSite, status: int) -> None:
        site.misbehave("trades", Gone(status))
        error = failure(fetch_one(site.url))
        assert str(status) in error.message
        assert site.requests == ["/api/trades"]

    def test_a_redirect_is_followed_and_the_origin_stays(self, site: DemoSite) -> None:
        site.misbehave("trades", Redirected("/api/v2/trades"))
        result = payload(fetch_one(site.url))
        assert result.endpoint is Endpoint.TRADES
        assert result.origin == f"{site.url}/api/trades"
        assert len(site.requests) == 2

    def test_a_redirect_to_another_origin_is_followed(self, site: DemoSite) -> None:
        def redirect(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(301)
            handler.send_header("Location", site.url + handler.path)
            handler.end_headers()

        with serving(redirect) as url:
            assert payload(fetch_one(url)).endpoint is Endpoint.TRADES

    @pytest.mark.parametrize(
        ("location", "words"),
        [("/api/trades", "in a circle"), ("ftp://127.0.0.1/", "not HTTP")],
    )
    def test_a_redirect_to_nowhere_ends(self, location: str, words: str) -> None:
        def redirect(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(308)
            handler.send_header("Location", location)
            handler.end_headers()

        with serving(redirect) as url:
            assert words in failure(fetch_one(url)).message

    @pytest.mark.parametrize("fault", [Challenge(), Truncated(), NotUtf8()])
    def test_an_unsound_body_is_retried_and_then_kept_as_served(
        self, site: DemoSite, fault: Challenge | Truncated | NotUtf8
    ) -> None:
        site.misbehave("trades", fault)
        served = site.reply("/api/trades").body
        site.requests.clear()
        result = payload(fetch_one(site.url))
        assert result.body == served
        assert result.etag is None
        assert len(site.requests) == 3

    def test_a_connection_cut_in_the_body_keeps_what_came(self, site: DemoSite) -> None:
        whole = site.reply("/api/trades").body
        site.misbehave("trades", ConnectionCut())
        result = payload(fetch_one(site.url))
        assert 0 < len(result.body) < len(whole)
        assert whole.startswith(result.body)

    def test_pauses_between_attempts_do_not_add_up_without_end(
        self, site: DemoSite
    ) -> None:
        site.misbehave("*", ServerError())
        clock = FakeClock()
        fetch(site.url, *map(Request, DIFFERENT), clock=clock)
        asked = Counter(site.requests)
        first, *_, last = DIFFERENT
        assert (asked[f"/api/{first}"], asked[f"/api/{last}"]) == (3, 1)
        assert 5 <= sum(clock.slept) < 8

    def test_a_better_later_attempt_wins(self, site: DemoSite) -> None:
        whole = site.reply("/api/trades").body
        site.misbehave("trades", Truncated(), times=2)
        assert payload(fetch_one(site.url)).body == whole

    def test_an_empty_body_is_a_failure(self, site: DemoSite) -> None:
        site.misbehave("trades", EmptyBody())
        assert "empty body" in failure(fetch_one(site.url)).message

    def test_empty_rows_are_a_payload_like_any(self, site: DemoSite) -> None:
        site.misbehave("trades", EmptyRows())
        result = payload(fetch_one(site.url))
        assert result.endpoint is Endpoint.TRADES
        assert b'"trades":[]' in result.body

    def test_frozen_data_is_a_payload_like_any(
        self, site: DemoSite, arena: Arena
    ) -> None:
        site.misbehave("trades", Frozen(arena.start))
        assert payload(fetch_one(site.url)).endpoint is Endpoint.TRADES

    def test_deep_nesting_is_passed_on_once(self, site: DemoSite) -> None:
        site.misbehave("trades", DeeplyNested())
        assert len(payload(fetch_one(site.url)).body) > 100_000
        assert len(site.requests) == 1

    def test_an_oversize_body_is_refused_without_a_retry(self, site: DemoSite) -> None:
        site.misbehave("trades", Oversize())
        assert "more than 48 MB" in failure(fetch_one(site.url)).message
        assert len(site.requests) == 1

    def test_an_endless_body_is_cut_off(self) -> None:
        sent = 0

        def pour(handler: BaseHTTPRequestHandler) -> None:
            nonlocal sent
            handler.send_response(200)
            handler.end_headers()
            while True:
                sent += handler.wfile.write(b"[" * (1 << 20))

        with serving(pour) as url:
            assert "more than 48 MB" in failure(fetch_one(url)).message
        assert sent < 100 << 20

    def test_a_site_that_hangs_is_given_up(self, site: DemoSite) -> None:
        site.misbehave("trades", Hang())
        started = monotonic()
        error = failure(fetch_one(site.url, timeout_ms=300))
        assert "did not answer within 0.3 s" in error.message
        assert monotonic() - started < 5

    def test_a_body_that_drips_is_given_up_with_what_came(self) -> None:
        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(b'{"trades":[')
            for _ in range(200):
                handler.wfile.write(b" ")
                threading.Event().wait(0.1)

        started = monotonic()
        with serving(drip) as url:
            result = payload(fetch_one(url, clock=SystemClock(), timeout_ms=500))
        assert result.body.startswith(b'{"trades":[')
        assert monotonic() - started < 10

    @pytest.mark.parametrize("fault", [HeaderDrip(), EndlessEarlyHints()])
    def test_an_answer_that_never_begins_is_given_up_and_asked_for_once(
        self, site: DemoSite, fault: Fault
    ) -> None:
        site.misbehave("trades", fault)
        started = monotonic()
        _, trades, chat = fetch(site.url, *THREE_KINDS, timeout_ms=500)
        assert monotonic() - started < 5
        assert "did not answer within 0.5 s" in failure(trades).message
        assert payload(chat).endpoint is Endpoint.CONVERSATIONS
        assert site.requests.count("/api/trades") == 1

    def test_a_site_that_hangs_on_everything_is_not_waited_for_each_time(
        self, site: DemoSite
    ) -> None:
        site.misbehave("*", HeaderDrip())
        started = monotonic()
        results = fetch(site.url, *THREE_KINDS, TRADES, timeout_ms=1200)
        assert 4.4 <= monotonic() - started < 6
        assert len(site.requests) == 4
        assert "within 1.2 s" in failure(results[1]).message
        assert all("within 1 s" in failure(each).message for each in results[2:])

    def test_a_redirect_counts_towards_the_same_time(self, site: DemoSite) -> None:
        site.misbehave("trades", Redirected("/api/v2/trades"))
        site.misbehave("/api/v2/trades", HeaderDrip())
        error = failure(fetch_one(site.url, timeout_ms=500))
        assert "did not answer within 0.5 s" in error.message

    def test_what_was_packed_twice_is_refused_unopened(self, site: DemoSite) -> None:
        site.misbehave("trades", Packed())
        error = failure(fetch_one(site.url))
        assert "'gzip, gzip', an encoding that was not asked for" in error.message
        assert len(site.requests) == 1

    def test_what_unpacks_to_too_much_is_refused_while_it_unpacks(
        self, site: DemoSite
    ) -> None:
        site.misbehave("trades", Packed(layers=1))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert "more than 48 MB" in failure(fetch_one(site.url)).message
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 200_000  # kB

    def test_the_body_of_a_redirect_is_never_unpacked(self, site: DemoSite) -> None:
        def redirect(handler: BaseHTTPRequestHandler) -> None:
            bomb = Packed(layers=1).spoil(Reply(body=b"{}")).body
            handler.send_response(302)
            handler.send_header("Location", site.url + handler.path)
            handler.send_header("Content-Encoding", "gzip")
            handler.send_header("Content-Length", str(len(bomb)))
            handler.end_headers()
            handler.wfile.write(bomb)

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with serving(redirect) as url:
            assert payload(fetch_one(url)).endpoint is Endpoint.TRADES
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 200_000  # kB

    def test_a_packed_body_is_stored_unpacked(self, site: DemoSite) -> None:
        whole = site.reply("/api/trades").body
        site.misbehave("trades", Packed(megabytes=1, layers=1))
        assert payload(fetch_one(site.url)).body.rstrip() == whole

    def test_a_packed_body_that_lacks_its_end_never_passes_for_whole(
        self, site: DemoSite
    ) -> None:
        whole = site.reply("/api/trades").body
        packed = gzip.compress(whole)

        def serve(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Encoding", "gzip")
            handler.send_header("Content-Length", str(len(packed) - 20))
            handler.end_headers()
            handler.wfile.write(packed[:-20])

        with serving(serve) as url:
            result = payload(fetch_one(url))
        assert whole.startswith(result.body)
        assert result.etag is None

    def test_a_connection_that_is_dropped_is_a_failure_in_plain_words(self) -> None:
        def drop(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True

        with serving(drop) as url:
            error = failure(fetch_one(url))
        assert isinstance(error, SourceBusyError)
        assert "broke off the connection" in error.message


class TestNoConnection:
    def test_a_refused_connection_ends_the_fetch(self) -> None:
        url = unused_url()
        with pytest.raises(SourceUnreachableError) as caught:
            fetch(url, *THREE_KINDS)
        assert url in caught.value.message
        assert "the connection was refused" in caught.value.message
        assert "--base-url" in caught.value.remedy

    def test_a_name_that_does_not_resolve_is_told(self) -> None:
        with pytest.raises(SourceUnreachableError, match="name does not resolve"):
            fetch("http://no-such-host.invalid")

    def test_a_failed_tls_handshake_is_told(self, site: DemoSite) -> None:
        with pytest.raises(SourceUnreachableError, match="TLS handshake failed"):
            fetch(site.url.replace("http://", "https://"))

    def test_the_reason_of_a_bad_certificate_is_told(self) -> None:
        from nof1_tracker.scraper.http import _system_reason  # noqa: PLC0415

        error = ssl.SSLCertVerificationError("certificate verify failed")
        assert "certificate is not valid" in _system_reason(error, 1)

    def test_a_site_that_goes_away_midway_fails_the_rest_only(
        self, arena: Arena
    ) -> None:
        with DemoSite(arena) as site:
            options = SourceOptions(site.url, timeout_ms=2000, rate_limit=1000)
            source = HttpSource(options, FakeClock(), {})
            results = source.fetch(THREE_KINDS)
            assert payload(next(results)).endpoint is Endpoint.ACCOUNT_TOTALS
        with source:
            errors = [failure(result) for result in results]
        assert len(errors) == 2
