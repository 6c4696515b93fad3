"""The first page: the arena now, or as of any moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.asking.listed_rows import ListedEvent, RowFilter
from nof1_tracker.records.stored import ChatFilter
from nof1_tracker.rendering.html.overview import Masthead, masthead
from nof1_tracker.services.listing.row_pages import chat_page, event_page
from nof1_tracker.services.listing.stored_overview import read_traded_at
from nof1_tracker.services.reading.open_positions import read_open_positions
from nof1_tracker.services.standings import read_standings
from nof1_tracker.web.pages.curve_views import curves_of, narrowed
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    INSTANT,
    Dashboard,
    Frame,
    Moment,
    PageQuery,
    TheDashboard,
    answer_page,
    page_response,
    read_frame,
    rendered,
)
from nof1_tracker.web.views.chat_stream import ChatEntry, chat_stream
from nof1_tracker.web.views.position_views import positions_view
from nof1_tracker.web.views.slider_ticks import gap_places, tick_places
from nof1_tracker.web.views.standing_views import COLUMNS, a_day_before, standings_view

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_CHATS_READ = 150
"""Conversations among which the stream's entries are found: most of them only hold."""
_ENTRIES = 14
_EVENTS = 12


@router.get("/")
async def now(
    request: Request, dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """Who is ahead, what is open, what the models say, and what happened."""

    def read() -> Mapping[str, Any]:
        frame = read_frame(dashboard, request, asked, "Now")
        moment = asked.moment(frame.now)
        arena = _arena(dashboard, frame, moment)
        return {"frame": frame, "bounds": _bounds(frame, moment), **arena}

    return await answer_page(dashboard, "now.html", read)


def _bounds(frame: Frame, moment: Moment) -> tuple[int, int, int] | None:
    """Where the season begins and was last observed, and the moment, in Unix seconds.

    None for a season of which the beginning is not known, or nothing was observed.
    """
    observed = {each.span.number: each.last_observed_at for each in frame.seasons}
    last = observed.get(frame.number) if frame.number is not None else None
    if frame.span is None or frame.span.start is None or last is None:
        return None
    first, end = int(frame.span.start.timestamp()), int(last.timestamp())
    return first, end, max(first, min(end, int(moment.at.timestamp())))


def _arena(dashboard: Dashboard, frame: Frame, moment: Moment) -> Mapping[str, Any]:
    engine = dashboard.record.engine
    found = read_standings(engine, moment.at, season=moment.season, cut=moment.cut)
    before = read_standings(engine, a_day_before(found), season=frame.number)
    chances = dashboard.chances(moment, found.at)
    positions = read_open_positions(engine, found.at, season=moment.season)
    return {
        "view": standings_view(found, before, frame.stroke_of, chances),
        "columns": COLUMNS,
        "positions": positions_view(positions, frame.stroke_of),
        "chats": _chats(dashboard, frame, found.at),
        "events": _events(dashboard, found.at),
    }


def _chats(dashboard: Dashboard, frame: Frame, at: datetime) -> tuple[ChatEntry, ...]:
    if frame.number is None:
        return ()
    wanted = ChatFilter(until=at + INSTANT)
    page = chat_page(
        dashboard.record.engine, wanted, Place(_CHATS_READ), season=frame.number
    )
    return chat_stream(page.rows, frame.stroke_of, _ENTRIES)


def _events(dashboard: Dashboard, at: datetime) -> tuple[ListedEvent, ...]:
    wanted = RowFilter(until=at + INSTANT)
    return event_page(dashboard.record.engine, wanted, Place(_EVENTS)).rows


@router.get("/ticks")
async def ticks(
    request: Request, dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """A part of the page: where on the slider there were trades, or nothing was seen."""

    def read() -> str:
        frame = read_frame(dashboard, request, asked, "Now")
        bounds = _bounds(frame, asked.moment(frame.now))
        if bounds is None:
            return ""
        engine, number = dashboard.record.engine, frame.number
        _, times = read_traded_at(engine, number, frame.now)
        gaps = dashboard.gaps(number, frame.now)
        drawn = {
            "places": tick_places(bounds[:2], times),
            "gaps": gap_places(bounds[:2], gaps),
            "count": len(times),
        }
        return rendered("ticks.html", drawn)

    return page_response(await dashboard.record.quick.run(read))


class EquityQuery(PageQuery):
    """Whose equity: of all by default, and then with what the report says of it."""

    first: Text | None = None
    second: Text | None = None


@router.get("/equity")
async def equity(
    dashboard: TheDashboard, asked: Annotated[EquityQuery, Query()]
) -> Response:
    """A part of a page: curves, and how much the lead means."""

    def read() -> str:
        moment = asked.moment(dashboard.record.clock.now())
        found = dashboard.reports.report(moment.span, moment.at)
        said: Masthead | None = masthead(found.found)
        chosen = [each for each in (asked.first, asked.second) if each]
        if chosen:
            found, said = narrowed(found, chosen), None
        curves = curves_of(dashboard, moment, found)
        return rendered("equity.html", {**curves, "masthead": said})

    return page_response(await dashboard.record.slow.run(read))
