"""Players as anybody sees them."""

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.people.player_pages import PublicPlayer
from nof1_tracker.services.progress.list_achievements import achievement_lines
from nof1_tracker.services.progress.player_profiles import player_named
from nof1_tracker.services.progress.player_services import PlayerServices


def find_player(services: PlayerServices, name: str) -> PublicPlayer:
    """The player of that display name.

    Raises:
        ConfigurationError: There is nobody.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        profile = player_named(unit, name)
        if profile is None:
            raise ConfigurationError(
                f"There is no player {name!r}.",
                "Names are on the leaderboards; they may have been changed.",
            )
        return PublicPlayer(profile, tuple(achievement_lines(unit, profile.user_id)))
