"""Errors of pages, as pages: what failed, what to do, and what still works."""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from nof1_tracker.clock import utc_now
from nof1_tracker.errors import (
    ConfigurationError,
    DatabaseError,
    MoveError,
    NoSuchGameError,
    SignInError,
    TrackerError,
)
from nof1_tracker.web.pages.page_frame import Frame, address, page_response, rendered
from nof1_tracker.web.workers import BusyError

log = logging.getLogger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_TROUBLES = (TrackerError, RequestValidationError, HTTPException, BusyError)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no page.

    Attributes:
        is_passing: Whether the page asks again by itself.
    """

    status: HTTPStatus
    title: str
    detail: str
    remedy: str
    is_passing: bool = False


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Handler:
        """The route's handler, with a page for each error that is expected."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except _TROUBLES as error:
                return error_page(request, trouble_of(error))

        return answer


def error_page(request: Request, trouble: Trouble) -> Response:
    """The page that says what is wrong."""
    frame = Frame(here=address(request), place="", now=utc_now())
    text = rendered("trouble.html", {"frame": frame, "trouble": trouble})
    response = page_response(text, trouble.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _status_of(error: TrackerError) -> HTTPStatus:
    match error:
        case SignInError():
            return HTTPStatus.FORBIDDEN
        case NoSuchGameError():
            return HTTPStatus.NOT_FOUND
        case MoveError():
            return HTTPStatus.CONFLICT
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY


def trouble_of(error: Exception) -> Trouble:
    """An error in words; what is inside the server stays in its log."""
    match error:
        case ConfigurationError() | SignInError() | MoveError():
            return Trouble(
                _status_of(error), "This cannot be shown", error.message, error.remedy
            )
        case DatabaseError():
            log.error("The database cannot be read: %s", error)
            return Trouble(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The database is away",
                "The server runs, and cannot read its database now. What is recorded"
                " meanwhile is kept and stored afterwards.",
                "This page comes back by itself once the database does.",
                is_passing=True,
            )
        case BusyError():
            return Trouble(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "Too many are asking",
                "More requests wait than can be answered soon.",
                "This page tries again by itself.",
                is_passing=True,
            )
        case HTTPException():
            return Trouble(
                HTTPStatus(error.status_code),
                "There is nothing here",
                str(error.detail),
                "",
            )
        case RequestValidationError():
            wrong = "; ".join(
                f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()
            )
            return Trouble(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "This cannot be shown",
                f"{wrong}.",
                "Correct the address, or begin again.",
            )
    log.error("A page failed: %s", error)
    return Trouble(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The server failed",
        "Its log says how.",
        "Try again, or report it.",
    )
