"""Pages with forms, which work without scripts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from nof1_tracker.errors import (
    ConfigurationError,
    MoveError,
    SignInError,
    TooManyAttemptsError,
    TrackerError,
)
from nof1_tracker.records.people.people import User
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    PageQuery,
    page_response,
    read_frame,
    rendered,
)
from nof1_tracker.web.people.visits import (
    People,
    Visit,
    keep_visitor,
    read_visit,
    require_own_form,
    visit_of_anyone,
)
from nof1_tracker.web.workers import Workers

_MOST_BYTES = 16_384
_MOST_FIELDS = 20
_KIND = "application/x-www-form-urlencoded"
PERSONAL = {
    "Cache-Control": "no-store",
    # With less, a browser would not say which page its forms come from.
    "Referrer-Policy": "strict-origin",
}
Form = Mapping[str, str]
Act = Callable[[Visit, Form], Response]
Show = Callable[[Visit, Form, TrackerError | None], Response]


async def read_form(request: Request) -> Form:
    """The fields of a form.

    Raises:
        ConfigurationError: It is too large, or not a form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body, most = b"", _MOST_FIELDS if kind == _KIND else 0
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise ConfigurationError("This form is too large.", "Write less.")
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=most,
        )
    except ValueError:
        raise ConfigurationError(
            "This is not a form of this server.", "Open the page, and send its form."
        ) from None
    return dict(fields)


async def show_page(request: Request, people: People, show: Show) -> Response:
    """The page, for the one who visits."""

    def work() -> Response:
        visit = read_visit(request, people)
        return _personal(show(visit, {}, None), visit)

    return await people.workers.run(work)


async def show_to_all(
    request: Request, workers: Workers, people: People | None, show: Show
) -> Response:
    """The page, also where nobody can sign in: everybody is a guest there."""

    def work() -> Response:
        visit = visit_of_anyone(request, people)
        return _personal(show(visit, {}, None), visit)

    return await workers.run(work)


async def take_form(request: Request, people: People, act: Act, show: Show) -> Response:
    """What follows from a form; the page again, where it cannot be done."""
    form = await read_form(request)

    def work() -> Response:
        visit = read_visit(request, people)
        try:
            require_own_form(request, people, visit, form.get("form", ""))
            response = act(visit, form)
        except (SignInError, ConfigurationError, MoveError) as error:
            response = show(visit, form, error)
            response.status_code = status_of(error)
            if isinstance(error, TooManyAttemptsError):
                response.headers["Retry-After"] = str(int(error.retry_after))
        return _personal(response, visit)

    return await people.workers.run(work)


def status_of(error: TrackerError) -> HTTPStatus:
    """How an error of a form is answered."""
    match error:
        case TooManyAttemptsError():
            return HTTPStatus.TOO_MANY_REQUESTS
        case SignInError():
            return HTTPStatus.FORBIDDEN
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY


def page_of(
    dashboard: Dashboard,
    request: Request,
    people: People,
    template: str,
    visit: Visit,
    **shown: Any,
) -> Response:
    """A page of people."""
    frame = read_frame(dashboard, request, PageQuery(), "Account")
    frame = replace(frame, state=None)  # nothing of it changes with the record
    context = {
        "frame": frame,
        "form": visit.form_token(people),
        "visit": visit,
        "error": None,
        "said": "",
        "typed": {},
        **shown,
    }
    return page_response(rendered(template, context))


def own_path(text: str) -> str:
    """The text, if it is the address of a page of this server; empty otherwise.

    Browsers read a second slash, or a backslash, as the beginning of another host.
    """
    is_ours = text.startswith("/") and text[1:2] not in {"/", "\\"}
    return text if is_ours and text.isascii() and text.isprintable() else ""


def go_to(path: str) -> Response:
    """Lets the browser ask for another page, so that a reload sends no form again."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def to_sign_in(back: str) -> str:
    """The page to sign in on, which then leads back to that page of this server."""
    return f"/sign-in?{urlencode({'next': back}, safe='/')}"


def once_signed_in(back: str, do: Callable[[User, Form], str]) -> Act:
    """What a form does for somebody who is signed in; anybody else signs in first.

    Args:
        back: The page that signing in leads back to.
        do: Does it, and gives the address of the page that follows.
    """

    def act(visit: Visit, form: Form) -> Response:
        if visit.who is None:
            return go_to(to_sign_in(back))
        return go_to(do(visit.who.user, form))

    return act


def _personal(response: Response, visit: Visit) -> Response:
    for name, value in PERSONAL.items():
        response.headers[name] = value
    keep_visitor(response, visit)
    return response
