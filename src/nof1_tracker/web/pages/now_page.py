"""The first page: the arena now, or as of any moment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import simplejson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.asking.listed_rows import ListedEvent, RowFilter
from nof1_tracker.records.stored import ChatFilter, StoredChat
from nof1_tracker.rendering.html.overview import masthead
from nof1_tracker.rendering.html.palette import BENCHMARK, strokes
from nof1_tracker.rendering.html.series import equity_charts, priced_benchmark
from nof1_tracker.services.listing.row_pages import chat_page, event_page
from nof1_tracker.services.reading.open_positions import read_open_positions
from nof1_tracker.services.standings import read_standings
from nof1_tracker.web.pages.chat_stream import chat_stream
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Moment,
    PageQuery,
    TheDashboard,
    answer_page,
    page_response,
    read_frame,
    rendered,
)
from nof1_tracker.web.pages.position_views import positions_view
from nof1_tracker.web.pages.standing_views import COLUMNS, standings_view

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_CHATS_READ = 150
"""Conversations among which the stream's entries are found: most of them only hold."""
_ENTRIES = 14
_EVENTS = 12
_INSTANT = timedelta(microseconds=1)


@router.get("/")
async def now(
    request: Request, dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """Who is ahead, what is open, what the models say, and what happened."""

    def read() -> Mapping[str, Any]:
        frame = read_frame(dashboard, request, asked, "Now")
        return {"frame": frame, **_arena(dashboard, asked.moment(frame.now))}

    return await answer_page(dashboard, "now.html", read)


def _arena(dashboard: Dashboard, moment: Moment) -> Mapping[str, Any]:
    engine = dashboard.record.engine
    found = read_standings(engine, moment.at, season=moment.season, cut=moment.cut)
    view = standings_view(found)
    stroke_of = view.stroke_of
    positions = read_open_positions(engine, found.at, season=moment.season)
    chats = _chats(dashboard, found.at) if found.season else ()
    return {
        "moment": moment,
        "view": view,
        "columns": COLUMNS,
        "positions": positions_view(positions, stroke_of),
        "chats": chat_stream(chats, stroke_of, _ENTRIES),
        "events": _events(dashboard, found.at),
    }


def _chats(dashboard: Dashboard, at: datetime) -> tuple[StoredChat, ...]:
    wanted = ChatFilter(until=at + _INSTANT)
    return chat_page(dashboard.record.engine, wanted, Place(_CHATS_READ)).rows


def _events(dashboard: Dashboard, at: datetime) -> tuple[ListedEvent, ...]:
    wanted = RowFilter(until=at + _INSTANT)
    return event_page(dashboard.record.engine, wanted, Place(_EVENTS)).rows


@router.get("/equity")
async def equity(
    dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """A part of the page: curves, and how much the lead means."""

    def read() -> str:
        moment = asked.moment(dashboard.record.clock.now())
        report = dashboard.reports.report(moment.span, moment.at)
        strokes_of = strokes([each.account for each in report.models])
        charts, stride = equity_charts(report, strokes_of)
        drawn = charts["models"]
        strokes_of += [BENCHMARK] * (len(drawn) - len(strokes_of))
        context = {
            "charts": simplejson.dumps(charts, separators=(",", ":"), allow_nan=False),
            "keys": [each["name"] for each in drawn],
            "strokes": strokes_of,
            "stride": stride,
            "has_curves": any(each["equity"] for each in drawn),
            "has_gaps": any(each.realized for each in report.models),
            "has_variants": any(each.account.variant for each in report.models),
            "priced_benchmark": priced_benchmark(report),
            "masthead": masthead(report),
        }
        return rendered("equity.html", context)

    return page_response(await dashboard.record.slow.run(read))
