"""How the site is requested: options, politeness, retries."""

import asyncio
import json
import logging
import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from tenacity import (
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from nof1_tracker import __version__
from nof1_tracker.clock import Clock
from nof1_tracker.errors import (
    ConfigurationError,
    SourceBusyError,
    SourceError,
    TrackerError,
)
from nof1_tracker.records.payloads import FetchFailure, NotModified, RawPayload, Request
from nof1_tracker.scraper.checkpoint import (
    Checkpoint,
    checkpoint_in,
    is_html,
    refused,
    title_of,
)
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES
from nof1_tracker.scraper.wire.shapes import recognise

log = logging.getLogger(__name__)

USER_AGENT = f"nof1-tracker/{__version__} (Alpha Arena flight recorder)"
"""States honestly who asks; the browser appends it to its own user agent."""

ATTEMPTS = 3
LONGEST_PAUSE = 60.0
"""Longest Retry-After, in seconds, that a run waits; a longer one ends the request."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How to reach the site.

    Attributes:
        base_url: Scheme, host and optional path prefix of the site.
        timeout_ms: Milliseconds that one answer may take.
        rate_limit: Requests per minute that this program may cause.
        headless: False shows the browser's window.
        browser_path: Browser to start; None searches for one.
        checkpoint_timeout_ms: Milliseconds that a checkpoint's page may work until it
            lets the browser in.
        profile_dir: Folder in which the browser keeps its session; None keeps none.
        attach: Address of a running browser's debugging port, used instead of starting
            one; None starts one.

    Raises:
        ConfigurationError: base_url or a limit is not valid.
    """

    base_url: str
    timeout_ms: int = 30_000
    rate_limit: float = 30
    headless: bool = True
    browser_path: str | None = None
    user_agent: str = USER_AGENT
    checkpoint_timeout_ms: int = 30_000
    profile_dir: str | None = None
    attach: str | None = None

    def __post_init__(self) -> None:
        if "@" in self.base_url:
            raise ConfigurationError(
                "NOF1_BASE_URL (--base-url) must not contain a user name or a password."
            )
        if not _is_site(self.base_url):
            raise ConfigurationError(
                f"{self.base_url!r} is not the address of a site.",
                "Set NOF1_BASE_URL (--base-url) to an address like https://nof1.ai.",
            )
        if self.timeout_ms <= 0 or self.rate_limit <= 0:
            raise ConfigurationError(
                "SCRAPER_TIMEOUT and SCRAPER_RATE_LIMIT must be greater than 0."
            )

    @property
    def timeout(self) -> float:
        """Seconds that one answer may take."""
        return self.timeout_ms / 1000

    def page_url(self, path: str) -> str:
        return self.base_url.rstrip("/") + path

    def api_url(self, request: Request) -> str:
        query = f"?{urlencode(request.query)}" if request.query else ""
        return self.page_url(f"/api/{request.endpoint}{query}")


def _is_site(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_plain = not (parts.query or parts.fragment or re.search(r"\s", url))
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and has_host and is_plain


class RequestBudget:
    """Limits the requests in any minute; each goes as soon as the limit allows."""

    def __init__(self, rate_limit: float, clock: Clock) -> None:
        """Args: rate_limit: Requests per minute; 0.5 means one in two minutes."""
        at_once = max(int(rate_limit), 1)
        self._window = 60 * at_once / rate_limit
        self._clock = clock
        self._times: deque[float] = deque(maxlen=at_once)

    def _reserve(self) -> float:
        """Reserves a request; returns the seconds to wait before sending it."""
        now = self._clock.monotonic()
        is_full = len(self._times) == self._times.maxlen
        time = max(now, self._times[0] + self._window) if is_full else now
        self._times.append(time)
        return time - now

    async def take(self, deadline: asyncio.Timeout | None = None) -> None:
        """Reserves a request and waits for its turn.

        Args:
            deadline: Of what the request is a part; waiting takes none of its time.
        """
        pause = self._reserve()
        if pause <= 0:
            return
        log.info("Rate limit: waiting %.1f s", pause)
        if deadline is not None and (when := deadline.when()) is not None:
            deadline.reschedule(when + pause)
        await self._clock.pause(pause)


# --- retries ------------------------------------------------------------------

_BACKOFF = wait_exponential(multiplier=0.5, max=8) + wait_random(0, 0.5)


def retry_policy(timeout: float, attempts: int = ATTEMPTS) -> dict[str, Any]:
    """Arguments of tenacity's Retrying and AsyncRetrying, except `sleep`.

    Args:
        timeout: Seconds that one answer may take. Once they have passed, nothing is
            tried again: a site that hangs costs its time once, not three times.
    """
    return {
        "stop": stop_after_attempt(attempts) | stop_after_delay(timeout),
        "wait": _pause,
        "retry": retry_if_exception(_is_worth_waiting),
        "before_sleep": _tell,
        "reraise": True,
    }


def _is_worth_waiting(error: BaseException) -> bool:
    if not isinstance(error, SourceBusyError):
        return False
    return error.retry_after is None or error.retry_after <= LONGEST_PAUSE


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wanted = error.retry_after if isinstance(error, SourceBusyError) else None
    return _BACKOFF(state) if wanted is None else wanted


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    reason = error.message if isinstance(error, TrackerError) else error
    log.info("%s Trying again in %.1f s.", reason, state.upcoming_sleep)


# --- one answer, judged -------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """The result of one attempt.

    Attributes:
        status: HTTP status; 0 if there was no answer (`trouble` says why).
        retry_after: Seconds to wait, as the answer asks; None if it does not.
        complete: False if the connection broke off within the body.
        oversize: True if the body exceeded MAX_BODY_BYTES, alone or as the largest of
            those that arrived at once, and was not kept.
        stacked: The header Content-Encoding where it names several, one upon another,
            so that the body was not read; else empty.
        mitigated: The header x-vercel-mitigated, which a checkpoint sends.
        title: The title of the page, where it is known without the body.
        headers: Those of the answer, as far as the transport shows them.
        conditional: True if the request named the ETag of a body that is stored.
    """

    url: str
    status: int
    body: bytes = b""
    retry_after: float | None = None
    etag: str | None = None
    complete: bool = True
    oversize: bool = False
    stacked: str = ""
    trouble: str = ""
    served_at: datetime | None = None
    mitigated: str | None = None
    content_type: str = ""
    title: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    conditional: bool = False

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """What a bot checkpoint did; None if the answer is not from one."""
        is_page = is_html(self.content_type)
        title = self.title or (title_of(self.body) if is_page else "")
        return checkpoint_in(self.status, self.mitigated, self.content_type, title)

    def raise_if_refused(self, transport: str) -> None:
        """Makes sure that the answer is the site's own.

        Raises:
            CheckpointError: A bot checkpoint gave it to that transport.
        """
        if self.checkpoint is not None:
            raise refused(self.checkpoint, self.url, self.status, transport)

    @cached_property
    def flaw(self) -> str | None:
        """What is wrong with the body as JSON; None if it is complete."""
        if not self.complete:
            return f"broke off after {len(self.body)} bytes"
        if self.body.lstrip()[:1] == b"<":
            return "answered with an HTML page instead of JSON"
        try:
            self.body.decode()
        except UnicodeDecodeError:
            return "answered with text that is not UTF-8"
        return None if is_whole(self.body) else "answered with incomplete JSON"


class Pursuit:
    """The attempts at one request: judges each answer and keeps the best body."""

    def __init__(self, request: Request, clock: Clock, transport: str) -> None:
        self._request = request
        self._clock = clock
        self._transport = transport
        self._best: RawPayload | None = None

    def take(self, answer: Answer) -> RawPayload | NotModified:
        """The result of this answer.

        Raises:
            CheckpointError: A bot checkpoint gave it: nothing of it is kept.
            SourceBusyError: Another attempt may do better.
            SourceError: No other attempt will do better.
        """
        answer.raise_if_refused(self._transport)
        if answer.status == HTTPStatus.NOT_MODIFIED and answer.conditional:
            return NotModified(self._request, answer.url)
        refusal = refusal_in(answer)
        if refusal is not None:
            raise refusal
        payload = self._payload(answer, sound=answer.flaw is None)
        if answer.flaw is None:
            return payload
        self._keep(payload)
        raise SourceBusyError(f"{answer.url} {answer.flaw}.")

    def settle(self, error: TrackerError) -> RawPayload | FetchFailure:
        """The result after the last attempt: the best unsound body, if there is one."""
        return self._best or FetchFailure(self._request, error)

    def _payload(self, answer: Answer, *, sound: bool) -> RawPayload:
        endpoint = recognise(answer.body)
        # The validator of an unusable body would keep the next run from fetching a
        # better one.
        trusted = sound and endpoint is self._request.endpoint
        now = self._clock.now()
        return RawPayload(
            body=answer.body,
            origin=answer.url,
            captured_at=now,
            observed_at=_believed(answer.served_at, now),
            transport=self._transport,
            endpoint=endpoint,
            etag=answer.etag if trusted else None,
            status=answer.status,
            headers=answer.headers,
        )

    def _keep(self, payload: RawPayload) -> None:
        if self._best is None or _merit(payload) > _merit(self._best):
            self._best = payload


def _believed(served_at: datetime | None, now: datetime) -> datetime:
    """When it was served; our own clock where the server's is ahead by a day."""
    if served_at is None or served_at > now + timedelta(days=1):
        return now
    return served_at


def parse_served_at(date: str | None, age: str | None) -> datetime | None:
    """HTTP's Date less Age: when the origin served it; None where it does not say."""
    try:
        at = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    seconds = int(age) if age is not None and re.fullmatch(r"\d{1,9}", age) else 0
    return at.astimezone(UTC) - timedelta(seconds=seconds)


def _merit(payload: RawPayload) -> tuple[bool, int]:
    return payload.endpoint is not None, len(payload.body)


def refusal_in(answer: Answer) -> SourceError | None:
    """Why the answer has no usable body; None if it has one."""
    if answer.status == 0:
        return SourceBusyError(f"{answer.url} {answer.trouble}.")
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return _refused_by_status(answer)
    if answer.stacked:
        return unknown_encoding(answer.url, answer.stacked)
    if answer.oversize:
        size = MAX_BODY_BYTES // 1_000_000
        told = f"sent more than {size} MB, alone or with what arrived beside it"
        return SourceError(f"{answer.url} {told}: refused.")
    if not answer.body.strip():
        return SourceBusyError(f"{answer.url} answered with an empty body.")
    return None


def unknown_encoding(url: str, encoding: str) -> SourceError:
    """The error for a body whose Content-Encoding is not undone."""
    told = f"{encoding[:40]!r}, an encoding that was not asked for"
    return SourceError(f"{url} answered in {told}: refused.")


def _refused_by_status(answer: Answer) -> SourceError:
    told = f"{answer.url} answered {_status_text(answer.status)}"
    if _is_busy(answer.status):
        return SourceBusyError(
            f"{told}{_wish(answer.retry_after)}.",
            "Try again later.",
            retry_after=answer.retry_after,
        )
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return SourceError(f"{told}, though nothing was said to be known.")
    return SourceError(f"{told}.")


def _is_busy(status: int) -> bool:
    return status in (408, 425, 429) or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _status_text(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _wish(retry_after: float | None) -> str:
    if retry_after is None:
        return ""
    return f" and asks for a pause of {retry_after:.0f} s"


_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))


def is_whole(body: bytes) -> bool:
    """True unless the JSON document was cut off; usually found without decoding."""
    text = body.strip()
    brackets = text.translate(None, _NO_BRACKETS)  # reads 12 MB once, not four times
    braces = brackets.count(b"{") == brackets.count(b"}")
    balanced = braces and brackets.count(b"[") == brackets.count(b"]")
    if text[:1] in (b"{", b"[") and text[-1:] in (b"}", b"]") and balanced:
        return True
    # Braces within strings need not balance, so only the decoder can tell.
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
