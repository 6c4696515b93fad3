"""Profiles: one's own with its history of XP, and anybody's by name."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.game.progress.avatars import avatar_svg
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import (
    AchievementLine,
    OwnGame,
    PlayerPage,
    ShownFriendGame,
)
from nof1_tracker.records.people.profiles import Profile
from nof1_tracker.rendering.html.cells import fraction
from nof1_tracker.rendering.text import moment, whole
from nof1_tracker.services.progress.friends import friend_games
from nof1_tracker.services.progress.list_achievements import list_achievements
from nof1_tracker.services.progress.player_profiles import (
    ProfileChange,
    change_profile,
    read_profile,
    read_xp,
)
from nof1_tracker.services.progress.public_players import find_player
from nof1_tracker.services.progress.shown_games import own_games
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import PageQuery
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    go_to,
    once_signed_in,
    take_form,
    to_sign_in,
)
from nof1_tracker.web.people.visits import ThePeople, Visit
from nof1_tracker.web.player_pages.achievement_views import reached_views
from nof1_tracker.web.player_pages.player_frame import (
    NOTHING_SENT,
    Answered,
    Players,
    ThePlayers,
    player_page,
    user_of,
)
from nof1_tracker.web.player_pages.profile_views import (
    avatar_views,
    character_view,
    level_view,
    xp_lines,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LINES: Final = 50
"""Lines of XP on a page."""
_SAID: Final = {"changed": "Your profile is changed."}
_GUEST: Final = {"name": "", "is_own": True}


class ProfileQuery(PageQuery):
    """Which lines of XP; `page` counts from 1."""

    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    done: str | None = None


@router.get("/play/profile")
async def own_profile(
    players: ThePlayers, asked: Annotated[ProfileQuery, Query()]
) -> Response:
    """The profile of the one who visits."""

    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        user = user_of(visit)
        view = _GUEST if user is None else _own_view(players, user, asked.page)
        said = Answered({}, said=_SAID.get(asked.done or "", ""))
        return player_page(players, visit, "profile.html", view, answered=said)

    return await players.show(show)


def _own_view(players: Players, user: User, page: int) -> Mapping[str, Any]:
    services = players.services
    own = read_profile(services, user)
    history = read_xp(services, user, page * LINES)
    older = f"/play/profile?page={page + 1}" if history.lines > page * LINES else None
    return {
        **_view_of(own.profile, list_achievements(services, user)),
        "is_own": True,
        "about": _about(own),
        "lines": xp_lines(history.entries[(page - 1) * LINES :]),
        "newer": f"/play/profile?page={page - 1}#history" if page > 1 else None,
        "older": older and f"{older}#history",
        "games": [_own_game(each) for each in own_games(services, user)],
        "no_games": "None yet. One takes ten minutes.",
    }


def _view_of(profile: Profile, lines: Iterable[AchievementLine]) -> Mapping[str, Any]:
    known = list(lines)
    character = profile.character
    return {
        "name": profile.display_name,
        "avatar": avatar_svg(profile.avatar),
        "character": None if character is None else character_view(character),
        "level": level_view(profile.xp),
        "reached": reached_views(known),
        "total": len(known),
    }


def _about(own: PlayerPage) -> str:
    since = f"Plays since {moment(own.profile.created_at)[:10]}"
    days = own.days_in_a_row
    return f"{since}, here on {whole(days)} days in a row" if days > 1 else since


def _own_game(own: OwnGame) -> Mapping[str, Any]:
    return _game(own.shown) | {"path": f"/play/games/{own.game_id}/reveal"}


def _game(shown: ShownFriendGame) -> dict[str, Any]:
    return {
        "path": None,
        "at": shown.finished_at,
        "season": f"{shown.season.normalize():f}",
        "kind": "ranked" if shown.is_ranked else "unranked",
        "result": fraction(shown.total_return, signed=True, digits=2),
        "behind": f"{shown.models_beaten} of {shown.models}",
    }


# --- others ---------------------------------------------------------------------------


@router.get("/play/players/{name}")
async def public_profile(players: ThePlayers, name: str) -> Response:
    """A player as anybody sees one."""

    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        try:
            view = _public_view(players, user_of(visit), name)
        except ConfigurationError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
        return player_page(players, visit, "profile.html", view)

    return await players.show(show)


def _public_view(players: Players, user: User | None, name: str) -> Mapping[str, Any]:
    found = find_player(players.services, name)
    profile = found.profile
    is_self = user is not None and user.id == profile.user_id
    games, why = _games_for(players, user, profile, is_self=is_self)
    return {
        **_view_of(profile, found.achievements),
        "is_own": False,
        "is_guest": False,  # anybody may look
        "is_self": is_self,
        "about": f"Plays since {moment(profile.created_at)[:10]}",
        "games": games,
        "no_games": why,
    }


def _games_for(
    players: Players, user: User | None, profile: Profile, *, is_self: bool
) -> tuple[Sequence[Mapping[str, Any]], str]:
    """The games that the visitor may see, and why there are none."""
    if user is None or is_self:
        return [], "Windows are shown to friends whom the player lets see them."
    try:
        games = friend_games(players.services, user, profile.display_name)
    except ConfigurationError:
        return [], "Windows are shown to friends whom the player lets see them."
    return [_game(each) for each in games], "None is over yet."


# --- changes --------------------------------------------------------------------------


def _edit_page(players: Players) -> Show:
    def show(visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        user = user_of(visit)
        if user is None:
            return go_to(to_sign_in("/play/profile/edit"))
        profile = read_profile(players.services, user).profile
        view = {
            "name": profile.display_name,
            "avatar_name": profile.avatar,
            "avatars": avatar_views(),
        }
        sent = Answered(typed, error) if typed or error else NOTHING_SENT
        return player_page(players, visit, "profile_edit.html", view, answered=sent)

    return show


@router.get("/play/profile/edit")
async def edit_profile(players: ThePlayers, people: ThePeople) -> Response:
    """The form for display name and avatar."""
    del people  # without accounts there is no such page
    show = _edit_page(players)
    return await players.show(show)


@router.post("/play/profile/edit")
async def take_profile(
    request: Request, players: ThePlayers, people: ThePeople
) -> Response:
    """Changes display name and avatar."""

    def change(user: User, form: Form) -> str:
        wanted = ProfileChange(form.get("display_name"), form.get("avatar"))
        change_profile(players.services, user, wanted)
        return "/play/profile?done=changed"

    act = once_signed_in("/play/profile/edit", change)
    return await take_form(request, people, act, _edit_page(players))
