"""Completed legs, open positions, and how positions were observed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nof1_tracker.records.asking.asked_lists import AskedTrades
from nof1_tracker.records.asking.asked_values import ModelText, SymbolSpan
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.rendering.programs.listed_objects import (
    POSITION_COLUMNS,
    position_rows,
)
from nof1_tracker.rendering.programs.trades import COLUMNS, trade_rows
from nof1_tracker.services.listing.row_pages import position_page, trade_page
from nof1_tracker.web.answers import Asking, Part, answer_list
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import Listed, PositionRow, TradeRow
from nof1_tracker.web.parameters import ListQuery
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["trades"], responses=STREAMS)


class PositionQuery(SymbolSpan, ListQuery):
    """Whose positions, in what, when."""

    model: ModelText = None


class TradeQuery(AskedTrades, ListQuery):
    """Whose trades, in what, when; by the time of closing, or else of opening."""


@router.get("/trades", response_model=Listed[TradeRow])
async def trades(
    request: Request, record: TheRecord, asked: Annotated[TradeQuery, Query()]
) -> Response:
    """Completed legs and open positions, newest first."""
    wanted = asked.filter(record.clock.now())

    def read(place: Place) -> Part:
        page = trade_page(
            record.engine, wanted, place, model=asked.model, season=asked.number
        )
        return Part(trade_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick),
        asked,
        RowColumns(COLUMNS, TradeRow),
        read,
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
        Asking(request, record, record.quick),
        asked,
        RowColumns(POSITION_COLUMNS, PositionRow),
        read,
    )
