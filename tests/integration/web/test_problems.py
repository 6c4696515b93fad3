"""Every way to be refused: problem+json, with what to do."""

import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.workers import Workers
from tests.databases import unused_port
from tests.fakes import FakeClock
from tests.integration.web.served import record_of, serving


def assert_problem(answer: httpx.Response, status: int, *words: str) -> None:
    """The whole contract of an error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "remedy"}
    assert body["status"] == status
    assert body["remedy"]
    for word in words:
        assert word in body["detail"] + body["remedy"]


@pytest.mark.parametrize(
    ("path", "asked", "word"),
    [
        ("trades", {"model": "no such"}, "Known models"),
        ("trades", {"since": "lately"}, "not a valid time"),
        ("chats", {"since": "today", "until": "yesterday"}, "Nothing lies between"),
        ("trades", {"since": "9" * 400 + "d"}, "not a valid time"),
        ("trades", {"limit": 0}, "limit"),
        ("trades", {"limit": 1001}, "limit"),
        ("trades", {"side": "up"}, "long"),
        ("trades", {"sort": "price"}, "sort"),
        ("trades", {"format": "xml"}, "jsonl"),
        ("trades", {"cursor": "nonsense"}, "next"),
        ("trades", {"cursor": "é"}, "next"),
        ("trades", {"cursor": "MjAyNS0xMC0yOCA3"}, "next"),  # a time without a zone
        ("chats", {"search": "a\0b"}, "search"),
        ("leaderboard", {"season": "77"}, "Known seasons"),
        ("leaderboard", {"season": "first"}, "season"),
        ("report", {"at": "noon"}, "--at"),
        ("report", {"since": "2100-01-01"}, "since"),
        ("comparison", {"first": "gpt"}, "second"),
        ("revisions", {"season": "77"}, "Known seasons"),
        ("health", {"verbose": "1"}, "verbose"),
    ],
)
def test_a_wrong_parameter_is_named(
    api: httpx.Client, path: str, asked: dict[str, Any], word: str
) -> None:
    assert_problem(api.get(path, params=asked), 422, word)


def test_an_unknown_path_and_a_writing_method_are_refused(api: httpx.Client) -> None:
    assert_problem(api.get("accounts"), 404)
    refused = api.post("trades")
    assert_problem(refused, 405)
    assert refused.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1:8321"]
)
def test_a_request_for_another_host_is_refused(api: httpx.Client, host: str) -> None:
    assert_problem(api.get("trades", headers={"Host": host}), 421, "NOF1_PUBLIC_URL")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.:1", "[::1]:8321"])
def test_this_machine_may_call_itself_as_it_likes(api: httpx.Client, host: str) -> None:
    assert api.get("seasons", headers={"Host": host}).status_code == 200


def test_the_public_name_is_answered_and_health_answers_any(engine: Engine) -> None:
    public = WebSettings(NOF1_PUBLIC_URL="https://Arena.example.com:8443/")

    with serving(record_of(engine), public) as api:
        named = api.get("seasons", headers={"Host": "arena.example.com"})
        health = api.get("health", headers={"Host": "10.0.0.7:8321"})

    assert (named.status_code, health.status_code) == (200, 200)


def test_only_pages_of_allowed_origins_may_read(engine: Engine) -> None:
    allowed = WebSettings(NOF1_CORS_ORIGINS=("https://app.example.com",))

    with serving(record_of(engine), allowed) as api:
        granted = api.get("seasons", headers={"Origin": "https://app.example.com"})
        other = api.get("seasons", headers={"Origin": "https://evil.example"})

    header = "access-control-allow-origin"
    assert granted.headers[header] == "https://app.example.com"
    assert header not in other.headers


def test_a_proxy_is_believed_only_where_it_is_named(engine: Engine) -> None:
    far = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    named = WebSettings(NOF1_RATE_LIMIT=1, NOF1_TRUSTED_PROXIES="127.0.0.1 ::1")
    unnamed = WebSettings(NOF1_RATE_LIMIT=1)

    with serving(record_of(engine), named) as api:
        first, second = (api.get("seasons", headers=far) for _ in range(2))
        other = api.get("seasons", headers={"X-Forwarded-For": "203.0.113.8"})
    with serving(record_of(engine), unnamed) as api:
        believed = [api.get("seasons", headers=far).status_code for _ in range(2)]

    assert (first.status_code, other.status_code) == (200, 200)
    assert first.headers["ratelimit-remaining"] == "0"
    assert_problem(second, 429, "ETags")
    assert int(second.headers["retry-after"]) > 0
    assert believed == [200, 200]


def test_a_database_that_is_away_is_a_503_that_says_when_to_ask_again() -> None:
    url = f"postgresql://nobody:hidden@127.0.0.1:{unused_port()}/none"
    engine = create_db_engine(url)

    with serving(record_of(engine)) as api:
        answer = api.get("trades")

    assert_problem(answer, 503)
    assert int(answer.headers["retry-after"]) > 0
    assert "hidden" not in answer.text
    assert "nobody" not in answer.text


class HeldClock(FakeClock):
    """A clock that is read only once it is released.

    Attributes:
        is_read: Set as soon as somebody reads it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_read, self.released = threading.Event(), threading.Event()

    def now(self) -> datetime:
        self.is_read.set()
        self.released.wait(60)
        return super().now()


def test_who_comes_when_too_many_wait_is_told_to_come_again(engine: Engine) -> None:
    clock = HeldClock()
    crowded = Workers(threads=1, waiting=0)
    record = replace(record_of(engine, clock), quick=crowded)

    with serving(record) as api:
        first = threading.Thread(target=api.get, args=("health",))
        first.start()
        assert clock.is_read.wait(60)
        answer = api.get("seasons")
        clock.released.set()
        first.join(60)
        later = api.get("seasons")

    assert_problem(answer, 503)
    assert answer.headers["retry-after"] == "2"
    assert later.status_code == 200
