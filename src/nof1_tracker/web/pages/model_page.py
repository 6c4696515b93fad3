"""A model's page: its curve, its figures, what it holds, did and said."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import ChatFilter, TradeFilter
from nof1_tracker.rendering.html.cells import name_of
from nof1_tracker.rendering.html.model_section import model_section
from nof1_tracker.rendering.html.palette import BENCHMARK
from nof1_tracker.services.listing.row_pages import chat_page, trade_page
from nof1_tracker.services.reading.model_names import match_accounts
from nof1_tracker.services.reading.open_positions import read_open_positions
from nof1_tracker.services.standings import read_standings
from nof1_tracker.web.pages.curve_views import curves_of, narrowed
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
from nof1_tracker.web.views.chat_stream import chat_stream
from nof1_tracker.web.views.position_views import positions_view
from nof1_tracker.web.views.standing_views import COLUMNS, a_day_before, standings_view
from nof1_tracker.web.views.trade_views import COLUMNS as TRADE_COLUMNS
from nof1_tracker.web.views.trade_views import model_path, trade_lines

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_TRADES = 15
_CHATS_READ = 60
_ENTRIES = 10


@router.get("/models/{wanted}")
async def model(
    request: Request,
    dashboard: TheDashboard,
    wanted: Text,
    asked: Annotated[PageQuery, Query()],
) -> Response:
    """One account; a name that means only one leads to its page."""

    def read() -> Response:
        frame = read_frame(dashboard, request, asked, "")
        account = _account(frame, wanted)
        if account.account_id != wanted:
            return RedirectResponse(frame.to(model_path(account.account_id)))
        context = {"frame": frame, **_of_account(dashboard, frame, account)}
        return page_response(rendered("model.html", context))

    return await dashboard.record.quick.run(read)


def _account(frame: Frame, wanted: str) -> Account:
    """The account that is meant.

    Raises:
        HTTPException: Nothing is stored.
        ConfigurationError: It means none of the season, or several.
    """
    by_id = {each.account_id: each for each in frame.accounts}
    if not by_id:
        raise HTTPException(HTTPStatus.NOT_FOUND, "No account is stored.")
    if wanted in by_id:
        return by_id[wanted]
    ids = match_accounts(frame.accounts, wanted)
    if len(ids) > 1:
        raise ConfigurationError(
            f"{wanted!r} has several accounts.", f"Choose one: {', '.join(ids)}."
        )
    return by_id[ids[0]]


def _of_account(
    dashboard: Dashboard, frame: Frame, account: Account
) -> Mapping[str, Any]:
    engine, moment = dashboard.record.engine, frame.moment
    assert moment is not None  # noqa: S101  read_frame has set it
    own = account.account_id
    found = read_standings(engine, moment.at, season=frame.number, cut=moment.cut)
    rows = tuple(row for row in found.rows if row.account.account_id == own)
    before = read_standings(engine, a_day_before(found), season=frame.number)
    held = read_open_positions(engine, found.at, season=frame.number, models=[own])
    until, number = frame.end, frame.number
    traded, said = TradeFilter(until=until), ChatFilter(until=until)
    trades = trade_page(engine, traded, Place(_TRADES), model=own, season=number)
    chats = chat_page(engine, said, Place(_CHATS_READ), model=own, season=number)
    return {
        "account": account,
        "name": name_of(account),
        "stroke": frame.stroke_of.get(own, BENCHMARK),
        "path": model_path(own),
        "columns": COLUMNS,
        "view": standings_view(
            replace(found, rows=rows),
            before,
            frame.stroke_of,
            dashboard.chances(moment, found.at),
        ),
        "positions": positions_view(held, frame.stroke_of),
        "trade_columns": TRADE_COLUMNS,
        "trades": trade_lines(trades.rows, frame.stroke_of),
        "chats": chat_stream(chats.rows, frame.stroke_of, _ENTRIES),
    }


@router.get("/models/{account_id}/figures")
async def figures(
    dashboard: TheDashboard, account_id: Text, asked: Annotated[PageQuery, Query()]
) -> Response:
    """A part of the page: the account's curve, and all figures of the report."""

    def read() -> str:
        moment = asked.moment(dashboard.record.clock.now())
        found = dashboard.reports.report(moment.span, moment.at)
        own = narrowed(found, (account_id,))
        sections = [
            model_section(key, each)
            for key, each in enumerate(own.found.models)
            if each.account.account_id == account_id
        ]
        return rendered(
            "figures.html",
            {**curves_of(dashboard, moment, own), "sections": sections},
        )

    return page_response(await dashboard.record.slow.run(read))
