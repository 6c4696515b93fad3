"""What is committed, announced as it is."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field

from nof1_tracker.records.asking.asked_values import Asked
from nof1_tracker.web.live.event_stream import MEDIA_TYPE, EventStream
from nof1_tracker.web.record import TheRecord

router = APIRouter(tags=["live"])

_EXAMPLE = """\
event: trades
id: 4711
data: {"version":4711,"committed_at":"2025-10-28T06:51:03.214Z","kind":"trades",\
"count":1,"ids":["deepseek-chat-v3.1_204671918246"]}

"""
_STREAM = {"schema": {"type": "string"}, "example": _EXAMPLE}
_UNKNOWN = -1
"""A version that no database has: everything may have changed since."""
_LONGEST = 18
"""Digits of a version."""


class LiveQuery(Asked):
    """From when on."""

    after: int | None = Field(
        None,
        ge=0,
        lt=10**_LONGEST,
        description="Begin after this version, such as that of a page that was served;"
        " `Last-Event-ID` counts before it. By default, with what is committed next.",
    )


LastEventId = Annotated[
    str | None,
    Header(
        description="`id` of the last message that was received; browsers send it by"
        " themselves. What was committed since comes first."
    ),
]


@router.get(
    "/live",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events.", "content": {MEDIA_TYPE: _STREAM}}
    },
)
async def live(
    record: TheRecord,
    asked: Annotated[LiveQuery, Query()],
    last_event_id: LastEventId = None,
) -> Response:
    """What is stored, as soon as it is committed, as server-sent events.

    `ready` comes first, with the version up to which nothing is missing; `reset` in its
    place if something may be, so that everything may differ. Then
    `snapshots`, `positions`, `trades`, `chats` and `events`, each with the version, the
    time, and the ids of what changed (null if they are more than a hundred); `record`
    after a correction of seasons or accounts. The rows themselves are asked for. A
    comment comes every 15 seconds; a client that does not keep up is cut off, and goes
    on with `Last-Event-ID`.
    """
    after = asked.after if last_event_id is None else _version(last_event_id)
    return EventStream(record.live, record.quick, after)


def _version(text: str) -> int:
    is_version = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if is_version else _UNKNOWN
