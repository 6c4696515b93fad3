"""Adds the pages to the application."""

from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.web.kept.kept_reports import KeptReports
from nof1_tracker.web.pages import (
    asset_files,
    chat_pages,
    compare_page,
    data_page,
    model_page,
    now_page,
    season_pages,
    status_page,
    trade_pages,
    whatif_page,
)
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard
from nof1_tracker.web.people import account_page, sign_in_pages
from nof1_tracker.web.people.visits import People
from nof1_tracker.web.play_pages import desk_page, play_page, reveal_page, room_page
from nof1_tracker.web.player_pages import (
    achievements_page,
    case_pages,
    character_page,
    friends_page,
    leaderboards_page,
    profile_pages,
)
from nof1_tracker.web.record import Record

_PAGES = (
    asset_files,
    now_page,
    model_page,
    trade_pages,
    chat_pages,
    compare_page,
    whatif_page,
    season_pages,
    data_page,
    status_page,
)
_OF_PEOPLE = (sign_in_pages, account_page, play_page, reveal_page, desk_page, room_page)
_OF_PLAYERS = (
    case_pages,
    leaderboards_page,
    achievements_page,
    friends_page,
    profile_pages,
    character_page,
)
_elsewhere = APIRouter(route_class=PageRoute, include_in_schema=False)
_beside_api = APIRouter(include_in_schema=False)


def add_pages(app: FastAPI, record: Record, people: People | None = None) -> None:
    """Adds them behind all other routes: what nobody answers is a page that says so."""
    app.state.dashboard = Dashboard(record, KeptReports(record.engine))
    app.state.players = _player_services(record, people)
    for page in (*_PAGES, *_OF_PLAYERS, *(_OF_PEOPLE if people else ())):
        app.include_router(page.router)
    app.include_router(_beside_api)
    app.include_router(_elsewhere)


def _player_services(record: Record, people: People | None) -> PlayerServices:
    """Those of the people who can sign in; else they read the record's cases alone."""
    engine = record.engine if people is None else people.services.engine
    return PlayerServices(engine, record.clock)


@_beside_api.get("/api/{path:path}")
async def no_operation(path: str) -> Response:
    """Programs are told in their own way."""
    raise HTTPException(HTTPStatus.NOT_FOUND, f"No operation has the path /api/{path}.")


@_elsewhere.get("/{path:path}")
async def elsewhere(path: str) -> Response:
    """No page has this address."""
    raise HTTPException(HTTPStatus.NOT_FOUND, f"No page has the address /{path}.")
