"""Unpacks what a page fetches before the page gets it, at our pace.

A page reads as fast as its browser unpacks: until the first megabytes are counted and
the page is stopped, hundreds more have arrived. A stream is unpacked only as fast as it
is read from.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from nof1_tracker.scraper.browsing.body_bounds import Event, begun_answer
from nof1_tracker.scraper.fetch import Answer

Send = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a command of the Chrome DevTools Protocol, and returns its result."""

WATCHED: Final = {
    "patterns": [
        {"resourceType": kind, "requestStage": "Response"} for kind in ("XHR", "Fetch")
    ]
}
"""What Fetch.enable is asked for: to pause what a page fetches once it is answered."""
_PART = 1_000_000
"""Bytes that are unpacked at a time."""
_FASTEST = 1
_UNPACKED = ("content-encoding", "content-length")
"""Headers that no longer hold for a body that is passed on unpacked."""


class PackedAnswers:
    """Passes the answers to one page on, except those that unpack to too much."""

    def __init__(
        self, most: int, send: Send, on_excess: Callable[[Answer], None]
    ) -> None:
        """Args:
        most: Bytes that one body may have, unpacked.
        on_excess: Called with the answer, without its body.
        """
        self._most = most
        self._send = send
        self._on_excess = on_excess

    async def pass_on(self, event: Event) -> None:
        """Fetch.requestPaused: an answer's headers are there, and the page waits."""
        paused = {"requestId": event["requestId"]}
        headers = event.get("responseHeaders", [])
        named = {each["name"].lower(): each["value"] for each in headers}
        if not named.get("content-encoding") or _is_redirect(event):
            await self._send("Fetch.continueRequest", paused)
            return
        status = event["responseStatusCode"]
        answer = begun_answer(event["request"]["url"], status, named, self._most)
        is_refused = answer.stacked or answer.oversize
        body = None if is_refused else await self._unpacked(paused)
        if body is None:
            await self._refuse(paused, answer)
            return
        kept = [each for each in headers if each["name"].lower() not in _UNPACKED]
        served = {"responseCode": status, "responseHeaders": kept, "body": body}
        await self._send("Fetch.fulfillRequest", paused | served)

    async def _refuse(self, paused: dict[str, Any], answer: Answer) -> None:
        self._on_excess(answer if answer.stacked else replace(answer, oversize=True))
        await self._send("Fetch.failRequest", paused | {"errorReason": "Aborted"})

    async def _unpacked(self, paused: dict[str, Any]) -> str | None:
        """The body in base64; None if it is too much.

        Meanwhile its parts are held packed: several may arrive at once, and what grows
        from almost nothing becomes almost nothing again.

        A connection that breaks off ends the stream as its end does, without any other
        event of the protocol. That the body is not whole shows in its JSON alone.
        """
        taken = await self._send("Fetch.takeResponseBodyAsStream", paused)
        stream, size, parts = {"handle": taken["stream"]}, 0, []
        is_over = False
        while not is_over and size <= self._most:
            read = await self._send("IO.read", stream | {"size": _PART})
            part, is_over = _part(read), read["eof"]
            size += len(part)
            parts.append(zlib.compress(part, _FASTEST))
        await self._send("IO.close", stream)
        return _joined(parts) if size <= self._most else None


def _is_redirect(event: Event) -> bool:
    """True if there is no body that could be read."""
    status: int = event["responseStatusCode"]
    return 300 <= status < 400


def _part(read: dict[str, Any]) -> bytes:
    text: str = read["data"]
    return b64decode(text) if read.get("base64Encoded") else text.encode()


def _joined(parts: Iterable[bytes]) -> str:
    return b64encode(b"".join(map(zlib.decompress, parts))).decode()
