"""How complete the record is, and whether recording goes on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.programs.freshness import recording_object
from nof1_tracker.rendering.programs.overview_objects import coverage_rows, gap_rows
from nof1_tracker.services.listing.stored_overview import read_coverage
from nof1_tracker.services.read import read_freshness
from nof1_tracker.web.answers import answer_object
from nof1_tracker.web.openapi_shapes import CoverageObject, HealthObject
from nof1_tracker.web.parameters import Asked
from nof1_tracker.web.record import TheRecord

router = APIRouter(tags=["status"])


@router.get("/coverage", response_model=CoverageObject)
async def coverage(
    request: Request, record: TheRecord, _asked: Annotated[Asked, Query()]
) -> Response:
    """Stored legs beside those that the site counted, and conversations missing."""

    def read() -> object:
        found = read_coverage(record.engine)
        return {"trades": coverage_rows(found.trades), "chats": gap_rows(found.chats)}

    return await answer_object(request, record.quick, read)


@router.get("/health", response_model=HealthObject)
async def health(
    request: Request, record: TheRecord, _asked: Annotated[Asked, Query()]
) -> Response:
    """Whether each kind is still being recorded; answers any Host.

    200 says that the database can be read; `healthy` says whether a monitor records.
    """

    def read() -> object:
        now = record.clock.now()
        freshness = read_freshness(record.engine, now, tuple(Kind), record.stale_after)
        return recording_object(freshness)

    return await answer_object(request, record.quick, read)
