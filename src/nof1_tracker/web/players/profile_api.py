"""The API of a player's own profile, XP, achievements and shared cards."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from nof1_tracker.records.people.people import User
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.services.progress.list_achievements import list_achievements
from nof1_tracker.services.progress.note_deeds import share_card
from nof1_tracker.services.progress.player_profiles import (
    ProfileChange,
    change_profile,
    choose,
    ensure_profile,
    read_profile,
    read_xp,
)
from nof1_tracker.web.players.asking_players import PLAYS, TheAsking
from nof1_tracker.web.players.player_shapes import (
    AchievementRow,
    Achievements,
    ProfileShape,
    SharedShape,
    XpLine,
    XpShape,
)
from nof1_tracker.web.problems import documented

router = APIRouter(
    tags=["players"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)


class ProfileWish(BaseModel):
    """What is to be different; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    display_name: Annotated[
        str | None,
        Field(min_length=1, max_length=100, examples=["Quiet Heron"]),
    ] = None
    avatar: Annotated[str | None, Field(max_length=20, examples=["lighthouse"])] = None


class CharacterWish(BaseModel):
    """Which character is chosen."""

    model_config = ConfigDict(extra="forbid")

    character: Character


class XpQuery(BaseModel):
    """How much of the ledger is wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1000, description="The newest lines.")] = 100


@router.get("/profile", response_model=ProfileShape)
async def show_profile(asking: TheAsking) -> Response:
    """Your profile; it is made with a proposed name where you have none yet."""
    return await asking.answer(
        lambda user: ProfileShape.of(read_profile(asking.players, user))
    )


@router.patch("/profile", response_model=ProfileShape)
async def edit_profile(asking: TheAsking, wish: ProfileWish) -> Response:
    """Sets your display name, which nobody else may have or almost have, and avatar."""

    def edit(user: User) -> ProfileShape:
        wanted = ProfileChange(wish.display_name, wish.avatar)
        change_profile(asking.players, user, wanted)
        return ProfileShape.of(read_profile(asking.players, user))

    return await asking.answer(edit)


@router.put("/profile/character", response_model=ProfileShape)
async def choose_own_character(asking: TheAsking, wish: CharacterWish) -> Response:
    """Chooses your character: at the start, and once more from level 5 on."""

    def change(user: User) -> ProfileShape:
        choose(asking.players, user, wish.character)
        return ProfileShape.of(read_profile(asking.players, user))

    return await asking.answer(change)


@router.get("/profile/xp", response_model=XpShape)
async def show_xp(asking: TheAsking, asked: Annotated[XpQuery, Query()]) -> Response:
    """Your ledger of XP: what you earned, when, and by what."""
    return await asking.answer(
        lambda user: XpShape.of(read_xp(asking.players, user, asked.limit))
    )


@router.put(
    "/games/{game_id}/card",
    response_model=SharedShape,
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def share_a_card(asking: TheAsking, game_id: UUID) -> Response:
    """Notes that you shared the card of a game that is over; each game counts once."""

    def share(user: User) -> SharedShape:
        ensure_profile(asking.players, user)
        found = share_card(asking.players, user.id, game_id)
        new = () if found is None else found.new
        card = f"/play/games/{game_id}/card.svg"
        return SharedShape(card=card, earned=list(map(XpLine.of, new)))

    return await asking.answer(share)


@router.get("/achievements", response_model=Achievements)
async def show_achievements(asking: TheAsking) -> Response:
    """All 63 achievements, how far you are with each, and how many players have it.

    Answers without a token, too.
    """
    return await asking.answer_anyone(
        lambda user: Achievements(
            data=list(map(AchievementRow.of, list_achievements(asking.players, user)))
        )
    )
