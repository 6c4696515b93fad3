"""A season's report: what it says, and the whole of it as one file."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.rendering.html import render_html
from nof1_tracker.rendering.html.overview import masthead
from nof1_tracker.services.listing.stored_overview import read_origin
from nof1_tracker.services.reading.origin import holds_sample
from nof1_tracker.services.reading.season_stories import read_season_stories
from nof1_tracker.services.reading.season_words import read_season_words
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    PageQuery,
    TheDashboard,
    page_response,
    read_frame,
    rendered,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_HEADERS = {
    # The file says itself which scripts and styles it has.
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@router.get("/report")
async def report(
    request: Request, dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """What the report of the season comes to, and where it is."""

    def read() -> Response:
        frame = read_frame(dashboard, request, asked, "Report")
        moment = asked.moment(frame.now)
        found = dashboard.reports.report(moment.span, moment.at).found
        context: Mapping[str, Any] = {"frame": frame, "masthead": masthead(found)}
        return page_response(rendered("season.html", context))

    return await dashboard.record.slow.run(read)


@router.get("/report/season.html")
async def season_file(
    dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """The whole report, as `nof1-tracker report -o season.html` writes it."""

    def read() -> Response:
        engine = dashboard.record.engine
        moment = asked.moment(dashboard.record.clock.now())
        found = dashboard.reports.report(moment.span, moment.at).found
        text = render_html(
            found,
            read_season_stories(engine, found),
            read_season_words(engine, found),
            copies=dashboard.reports.copies(moment.span, found),
            is_simulated=read_origin(engine).is_simulated,
            is_sample=holds_sample(engine),
        )
        return Response(text, headers=_HEADERS, media_type="text/html")

    return await dashboard.record.slow.run(read)
