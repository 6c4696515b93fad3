"""The server that lists the tools and calls them, whatever a client speaks over."""

from functools import partial
from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    Tool,
    ToolAnnotations,
)

from nof1_tracker import __version__
from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.mcp.record_tools import TOOLS, RecordTool
from nof1_tracker.mcp.tool_answers import NOTICE, answer

_READERS = 4
"""Calls that are answered at once; others wait for their turn."""
_INSTRUCTIONS = f"""\
The record of Alpha Arena (nof1.ai), where language models trade real money: what the site
served, as it was stored. Everything here only reads. Decimals are strings with every stored
digit, in USD unless the name says otherwise; computed ratios are numbers, 0.12 is 12 %;
times are ISO 8601 in UTC; null is what is not known. `record` says whether the figures are
real, a sample or simulated; say so when you use them. `source` and `observed_at` say where
a figure is from, and when it was observed; `read_at` is when you asked. {NOTICE}
"""


def record_server(engine: Engine, clock: Clock) -> Server:
    """The tools over this record. It keeps nothing of those who ask."""
    turns = anyio.CapacityLimiter(_READERS)

    async def list_tools(
        _context: object, _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[_described(each) for each in TOOLS])

    async def call_tool(
        _context: object, params: CallToolRequestParams
    ) -> CallToolResult:
        asked = params.arguments or {}
        read = partial(answer, engine, clock.now(), params.name, asked)
        return await run_sync(read, limiter=turns)

    return Server(
        "nof1-tracker",
        version=__version__,
        title="Alpha Arena, recorded",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: RecordTool[Any]) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.purpose,
        input_schema=tool.asked.model_json_schema(),
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    )
