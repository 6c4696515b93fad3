"""Whether recording goes on, and how much of the season is held."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.coverage_words import EXPLAINED
from nof1_tracker.rendering.html.coverage_map import held_maps, held_table
from nof1_tracker.services.read import read_condition, read_freshness
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    PageQuery,
    TheDashboard,
    page_response,
    read_frame,
    rendered,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/status")
async def status(
    request: Request, dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """Coverage by account and day, the last runs, and what was rejected."""

    def read() -> Response:
        record = dashboard.record
        frame = read_frame(dashboard, request, asked, "Status")
        moment = asked.moment(frame.now)
        found = dashboard.reports.report(moment.span, moment.at).found
        fresh = read_freshness(
            record.engine, frame.now, tuple(Kind), record.stale_after
        )
        context: Mapping[str, Any] = {
            "frame": frame,
            "condition": read_condition(record.engine, frame.now),
            "kinds": [
                (kind.value.replace("_", " "), at, kind in fresh.stale)
                for kind, at in fresh.successes.items()
            ],
            "held": held_table(found),
            "maps": held_maps(found),
            "explained": EXPLAINED,
            "strokes": [
                frame.stroke_of[each.account.account_id] for each in found.models
            ],
        }
        return page_response(rendered("status.html", context))

    return await dashboard.record.slow.run(read)
