"""Bounds what a page's answers unpack to, while they arrive.

Pages read their answers whole, and a browser undoes any number of encodings: ten
kilobytes can fill the memory of the page's process before anybody sees the body.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nof1_tracker.scraper.fetch import Answer
from nof1_tracker.scraper.wire.content_encoding import stacked

Event = Mapping[str, Any]
"""An event of the Chrome DevTools Protocol, of its domain Network or Fetch."""


class BodyBounds:
    """Counts the bodies of one page, and reports once each that must not go on."""

    def __init__(self, most: int, on_excess: Callable[[Answer], None]) -> None:
        """Args:
        most: Bytes that one body may have, unpacked.
        on_excess: Called with the answer, without its body.
        """
        self._most = most
        self._on_excess = on_excess
        self._arriving: dict[str, Answer] = {}
        self._sizes: dict[str, int] = {}

    def begin(self, event: Event) -> None:
        """Network.responseReceived: the headers are there."""
        served = event["response"]
        headers = {name.lower(): value for name, value in served["headers"].items()}
        answer = begun_answer(served["url"], served["status"], headers, self._most)
        self._arriving[event["requestId"]] = answer
        if answer.stacked or answer.oversize:
            self._tell(event, answer)

    def grow(self, event: Event) -> None:
        """Network.dataReceived: another part of a body, unpacked."""
        number = event["requestId"]
        self._sizes[number] = self._sizes.get(number, 0) + event["dataLength"]
        answer = self._arriving.get(number)
        if answer is not None and self._sizes[number] > self._most:
            self._tell(event, replace(answer, oversize=True))

    def end(self, event: Event) -> None:
        """Network.loadingFinished and Network.loadingFailed."""
        self._arriving.pop(event["requestId"], None)
        self._sizes.pop(event["requestId"], None)

    def _tell(self, event: Event, answer: Answer) -> None:
        del self._arriving[event["requestId"]]
        self._on_excess(answer)


def begun_answer(
    url: str, status: int, headers: Mapping[str, str], most: int
) -> Answer:
    """An answer of which only the headers are known, by their names in lower case."""
    return Answer(
        url,
        status,
        stacked=stacked(headers.get("content-encoding", "")),
        oversize=_declared(headers.get("content-length", "")) > most,
    )


def _declared(length: str) -> int:
    """The body's size as it is sent; 0 if the header does not say."""
    return int(length) if length.isdecimal() else 0
