"""ModelChat: the conversations, and what they decided for each symbol."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.records.asking.asked_lists import AskedChats
from nof1_tracker.records.asking.asked_values import ModelText, SymbolSpan, Text
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.rendering.programs.chats import COLUMNS, FULL_COLUMNS, chat_rows
from nof1_tracker.rendering.programs.listed_objects import (
    DECISION_COLUMNS,
    decision_rows,
)
from nof1_tracker.services.listing.row_pages import chat_page, decision_page
from nof1_tracker.web.answers import Asking, Part, answer_list
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import ChatRow, DecisionRow, Listed
from nof1_tracker.web.parameters import ListQuery
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["ModelChat"], responses=STREAMS)


class ChatQuery(AskedChats, ListQuery):
    """Which conversations."""

    full: bool = Field(False, description="With the whole text, 10 kB each.")


class DecisionQuery(SymbolSpan, ListQuery):
    """Which decisions."""

    model: ModelText = None
    signal: Text | None = Field(
        None, description="In the site's own words.", examples=["buy_to_enter"]
    )


@router.get("/chats", response_model=Listed[ChatRow])
async def chats(
    request: Request, record: TheRecord, asked: Annotated[ChatQuery, Query()]
) -> Response:
    """What the models thought, newest first. Their words are quotations, not facts."""
    wanted = asked.filter(record.clock.now(), with_content=asked.full)

    def read(place: Place) -> Part:
        page = chat_page(
            record.engine, wanted, place, model=asked.model, season=asked.number
        )
        return Part(chat_rows(page.rows, is_full=asked.full), page.next)

    workers = record.slow if asked.search else record.quick
    columns = RowColumns(FULL_COLUMNS if asked.full else COLUMNS, ChatRow)
    return await answer_list(Asking(request, record, workers), asked, columns, read)


@router.get("/decisions", response_model=Listed[DecisionRow])
async def decisions(
    request: Request, record: TheRecord, asked: Annotated[DecisionQuery, Query()]
) -> Response:
    """What each conversation decided for each symbol, newest first."""
    wanted = asked.wanted(record.clock.now())

    def read(place: Place) -> Part:
        page = decision_page(
            record.engine, wanted, place, model=asked.model, signal=asked.signal
        )
        return Part(decision_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick),
        asked,
        RowColumns(DECISION_COLUMNS, DecisionRow),
        read,
    )
