"""The API of a person: a token for a program, and who it belongs to."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from nof1_tracker.errors import ConfigurationError, SignInError
from nof1_tracker.identity.lifetimes import OF_PROGRAM
from nof1_tracker.identity.password_rules import LONGEST
from nof1_tracker.records.people.people import SignedIn
from nof1_tracker.records.people.vocabularies import Scope
from nof1_tracker.services.sign_in.program_tokens import issue_web_token, whose_token
from nof1_tracker.services.sign_in.sessions import sign_out
from nof1_tracker.web.people.visits import People, ThePeople, asking, require_safe
from nof1_tracker.web.problems import documented

_BEARER = HTTPBearer(auto_error=False, description="An API token, or a JSON Web Token.")
_NO_STORE = {"Cache-Control": "no-store"}
router = APIRouter(tags=["account"], responses=documented(HTTPStatus.UNAUTHORIZED))


class NameAndPassword(BaseModel):
    """What a person signs in with."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(description="Name or e-mail address.", max_length=254)]
    password: Annotated[str, Field(max_length=LONGEST)]


class WebToken(BaseModel):
    """A JSON Web Token, for the header `Authorization: Bearer`."""

    token: str
    expires_in: int = Field(description="Seconds.", examples=[86400])


class Person(BaseModel):
    """Who a token belongs to."""

    username: str
    is_admin: bool
    scopes: list[Scope] = Field(description="What the token may be used for.")


@router.post("/account/token", response_model=WebToken)
async def make_web_token(
    request: Request, response: Response, people: ThePeople, asked: NameAndPassword
) -> WebToken:
    """A token of 24 hours; it ends before that with its session."""
    require_safe(request, people)
    response.headers.update(_NO_STORE)
    token = await people.workers.run(
        lambda: issue_web_token(
            people.services, asked.name, asked.password, asking(request)
        )
    )
    seconds = int(OF_PROGRAM.total_seconds())
    return WebToken(token=token, expires_in=seconds)


@router.get("/account", response_model=Person, dependencies=[Depends(_BEARER)])
async def show_person(
    request: Request, response: Response, people: ThePeople
) -> Person:
    """Who the token belongs to, and what it may be used for."""
    response.headers.update(_NO_STORE)
    who = await people.workers.run(lambda: bearer_of(request, people))
    user = who.user
    return Person(
        username=user.username, is_admin=user.is_admin, scopes=list(who.scopes)
    )


@router.delete(
    "/account/token", status_code=HTTPStatus.NO_CONTENT, dependencies=[Depends(_BEARER)]
)
async def end_web_token(request: Request, people: ThePeople) -> Response:
    """Ends the JSON Web Token that asks; an API token is revoked on the account's page."""

    def work() -> None:
        who = bearer_of(request, people)
        if who.session_id is None:
            raise ConfigurationError(
                "An API token does not end itself.", "Revoke it on the account's page."
            )
        sign_out(people.services, who, asking(request))

    await people.workers.run(work)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_NO_STORE)


def bearer_of(request: Request, people: People) -> SignedIn:
    """Who asks, by the header Authorization.

    Raises:
        SignInError: There is no token, or it is not valid.
        DatabaseError: The database cannot be used.
    """
    require_safe(request, people)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise SignInError(
            "This needs a token.",
            "Send one as `Authorization: Bearer …`; the account's page makes them.",
        )
    return whose_token(people.services, token.strip())
