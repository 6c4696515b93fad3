"""Where language models ask the record: /mcp, for those who have a token.

What speaks the Model Context Protocol is not known here. Its server may refuse GET and
DELETE where it keeps no sessions and sends nothing unasked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from nof1_tracker.database.connection import Engine
from nof1_tracker.identity.token_scopes import require_scope
from nof1_tracker.records.people.vocabularies import Scope as TokenScope
from nof1_tracker.web.people.account_api import bearer_of
from nof1_tracker.web.people.visits import People
from nof1_tracker.web.problems import problem
from nof1_tracker.web.workers import Places

PATH: Final = "/mcp"
MakeTools = Callable[[Engine], ASGIApp]
"""Makes what answers from an engine."""
router = APIRouter(include_in_schema=False)


def _places() -> Places:
    return Places(most=32)


@dataclass(frozen=True)
class ModelTools:
    """What answers language models.

    Attributes:
        engine: Only reads, and sees nothing of people.
        make: Takes a moment, and memory: it is called by the first request.
        places: For requests that are under way.
    """

    engine: Engine
    make: MakeTools
    places: Places = field(default_factory=_places)

    @cached_property
    def answer(self) -> ASGIApp:
        """What answers a request that may be answered."""
        return self.make(self.engine)


class _Relayed(Response):
    """The answer of the tools, in their place."""

    def __init__(self, answer: ASGIApp, places: Places) -> None:
        super().__init__()
        self._answer = answer
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._places.take()
        try:
            await self._answer(scope, receive, send)
        finally:
            self._places.give_back()


@router.api_route(PATH, methods=["GET", "POST", "DELETE"])
async def answer_model(request: Request) -> Response:
    """Lets the tools answer, if somebody asks who may read."""
    tools, people = request.app.state.model_tools, request.app.state.people
    if not isinstance(tools, ModelTools):
        return _NO_TOOLS
    if not isinstance(people, People):
        return _NO_PEOPLE
    if request.method != "POST":
        return _ONLY_POST
    if not _is_own_origin(request):
        return _ANOTHER_ORIGIN

    def admit() -> ASGIApp:
        require_scope(bearer_of(request, people).scopes, TokenScope.READ)
        return tools.answer  # the first time, it is made

    return _Relayed(await people.workers.run(admit), tools.places)


def _is_own_origin(request: Request) -> bool:
    """Programs send no origin; a browser sends that of the page that asks."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "").lower()
    return origin is None or origin.lower().partition("://")[2] == host


_NO_TOOLS = problem(
    HTTPStatus.NOT_FOUND,
    "This server does not speak the Model Context Protocol: its package is missing.",
    "Install it where the server runs: pip install 'nof1-tracker[mcp]'.",
)
_NO_PEOPLE = problem(
    HTTPStatus.NOT_FOUND,
    "Nobody can sign in to this server, and so nobody has a token for this.",
    "Set NOF1_SECRET_KEY where the server runs.",
)
_ONLY_POST = problem(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "This server keeps no sessions, and sends nothing unasked.",
    "Ask with POST.",
    {"Allow": "POST"},
)
_ANOTHER_ORIGIN = problem(
    HTTPStatus.FORBIDDEN,
    "A page of another site may not ask here.",
    "Ask from a program.",
)
