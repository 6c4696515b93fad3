"""Fetches from the site over plain HTTP, without a browser.

The time-outs of an HTTP client begin again with each read, so a server that drips headers
or sends one interim answer after another is never over time. Requests therefore run in
an event loop, which can end them wherever they wait, from the connection to the last
byte.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Self

import httpx
from tenacity import Retrying

from nof1_tracker.clock import Clock, parse_retry_after
from nof1_tracker.errors import (
    CheckpointError,
    SourceBusyError,
    SourceError,
    SourceUnreachableError,
    TrackerError,
)
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.scraper.browsing.driver_thread import DrivingThread
from nof1_tracker.scraper.checkpoint import HEADER, MOST_OF_A_PAGE, REFUSALS, is_html
from nof1_tracker.scraper.fetch import (
    ATTEMPTS,
    Answer,
    Pursuit,
    RequestBudget,
    SourceOptions,
    parse_served_at,
    retry_policy,
    unknown_encoding,
)
from nof1_tracker.scraper.wire.content_encoding import GZIP, BoundedBody
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES

_PATIENCE = 2
"""Requests of a fetch that may use up all of their time."""
_MOST_PAUSES = 5.0
"""Seconds of pauses between attempts that a fetch takes before it asks only once."""
_BRIEF = 1.0
"""Seconds for each of the others after that: a site that answers has answered by then."""
_MOST_REDIRECTS = 6
_CONNECTING = 0.9
"""Share of the time that a connection may take; then it is known what was missing."""


class HttpSource:
    """Fetches each endpoint once, with the ETag of what is already stored."""

    transport = "http"

    def __init__(
        self,
        options: SourceOptions,
        clock: Clock,
        validators: Mapping[str, str],
        budget: RequestBudget | None = None,
    ) -> None:
        """Args:
        validators: ETag of the stored payload by URL; read at each request.
        budget: Shared with other sources; by default its own.
        """
        self._options = options
        self._clock = clock
        self._validators = validators
        self._budget = budget or RequestBudget(options.rate_limit, clock)
        self._connected = False
        self._ran_out, self._paused = 0, 0.0
        self._driving: DrivingThread | None = None
        self._client = httpx.AsyncClient(
            headers={
                "User-Agent": options.user_agent,
                "Accept": "application/json",
                "Accept-Encoding": GZIP,
            },
            timeout=httpx.Timeout(None, connect=_CONNECTING * options.timeout),
            verify=_trusted(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. May be called twice."""
        driving, self._driving = self._driving, None
        if driving is None:
            return
        try:
            driving.run(self._client.aclose())
        finally:
            driving.close()

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields one result per request, in their order.

        Raises:
            CheckpointError: A bot checkpoint refuses plain HTTP: no more is asked.
            SourceUnreachableError: Not a single connection could be made.
        """
        # A connection of an earlier fetch, perhaps days ago, says nothing about now.
        self._connected, self._ran_out, self._paused = False, 0, 0.0
        for request in requests:
            yield self._fetch_one(request)

    def _fetch_one(self, request: Request) -> FetchResult:
        if request.endpoint is Endpoint.RENDERED_LEADERBOARD:
            return FetchFailure(request, _needs_a_browser())
        pursuit = Pursuit(request, self._clock, self.transport)
        try:
            return self._retrying()(self._attempt, request, pursuit)
        except SourceUnreachableError as error:
            if not self._connected:
                raise
            return pursuit.settle(error)
        except CheckpointError:
            raise
        except TrackerError as error:
            return pursuit.settle(error)

    def _retrying(self) -> Retrying:
        attempts = ATTEMPTS if self._paused < _MOST_PAUSES else 1
        return Retrying(sleep=self._pause, **retry_policy(self._seconds(), attempts))

    def _pause(self, seconds: float) -> None:
        self._paused += seconds
        self._clock.sleep(seconds)

    def _attempt(self, request: Request, pursuit: Pursuit) -> RawPayload | NotModified:
        url = self._options.api_url(request)
        # Read here, as the loop must not wait for the database.
        known = self._validators.get(url)
        if self._driving is None:
            self._driving = DrivingThread("http")
        return pursuit.take(self._driving.run(self._ask(url, known)))

    async def _ask(self, url: str, known: str | None) -> Answer:
        """The answer, or as much of it as came in time."""
        headers = {"If-None-Match": known} if known else {}
        arrival, seconds = _Arrival(), self._seconds()
        try:
            request = self._client.build_request("GET", url, headers=headers)
            await self._budget.take()
            async with asyncio.timeout(seconds) as deadline:
                await self._receive(arrival, request, deadline)
        except TimeoutError as error:
            self._ran_out += 1
            if arrival.head is None:
                raise _too_late(url, seconds) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if arrival.head is None:
                raise self._explain(error, url) from error
        return replace(arrival.answer(), url=url, conditional=bool(known))

    def _seconds(self) -> float:
        """Seconds for the next request: a site that hangs must not hold up the rest."""
        whole = self._options.timeout
        return whole if self._ran_out < _PATIENCE else min(whole, _BRIEF)

    async def _receive(
        self, arrival: "_Arrival", request: httpx.Request, deadline: asyncio.Timeout
    ) -> None:
        response = await self._follow(request, deadline)
        try:
            self._connected = True
            arrival.begin(self._head(response), response.headers)
            await arrival.read(response)
        finally:
            await response.aclose()

    async def _follow(
        self, request: httpx.Request, deadline: asyncio.Timeout
    ) -> httpx.Response:
        """The answer at the end of all redirects, whose bodies are left unread.

        Redirects are requests too, and wait for their turn, which takes none of the time.
        """
        for _ in range(_MOST_REDIRECTS):
            response = await self._client.send(request, stream=True)
            if response.next_request is None:
                return response
            request = response.next_request
            await response.aclose()
            await self._budget.take(deadline)
        raise httpx.TooManyRedirects("too many", request=request)

    def _head(self, response: httpx.Response) -> Answer:
        headers = response.headers
        return Answer(
            url=str(response.url),
            status=response.status_code,
            retry_after=parse_retry_after(
                headers.get("retry-after"), self._clock.now()
            ),
            etag=headers.get("etag"),
            served_at=parse_served_at(headers.get("date"), headers.get("age")),
            mitigated=headers.get(HEADER),
            content_type=headers.get("content-type", ""),
            headers=tuple(headers.multi_items()),
            complete=False,
        )

    def _explain(self, error: Exception, url: str) -> SourceError:
        """The error class for the reaction that is needed, with a plain message."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return _unreachable(url, _reason(error, self._options.timeout))
        if isinstance(error, httpx.ProxyError):
            return _unreachable(url, "the proxy refuses the connection")
        if isinstance(error, httpx.TooManyRedirects):
            return SourceError(f"{url} redirects in a circle.")
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return SourceError(f"{url} redirects to an address that is not HTTP.")
        return SourceBusyError(f"{url} broke off the connection.")


