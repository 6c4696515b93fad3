"""How many requests a client may make."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nof1_tracker.web.problems import problem
from nof1_tracker.web.security import ANY_HOST, is_loopback

HEADERS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_LIMITED: Final = ("/api/", "/as-of/", "/mcp")
_WINDOW: Final = 60.0
"""Seconds in which a client may make as many requests as the limit says."""
_MOST_CLIENTS: Final = 10_000
"""Clients that are remembered; who has asked least lately is forgotten."""
_NETWORK: Final = 64
"""Bits of an IPv6 address that one client has been given."""


class RateLimit:
    """Refuses requests of programs beyond so many a minute and client (429).

    A client that waits regains one request after another (the generic cell rate
    algorithm). This machine is not limited, nor are health checks.

    Args:
        per_minute: Requests; 0 limits nobody.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self,
        app: ASGIApp,
        per_minute: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._limit = per_minute
        self._monotonic = monotonic
        self._full_at: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = self._client(scope)
        if client is None:
            await self._app(scope, receive, send)
            return
        wait, used = self._take(client)
        remaining = 0 if wait else int((_WINDOW - used) / _WINDOW * self._limit + 1e-6)
        figures = (self._limit, remaining, math.ceil(used))

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, figure in zip(HEADERS, figures, strict=True):
                    headers[name] = str(figure)
            await send(message)

        answer = _refusal(self._limit, wait) if wait else self._app
        await answer(scope, receive, send_marked)

    def _client(self, scope: Scope) -> str | None:
        """By what the client is known; None if it is not limited."""
        is_limited = (
            self._limit
            and scope["type"] == "http"
            and scope["path"].startswith(_LIMITED)
            and scope["path"] not in ANY_HOST
        )
        address = (scope.get("client") or ("",))[0]
        if not is_limited or is_loopback(address):
            return None
        return _known_as(address)

    def _take(self, client: str) -> tuple[int, float]:
        """Takes one request; returns seconds to wait (0: none), and until all are back."""
        now = self._monotonic()
        full_at = max(self._full_at.get(client, now), now)
        taken = full_at + _WINDOW / self._limit - now
        if taken > _WINDOW + 1e-6:
            return math.ceil(taken - _WINDOW), full_at - now
        self._full_at[client] = now + taken
        self._full_at.move_to_end(client)
        if len(self._full_at) > _MOST_CLIENTS:
            self._full_at.popitem(last=False)
        return 0, taken


def _known_as(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, _NETWORK), strict=False))


def _refusal(limit: int, wait: int) -> ASGIApp:
    return problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"This client has made {limit} requests within a minute.",
        f"Ask again in {wait} seconds, and ask less often: answers have ETags, and /live"
        " announces what is new.",
        {"Retry-After": str(wait)},
    )
