"""Asks public services over HTTP: within their limits, and saying honestly who asks.

The time-outs of an HTTP client begin again with each read, so that a server that drips is
never over time. Requests therefore run in an event loop, which can end them anywhere.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from ssl import SSLContext
from typing import Protocol, Self

import httpx

from nof1_tracker.clock import Clock, parse_retry_after
from nof1_tracker.errors import SourceBusyError, SourceError, SourceUnreachableError
from nof1_tracker.history.weight_budget import WeightBudget

log = logging.getLogger(__name__)

_UNSTATED_PAUSE = 60.0
"""Seconds to wait after a 429 that does not say how long."""
_FIRST_BACKOFF = 2.0
"""Seconds before the second attempt where the service asks for no pause; then double."""


class ArrivingBody(Protocol):
    """A body as it arrives; unpacks no more than is allowed, while it unpacks."""

    content: bytearray

    @property
    def is_oversize(self) -> bool: ...

    @property
    def is_whole(self) -> bool: ...

    def take(self, part: bytes) -> None:
        """Adds a part as it was sent; raises ValueError for one that is damaged."""


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How to ask.

    Attributes:
        user_agent: States who asks.
        timeout: Seconds that a whole answer may take.
        encoding: The content encoding to ask for.
        body_of: Makes the body of an answer with that Content-Encoding; raises
            ValueError for one that was not asked for.
        setting: Where the service's address is set.
        attempts: How often a request is sent at most.
        longest_pause: Longest Retry-After, in seconds, that is waited for; a longer one is
            an error.
    """

    user_agent: str
    timeout: float
    encoding: str
    body_of: Callable[[str], ArrivingBody]
    setting: str
    attempts: int = 3
    longest_pause: float = 120.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer whose body arrived whole, whatever its status.

    Attributes:
        headers: Their names in lower case; the last of those with one name.
        body: With any content encoding removed.
    """

    url: str
    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class PoliteClient:
    """Sends one request at a time, each when the budget allows it.

    429 and 5xx are tried again after the pause that the service asks for, if it is short. A
    client that asks on through a long one is locked out, so a long one is an error.
    """

    def __init__(
        self, options: ClientOptions, clock: Clock, budget: WeightBudget
    ) -> None:
        self._options = options
        self._clock = clock
        self._budget = budget
        self._loop = asyncio.Runner()
        self._is_closed = False
        self._client = httpx.AsyncClient(
            headers={
                "User-Agent": options.user_agent,
                "Accept-Encoding": options.encoding,
            },
            timeout=options.timeout,
            verify=_trusted(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. May be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._loop.run(self._client.aclose())
        finally:
            self._loop.close()

    def get(self, url: str, query: dict[str, str] | None = None) -> HttpAnswer:
        """The answer to a GET, redirects and errors of 4xx included.

        Args:
            query: Parameters to add to the URL; the URL may have some already.

        Raises:
            SourceBusyError: The service is busy, or asks for a long pause.
            SourceUnreachableError: There is no connection.
            SourceError: The URL is not one, or the body cannot be used.
        """
        return self._patiently(
            lambda: self._client.build_request("GET", url, params=query)
        )

    def post(self, url: str, body: bytes) -> HttpAnswer:
        """The answer to a POST of JSON; raises as `get` does."""
        headers = {"Content-Type": "application/json"}
        return self._patiently(
            lambda: self._client.build_request(
                "POST", url, content=body, headers=headers
            )
        )

    def _patiently(self, build: Callable[[], httpx.Request]) -> HttpAnswer:
        pause = _FIRST_BACKOFF
        for attempt in range(1, self._options.attempts + 1):
            try:
                return self._once(build)
            except SourceBusyError as error:
                wanted = pause if error.retry_after is None else error.retry_after
                is_last = attempt == self._options.attempts
                if is_last or wanted > self._options.longest_pause:
                    raise
                log.info("%s Trying again in %.0f s.", error.message, wanted)
                self._clock.sleep(wanted)
                pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def _once(self, build: Callable[[], httpx.Request]) -> HttpAnswer:
        try:
            request = build()
        except httpx.InvalidURL as error:
            raise SourceError(f"An address cannot be asked for: {error}.") from error
        url = str(request.url)
        self._budget.spend_request()
        try:
            answer = self._loop.run(self._receive(request, url))
        except TimeoutError as error:
            raise SourceBusyError(f"{url} did not answer in time.") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise SourceUnreachableError(
                f"{_host(request)} cannot be reached: {error}.",
                f"Check the network and {self._options.setting}.",
            ) from error
        except ValueError as error:
            raise SourceError(
                f"{url} sent a body that cannot be unpacked: {error}."
            ) from error
        except httpx.HTTPError as error:
            raise SourceBusyError(f"{url} broke off the connection.") from error
        self._refuse_busy(answer, _host(request))
        return answer

    async def _receive(self, request: httpx.Request, url: str) -> HttpAnswer:
        """The whole answer; raises TimeoutError when its time is over."""
        async with asyncio.timeout(self._options.timeout):
            response = await self._client.send(request, stream=True)
            try:
                packed = response.headers.get("content-encoding", "")
                body = self._options.body_of(packed)
                async for part in response.aiter_raw():
                    body.take(part)
                    if body.is_oversize:
                        raise SourceError(f"{url} sent too long a body: refused.")
            finally:
                await response.aclose()
        if not body.is_whole:
            raise SourceBusyError(f"{url} broke off the connection.")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(url, response.status_code, headers, bytes(body.content))

    def _refuse_busy(self, answer: HttpAnswer, host: str) -> None:
        status = answer.status
        if status != HTTPStatus.TOO_MANY_REQUESTS and status < 500:
            return
        wanted = parse_retry_after(answer.headers.get("retry-after"), self._clock.now())
        if status == HTTPStatus.TOO_MANY_REQUESTS and wanted is None:
            wanted = _UNSTATED_PAUSE
        wish = "" if wanted is None else f" and asks for a pause of {wanted:.0f} s"
        raise SourceBusyError(f"{host} answered {status}{wish}.", retry_after=wanted)


@cache
def _trusted() -> SSLContext:
    """Reading the authorities to trust takes as long as a request: once per process."""
    return httpx.create_ssl_context()


def _host(request: httpx.Request) -> str:
    return request.url.netloc.decode("ascii", "replace")
