"""The list of trades, and each trade's story."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from nof1_tracker.analyzer.decisions.trade_story import TradeStory
from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.asking.listed_rows import ObservedPrice, RowFilter
from nof1_tracker.records.asking.written_values import parse_symbols
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.records.stored import StoredTrade, TradeFilter
from nof1_tracker.services.listing.row_pages import candle_page, price_page, trade_page
from nof1_tracker.services.listing.stored_overview import read_accounts
from nof1_tracker.services.reading.whole_rows import read_trade_story
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    ListQuery,
    PageQuery,
    TheDashboard,
    answer_page,
    page_response,
    read_frame,
    rendered,
    stroke_among,
)
from nof1_tracker.web.parameters import MOST_ROWS
from nof1_tracker.web.views.story_views import (
    MOST_PRICES,
    chart_span,
    drawn_candles,
    story_chart,
    story_view,
)
from nof1_tracker.web.views.trade_views import COLUMNS, trade_lines, trade_path

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ROWS = 50


class TradesQuery(ListQuery):
    """Which trades, and after which of them."""

    symbol: Text | None = None
    side: TradeSide | None = None
    status: TradeStatus | None = None


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
    since, until = asked.window(frame)
    wanted = TradeFilter(
        symbols=parse_symbols(asked.symbol),
        side=asked.side,
        status=asked.status,
        since=since,
        until=until,
    )
    page = trade_page(
        dashboard.record.engine,
        wanted,
        asked.part(_ROWS),
        model=asked.model,
        season=frame.number,
    )
    return {
        "asked": asked,
        "columns": COLUMNS,
        "trades": trade_lines(page.rows, frame.stroke_of),
        "next": asked.further(frame, "/trades", page.next),
        "csv": f"/api{frame.to('/v1/trades', **asked.filters, format='csv')}",
        "sides": list(TradeSide),
        "statuses": list(TradeStatus),
    }


@router.get("/trades/{trade_id:path}")
async def story(
    request: Request,
    dashboard: TheDashboard,
    trade_id: Text,
    asked: Annotated[PageQuery, Query()],
) -> Response:
    """A trade's life; a part of an id that means only one leads to its page."""

    def read() -> Response:
        engine = dashboard.record.engine
        told = read_trade_story(engine, trade_id)
        found = told.trade
        frame = read_frame(dashboard, request, asked, "Trades")
        if found.trade_id != trade_id:
            return RedirectResponse(frame.to(trade_path(found.trade_id or "")))
        stroke = stroke_among(read_accounts(engine), found.account_id)
        prices, candles = _prices(dashboard, told), _candles(dashboard, told)
        context = {
            "frame": frame,
            "trade": found,
            "story": story_view(told),
            "stroke": stroke,
            "charts": story_chart(told, prices, candles, stroke.hue),
            "has_prices": bool(prices),
            "candles": candles[0].interval if candles else None,
            **_beside(dashboard, found),
        }
        return page_response(rendered("story.html", context))

    return await dashboard.record.quick.run(read)


def _prices(dashboard: Dashboard, told: TradeStory) -> Sequence[ObservedPrice]:
    since, until = chart_span(told)
    wanted = RowFilter(symbols=(told.trade.symbol,), since=since, until=until)
    page = price_page(dashboard.record.engine, wanted, Place(MOST_PRICES))
    return page.rows[::-1]


def _candles(dashboard: Dashboard, told: TradeStory) -> Sequence[Candle]:
    """The exchange's, of the shortest interval that is stored; oldest first."""
    since, until = chart_span(told)
    wanted = RowFilter(symbols=(told.trade.symbol,), since=since, until=until)
    page = candle_page(dashboard.record.engine, wanted, Place(MOST_PRICES))
    return drawn_candles(page.rows[::-1])


def _beside(dashboard: Dashboard, trade: StoredTrade) -> Mapping[str, str | None]:
    """The addresses of the account's trades before and after it."""
    place = Place(MOST_ROWS)
    page = trade_page(
        dashboard.record.engine, TradeFilter(), place, model=trade.account_id
    )
    ids = [each.trade_id for each in page.rows if each.trade_id]
    if trade.trade_id not in ids:
        return {"earlier": None, "later": None}
    at = ids.index(trade.trade_id)
    return {
        "earlier": trade_path(ids[at + 1]) if at + 1 < len(ids) else None,
        "later": trade_path(ids[at - 1]) if at else None,
    }
