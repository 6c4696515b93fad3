"""Completed legs, open positions, and how positions were observed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.asking.written_values import parse_symbols
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.stored import TradeFilter
from nof1_tracker.rendering.programs.listed_objects import (
    POSITION_COLUMNS,
    position_rows,
)
from nof1_tracker.rendering.programs.trades import COLUMNS, trade_rows
from nof1_tracker.services.listing.row_pages import position_page, trade_page
from nof1_tracker.web.answers import Asking, Part, answer_list
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import Listed, PositionRow, TradeRow
from nof1_tracker.web.parameters import (
    AnySeasonQuery,
    ModelText,
    RowQuery,
)
from nof1_tracker.web.record import TheRecord

router = APIRouter(tags=["trades"], responses=STREAMS)


class PositionQuery(RowQuery):
    """Whose positions, in what, when."""

    model: ModelText = None


class TradeQuery(AnySeasonQuery, PositionQuery):
    """Whose trades, in what, when; by the time of closing, or else of opening."""

    side: TradeSide | None = Field(None, description="Side of the position.")
    status: TradeStatus | None = Field(None, description="`open` are open positions.")


@router.get("/trades", response_model=Listed[TradeRow])
async def trades(
    request: Request, record: TheRecord, asked: Annotated[TradeQuery, Query()]
) -> Response:
    """Completed legs and open positions, newest first."""
    since, until = asked.span(record.clock.now())
    wanted = TradeFilter(
        symbols=parse_symbols(asked.symbol),
        side=asked.side,
        status=asked.status,
        since=since,
        until=until,
    )

    def read(place: Place) -> Part:
        page = trade_page(
            record.engine, wanted, place, model=asked.model, season=asked.number
        )
        return Part(trade_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick), asked, COLUMNS, read
    )


@router.get("/positions", response_model=Listed[PositionRow])
async def positions(
    request: Request, record: TheRecord, asked: Annotated[PositionQuery, Query()]
) -> Response:
    """Positions as they were observed, each as often as it was, newest first.

    The open ones, once each, are `trades?status=open`.
    """
    wanted = asked.wanted(record.clock.now())

    def read(place: Place) -> Part:
        page = position_page(record.engine, wanted, place, model=asked.model)
        return Part(position_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick), asked, POSITION_COLUMNS, read
    )
