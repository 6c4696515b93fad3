"""Who plays: a program with a token, a browser that is signed in, or a guest."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from nof1_tracker.errors import SignInError
from nof1_tracker.identity.token_scopes import require_scope
from nof1_tracker.records.people.vocabularies import Scope
from nof1_tracker.records.play.stored_games import Player
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.web.people.account_api import bearer_of
from nof1_tracker.web.people.visits import (
    People,
    ThePeople,
    Visit,
    keep_visitor,
    read_visit,
    require_own_form,
)
from nof1_tracker.web.play_pages.seats import games_of, player_of
from nof1_tracker.web.record import Record, TheRecord

FORM_HEADER: Final = "X-Form-Token"
"""Header with which a page of this server sends the token of its forms."""
_NO_STORE: Final = {"Cache-Control": "no-store"}
_READS: Final = ("GET", "HEAD")
_Answer = TypeVar("_Answer", bound=BaseModel)


TheGames = Annotated[GameServices, Depends(games_of)]


class AskingGames:
    """A request of somebody who plays; what it is answered with, nobody may keep."""

    def __init__(
        self, request: Request, people: ThePeople, games: TheGames, record: TheRecord
    ) -> None:
        self.games = games
        self._request = request
        self._people: People = people
        self._record: Record = record

    async def answer(
        self,
        work: Callable[[Player], _Answer],
        status: HTTPStatus = HTTPStatus.OK,
        *,
        is_slow: bool = False,
    ) -> Response:
        """What the call returns for the one who plays.

        Args:
            is_slow: Whether it may take seconds, as where a market is read for the
                first time.

        Raises:
            SignInError: A token is not valid or not for playing, or the request does not
                come from a page of this server.
        """

        def answered() -> tuple[bytes, Visit | None]:
            player, visit = self._who()
            return work(player).model_dump_json().encode(), visit

        workers = self._record.slow if is_slow else self._record.quick
        body, visit = await workers.run(answered)
        response = Response(body, status, _NO_STORE, "application/json")
        if visit is not None and visit.who is None:
            keep_visitor(response, visit)
        return response

    def _who(self) -> tuple[Player, Visit | None]:
        """Who plays, and the visit of a browser; None for a program with a token."""
        if "authorization" in self._request.headers:
            who = bearer_of(self._request, self._people)
            require_scope(who.scopes, Scope.PLAY)
            return Player(user_id=who.user.id, by_token=True), None
        visit = read_visit(self._request, self._people)
        self._require_own(visit)
        return player_of(visit), visit

    def _require_own(self, visit: Visit) -> None:
        """Makes sure that no page of another site makes a move in somebody's name.

        A browser says where each request that changes something comes from. One that
        is signed in also sends the token of this server's forms.
        """
        if self._request.method in _READS:
            return
        headers = self._request.headers
        if visit.who is not None:
            token = headers.get(FORM_HEADER, "")
            require_own_form(self._request, self._people, visit, token)
            return
        scheme = "https" if visit.is_https else "http"
        own = f"{scheme}://{headers.get('host', '')}".lower()
        origin = headers.get("origin", own).lower()
        site = headers.get("sec-fetch-site", "same-origin")
        if origin != own or site not in ("same-origin", "none"):
            raise SignInError(
                "This request does not come from a page of this server.",
                "Send it from there, or with a token.",
            )


TheAsking = Annotated[AskingGames, Depends(AskingGames)]
