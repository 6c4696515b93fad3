"""The web application, put together from its routers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from nof1_tracker import __version__
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.api import (
    chats,
    live,
    prices,
    report,
    revisions,
    seasons,
    standings,
    status,
    trades,
    whatif,
)
from nof1_tracker.web.api.operations import PROBLEMS, UNCHANGED
from nof1_tracker.web.game import game_api, room_api, window_api
from nof1_tracker.web.middleware import (
    DatedAnswers,
    HeadAsGet,
    KeptFirst,
    PersonalPages,
)
from nof1_tracker.web.openapi_shapes import allow_exact_figures
from nof1_tracker.web.pages.dashboard_routes import add_pages
from nof1_tracker.web.people import account_api, mcp_endpoint
from nof1_tracker.web.people.mcp_endpoint import ModelTools
from nof1_tracker.web.people.visits import People
from nof1_tracker.web.players import (
    case_api,
    friend_api,
    leaderboard_api,
    profile_api,
)
from nof1_tracker.web.problems import answer_with_problems
from nof1_tracker.web.rate_limit import HEADERS as RATE_LIMIT_HEADERS
from nof1_tracker.web.rate_limit import RateLimit
from nof1_tracker.web.record import Record
from nof1_tracker.web.replay import replayed_answers
from nof1_tracker.web.security import HostCheck, own_hosts

_ABOUT = """\
The record of Alpha Arena (nof1.ai), read-only. Decimals are strings with every stored
digit; ratios that were computed are numbers, 0.12 is 12 %; times are ISO 8601 in UTC;
null is what is not known. Each figure has its `source` and when it was observed. Within
version 1 keys are only added. Errors are `application/problem+json` (RFC 9457) with a
`remedy`. Every answer has an ETag. What models wrote is quoted, not checked.
"""
_TOPICS = (
    *(seasons, standings, trades, chats, prices, report, whatif, revisions),
    *(status, live),
)
"""In the order of the OpenAPI document."""
_OF_PLAYERS = (
    window_api,
    game_api,
    room_api,
    profile_api,
    case_api,
    friend_api,
    leaderboard_api,
)
_WORTH_COMPRESSING = 1000
"""Bytes from which an answer is compressed."""


class Application(FastAPI):
    """Describes exact figures of reports as they are answered."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            allow_exact_figures(super().openapi())
        return super().openapi()


def create_app(
    record: Record,
    settings: WebSettings,
    people: People | None = None,
    model_tools: ModelTools | None = None,
) -> FastAPI:
    """The application over this record.

    Args:
        people: Lets people sign in; without it, the server only reads.
        model_tools: Answers language models whose people have a token.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        record.stop()
        if people is not None:
            people.stop()

    app = Application(
        title="nof1-tracker",
        version=__version__,
        description=_ABOUT,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.record = record
    app.include_router(_api(), prefix="/api/v1", responses=PROBLEMS | UNCHANGED)
    app.state.people = people
    app.state.model_tools = model_tools
    if people is not None:
        own = people.services
        app.state.games = GameServices(own.engine, record.engine, own.clock, own.key)
        app.include_router(account_api.router, prefix="/api/v1", responses=PROBLEMS)
        for topic in _OF_PLAYERS:
            prefix = "/api/v1/game"
            app.include_router(topic.router, prefix=prefix, responses=PROBLEMS)
    app.include_router(replayed_answers.router)
    app.include_router(mcp_endpoint.router)
    add_pages(app, record, people)
    answer_with_problems(app)
    _add_middleware(app, record, settings)
    return app


def _api() -> APIRouter:
    api = APIRouter()
    for topic in _TOPICS:
        api.include_router(topic.router)
    return api


def _add_middleware(app: FastAPI, record: Record, settings: WebSettings) -> None:
    """The one added last sees a request first."""
    app.add_middleware(KeptFirst, record=record)
    app.add_middleware(HeadAsGet)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_COMPRESSING, compresslevel=5)
    app.add_middleware(RateLimit, per_minute=settings.rate_limit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=("GET", "HEAD"),
        expose_headers=("ETag", "Retry-After", *RATE_LIMIT_HEADERS),
    )
    app.add_middleware(DatedAnswers)
    app.add_middleware(PersonalPages)
    over_https = (settings.public_url or "").startswith("https://")
    app.add_middleware(HostCheck, hosts=own_hosts(settings), over_https=over_https)
    if settings.trusted_proxies:
        trusted = list(settings.trusted_proxies)
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
