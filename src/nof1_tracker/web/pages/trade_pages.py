"""The list of trades, and each trade's story."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.asking.written_values import parse_symbols, parse_window
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.stored import TradeFilter
from nof1_tracker.services.listing.row_pages import trade_page
from nof1_tracker.web.cursor import cursor_of, keyset_of
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    PageQuery,
    TheDashboard,
    answer_page,
    read_frame,
)
from nof1_tracker.web.pages.trade_views import COLUMNS, trade_lines
from nof1_tracker.web.parameters import Text

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ROWS = 50


class TradesQuery(PageQuery):
    """Which trades, and after which of them."""

    model: Text | None = None
    symbol: Text | None = None
    side: TradeSide | None = None
    status: TradeStatus | None = None
    since: Text | None = None
    until: Text | None = None
    cursor: str | None = None

    @property
    def filters(self) -> Mapping[str, Any]:
        """What narrows the list, by the names in the address."""
        return self.model_dump(
            mode="json", exclude={"season", "at", "cursor"}, exclude_none=True
        )


@router.get("/trades")
async def trades(
    request: Request, dashboard: TheDashboard, asked: Annotated[TradesQuery, Query()]
) -> Response:
    """Completed legs and open positions, newest first."""

    def read() -> Mapping[str, Any]:
        frame = read_frame(dashboard, request, asked, "Trades")
        return {"frame": frame, **_listed(dashboard, frame, asked)}

    return await answer_page(dashboard, "trades.html", read)


def _listed(
    dashboard: Dashboard, frame: Frame, asked: TradesQuery
) -> Mapping[str, Any]:
    since, until = parse_window(asked.since, asked.until, frame.now)
    wanted = TradeFilter(
        symbols=parse_symbols(asked.symbol),
        side=asked.side,
        status=asked.status,
        since=since,
        until=min((each for each in (until, frame.end) if each), default=None),
    )
    after = keyset_of(asked.cursor) if asked.cursor else None
    page = trade_page(
        dashboard.record.engine,
        wanted,
        Place(_ROWS, after),
        model=asked.model,
        season=frame.number,
    )
    further = page.next and frame.to(
        "/trades", **asked.filters, cursor=cursor_of(page.next)
    )
    return {
        "asked": asked,
        "columns": COLUMNS,
        "trades": trade_lines(page.rows, frame.stroke_of),
        "next": further,
        "csv": f"/api{frame.to('/v1/trades', **asked.filters, format='csv')}",
        "sides": list(TradeSide),
        "statuses": list(TradeStatus),
    }
