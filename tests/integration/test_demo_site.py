"""The simulated site over HTTP: endpoints, validators, pages and misbehaviour."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.site import faults as bad

ENDPOINTS = (
    "account-totals",
    "trades",
    "conversations",
    "leaderboard",
    "analytics",
    "since-inception-values",
    "crypto-prices",
)


@pytest.fixture(scope="module")
def arena() -> Arena:
    return Arena(days=1)


@pytest.fixture
def site(arena: Arena) -> Iterator[DemoSite]:
    """A site whose clock stands still."""
    with DemoSite(arena, speed=0) as running:
        yield running


@pytest.fixture
def client(site: DemoSite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=10) as http:
        yield http


def rows(client: httpx.Client, endpoint: str = "trades") -> list[Any]:
    payload = client.get(f"/api/{endpoint}").raise_for_status().json()
    found = next(iter(payload.values()))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_unchanged_payload_is_answered_with_304(
    client: httpx.Client, endpoint: str
) -> None:
    first = client.get(f"/api/{endpoint}")
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/json; charset=utf-8"
    again = client.get(
        f"/api/{endpoint}", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""


def test_an_etag_outlives_the_server_time_but_not_the_data(
    site: DemoSite, client: httpx.Client
) -> None:
    first = client.get("/api/since-inception-values")
    totals = client.get("/api/account-totals")
    site.advance(timedelta(minutes=5))
    later = client.get("/api/since-inception-values")
    assert later.json()["serverTime"] == first.json()["serverTime"] + 300_000
    assert later.headers["etag"] == first.headers["etag"]
    assert client.get("/api/account-totals").headers["etag"] != totals.headers["etag"]


def test_the_clock_runs_at_the_speed_that_was_asked_for(arena: Arena) -> None:
    before = time.monotonic()
    with DemoSite(arena, speed=3600, at=arena.start) as site:
        begun = time.monotonic()
        while (passed := site.now - arena.start) < timedelta(minutes=10):
            time.sleep(0.01)
        least, most = time.monotonic() - begun, time.monotonic() - before
    assert passed <= timedelta(hours=most)
    assert site.now - arena.start >= timedelta(hours=least)


def test_only_rows_after_the_hourly_marker_are_served(client: httpx.Client) -> None:
    whole = client.get("/api/account-totals").json()
    newest = whole["lastHourlyMarkerRead"]
    part = client.get("/api/account-totals", params={"lastHourlyMarker": newest - 1})
    markers = {
        row["since_inception_hourly_marker"] for row in part.json()["accountTotals"]
    }
    assert markers == {newest}
    assert len(whole["accountTotals"]) == 7 * (newest + 1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/positions", 410),
        ("/api/nothing", 404),
        ("/nothing", 404),
        ("/models/nobody", 404),
        ("/models/buynhold_btc", 404),
        ("/api/analytics/gpt-5", 200),
    ],
)
def test_paths_that_are_not_served_say_so(
    client: httpx.Client, path: str, status: int
) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", ["/", "/leaderboard", "/models/gpt-5"])
def test_every_page_says_that_the_arena_is_simulated(
    client: httpx.Client, path: str
) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Simulated arena" in answer.text
    assert "data-testid" not in answer.text


def test_the_leaderboard_can_come_with_its_rows(arena: Arena) -> None:
    with DemoSite(arena, speed=0, prerendered=True) as site:
        page = httpx.get(f"{site.url}/leaderboard").text
    assert page.count("<table>") == 1
    assert page.count("<tr>") == 7
    assert "<th>TOTAL P&amp;L</th>" in page
    assert "<td>CLAUDE-SONNET-4-5</td>" in page


def test_the_site_remembers_what_was_asked(
    site: DemoSite, client: httpx.Client
) -> None:
    client.get("/api/account-totals?lastHourlyMarker=3")
    client.get("/leaderboard")
    assert site.requests == ["/api/account-totals?lastHourlyMarker=3", "/leaderboard"]


# --- misbehaviour -------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "content_type"),
    [
        (bad.ServerError(), 500, "text/html"),
        (bad.ServerError(503), 503, "text/html"),
        (bad.TooManyRequests(7), 429, "application/json"),
        (bad.Challenge(), 200, "text/html"),
        (bad.Gone(), 410, "application/json"),
        (bad.Gone(404), 404, "application/json"),
    ],
)
def test_a_refusal_has_its_status_and_type(
    site: DemoSite,
    client: httpx.Client,
    fault: bad.Fault,
    status: int,
    content_type: str,
) -> None:
    site.misbehave("trades", fault)
    answer = client.get("/api/trades")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(content_type)
    assert client.get("/api/leaderboard").status_code == 200


def test_too_many_requests_says_when_to_come_back(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.TooManyRequests(7))
    assert client.get("/api/trades").headers["retry-after"] == "7"
    site.misbehave("trades", bad.TooManyRequests(7, as_date=True))
    assert client.get("/api/trades").headers["retry-after"].endswith("GMT")
    site.misbehave("trades", bad.TooManyRequests(None))
    assert "retry-after" not in client.get("/api/trades").headers


def test_a_misbehaviour_ends_after_so_many_times_or_on_request(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.ServerError(), times=2)
    assert [client.get("/api/trades").status_code for _ in range(3)] == [500, 500, 200]
    site.misbehave("*", bad.ServerError())
    assert client.get("/api/leaderboard").status_code == 500
    assert client.get("/leaderboard").status_code == 200
    site.behave()
    assert client.get("/api/leaderboard").status_code == 200


def test_a_page_can_misbehave_too(site: DemoSite, client: httpx.Client) -> None:
    site.misbehave("/leaderboard", bad.Challenge())
    assert "Are you human?" in client.get("/leaderboard").text
    site.misbehave("/leaderboard", bad.DuplicatedRows())
    assert "Simulated arena" in client.get("/leaderboard").text


def test_a_truncated_body_agrees_with_its_length_and_is_no_json(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.Truncated(0.5))
    answer = client.get("/api/trades")
    assert int(answer.headers["content-length"]) == len(answer.content) > 1000
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_connection_is_cut_in_the_middle_of_the_body(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.ConnectionCut())
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/trades")
    site.behave()
    assert client.get("/api/trades").status_code == 200


def test_an_empty_body_and_an_empty_array(site: DemoSite, client: httpx.Client) -> None:
    site.misbehave("trades", bad.EmptyBody())
    assert client.get("/api/trades").content == b""
    site.misbehave("trades", bad.EmptyRows())
    assert rows(client) == []


def test_a_slow_answer_is_right_and_a_hanging_one_never_comes(
    site: DemoSite, client: httpx.Client
) -> None:
    honest = rows(client)
    site.misbehave("trades", bad.Slow(0.3))
    began = time.monotonic()
    assert rows(client) == honest
    assert time.monotonic() - began > 0.29
    site.misbehave("trades", bad.Hang())
    with pytest.raises(httpx.ReadTimeout):
        client.get("/api/trades", timeout=0.2)


def test_fields_are_renamed_dropped_and_added(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.RenamedField("exit_price", "closing_price"))
    assert all("closing_price" in r and "exit_price" not in r for r in rows(client))
    site.misbehave("trades", bad.MissingField("exit_price", every=2))
    assert [("exit_price" in row) for row in rows(client)[:3]] == [False, True, False]
    site.misbehave("trades", bad.ExtraField())
    assert all("surprise" in row for row in rows(client))


def test_numbers_come_as_strings_or_null(site: DemoSite, client: httpx.Client) -> None:
    honest = rows(client)
    site.misbehave("trades", bad.NumbersAsStrings())
    spoilt = rows(client)
    assert spoilt[0]["exit_price"] == json.dumps(honest[0]["exit_price"])
    assert spoilt[0]["entry_crossed"] is honest[0]["entry_crossed"]
    site.misbehave("trades", bad.NullNumbers("exit_price"))
    assert rows(client)[0]["exit_price"] is None
    assert rows(client)[1] == honest[1]
    site.misbehave("trades", bad.NullNumbers())
    assert rows(client)[0]["entry_oid"] is None


def test_rows_are_repeated_shuffled_or_nonsense(
    site: DemoSite, client: httpx.Client
) -> None:
    honest = rows(client)
    site.misbehave("trades", bad.DuplicatedRows())
    assert rows(client)[::2] == rows(client)[1::2] == honest
    site.misbehave("trades", bad.ShuffledRows())
    shuffled = rows(client)
    assert shuffled != honest
    assert sorted(r["id"] for r in shuffled) == sorted(r["id"] for r in honest)
    site.misbehave("trades", bad.BadRow())
    spoilt = rows(client)
    assert [row for row in spoilt if isinstance(row, dict)] == honest
    assert len(spoilt) == len(honest) + 1


def test_frozen_data_keeps_its_old_server_time(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.Frozen(site.now))
    before = client.get("/api/trades")
    site.advance(timedelta(hours=3))
    assert client.get("/api/trades").content == before.content
    site.behave()
    assert client.get("/api/trades").json()["serverTime"] > before.json()["serverTime"]


def test_a_redirect_leads_to_the_payload_and_keeps_the_query(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("account-totals", bad.Redirected("/api/v2/account-totals"))
    answer = client.get("/api/account-totals?lastHourlyMarker=2")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/api/v2/account-totals?lastHourlyMarker=2"
    followed = client.get(answer.headers["location"])
    assert followed.status_code == 200
    served = followed.json()["accountTotals"]
    assert min(row["since_inception_hourly_marker"] for row in served) == 3


def test_the_pages_know_where_an_endpoint_has_moved(
    site: DemoSite, client: httpx.Client
) -> None:
    honest = client.get("/api/trades").content
    site.misbehave("trades", bad.Moved("/api/v2/closed"))
    assert client.get("/api/trades").status_code == 404
    assert client.get("/api/v2/closed").content == honest
    assert '"trades": "/api/v2/closed"' in client.get("/").text


def test_bodies_that_no_decoder_should_take(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("trades", bad.NotUtf8())
    with pytest.raises(UnicodeDecodeError):
        client.get("/api/trades").content.decode("utf-8")
    site.misbehave("trades", bad.DeeplyNested())
    assert client.get("/api/trades").content.startswith(b'{"trades":[[[[[[[[')
    site.misbehave("trades", bad.Oversize(60))
    with client.stream("GET", "/api/trades") as answer:
        assert int(answer.headers["content-length"]) > 60_000_000
        assert sum(len(part) for part in answer.iter_raw()) > 60_000_000


def test_hostile_text_reaches_the_reader_unharmed(
    site: DemoSite, client: httpx.Client
) -> None:
    site.misbehave("conversations", bad.HostileText())
    spoilt = rows(client, "conversations")[0]
    assert bad.ESCAPES in spoilt["cot_trace_summary"]
    assert bad.MARKUP in spoilt["cot_trace_summary"]
    assert spoilt["model_id"] in site.arena.accounts
    site.misbehave("conversations", bad.HostileText(names=True))
    assert bad.MARKUP in rows(client, "conversations")[0]["model_id"]
    site.misbehave("conversations", bad.BrokenStrings())
    body = client.get("/api/conversations").content
    assert rb"\ud800" in body
    assert rb"\u0000" in body


def test_no_thread_waits_for_a_client_that_hangs_on(arena: Arena) -> None:
    with DemoSite(arena, speed=0) as site:
        site.misbehave("trades", bad.Hang())
        with httpx.Client(base_url=site.url) as http:
            with pytest.raises(httpx.ReadTimeout):
                http.get("/api/trades", timeout=0.1)
            began = time.monotonic()
    assert time.monotonic() - began < 2