class _Arrival:
    """What has arrived of an answer so far.

    Attributes:
        head: All but the body; None before the headers are complete.
    """

    def __init__(self) -> None:
        self.head: Answer | None = None
        self._body: BoundedBody | None = None

    def begin(self, head: Answer, headers: httpx.Headers) -> None:
        """Notes the headers.

        Raises:
            SourceError: The body is packed in a way that was not asked for.
        """
        most = _most_of(head)
        packed = headers.get("content-encoding", "")
        try:
            self._body = BoundedBody(packed, most) if most else None
        except ValueError as error:
            raise unknown_encoding(head.url, packed) from error
        self.head = head

    async def read(self, response: httpx.Response) -> None:
        """Reads until the end, or until it is too long.

        Raises:
            httpx.DecodingError: It is not what its encoding says.
            httpx.TransportError: The connection broke off.
        """
        body = self._body
        if self.head is None or body is None:
            return
        async for part in response.aiter_raw():
            try:
                body.take(part)
            except ValueError as error:
                raise httpx.DecodingError(str(error)) from error
            if body.is_oversize:
                break
        self.head = replace(self.head, complete=body.is_whole)

    def answer(self) -> Answer:
        """Raises: SourceBusyError: Not even the headers have arrived."""
        if self.head is None:
            raise SourceBusyError("No answer arrived.")
        if self._body is None:
            return replace(self.head, complete=True)
        oversize = self._body.is_oversize and self.head.status not in REFUSALS
        body = b"" if oversize else bytes(self._body.content)
        return replace(self.head, body=body, oversize=oversize)


def _most_of(head: Answer) -> int:
    """Most bytes of the body that are read: 0 if it says nothing."""
    if HTTPStatus.OK <= head.status < HTTPStatus.MULTIPLE_CHOICES:
        return MAX_BODY_BYTES
    is_refusal = head.status in REFUSALS and is_html(head.content_type)
    return MOST_OF_A_PAGE if is_refusal else 0


def _too_late(url: str, seconds: float) -> SourceBusyError:
    return SourceBusyError(f"{url} did not answer within {seconds:g} s.")


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the authorities to trust takes as long as a fetch: once per process."""
    return httpx.create_ssl_context()


def _needs_a_browser() -> SourceError:
    return SourceError(
        "The leaderboard's rendered table is not available over plain HTTP.",
        "Use --transport browser.",
    )


def _unreachable(url: str, reason: str) -> SourceUnreachableError:
    return SourceUnreachableError(
        f"No connection to {url}: {reason}.",
        "Check the network and NOF1_BASE_URL (--base-url).",
    )


def _reason(error: Exception, timeout: float) -> str:
    """Why no connection could be made, from the system error that httpx wraps."""
    known = [each for each in _causes(error) if isinstance(each, OSError)]
    if not known:
        return str(error) or "it failed"
    # The innermost says most: around it stands that all addresses failed.
    return _system_reason(known[-1], timeout)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those that caused it; of several at once, the first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        else:
            cause = cause.__cause__ or cause.__context__


def _system_reason(cause: OSError, timeout: float) -> str:
    reasons: list[tuple[type[OSError], str]] = [
        (ssl.SSLCertVerificationError, "its TLS certificate is not valid"),
        (ssl.SSLError, "the TLS handshake failed"),
        (socket.gaierror, "its name does not resolve"),
        (ConnectionRefusedError, "the connection was refused"),
        (TimeoutError, f"no answer within {timeout:g} s"),
    ]
    for kind, reason in reasons:
        if isinstance(cause, kind):
            return reason
    return (cause.strerror or str(cause)).lower()
