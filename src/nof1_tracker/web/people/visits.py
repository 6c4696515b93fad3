"""Who visits, how the request came, and whether a form is the server's own.

Signing in works over https and on this machine alone: elsewhere a browser drops the
cookie, and others could read the password. The cookie is HttpOnly and SameSite=Lax; over
https its name begins with __Host-, so that no other server of the domain can set it.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.errors import SignInError
from nof1_tracker.identity.form_tokens import fits_form, form_token
from nof1_tracker.identity.lifetimes import OF_SESSION
from nof1_tracker.identity.secret_tokens import make_token
from nof1_tracker.records.people.people import Asking, SignedIn
from nof1_tracker.services.sign_in.sign_in import whose_session
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.web.security import LOOPBACK_NAMES, host_of
from nof1_tracker.web.workers import Workers

SESSION: Final = "nof1-session"
VISITOR: Final = "nof1-visitor"
_OVER_HTTPS: Final = "__Host-"
_LONGEST_AGENT: Final = 200


def _few() -> Workers:
    return Workers(threads=4, waiting=32)


@dataclass(frozen=True)
class People:
    """What the pages of people work with.

    Attributes:
        public_url: Where others reach the server; None on this machine alone.
        workers: Where passwords are hashed, so that no other answer waits for them.
    """

    services: SignInServices
    public_url: str | None = None
    workers: Workers = field(default_factory=_few)

    def stop(self) -> None:
        """Begins nothing more; letters that wait are sent."""
        self.workers.stop()
        self.services.background.finish()


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a browser.

    Attributes:
        secret: Of its session; empty where it has none.
        visitor: Its own random value, which forms are tied to.
        is_new: Whether the browser has yet to be given that value.
        who: Who is signed in; None for nobody.
    """

    is_https: bool
    secret: str
    visitor: str
    is_new: bool
    who: SignedIn | None

    def form_token(self, people: People) -> str:
        """The token of the forms that this browser is shown."""
        return form_token(people.services.key, self.visitor, self.secret)


def people_of(request: Request) -> People:
    """What the pages of people work with.

    Raises:
        HTTPException: Nobody can sign in to this server.
    """
    people = getattr(request.app.state, "people", None)
    if not isinstance(people, People):
        raise HTTPException(HTTPStatus.NOT_FOUND, "This server has no accounts.")
    return people


ThePeople = Annotated[People, Depends(people_of)]


def comes_over_https(request: Request, public_url: str | None) -> bool:
    """Whether the browser speaks https, perhaps to a proxy before this server."""
    if request.url.scheme == "https":
        return True
    public = urlsplit(public_url or "")
    host = host_of(request.headers.get("host", ""))
    return public.scheme == "https" and host == public.hostname


def require_safe(request: Request, people: People) -> bool:
    """Makes sure that a password may come this way.

    Returns:
        Whether that is https.

    Raises:
        SignInError: It is neither https nor this machine.
    """
    if comes_over_https(request, people.public_url):
        return True
    if host_of(request.headers.get("host", "")) in LOOPBACK_NAMES:
        return False
    raise SignInError(
        "Nobody can sign in here: what is sent could be read on its way.",
        "Serve it over https, with NOF1_PUBLIC_URL=https://…",
    )


def read_visit(request: Request, people: People) -> Visit:
    """The visit; reads the database where the browser has a session.

    Raises:
        SignInError: Nobody can sign in over this way.
        DatabaseError: The database cannot be used.
    """
    is_https = require_safe(request, people)
    secret = request.cookies.get(_named(SESSION, is_https), "")
    visitor = request.cookies.get(_named(VISITOR, is_https), "")
    return Visit(
        is_https,
        secret,
        visitor or make_token(),
        not visitor,
        whose_session(people.services, secret) if secret else None,
    )


def visit_of_anyone(request: Request, people: People | None) -> Visit:
    """The visit; that of a guest without a cookie where nobody can sign in.

    Raises:
        DatabaseError: The database cannot be used.
    """
    guest = Visit(is_https=False, secret="", visitor="", is_new=False, who=None)
    if people is None:
        return guest
    try:
        return read_visit(request, people)
    except SignInError:
        return guest


def name_of_visitor(request: Request) -> str | None:
    """Who is signed in, for the frame of a page; empty for nobody.

    Returns:
        None where nobody can sign in.
    """
    people = getattr(request.app.state, "people", None)
    if not isinstance(people, People):
        return None
    try:
        who = read_visit(request, people).who
    except SignInError:
        return None
    return "" if who is None else who.user.username


def require_own_form(
    request: Request, people: People, visit: Visit, token: str
) -> None:
    """Makes sure that the form was shown by this server to this browser.

    Raises:
        SignInError: Another site sent it, or it is too old.
    """
    scheme = "https" if visit.is_https else "http"
    own = f"{scheme}://{request.headers.get('host', '')}".lower()
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    is_ours = origin.lower() == own if origin else site == "same-origin"
    fits = fits_form(people.services.key, visit.visitor, visit.secret, token)
    if visit.is_new or not (is_ours and fits):
        raise SignInError(
            "This form did not come from this page, or is too old.",
            "Open the page again, and send it from there.",
        )


def asking(request: Request) -> Asking:
    """Where the request comes from."""
    agent = request.headers.get("user-agent", "")
    shown = "".join(each for each in agent if each.isprintable())[:_LONGEST_AGENT]
    return Asking(request.client.host if request.client else None, shown or None)


def keep_session(response: Response, visit: Visit, secret: str) -> None:
    """Gives the browser its session."""
    _keep(response, _named(SESSION, visit.is_https), secret, visit.is_https)


def forget_session(response: Response, visit: Visit) -> None:
    """Takes the session from the browser."""
    response.delete_cookie(
        _named(SESSION, visit.is_https),
        secure=visit.is_https,
        httponly=True,
        samesite="lax",
    )


def keep_visitor(response: Response, visit: Visit) -> None:
    """Gives the browser the value that its forms are tied to, if it has none."""
    if visit.is_new:
        name = _named(VISITOR, visit.is_https)
        _keep(response, name, visit.visitor, visit.is_https)


def _keep(response: Response, name: str, value: str, is_https: bool) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(OF_SESSION.total_seconds()),
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def _named(name: str, is_https: bool) -> str:
    return f"{_OVER_HTTPS}{name}" if is_https else name
