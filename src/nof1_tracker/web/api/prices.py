"""Prices as the site and the prompts stated them, and candles of the exchange."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.records.asking.asked_values import SymbolSpan, Text
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.enums import PriceSource
from nof1_tracker.rendering.programs.listed_objects import (
    CANDLE_COLUMNS,
    PRICE_COLUMNS,
    candle_rows,
    price_rows,
)
from nof1_tracker.services.listing.row_pages import candle_page, price_page
from nof1_tracker.web.answers import Asking, Part, answer_list
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import CandleRow, Listed, PriceRow
from nof1_tracker.web.parameters import ListQuery
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["prices"], responses=STREAMS)


class PriceQuery(SymbolSpan, ListQuery):
    """Which prices, and when."""

    source: PriceSource | None = Field(None, description="Where it was read from.")


class CandleQuery(SymbolSpan, ListQuery):
    """Which candles; `since` and `until` are about when they began."""

    interval: Text | None = Field(None, description="Their length.", examples=["1h"])


@router.get("/prices", response_model=Listed[PriceRow])
async def prices(
    request: Request, record: TheRecord, asked: Annotated[PriceQuery, Query()]
) -> Response:
    """Mid prices, newest first."""
    wanted = asked.wanted(record.clock.now())

    def read(place: Place) -> Part:
        page = price_page(record.engine, wanted, place, source=asked.source)
        return Part(price_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick),
        asked,
        RowColumns(PRICE_COLUMNS, PriceRow),
        read,
    )


@router.get("/candles", response_model=Listed[CandleRow])
async def candles(
    request: Request, record: TheRecord, asked: Annotated[CandleQuery, Query()]
) -> Response:
    """Candles that `nof1-tracker backfill hyperliquid` fetched, newest first."""
    wanted = asked.wanted(record.clock.now())

    def read(place: Place) -> Part:
        page = candle_page(record.engine, wanted, place, interval=asked.interval)
        return Part(candle_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick),
        asked,
        RowColumns(CANDLE_COLUMNS, CandleRow),
        read,
    )
