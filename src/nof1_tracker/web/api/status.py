"""How complete the record is, and whether recording goes on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nof1_tracker.records.asking.asked_values import Asked, ModelText, OneSeason
from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.programs.freshness import recording_object
from nof1_tracker.rendering.programs.output import exact, to_line
from nof1_tracker.rendering.programs.verification_object import (
    COVERAGE_COLUMNS,
    coverage_rows,
)
from nof1_tracker.services.read import read_freshness
from nof1_tracker.services.verify.season_coverage import read_coverage
from nof1_tracker.web.answers import MINUTE, Asking, Part, answer_whole, revalidated
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.kept.kept_answers import answer_of
from nof1_tracker.web.openapi_shapes import Coverage, CoverageRow, HealthObject
from nof1_tracker.web.parameters import WholeQuery
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["status"])


class CoverageQuery(OneSeason, WholeQuery):
    """Of which season, and of whom."""

    model: ModelText = None


@router.get("/coverage", response_model=Coverage, responses=STREAMS)
async def coverage(
    request: Request, record: TheRecord, asked: Annotated[CoverageQuery, Query()]
) -> Response:
    """How complete a season is, by account, kind and day."""

    def read() -> Part:
        models = () if asked.model is None else (asked.model,)
        season, coverage = read_coverage(
            record.engine, record.clock.now(), season=asked.number, models=models
        )
        number = season and exact(season.number)
        return Part(coverage_rows(coverage), about={"season": number})

    return await answer_whole(
        Asking(request, record, record.slow, MINUTE),
        asked,
        RowColumns(COVERAGE_COLUMNS, CoverageRow),
        read,
    )


@router.get("/health", response_model=HealthObject)
async def health(
    request: Request, record: TheRecord, _asked: Annotated[Asked, Query()]
) -> Response:
    """Whether each kind is still being recorded; answers any Host.

    200 says that the database can be read; `healthy` says whether a monitor records.
    """

    def read() -> bytes:
        now = record.clock.now()
        freshness = read_freshness(record.engine, now, tuple(Kind), record.stale_after)
        return to_line(recording_object(freshness)).encode()

    body = await record.quick.run(read)
    return revalidated(request, answer_of(body))
