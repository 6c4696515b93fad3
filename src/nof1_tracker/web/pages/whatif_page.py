"""What copying a model, or holding a coin, would have brought; every state an address."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.analyzer.play.whatif_report import CopyReport
from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.asking.asked_whatif import AskedWhatif
from nof1_tracker.records.enums import Cut
from nof1_tracker.records.play.copy_scenario import FeeChoice
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    PageQuery,
    TheDashboard,
    page_response,
    read_frame,
    rendered,
)
from nof1_tracker.web.views.whatif_views import copy_view, hold_view

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class WhatifQuery(PageQuery):
    """What the form sends; what it leaves out is as on the command line."""

    model: Text | None = None
    hold: Text | None = None
    delay: Text = "60s"
    fees: FeeChoice = FeeChoice.TAKER
    slippage: Text = "2bp"
    size: Text = "1x"
    inverse: bool = False
    symbol: Text | None = None
    since: Text | None = None
    until: Text | None = None

    def asked(self, frame: Frame) -> AskedWhatif:
        """The same as programs ask it: never beyond the moment that the page shows.

        Raises:
            ConfigurationError: A time is not valid, or nothing lies between the two.
        """
        given = self.model_dump(exclude={"at"}, exclude_none=True)
        asked = AskedWhatif(**given)
        end = _end(frame)
        _, until = asked.span(frame.now)
        if end is None or (until is not None and until <= end):
            return asked
        return asked.model_copy(update={"until": end.isoformat()})


def _end(frame: Frame) -> datetime | None:
    """The first instant that the page does not show; None for the present."""
    is_close = frame.moment is not None and frame.moment.cut is Cut.CLOSE
    if is_close and frame.span is not None and frame.span.end is not None:
        return frame.span.end
    return frame.end


@router.get("/whatif")
async def whatif(
    request: Request, dashboard: TheDashboard, asked: Annotated[WhatifQuery, Query()]
) -> Response:
    """A copy of a model, or a held coin; without a choice, the form alone."""

    def read() -> Response:
        frame = read_frame(dashboard, request, asked, "What if")
        context = {"frame": frame, "asked": asked, "fees": FeeChoice, "found": None}
        if asked.model or asked.hold:
            found = _found(dashboard, frame, asked.asked(frame))
            context |= {"found": found, **found["curves"]}
        return page_response(rendered("whatif.html", context))

    record = dashboard.record
    workers = record.paper if asked.model or asked.hold else record.quick
    return await workers.run(read)


def _found(dashboard: Dashboard, frame: Frame, asked: AskedWhatif) -> Mapping[str, Any]:
    kept = dashboard.record.whatifs.answer(asked, frame.now)
    found = kept.found
    view = (
        copy_view(found, frame.stroke_of)
        if isinstance(found, CopyReport)
        else hold_view(found)
    )
    query = asked.model_dump(mode="json", exclude_defaults=True)
    address = f"/api/v1/whatif?{urlencode(query)}"
    curves = {"version": kept.version, **view["curves"]}
    return {**view, "curves": curves, "address": address}
