"""A server that does nothing else: python -m benchmarks.floors.bare_server PORT FILE."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse

NEWS = b"event: snapshots\ndata: {}\n\n"


def application(body: bytes) -> FastAPI:
    """Answers with the same bytes, and tells all listeners of what is published."""
    app = FastAPI()
    listeners: set[asyncio.Queue[bytes]] = set()

    @app.get("/bytes")
    async def same() -> Response:
        return Response(body, media_type="application/json")

    @app.get("/publish")
    async def publish() -> Response:
        for each in listeners:
            each.put_nowait(NEWS)
        return Response(b"")

    async def told() -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        listeners.add(queue)
        yield b"event: ready\ndata: {}\n\n"
        while True:
            yield await queue.get()

    @app.get("/live")
    async def live() -> Response:
        return StreamingResponse(told(), media_type="text/event-stream")

    return app


if __name__ == "__main__":
    app = application(Path(sys.argv[2]).read_bytes())
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
