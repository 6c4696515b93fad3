"""A client has so many requests a minute, and regains them one by one."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from nof1_tracker.web.rate_limit import RateLimit

FAR = "203.0.113.7"


@dataclass
class Site:
    """An application behind a limit of so many requests a minute.

    Attributes:
        now: Seconds on its clock.
    """

    limit: int
    now: float = 100.0
    app: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        self.app = RateLimit(PlainTextResponse("ok"), self.limit, lambda: self.now)

    def ask(
        self, client: str = FAR, path: str = "/api/v1/trades"
    ) -> tuple[int, dict[str, int]]:
        """The status, and the figures in the headers."""
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        scope: dict[str, Any] = {"type": "http", "path": path, "client": (client, 1)}
        asyncio.run(self.app(scope, receive, send))
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        figures = {
            name.removeprefix("ratelimit-"): int(value)
            for name, value in headers.items()
            if name.startswith("ratelimit-") or name == "retry-after"
        }
        return sent[0]["status"], figures


def test_the_headers_say_what_is_left_and_when_all_is_back() -> None:
    site = Site(3)

    assert site.ask() == (200, {"limit": 3, "remaining": 2, "reset": 20})
    assert site.ask() == (200, {"limit": 3, "remaining": 1, "reset": 40})
    assert site.ask() == (200, {"limit": 3, "remaining": 0, "reset": 60})
    refused = {"limit": 3, "remaining": 0, "reset": 60, "retry-after": 20}
    assert site.ask() == (429, refused)


def test_who_waits_as_it_was_told_is_answered() -> None:
    site = Site(2)
    while (asked := site.ask())[0] == 200:
        pass

    site.now += asked[1]["retry-after"] - 0.5
    assert site.ask()[0] == 429
    site.now += 0.5
    assert site.ask()[0] == 200
    assert site.ask()[0] == 429
    site.now += 60
    assert site.ask() == (200, {"limit": 2, "remaining": 1, "reset": 30})


def test_clients_are_told_apart_and_one_with_a_network_is_one() -> None:
    site = Site(1)

    assert site.ask()[0] == 200
    assert site.ask("203.0.113.8")[0] == 200
    assert site.ask("2001:db8::1")[0] == 200
    assert site.ask("2001:db8::2")[0] == 429
    assert site.ask("2001:db8:0:1::1")[0] == 200


@pytest.mark.parametrize("path", ["/mcp", "/as-of/2025-11-01/api/trades"])
def test_what_is_limited_beside_the_api(path: str) -> None:
    site = Site(1)

    assert [site.ask(path=path)[0] for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("limit", "client", "path"),
    [
        (0, FAR, "/api/v1/trades"),
        (1, "127.0.0.1", "/api/v1/trades"),
        (1, FAR, "/api/v1/health"),
        (1, FAR, "/trades"),
    ],
)
def test_what_is_not_limited(limit: int, client: str, path: str) -> None:
    site = Site(limit)

    assert [site.ask(client, path) for _ in range(3)] == [(200, {})] * 3
