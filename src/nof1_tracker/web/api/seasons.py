"""Seasons, and the models that compete in them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nof1_tracker.rendering.programs.overview_objects import (
    MODEL_COLUMNS,
    SEASON_COLUMNS,
    account_rows,
    season_row,
)
from nof1_tracker.services.listing.stored_overview import read_accounts, read_seasons
from nof1_tracker.web.answers import Asking, Part, answer_whole
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import Listed, ModelRow, SeasonRow
from nof1_tracker.web.parameters import WholeQuery
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["seasons"], responses=STREAMS)


@router.get("/seasons", response_model=Listed[SeasonRow])
async def seasons(
    request: Request, record: TheRecord, asked: Annotated[WholeQuery, Query()]
) -> Response:
    """Every season by start. Season 0 holds what is older than the first known one."""

    def read() -> Part:
        found = read_seasons(record.engine)
        return Part([season_row(each.span, each.last_observed_at) for each in found])

    return await answer_whole(
        Asking(request, record, record.quick),
        asked,
        RowColumns(SEASON_COLUMNS, SeasonRow),
        read,
    )


@router.get("/models", response_model=Listed[ModelRow])
async def models(
    request: Request, record: TheRecord, asked: Annotated[WholeQuery, Query()]
) -> Response:
    """Every account ever seen, by name."""

    def read() -> Part:
        return Part(account_rows(read_accounts(record.engine)))

    return await answer_whole(
        Asking(request, record, record.quick),
        asked,
        RowColumns(MODEL_COLUMNS, ModelRow),
        read,
    )
