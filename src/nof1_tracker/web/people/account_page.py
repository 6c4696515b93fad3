"""The page of a person who is signed in: sessions, tokens, password, deletion."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records.people.people import SignedIn
from nof1_tracker.records.people.vocabularies import Scope
from nof1_tracker.services.sign_in.password_changes import (
    change_password,
    confirm_password,
)
from nof1_tracker.services.sign_in.program_tokens import (
    list_tokens,
    make_token_for,
    revoke_token,
)
from nof1_tracker.services.sign_in.register import delete_user
from nof1_tracker.services.sign_in.sessions import (
    end_session,
    list_sessions,
    recent_events,
    sign_out,
)
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard, TheDashboard
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    go_to,
    page_of,
    show_page,
    take_form,
)
from nof1_tracker.web.people.visits import (
    People,
    ThePeople,
    Visit,
    asking,
    forget_session,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SAID = {"password": "The password is changed; all other sessions have ended."}
_LONGEST_NUMBER = 4
"""Digits of a number of days."""


def _page(
    request: Request, dashboard: Dashboard, people: People, secret: str = ""
) -> Show:
    said = _SAID.get(request.query_params.get("done", ""), "")

    def show(visit: Visit, _typed: Form, error: TrackerError | None) -> Response:
        if visit.who is None:
            return go_to("/sign-in")
        user, services = visit.who.user, people.services
        return page_of(
            dashboard,
            request,
            people,
            "account.html",
            visit,
            title="Account",
            user=user,
            sessions=list_sessions(services, user),
            tokens=list_tokens(services, user),
            events=recent_events(services, user),
            scopes=[each for each in Scope if each != Scope.ADMIN or user.is_admin],
            secret=secret,
            now=services.clock.now(),
            error=error,
            said="" if error else said,
        )

    return show


@router.get("/account")
async def account(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """What belongs to the person; those who are not signed in are sent to do so."""
    return await show_page(request, people, _page(request, dashboard, people))


@dataclass(frozen=True)
class _Deed:
    """A form of the page, as its person sent it."""

    request: Request
    dashboard: Dashboard
    people: People
    who: SignedIn
    visit: Visit
    form: Form


def _sign_out(deed: _Deed) -> Response:
    sign_out(deed.people.services, deed.who, asking(deed.request))
    response = go_to("/sign-in?done=out")
    forget_session(response, deed.visit)
    return response


def _change_password(deed: _Deed) -> Response:
    old, new = (deed.form.get(name, "") for name in ("password", "new_password"))
    services = deed.people.services
    change_password(services, deed.who, old, new, asking(deed.request))
    return go_to("/account?done=password")


def _end_session(deed: _Deed) -> Response:
    user, session = deed.who.user, _id_in(deed.form)
    end_session(deed.people.services, user, session, asking(deed.request))
    return go_to("/account")


def _make_token(deed: _Deed) -> Response:
    """Shows the token, once: nothing but its digest is stored."""
    form, user = deed.form, deed.who.user
    scopes = [scope for scope in Scope if form.get(f"scope_{scope}")]
    days = form.get("days", "")
    new = make_token_for(
        deed.people.services,
        user,
        form.get("token_name", ""),
        scopes,
        int(days) if days.isdecimal() and len(days) <= _LONGEST_NUMBER else 0,
        asking(deed.request),
    )
    show = _page(deed.request, deed.dashboard, deed.people, new.secret)
    return show(deed.visit, {}, None)


def _revoke_token(deed: _Deed) -> Response:
    user, token = deed.who.user, _id_in(deed.form)
    revoke_token(deed.people.services, user, token, asking(deed.request))
    return go_to("/account")


def _delete(deed: _Deed) -> Response:
    services, user = deed.people.services, deed.who.user
    confirm_password(
        services, user, deed.form.get("password", ""), asking(deed.request)
    )
    delete_user(services, user, asking(deed.request))
    response = go_to("/sign-in?done=deleted")
    forget_session(response, deed.visit)
    return response


_DEEDS: Final = {
    "sign-out": _sign_out,
    "password": _change_password,
    "end-session": _end_session,
    "make-token": _make_token,
    "revoke-token": _revoke_token,
    "delete": _delete,
}
"""What the forms of the page do, by the last part of their address."""


@router.post("/account/{name}")
async def take_deed(
    request: Request, dashboard: TheDashboard, people: ThePeople, name: str
) -> Response:
    """Does what a form of the page asks for."""
    deed = _DEEDS.get(name)
    if deed is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such form.")

    def act(visit: Visit, form: Form) -> Response:
        if visit.who is None:
            return go_to("/sign-in")
        return deed(_Deed(request, dashboard, people, visit.who, visit, form))

    show = _page(request, dashboard, people)
    return await take_form(request, people, act, show)


def _id_in(form: Form) -> UUID:
    try:
        return UUID(form.get("id", ""))
    except ValueError:
        raise ConfigurationError(
            "The form names nothing.", "Open the page again."
        ) from None
