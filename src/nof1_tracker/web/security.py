"""Which requests are answered at all.

A page on the internet can let its own name point to 127.0.0.1, and then read what
listens there as if it were its own (DNS rebinding). The Host header tells: a request
that names a host which this server does not have is refused.
"""

import ipaddress
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nof1_tracker.settings import WebSettings
from nof1_tracker.web.problems import problem

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_ONE_YEAR = "max-age=31536000"
ANY_HOST = ("/api/v1/health",)
"""Health checks name an address of their own network."""


def is_loopback(host: str) -> bool:
    """True for an address that only this machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def host_of(text: str) -> str | None:
    """The host in HOST, HOST:PORT or [IPv6]:PORT, in small letters; None if invalid."""
    try:
        host = urlsplit(f"//{text}").hostname
    except ValueError:
        return None
    return host.rstrip(".") if host else None


def own_hosts(settings: WebSettings) -> list[str]:
    """The names that others have for this server."""
    host = urlsplit(settings.public_url or "").hostname
    return [host] if host else []


class HostCheck:
    """Refuses requests that name another host; marks answers as nothing to sniff.

    Args:
        hosts: The names that this server has, beside those of loopback.
        over_https: Whether others reach it over https, and shall never do otherwise.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] = (), *, over_https: bool = False
    ) -> None:
        self._app = app
        self._over_https = over_https
        self._hosts = LOOPBACK_NAMES | set(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                if self._over_https:
                    headers["Strict-Transport-Security"] = _ONE_YEAR
            await send(message)

        answer = self._app if self._is_ours(scope) else _REFUSAL
        await answer(scope, receive, send_marked)

    def _is_ours(self, scope: Scope) -> bool:
        if scope["path"] in ANY_HOST:
            return True
        return host_of(Headers(scope=scope).get("host", "")) in self._hosts


_REFUSAL = problem(
    HTTPStatus.MISDIRECTED_REQUEST,
    "This server does not have the name that the request is for.",
    "Use the address that `nof1-tracker serve` prints, or set NOF1_PUBLIC_URL.",
)
