"""Friends: whom one asks, accepts, refuses, blocks, and lets see one's games."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import FriendMove
from nof1_tracker.services.progress.friends import (
    list_friends,
    move_friend,
    show_games,
)
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    once_signed_in,
    take_form,
)
from nof1_tracker.web.people.visits import ThePeople, Visit
from nof1_tracker.web.player_pages.friend_views import friend_groups
from nof1_tracker.web.player_pages.player_frame import (
    Answered,
    Players,
    ThePlayers,
    player_page,
    user_of,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SAID: Final = {
    "ask": "If a player has that name, they are asked now. You see it here once they"
    " accept.",
    "accept": "You are friends.",
    "refuse": "Refused; the other one is not told.",
    "block": "Blocked; the other one is not told, and cannot ask you any more.",
    "end": "Ended.",
    "show": "They see your games from now on.",
    "hide": "They do not see your games any more.",
}
"""What was done, by what the address says of it."""


def _page(request: Request, players: Players) -> Show:
    said = _SAID.get(request.query_params.get("done", ""), "")
    named = request.query_params.get("name", "")

    def show(visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        user = user_of(visit)
        lines = () if user is None else list_friends(players.services, user)
        view = {"groups": friend_groups(lines), "named": typed.get("name", named)}
        answered = Answered(typed, error, said)
        return player_page(players, visit, "friends.html", view, answered=answered)

    return show


@router.get("/play/friends")
async def friends(request: Request, players: ThePlayers) -> Response:
    """Friends, who asks, and whom one has blocked."""
    show = _page(request, players)
    return await players.show(show)


@router.post("/play/friends")
async def take_move(
    request: Request, players: ThePlayers, people: ThePeople
) -> Response:
    """Does what a form of the page asks for."""

    def move(user: User, form: Form) -> str:
        asked = form.get("move", "")
        _move(players, user, form.get("name", ""), asked)
        return f"/play/friends?done={asked}"

    act = once_signed_in("/play/friends", move)
    return await take_form(request, people, act, _page(request, players))


def _move(players: Players, user: User, name: str, move: str) -> None:
    services = players.services
    if move in {"show", "hide"}:
        show_games(services, user, name, shown=move == "show")
        return
    if move not in set(FriendMove):
        raise ConfigurationError("The form asks for nothing.", "Open the page again.")
    move_friend(services, user, name, FriendMove(move))
