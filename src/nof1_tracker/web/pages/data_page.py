"""Where everything can be had: files, the API, and how to cite it."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.web.formats import Format
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    PageQuery,
    TheDashboard,
    answer_page,
    read_frame,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LISTS = {
    "equity": "every observed equity, from every source",
    "trades": "completed legs and open positions",
    "positions": "positions as they were observed, each as often as it was",
    "chats": "conversations, without their whole text",
    "decisions": "what each conversation decided for each symbol",
    "prices": "prices as the site and the prompts stated them",
    "candles": "the exchange's prices by interval",
    "events": "what a monitor found worth telling",
    "revisions": "stored values that were served differently later",
    "coverage": "how complete the season is, by account, kind and day",
    "leaderboard": "the standings",
    "seasons": "every season",
    "models": "every account",
}
"""Lists of the API, and what they hold."""


@router.get("/data")
async def data(
    request: Request, dashboard: TheDashboard, asked: Annotated[PageQuery, Query()]
) -> Response:
    """Links to all of it."""

    def read() -> Mapping[str, Any]:
        frame = read_frame(dashboard, request, asked, "Data")
        return {
            "frame": frame,
            "lists": LISTS,
            "formats": list(Format),
            "base": str(request.base_url).rstrip("/"),
        }

    return await answer_page(dashboard, "data.html", read)
