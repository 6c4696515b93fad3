"""The answer to a listener: messages, and heartbeats between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from nof1_tracker.errors import DatabaseError
from nof1_tracker.services.live.follow_feed import read_feed, read_version
from nof1_tracker.web.live.live_feed import Listener, LiveFeed, Told, told
from nof1_tracker.web.live.server_sent_events import AGAIN, HEARTBEAT, version_message
from nof1_tracker.web.workers import Workers

MEDIA_TYPE = "text/event-stream"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold messages back
}


class EventStream(Response):
    """Sends what is committed after a version until the client goes, or is too slow.

    Args:
        after: The last version that the client knows; None: it begins.
    """

    media_type = MEDIA_TYPE

    def __init__(self, feed: LiveFeed, workers: Workers, after: int | None) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._feed = feed
        self._workers = workers
        self._after = after

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        with self._feed.listening() as listener:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            tasks = [
                asyncio.create_task(each)
                for each in (
                    self._send_all(listener, send),
                    _until_gone(receive),
                    listener.over.wait(),
                )
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):  # one who is too slow does not take it
                await _send(send, b"", more=False)

    async def _send_all(self, listener: Listener, send: Send) -> None:
        async for chunk in self._chunks(listener):
            await _send(send, chunk)

    async def _chunks(self, listener: Listener) -> AsyncIterator[bytes]:
        """Ends if the database is away at the beginning; the client comes again."""
        yield AGAIN
        try:
            missed = await self._workers.go_on(self._missed)
        except DatabaseError:
            return
        self._feed.follow(missed.version)
        reached = missed.version
        yield missed.after(-1) + version_message(reached, is_whole=missed.is_whole)
        while True:
            part = await self._next(listener)
            if part is None:
                yield HEARTBEAT
            elif not part.is_whole:
                reached = part.version
                yield version_message(reached, is_whole=False)
            elif part.version > reached:
                yield part.after(reached)
                reached = part.version

    def _missed(self) -> Told:
        """What was committed after the version that the client knows."""
        if self._after is None:
            return Told(read_version(self._feed.engine), (), is_whole=True)
        parts = [read_feed(self._feed.engine, self._after)]
        while parts[-1].entries:
            parts.append(read_feed(self._feed.engine, parts[-1].version))
        return Told(
            parts[-1].version,
            [each for part in parts for each in told(part).entries],
            all(part.is_whole for part in parts),
        )

    async def _next(self, listener: Listener) -> Told | None:
        """The next part; None after a time of silence."""
        try:
            async with asyncio.timeout(self._feed.heartbeat):
                return await listener.waiting.get()
        except TimeoutError:
            return None


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
