"""Answers below /api/ as the site gave them, at a moment that stands or moves."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.replayed_answer import ReplayedAnswer
from nof1_tracker.records.asking.written_values import parse_time
from nof1_tracker.rendering.programs.output import iso
from nof1_tracker.services.recorded.replayed_site import Replay
from nof1_tracker.web.answers import is_known
from nof1_tracker.web.problems import problem
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.workers import Workers

Moment = Callable[[], datetime]

_CONFINED = {
    # What was recorded is another site's: it must not act as a page of this one.
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}
_JSON = "application/json"

router = APIRouter(include_in_schema=False)


@router.get("/as-of/{moment}/api/{path:path}")
async def as_of(
    request: Request, record: TheRecord, moment: str, path: str
) -> Response:
    """An address of the site, as it answered at that moment."""
    now = record.clock.now()
    time = parse_time(moment, now) or now
    return await replayed(request, record.replay, record.slow, f"/api/{path}", time)


async def replayed(
    request: Request, replay: Replay, workers: Workers, path: str, moment: datetime
) -> Response:
    """The answer of then, 304 for a client that has it, or a problem (404)."""

    def read() -> ReplayedAnswer | Response:
        try:
            found = replay.answer(path, request.url.query, moment)
            return found or _nothing(path, moment, replay.first(path))
        except ArchiveError as error:
            return problem(HTTPStatus.NOT_FOUND, error.message, error.remedy)

    found = await workers.run(read)
    if isinstance(found, Response):
        return found
    headers = {**dict(found.headers), **_CONFINED}
    tag = next((value for name, value in found.headers if name.lower() == "etag"), "")
    if tag and is_known(request, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    kind = None if "content-type" in {name.lower() for name in headers} else _JSON
    return Response(found.body, headers=headers, media_type=kind)


def _nothing(path: str, moment: datetime, first: datetime | None) -> Response:
    detail = f"Nothing of {path} was recorded up to {iso(moment)}."
    remedy = (
        "`nof1-tracker archive list` shows what is recorded."
        if first is None
        else f"Ask for a moment from {iso(first)} on."
    )
    return problem(HTTPStatus.NOT_FOUND, detail, remedy)
