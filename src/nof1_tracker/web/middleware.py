"""What every answer passes through, whatever it is about."""

import time
from email.utils import formatdate

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nof1_tracker.web.answers import kept_answer
from nof1_tracker.web.people.visits import SESSION
from nof1_tracker.web.record import Record


class KeptFirst:
    """Answers what is kept before the request is routed and checked."""

    def __init__(self, app: ASGIApp, record: Record) -> None:
        self._app = app
        self._record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp | None = None
        if scope["type"] == "http" and scope["method"] == "GET":
            answer = await kept_answer(self._record, Request(scope))
        await (answer or self._app)(scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET; the server leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, receive = {**scope, "method": "GET"}, _gone
        await self._app(scope, receive, send)


async def _gone() -> Message:
    """One who asks for the headers alone does not wait for the end of an answer."""
    return {"type": "http.disconnect"}


class DatedAnswers:
    """States when an answer was made, unless that is said already.

    uvicorn's own Date would come beside the one of an answer that is replayed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Date", formatdate(time.time(), usegmt=True))
            await send(message)

        await self._app(scope, receive, send_dated)


class PersonalPages:
    """Lets nobody keep a page that shows who is signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_session(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return

        async def send_personal(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_personal)


def _has_session(headers: Headers) -> bool:
    return f"{SESSION}=" in headers.get("cookie", "")
