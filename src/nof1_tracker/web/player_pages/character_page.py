"""The five characters: chosen at the start, changed once, each time with a question."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.game.progress.characters import CHANGE_FROM_LEVEL
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import PlayerPage
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.services.progress.player_profiles import choose, read_profile
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    once_signed_in,
    take_form,
)
from nof1_tracker.web.people.visits import ThePeople, Visit
from nof1_tracker.web.player_pages.player_frame import (
    Answered,
    Players,
    ThePlayers,
    player_page,
    user_of,
)
from nof1_tracker.web.player_pages.profile_views import (
    MEANINGS,
    character_view,
    character_views,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def _page(request: Request, players: Players) -> Show:
    asked, done = request.query_params.get("choose"), "done" in request.query_params

    def show(visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        user = user_of(visit)
        view = {
            "characters": character_views(),
            "meanings": MEANINGS,
            "change_from": CHANGE_FROM_LEVEL,
            **_choice_view(players, user, asked),
        }
        answered = Answered(typed, error, "Your character is chosen." if done else "")
        return player_page(players, visit, "characters.html", view, answered=answered)

    return show


def _choice_view(
    players: Players, user: User | None, asked: str | None
) -> Mapping[str, Any]:
    """The character that the player has, and what may be chosen now."""
    if user is None:
        return {"current": None, "may_choose": (), "asked": None, "note": ""}
    own = read_profile(players.services, user)
    current = own.profile.character
    wanted = next((each for each in own.may_choose if each == asked), None)
    return {
        "current": None if current is None else character_view(current),
        "chosen_at": own.choices[-1].chosen_at if own.choices else None,
        "may_choose": own.may_choose,
        "asked": None if wanted is None else character_view(wanted),
        "note": _note(own),
    }


def _note(own: PlayerPage) -> str:
    """Why nothing can be chosen; empty where something can."""
    if own.may_choose:
        return ""
    if len(own.choices) > 1:
        return "It was changed once, which is all that is possible. Play on with it."
    return (
        f"It can be changed once, from level {CHANGE_FROM_LEVEL} on; you are at level"
        f" {own.profile.level}."
    )


@router.get("/play/characters")
async def characters(request: Request, players: ThePlayers) -> Response:
    """The five characters; `choose` names the one to be confirmed."""
    show = _page(request, players)
    return await players.show(show)


@router.post("/play/characters")
async def take_character(
    request: Request, players: ThePlayers, people: ThePeople
) -> Response:
    """Chooses or changes the character."""

    def take(user: User, form: Form) -> str:
        choose(players.services, user, _character(form))
        return "/play/characters?done=chosen"

    act = once_signed_in("/play/characters", take)
    return await take_form(request, people, act, _page(request, players))


def _character(form: Form) -> Character:
    try:
        return Character(form.get("character", ""))
    except ValueError:
        raise ConfigurationError(
            "There is no such character.", "Choose one of the five."
        ) from None
