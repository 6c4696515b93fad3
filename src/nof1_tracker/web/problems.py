"""Errors as RFC 9457 has them: problem+json, with what to do about it."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from nof1_tracker.errors import (
    ConfigurationError,
    DatabaseError,
    MoveError,
    NoSuchGameError,
    ScopeError,
    SignInError,
    TooManyAttemptsError,
    TrackerError,
)
from nof1_tracker.rendering.programs.output import to_line
from nof1_tracker.web.workers import BusyError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER = 2
"""Seconds after which a busy server is asked again."""
_AWAY = 15
"""Seconds after which a database that is away is asked for again."""
_REFUSED_AS: Mapping[type[TrackerError], HTTPStatus] = {
    NoSuchGameError: HTTPStatus.NOT_FOUND,
    MoveError: HTTPStatus.CONFLICT,
    ConfigurationError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""Errors that asking otherwise helps against; the first that fits counts."""
_SEE_API = "See /openapi.json for what can be asked."


class Problem(BaseModel):
    """Why a request was not answered, and what to do."""

    type: str = Field("about:blank", description="about:blank: `title` says it all.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, and with what.")
    remedy: str = Field(description="What to do next; empty if only waiting helps.")


def problem(
    status: HTTPStatus,
    detail: str,
    remedy: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request that is not answered otherwise."""
    body = Problem(
        title=status.phrase, status=status.value, detail=detail, remedy=remedy
    )
    return Response(
        to_line(body.model_dump()).encode(),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer with, for the OpenAPI document."""
    schema = Problem.model_json_schema()
    return {
        status.value: {
            "description": status.phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def answer_with_problems(app: FastAPI) -> None:
    """Lets every error of the application be answered as a problem."""
    app.add_exception_handler(TrackerError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(BusyError, _busy)
    app.add_exception_handler(Exception, _unexpected)


def _expected(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TrackerError)  # noqa: S101  as it was registered
    for kind, status in _REFUSED_AS.items():
        if isinstance(error, kind):
            return problem(status, error.message, error.remedy)
    if isinstance(error, TooManyAttemptsError):
        again = {"Retry-After": str(int(error.retry_after))}
        status = HTTPStatus.TOO_MANY_REQUESTS
        return problem(status, error.message, error.remedy, again)
    if isinstance(error, ScopeError):
        lacking = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
        return problem(HTTPStatus.FORBIDDEN, error.message, error.remedy, lacking)
    if isinstance(error, SignInError):
        asked = {"WWW-Authenticate": "Bearer"}
        return problem(HTTPStatus.UNAUTHORIZED, error.message, error.remedy, asked)
    if isinstance(error, DatabaseError):
        log.error("The database cannot be read: %s", error)
        return _unavailable("The database cannot be read now.")
    log.error("A request failed: %s", error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, error.message, error.remedy)


def _unavailable(detail: str, seconds: int = _AWAY) -> Response:
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        detail,
        f"Ask again in {seconds} seconds.",
        {"Retry-After": str(seconds)},
    )


def _busy(_request: Request, _error: Exception) -> Response:
    return _unavailable("Too many requests are waiting already.", _RETRY_AFTER)


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  as registered
    wrong = "; ".join(
        f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}"
        for each in error.errors()
    )
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{wrong}.", _SEE_API)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  as it was registered
    status = HTTPStatus(error.status_code)
    return problem(status, str(error.detail), _SEE_API, error.headers)


def _unexpected(_request: Request, _error: Exception) -> Response:
    """The traceback is in the log; the one who asks learns nothing of the inside."""
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The server failed; its log says how.",
        "Ask again, or report it.",
    )
