"""Matches what the site's pages fetch by themselves to the caller's requests."""

import asyncio
import contextlib
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import Request
from nof1_tracker.scraper.fetch import Answer
from nof1_tracker.scraper.wire.shapes import recognise

# Parameters that limit what is served; others (cache busters) do not matter.
_NARROWING = ("competitionId", "lastHourlyMarker")
_ENDPOINTS = {str(endpoint): endpoint for endpoint in Endpoint}


class PageResponse:
    """What the pages did about one request.

    Attributes:
        asked: A page has asked for it.
        stirred: Set once a page has asked for it, or none will.
        answers: The answers that the pages got, in order.
        sound: A complete body of the right kind; None until a page has got one.
        given_up: True once the pages have had their turn.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.asked = False
        self.stirred = asyncio.Event()
        self.answers: asyncio.Queue[Answer] = asyncio.Queue()
        self.sound: Answer | None = None
        self.given_up = False

    def note_asked(self) -> None:
        self.asked = True
        self.stirred.set()

    def note(self, answer: Answer) -> None:
        self.answers.put_nowait(answer)
        self.note_asked()

    async def wait_until_stirred(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stirred.wait()

    async def next_answer(self, deadline: float) -> Answer | None:
        """A page's next answer; None if no page will ask, or at the deadline.

        Args:
            deadline: Seconds on the event loop's clock.
        """
        if self.answers.empty() and self.stirred.is_set() and not self.asked:
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await self.stirred.wait()
                return await self.answers.get() if self.asked else None
        return None


class PageResponses:
    """Everything that the pages of one visit did about the requests."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._by_request = {request: PageResponse(request) for request in requests}

    def __getitem__(self, request: Request) -> PageResponse:
        return self._by_request[request]

    def get(self, request: Request) -> PageResponse | None:
        return self._by_request.get(request)

    def note_settled(self) -> None:
        """Notes that the pages are ready: they will ask for nothing further."""
        for response in self._by_request.values():
            response.stirred.set()

    def note_asked(self, url: str) -> None:
        """Notes that a page asks for this URL."""
        for response in self._named_by(url):
            response.note_asked()

    def wants(self, url: str) -> bool:
        """True if a body from this URL may be one that is still missing.

        A URL that names no known endpoint may be the new place of one that moved.
        """
        if named_endpoint(url) is None:
            return any(s.sound is None for s in self._by_request.values())
        return any(s.sound is None for s in self._named_by(url))

    def note_failed(self, answer: Answer) -> None:
        """Notes that a page got an answer without a usable body."""
        for response in self._named_by(answer.url):
            if response.sound is None:
                response.note(answer)

    def note_body(self, answer: Answer) -> None:
        """Notes a body that a page got; its shape counts, not its URL."""
        endpoint = recognise(answer.body) if answer.flaw is None else None
        if endpoint is not named_endpoint(answer.url):
            self.note_failed(answer)
        if endpoint is None:
            return
        for response in self._by_request.values():
            if response.sound or not _serves(response.request, endpoint, answer):
                continue
            response.sound = answer
            response.note(answer)

    def _named_by(self, url: str) -> list[PageResponse]:
        endpoint = named_endpoint(url)
        return [
            response
            for response in self._by_request.values()
            if response.request.endpoint is endpoint
            and _narrows_alike(response.request, url)
        ]


def named_endpoint(url: str) -> Endpoint | None:
    """The endpoint at the end of the URL's path; None if there is none."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return _ENDPOINTS.get(last)


def _serves(request: Request, endpoint: Endpoint, answer: Answer) -> bool:
    return (
        request.endpoint is endpoint
        and not _is_a_part(endpoint, answer.url)
        and _narrows_alike(request, answer.url)
    )


def _is_a_part(endpoint: Endpoint, url: str) -> bool:
    """True for /api/analytics/<model_id>: one model, served in the shape of all."""
    return f"/{endpoint}/" in urlsplit(url).path


def _narrows_alike(request: Request, url: str) -> bool:
    served = parse_qs(urlsplit(url).query)
    asked = dict(request.query)
    # A body with everything includes what is newer than a marker.
    if "lastHourlyMarker" not in served:
        asked.pop("lastHourlyMarker", None)
    return {k: v[-1] for k, v in served.items() if k in _NARROWING} == {
        k: v for k, v in asked.items() if k in _NARROWING
    }
