"""Fetches from the site over plain HTTP, without a browser."""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Self

import httpx
from tenacity import Retrying

from nof1_tracker.clock import Clock
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
from nof1_tracker.scraper.checkpoint import HEADER, MOST_OF_A_PAGE, REFUSALS, is_html
from nof1_tracker.scraper.fetch import (
    Answer,
    Pursuit,
    RequestBudget,
    SourceOptions,
    parse_retry_after,
    parse_served_at,
    retry_policy,
)
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES


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
        self._client = httpx.Client(
            headers={"User-Agent": options.user_agent, "Accept": "application/json"},
            timeout=options.timeout,
            follow_redirects=True,
            max_redirects=5,
            verify=_trusted(),
            # Redirects are requests too, and the hook sees each of them.
            event_hooks={"request": [lambda _: self._budget.take()]},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields one result per request, in their order.

        Raises:
            CheckpointError: A bot checkpoint refuses plain HTTP: no more is asked.
            SourceUnreachableError: Not a single connection could be made.
        """
        # A connection of an earlier fetch, perhaps days ago, says nothing about now.
        self._connected = False
        for request in requests:
            yield self._fetch_one(request)

    def _fetch_one(self, request: Request) -> FetchResult:
        if request.endpoint is Endpoint.RENDERED_LEADERBOARD:
            return FetchFailure(request, _needs_a_browser())
        pursuit = Pursuit(request, self._clock, self.transport)
        try:
            retrying = Retrying(sleep=self._clock.sleep, **retry_policy())
            return retrying(self._attempt, request, pursuit)
        except SourceUnreachableError as error:
            if not self._connected:
                raise
            return pursuit.settle(error)
        except CheckpointError:
            raise
        except TrackerError as error:
            return pursuit.settle(error)

    def _attempt(self, request: Request, pursuit: Pursuit) -> RawPayload | NotModified:
        return pursuit.take(self._ask(self._options.api_url(request)))

    def _ask(self, url: str) -> Answer:
        known = self._validators.get(url)
        headers = {"If-None-Match": known} if known else {}
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                self._connected = True
                return replace(self._read(response, url), conditional=bool(known))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._explain(error, url) from error

    def _read(self, response: httpx.Response, url: str) -> Answer:
        body, complete, oversize = bytearray(), True, False
        content_type = response.headers.get("content-type", "")
        if response.is_success:
            body, complete, oversize = self._read_body(response, MAX_BODY_BYTES)
            if oversize:
                body.clear()
        elif response.status_code in REFUSALS and is_html(content_type):
            body, complete, _ = self._read_body(response, MOST_OF_A_PAGE)
        return Answer(
            url=url,
            status=response.status_code,
            body=bytes(body),
            retry_after=parse_retry_after(
                response.headers.get("retry-after"), self._clock.now()
            ),
            etag=response.headers.get("etag"),
            served_at=parse_served_at(
                response.headers.get("date"), response.headers.get("age")
            ),
            complete=complete,
            oversize=oversize,
            mitigated=response.headers.get(HEADER),
            content_type=content_type,
        )

    def _read_body(
        self, response: httpx.Response, most: int
    ) -> tuple[bytearray, bool, bool]:
        """The body so far, whether it is complete, and whether it is too long."""
        body = bytearray()
        deadline = self._clock.monotonic() + self._options.timeout
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > most:
                    return body, False, True
                # Every read has its own timeout; this one ends a body that drips.
                if self._clock.monotonic() > deadline:
                    return body, False, False
        except (httpx.TransportError, httpx.DecodingError):
            return body, False, False
        return body, True, False

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
        if isinstance(error, httpx.TimeoutException):
            limit = self._options.timeout
            return SourceBusyError(f"{url} did not answer within {limit:g} s.")
        return SourceBusyError(f"{url} broke off the connection.")


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
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return str(error) or "it failed"
    return _system_reason(cause, timeout)


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
