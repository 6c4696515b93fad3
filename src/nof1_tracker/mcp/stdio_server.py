"""Serves the tools over stdin and stdout until the client closes them."""

import anyio
from mcp.server.stdio import stdio_server

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import OutputClosedError
from nof1_tracker.mcp.record_server import record_server


def serve_stdio(engine: Engine) -> None:
    """Answers one client until it closes stdin. Stdout belongs to the protocol alone.

    Raises:
        OutputClosedError: The client does not read the answers any more.
    """
    is_read = True
    try:
        anyio.run(_serve, engine)
    except* OSError:  # of the streams: errors of tools are answers
        is_read = False
    if not is_read:
        raise OutputClosedError("Nothing reads the answers any more.")


async def _serve(engine: Engine) -> None:
    server = record_server(engine, SystemClock())
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
