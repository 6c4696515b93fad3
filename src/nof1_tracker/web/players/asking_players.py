"""Who plays, as programs say it, and how what is personal is answered."""

from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from nof1_tracker.identity.token_scopes import require_scope
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.vocabularies import Scope
from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.web.people.account_api import bearer_of
from nof1_tracker.web.people.visits import People, ThePeople
from nof1_tracker.web.record import Record, TheRecord
from nof1_tracker.web.workers import Workers

PLAYS: Final = Depends(
    HTTPBearer(
        auto_error=False,
        scheme_name="play",
        description="A JSON Web Token, or an API token with the scope `play`.",
    )
)
_NO_STORE: Final = {"Cache-Control": "no-store"}
_Answer = TypeVar("_Answer", bound=BaseModel)


def players_of(request: Request, people: ThePeople) -> PlayerServices:
    """What the use cases of players work with; made once for each server."""
    state = request.app.state
    known = getattr(state, "players", None)
    if not isinstance(known, PlayerServices):
        services = people.services
        known = state.players = PlayerServices(services.engine, services.clock)
    return known


ThePlayers = Annotated[PlayerServices, Depends(players_of)]


class AskingPlayer:
    """A request of a player's program, or of a guest."""

    def __init__(
        self,
        request: Request,
        people: ThePeople,
        players: ThePlayers,
        record: TheRecord,
    ) -> None:
        self.players = players
        self._request = request
        self._people: People = people
        self._record: Record = record

    async def answer(self, read: Callable[[User], _Answer]) -> Response:
        """What the call returns for the player who asks; nobody may keep it.

        Raises:
            SignInError: There is no token, or it is not valid, or not for playing.
        """

        def work() -> _Answer:
            return read(self._player())

        return await self._answered(self._record.quick, work)

    async def answer_anyone(self, read: Callable[[User | None], _Answer]) -> Response:
        """The same, and for guests; what is computed for everybody may take seconds.

        Raises:
            SignInError: There is a token, but it is not valid, or not for playing.
        """

        def work() -> _Answer:
            is_guest = "authorization" not in self._request.headers
            return read(None if is_guest else self._player())

        return await self._answered(self._record.slow, work)

    def _player(self) -> User:
        who = bearer_of(self._request, self._people)
        require_scope(who.scopes, Scope.PLAY)
        return who.user

    async def _answered(
        self, workers: Workers, work: Callable[[], _Answer]
    ) -> Response:
        body = await workers.run(lambda: work().model_dump_json().encode())
        return Response(body, headers=_NO_STORE, media_type="application/json")


TheAsking = Annotated[AskingPlayer, Depends(AskingPlayer)]
