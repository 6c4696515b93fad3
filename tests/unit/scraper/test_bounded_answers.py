"""What a page fetches is read and unpacked before the page gets it, within bounds."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from nof1_tracker.scraper.browsing.bounded_answers import BoundedAnswers
from nof1_tracker.scraper.browsing.unpacked_bodies import UnpackedBodies
from nof1_tracker.scraper.fetch import Answer

URL = "http://arena.test/api/trades"
MOST = 1000
GZIP = {"Content-Encoding": "gzip", "Content-Length": "9", "ETag": '"a"'}


class Browser:
    """Answers the commands of one paused request, and holds what became of it.

    Attributes:
        left: The parts of the body that have not been read.
        most: Bytes that one body may have, and all together.
        aborted_before: The page waits no longer when so many are left.
    """

    most = MOST
    aborted_before: int | None = None

    def __init__(self, parts: Sequence[str | bytes] = ()) -> None:
        self.excess: list[Answer] = []
        self.ending: tuple[str, dict[str, Any]] = ("", {})
        self.open_streams = 0
        self.left = list(parts)

    def passes_on(self, headers: dict[str, str], status: int | None = 200) -> str:
        """The command that the request ended with."""
        event: dict[str, Any] = {"requestId": "1", "request": {"url": URL}}
        if status is None:
            event["responseErrorReason"] = "ConnectionClosed"
        else:
            listed = [{"name": name, "value": headers[name]} for name in headers]
            event |= {"responseStatusCode": status, "responseHeaders": listed}
        bodies = UnpackedBodies(self.most)
        self._answers = BoundedAnswers(self.most, bodies, self.send, self)
        asyncio.run(self._answers.pass_on(event))
        assert self.open_streams == 0
        return self.ending[0]

    def has_stopped(self, url: str) -> bool:
        return url in {answer.url for answer in self.excess}

    def on_stopped(self, answer: Answer) -> None:
        self.excess.append(answer)

    async def send(self, command: str, order: dict[str, Any]) -> dict[str, Any]:
        if command == "Fetch.takeResponseBodyAsStream":
            self.open_streams += 1
            return {"stream": "s"}
        if command == "IO.read":
            return self._next_part()
        if command == "IO.close":
            self.open_streams -= 1
            return {}
        assert self.ending == ("", {}), "a request ends once"
        self.ending = command, order
        return {}

    def _next_part(self) -> dict[str, Any]:
        if len(self.left) == self.aborted_before:
            self._answers.give_up({"requestId": "1"})
        if not self.left:
            return {"data": "", "eof": True}
        part = self.left.pop(0)
        if isinstance(part, str):
            return {"data": part, "eof": False}
        data = b64encode(part).decode()
        return {"data": data, "base64Encoded": True, "eof": False}


@pytest.mark.parametrize("status", [200, 500])
def test_what_says_to_be_short_goes_on_as_it_is(status: int) -> None:
    short = {"ETag": "a", "Content-Length": str(MOST)}
    assert Browser().passes_on(short, status) == "Fetch.continueRequest"


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "many"}])
def test_what_does_not_say_how_long_it_is_is_read_first(
    headers: dict[str, str],
) -> None:
    browser = Browser(["x" * MOST])
    assert browser.passes_on(headers) == "Fetch.fulfillRequest"
    assert b64decode(browser.ending[1]["body"]) == b"x" * MOST
    browser = Browser(["x" * MOST, "x", "x"])
    assert browser.passes_on(headers) == "Fetch.failRequest"
    assert browser.excess == [Answer(URL, 200, oversize=True)]
    assert len(browser.left) == 1


def test_what_says_to_be_long_is_read_first_though_it_is_within_bounds() -> None:
    browser = Browser(["x"])
    browser.most = 48_000_000
    assert browser.passes_on({"Content-Length": "40000000"}) == "Fetch.fulfillRequest"
    assert browser.left == []


def test_what_the_page_waits_for_no_longer_is_left() -> None:
    browser = Browser(["x", "x", "x"])
    browser.aborted_before = 2
    assert browser.passes_on(GZIP) == ""
    assert browser.left == ["x"]
    assert browser.excess == []


def test_what_broke_off_before_its_headers_goes_on_as_it_is() -> None:
    assert Browser().passes_on({}, status=None) == "Fetch.continueRequest"


@pytest.mark.parametrize("status", [302, 304])
def test_what_has_no_body_goes_on_as_it_is(status: int) -> None:
    assert Browser().passes_on(GZIP, status) == "Fetch.continueRequest"


@pytest.mark.parametrize("status", [200, 503])
def test_a_body_within_bounds_goes_on_unpacked(status: int) -> None:
    parts: list[str | bytes] = ["x" * (MOST - 10), "é", b"\xc3", b"\xa9\xff"]
    browser = Browser(parts)
    assert browser.passes_on(GZIP, status) == "Fetch.fulfillRequest"
    served = browser.ending[1]
    assert b64decode(served["body"]) == b"x" * (MOST - 10) + "éé".encode() + b"\xff"
    assert served["responseCode"] == status
    assert served["responseHeaders"] == [{"name": "ETag", "value": '"a"'}]
    assert browser.excess == []


def test_a_body_that_unpacks_to_too_much_is_left_in_the_middle() -> None:
    browser = Browser(["x" * MOST, "x", "x"])
    assert browser.passes_on(GZIP) == "Fetch.failRequest"
    assert browser.excess == [Answer(URL, 200, oversize=True)]
    assert len(browser.left) == 1


def test_what_was_too_much_once_is_not_unpacked_again() -> None:
    browser = Browser(["x" * MOST, "x", "x"])
    browser.passes_on(GZIP)
    browser.ending = "", {}
    assert browser.passes_on(GZIP) == "Fetch.failRequest"
    assert browser.excess == [Answer(URL, 200, oversize=True)] * 2
    assert len(browser.left) == 1


@pytest.mark.parametrize(
    ("headers", "excess"),
    [
        ({"content-encoding": "gzip, br"}, Answer(URL, 200, stacked="gzip, br")),
        (GZIP | {"Content-Length": str(MOST + 1)}, Answer(URL, 200, oversize=True)),
        ({"Content-Length": str(MOST + 1)}, Answer(URL, 200, oversize=True)),
    ],
)
def test_what_its_headers_say_to_be_too_much_is_not_unpacked_at_all(
    headers: dict[str, str], excess: Answer
) -> None:
    browser = Browser(["x"])
    assert browser.passes_on(headers) == "Fetch.failRequest"
    assert browser.excess == [excess]
    assert len(browser.left) == 1
