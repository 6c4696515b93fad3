"""Reads what a page fetches before the page gets it, at our pace.

A page reads as fast as its browser receives and unpacks: until the first megabytes are
counted and the page is stopped, hundreds more have arrived. A stream is received and
unpacked only as fast as it is read from.
"""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Protocol

from nof1_tracker.scraper.browsing.body_bounds import Event, begun_answer
from nof1_tracker.scraper.browsing.unpacked_bodies import UnpackedBodies, UnpackedBody
from nof1_tracker.scraper.fetch import Answer

Send = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a command of the Chrome DevTools Protocol, and returns its result."""

WATCHED: Final = {
    "patterns": [
        {"resourceType": kind, "requestStage": "Response"} for kind in ("XHR", "Fetch")
    ]
}
"""What Fetch.enable is asked for: to pause what a page fetches once it is answered."""
_SMALL: Final = 4_000_000
"""Bytes that an answer may announce and go on unread: the pages fetch 14 at a time."""
_UNPACKED = ("content-encoding", "content-length")
"""Headers that no longer hold for a body that is passed on unpacked."""


class ExcessWatch(Protocol):
    """Knows which answers were too much."""

    def has_stopped(self, url: str) -> bool: ...

    def on_stopped(self, answer: Answer) -> None: ...


class BoundedAnswers:
    """Passes the answers to one page on, except those that are, or unpack to, too much."""

    def __init__(
        self,
        most: int,
        bodies: UnpackedBodies,
        send: Send,
        watch: ExcessWatch,
    ) -> None:
        """Args:
        most: Bytes that one body may have as it is sent.
        bodies: Those of all pages of the browser.
        watch: Notes each answer that is too much, without its body.
        """
        self._most = most
        self._bodies = bodies
        self._send = send
        self._watch = watch
        self._awaited: set[str] = set()

    def give_up(self, event: Event) -> None:
        """Network.loadingFailed: the page waits no longer."""
        self._awaited.discard(event["requestId"])

    async def pass_on(self, event: Event) -> None:
        """Fetch.requestPaused: an answer's headers are there, and the page waits."""
        paused = {"requestId": event["requestId"]}
        headers = event.get("responseHeaders", [])
        named = {each["name"].lower(): each["value"] for each in headers}
        if _has_no_body(event):
            await self._send("Fetch.continueRequest", paused)
            return
        status = event["responseStatusCode"]
        answer = begun_answer(event["request"]["url"], status, named, self._most)
        # Each page fetches it, and asks again: it costs its unpacking once.
        is_known = self._watch.has_stopped(answer.url)
        if answer.stacked or answer.oversize or is_known:
            await self._refuse(paused, answer)
            return
        if _is_small(named):
            await self._send("Fetch.continueRequest", paused)
            return
        kept = [each for each in headers if each["name"].lower() not in _UNPACKED]
        served = {"responseCode": status, "responseHeaders": kept}
        number = event.get("networkId", event["requestId"])
        with self._bodies.unpacking() as body, self._awaiting(number):
            await self._unpack(paused, body, number)
            if body.is_refused:
                await self._refuse(paused, answer)
            elif number in self._awaited:
                filled = paused | served | {"body": body.in_base64()}
                await self._send("Fetch.fulfillRequest", filled)

    @contextmanager
    def _awaiting(self, number: str) -> Iterator[None]:
        """While entered, it is known whether the page still waits for that answer.

        A browser that is given megabytes for a request that its page has aborted does
        not answer for a long time.
        """
        self._awaited.add(number)
        try:
            yield
        finally:
            self._awaited.discard(number)

    async def _refuse(self, paused: dict[str, Any], answer: Answer) -> None:
        self._watch.on_stopped(
            answer if answer.stacked else replace(answer, oversize=True)
        )
        await self._send("Fetch.failRequest", paused | {"errorReason": "Aborted"})

    async def _unpack(
        self, paused: dict[str, Any], body: UnpackedBody, number: str
    ) -> None:
        """Unpacks until the end, until it is too much, or nobody waits for it.

        A connection that breaks off ends the stream as its end does, without any other
        event of the protocol. That the body is not whole shows in its JSON alone.
        """
        taken = await self._send("Fetch.takeResponseBodyAsStream", paused)
        stream = {"handle": taken["stream"]}
        is_over = False
        while not (is_over or body.is_refused) and number in self._awaited:
            part = {"size": self._bodies.next_part}
            read = await self._send("IO.read", stream | part)
            is_over = read["eof"]
            self._bodies.take(body, _part(read))
        await self._send("IO.close", stream)


def _has_no_body(event: Event) -> bool:
    """True if there is nothing that could be read."""
    status: int | None = event.get("responseStatusCode")
    return status is None or 300 <= status < 400


def _is_small(headers: Mapping[str, str]) -> bool:
    """True if the answer is not packed, and announces that it is short."""
    is_packed = bool(headers.get("content-encoding"))
    length = headers.get("content-length", "")
    return not is_packed and length.isdecimal() and int(length) <= _SMALL


def _part(read: dict[str, Any]) -> bytes:
    text: str = read["data"]
    return b64decode(text) if read.get("base64Encoded") else text.encode()
