"""Profiles of players: made at the first play, and what players choose for themselves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.progress.avatars import AVATARS, avatar_svg
from nof1_tracker.game.progress.characters import CHANGE_FROM_LEVEL, choose_character
from nof1_tracker.game.progress.display_names import DisplayName, display_name
from nof1_tracker.game.progress.levels import level_at
from nof1_tracker.game.progress.streaks import current_run
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import PlayerPage, XpHistory
from nof1_tracker.records.people.profiles import Profile
from nof1_tracker.records.progress.player_history import Character, ChosenCharacter
from nof1_tracker.services.progress.player_progress import progress_in
from nof1_tracker.services.progress.player_services import PlayerServices

_DIGITS = 100_000
"""Names that are proposed end with a number below this."""


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What a player wants to be different; None leaves it as it is."""

    display_name: str | None = None
    avatar: str | None = None


def ensure_profile(services: PlayerServices, user: User) -> Profile:
    """The profile of an account; made with a proposed name where there is none.

    Raises:
        DatabaseError: The database cannot be used.
    """
    ensure_profile_of(services, user.id)
    with services.reading() as unit:
        return _there(unit.profiles.get(user.id))


def ensure_profile_of(services: PlayerServices, user_id: UUID) -> None:
    """The same by the id of the account; nothing where it was deleted.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        if unit.profiles.get(user_id) is not None:
            return  # and nobody waits for the right to write
    models = model_names(services)
    with services.writing() as unit:
        profile_in(unit, user_id, models, services.clock.now())
        unit.commit()


def profile_in(
    unit: PeopleUnit, user_id: UUID, models: Collection[str], now: datetime
) -> Profile | None:
    """The same within a unit, which the caller commits.

    Args:
        models: Names that models have, which no player gets.
    """
    unit.users.hold_names()
    profile = unit.profiles.get(user_id)
    found = unit.users.get(user_id) if profile is None else None
    if found is None:
        return profile
    name = _proposed(unit, found.user, models)
    avatar = list(AVATARS)[user_id.int % len(AVATARS)]
    unit.profiles.add(user_id, (name.shown, name.key), avatar, now)
    progress_in(unit, user_id, now)
    return unit.profiles.get(user_id)


def model_names(services: PlayerServices) -> Collection[str]:
    """Names that models have.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(services.engine) as unit:
        return {each.name for each in unit.repositories.queries.accounts()}


def read_profile(services: PlayerServices, user: User) -> PlayerPage:
    """The player's own page; the profile is made where there is none.

    Raises:
        DatabaseError: The database cannot be used.
    """
    profile = ensure_profile(services, user)
    with services.reading() as unit:
        choices = unit.profiles.choices(user.id)
        days = unit.deeds.sign_ins(user.id)
        reached = unit.achievements.of_user(user.id).values()
    level = level_at(profile.xp)
    return PlayerPage(
        profile=profile,
        into_level=level.into,
        level_step=level.step,
        choices=choices,
        may_choose=_may_choose(choices, profile.level),
        days_in_a_row=current_run(days, services.clock.now().date()),
        achievements=sum(each.reached_at is not None for each in reached),
    )


def change_profile(
    services: PlayerServices, user: User, wanted: ProfileChange
) -> Profile:
    """Sets the display name, the avatar, or both.

    Raises:
        ConfigurationError: The name may not be used or is taken, or there is no such
            avatar.
        DatabaseError: The database cannot be used.
    """
    ensure_profile(services, user)
    name = wanted.display_name and display_name(
        wanted.display_name, model_names(services)
    )
    if wanted.avatar is not None:
        avatar_svg(wanted.avatar)  # which says what there is
    with services.writing() as unit:
        unit.users.hold_names()
        if name:
            _require_free(unit, name, user.id)
            unit.profiles.rename(user.id, (name.shown, name.key))
        if wanted.avatar is not None:
            unit.profiles.draw(user.id, wanted.avatar)
        profile = unit.profiles.get(user.id)
        unit.commit()
    return _there(profile)


def choose(services: PlayerServices, user: User, character: Character) -> Profile:
    """Chooses the player's character: at the start, and once more from level 5 on.

    Raises:
        ConfigurationError: It may not be chosen, now or any more.
        DatabaseError: The database cannot be used.
    """
    ensure_profile(services, user)
    now = services.clock.now()
    with services.writing() as unit:
        unit.profiles.lock(user.id)
        known = _there(unit.profiles.get(user.id))
        choices = unit.profiles.choices(user.id)
        unit.profiles.choose(
            user.id, choose_character(choices, character, known.level, now)
        )
        progress_in(unit, user.id, now)
        profile = unit.profiles.get(user.id)
        unit.commit()
    return _there(profile)


def read_xp(services: PlayerServices, user: User, limit: int = 100) -> XpHistory:
    """The player's ledger of XP, the newest lines first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        ledger = unit.profiles.ledger(user.id)
    newest = tuple(reversed(ledger))[:limit]
    return XpHistory(sum(each.xp for each in ledger), len(ledger), newest)


def player_named(unit: PeopleUnit, name: str) -> Profile | None:
    """The player whom people call so; None if there is nobody."""
    try:
        return unit.profiles.find(display_name(name).key)
    except ConfigurationError:
        return None  # nobody can have that name


# --- parts ----------------------------------------------------------------------------


def _proposed(unit: PeopleUnit, user: User, models: Collection[str]) -> DisplayName:
    """The username where it can be used, else a word with a number."""
    try:
        own = display_name(user.username, models)
    except ConfigurationError:
        own = None
    if own is not None and not unit.profiles.has_name(own.key):
        return own
    number = user.id.int % _DIGITS
    while True:
        other = display_name(f"Trader {number:05}", models)
        if not unit.profiles.has_name(other.key):
            return other
        number = (number + 1) % _DIGITS


def _require_free(unit: PeopleUnit, name: DisplayName, user_id: UUID) -> None:
    holder = unit.profiles.find(name.key)
    if holder is not None and holder.user_id != user_id:
        raise ConfigurationError(
            f"Another player is called {name.shown}, or almost so.",
            "Choose another name.",
        )


def _may_choose(
    choices: tuple[ChosenCharacter, ...], level: int
) -> tuple[Character, ...]:
    if not choices:
        return tuple(Character)
    if len(choices) > 1 or level < CHANGE_FROM_LEVEL:
        return ()
    return tuple(each for each in Character if each is not choices[0].character)


def _there(profile: Profile | None) -> Profile:
    if profile is None:
        raise ConfigurationError("The account was deleted.", "Make another one.")
    return profile
