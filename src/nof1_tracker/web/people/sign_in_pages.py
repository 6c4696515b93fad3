"""Pages for those who are not signed in: sign in, register, reset the password."""

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nof1_tracker.errors import TrackerError
from nof1_tracker.services.sign_in.password_changes import (
    request_reset,
    reset_password,
)
from nof1_tracker.services.sign_in.register import register
from nof1_tracker.services.sign_in.sign_in import sign_in
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard, TheDashboard
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    go_to,
    own_path,
    page_of,
    show_page,
    take_form,
)
from nof1_tracker.web.people.guests import keep_what_was_played
from nof1_tracker.web.people.visits import (
    People,
    ThePeople,
    Visit,
    asking,
    keep_session,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SAID: Final = {
    "registered": "If that address had no account yet, it has one now. Sign in.",
    "reset": "The password is changed. Sign in with the new one.",
    "asked": "If there is such an account, a letter with a link is on its way.",
    "out": "You are signed out.",
    "deleted": "Your account is deleted.",
}
"""What was done, by what the address says of it."""


def _page(
    request: Request, dashboard: Dashboard, people: People, template: str, title: str
) -> Show:
    said = _SAID.get(request.query_params.get("done", ""), "")

    def show(visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        return page_of(
            dashboard,
            request,
            people,
            template,
            visit,
            title=title,
            typed=typed,
            error=error,
            said="" if error else said,
            after=_after(request, typed),
            registration=people.services.registration,
            has_mail=people.services.mail is not None,
        )

    return show


def _after(request: Request, form: Form) -> str:
    """The page to come back to, as the form or the address says; empty for none."""
    return own_path(form.get("next", request.query_params.get("next", "")))


@router.get("/sign-in")
async def sign_in_page(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """The form to sign in with."""
    show = _page(request, dashboard, people, "sign_in.html", "Sign in")
    return await show_page(request, people, show)


@router.post("/sign-in")
async def take_sign_in(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """Begins a session: always a new one, whatever the browser had before."""

    def act(visit: Visit, form: Form) -> Response:
        name, password = form.get("name", ""), form.get("password", "")
        new = sign_in(people.services, name, password, asking(request))
        keep_what_was_played(request, visit, new.user)
        response = go_to(_after(request, form) or "/account")
        keep_session(response, visit, new.secret)
        return response

    show = _page(request, dashboard, people, "sign_in.html", "Sign in")
    return await take_form(request, people, act, show)


@router.get("/register")
async def register_page(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """The form to make an account with."""
    show = _page(request, dashboard, people, "register.html", "Make an account")
    return await show_page(request, people, show)


@router.post("/register")
async def take_registration(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """Makes an account; the answer is the same where the address has one already."""

    def act(_visit: Visit, form: Form) -> Response:
        name, email = form.get("name", ""), form.get("email", "")
        password = form.get("password", "")
        register(people.services, name, email, password, asking(request))
        after = _after(request, form)
        state = {"done": "registered"} | ({"next": after} if after else {})
        return go_to(f"/sign-in?{urlencode(state)}")

    show = _page(request, dashboard, people, "register.html", "Make an account")
    return await take_form(request, people, act, show)


@router.get("/reset")
async def reset_page(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """The form to ask for a link with."""
    show = _page(request, dashboard, people, "reset.html", "Reset the password")
    return await show_page(request, people, show)


@router.post("/reset")
async def take_reset(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """Sends a link to the person, if there is one; the answer is always the same."""

    def act(_visit: Visit, form: Form) -> Response:
        request_reset(people.services, form.get("name", ""), asking(request))
        return go_to("/sign-in?done=asked")

    show = _page(request, dashboard, people, "reset.html", "Reset the password")
    return await take_form(request, people, act, show)


@router.get("/reset/{secret}")
async def new_password_page(
    request: Request, dashboard: TheDashboard, people: ThePeople, secret: str
) -> Response:
    """The form for the new password; whether the link is valid shows once it is sent."""
    del secret  # the form is sent to this address
    show = _page(request, dashboard, people, "new_password.html", "New password")
    return await show_page(request, people, show)


@router.post("/reset/{secret}")
async def take_new_password(
    request: Request, dashboard: TheDashboard, people: ThePeople, secret: str
) -> Response:
    """Sets the new password."""

    def act(_visit: Visit, form: Form) -> Response:
        new = form.get("password", "")
        reset_password(people.services, secret, new, asking(request))
        return go_to("/sign-in?done=reset")

    show = _page(request, dashboard, people, "new_password.html", "New password")
    return await take_form(request, people, act, show)
