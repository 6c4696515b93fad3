"""The tools over HTTP: each request is answered by itself, and nothing is kept of it.

Any number of processes may so answer one client in turn.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import Engine
from nof1_tracker.mcp.record_server import record_server

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = Callable[[Message, Receive, Send], Awaitable[None]]
"""An application of ASGI."""
_LARGEST = 256 * 1024
"""Bytes of a request; the longest query has a tenth of that."""


def http_tools(engine: Engine) -> Answer:
    """What answers a POST of a client. It asks nobody who they are."""
    # One line at the beginning and one at the end of each request tell nothing.
    logging.getLogger(StreamableHTTPSessionManager.__module__).setLevel(logging.WARNING)
    server = record_server(engine, SystemClock())

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        manager = StreamableHTTPSessionManager(
            server,
            json_response=True,
            stateless=True,
            max_request_body_size=_LARGEST,
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    return answer
