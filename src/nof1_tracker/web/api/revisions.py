"""What changed: values that were served differently later, and events."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.records.asking.asked_values import (
    AnySeason,
    ModelText,
    Span,
    SymbolSpan,
)
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.enums import RevisedTable
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.stored import RevisionFilter
from nof1_tracker.rendering.programs.listed_objects import EVENT_COLUMNS, event_rows
from nof1_tracker.rendering.programs.revisions import COLUMNS, revision_rows
from nof1_tracker.services.listing.row_pages import event_page, revision_page
from nof1_tracker.web.answers import Asking, Part, answer_list
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import EventRow, Listed, RevisionRow
from nof1_tracker.web.parameters import ListQuery
from nof1_tracker.web.record import TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["changes"], responses=STREAMS)


class RevisionQuery(AnySeason, Span, ListQuery):
    """Which revisions; `since` and `until` are about when the new value was observed."""

    model: ModelText = None
    table: RevisedTable | None = Field(None, description="Only rows of this table.")


class EventQuery(SymbolSpan, ListQuery):
    """Which events."""

    model: ModelText = None
    kind: EventKind | None = Field(None, description="What happened.")


@router.get("/revisions", response_model=Listed[RevisionRow])
async def revisions(
    request: Request, record: TheRecord, asked: Annotated[RevisionQuery, Query()]
) -> Response:
    """Stored values that the site served differently later; the one noted last first."""
    since, until = asked.span(record.clock.now())
    wanted = RevisionFilter(table=asked.table, since=since, until=until)

    def read(place: Place) -> Part:
        page = revision_page(
            record.engine, wanted, place, model=asked.model, season=asked.number
        )
        return Part(revision_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick),
        asked,
        RowColumns(COLUMNS, RevisionRow),
        read,
    )


@router.get("/events", response_model=Listed[EventRow])
async def events(
    request: Request, record: TheRecord, asked: Annotated[EventQuery, Query()]
) -> Response:
    """What a monitor found worth telling, newest first."""
    wanted = asked.wanted(record.clock.now())

    def read(place: Place) -> Part:
        page = event_page(
            record.engine, wanted, place, model=asked.model, kind=asked.kind
        )
        return Part(event_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick),
        asked,
        RowColumns(EVENT_COLUMNS, EventRow),
        read,
    )
