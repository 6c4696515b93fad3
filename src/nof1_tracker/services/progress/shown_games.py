"""Games that are over, as profiles show them."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import OwnGame, ShownFriendGame
from nof1_tracker.records.play.finished_games import GameResult
from nof1_tracker.records.play.stored_games import GameState, StoredGame
from nof1_tracker.services.progress.player_services import PlayerServices


def own_games(services: PlayerServices, user: User) -> Sequence[OwnGame]:
    """The player's own games that are over, the newest first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        return [
            OwnGame(game.id, _shown(game, result))
            for game, result in _finished(unit, user.id)
        ]


def shown_games(unit: PeopleUnit, user_id: UUID) -> Sequence[ShownFriendGame]:
    """An account's games that are over, as a friend may see them, the newest first."""
    return [_shown(game, result) for game, result in _finished(unit, user_id)]


def _finished(
    unit: PeopleUnit, user_id: UUID
) -> Iterator[tuple[StoredGame, GameResult]]:
    results = unit.results.of_user(user_id)
    for game in unit.games.of_user(user_id):
        if game.state is GameState.FINISHED and game.id in results:
            yield game, results[game.id]


def _shown(game: StoredGame, result: GameResult) -> ShownFriendGame:
    models = result.model_returns.values()
    return ShownFriendGame(
        season=game.opened.season,
        starts_at=game.opened.starts_at,
        ends_at=game.opened.ends_at,
        finished_at=game.finished_at or game.created_at,
        is_ranked=game.opened.is_ranked,
        total_return=result.total_return,
        models=len(models),
        models_beaten=sum(each < result.total_return for each in models),
    )
