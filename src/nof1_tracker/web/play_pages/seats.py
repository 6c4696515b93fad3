"""Who plays, with what: a person who is signed in, or the guest that a browser is."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from starlette.exceptions import HTTPException

from nof1_tracker.records.play.stored_games import GameMode, NewGame, Player
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.web.people.guests import guest_digest
from nof1_tracker.web.people.visits import Visit


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who plays, and the games."""

    services: GameServices
    player: Player


@dataclass(frozen=True, slots=True)
class About:
    """What kind of game it is, as its pages say.

    Attributes:
        speed: Game time / real time where time passes by itself; else None.
    """

    title: str
    told: str
    speed: int | None


def seat_of(request: Request, visit: Visit) -> Seat:
    """Who plays, and with what."""
    return Seat(games_of(request), player_of(visit))


def player_of(visit: Visit) -> Player:
    """The one who visits, as games know them."""
    if visit.who is not None:
        return Player(user_id=visit.who.user.id)
    return Player(guest_digest=guest_digest(visit))


def about(game: NewGame) -> About:
    """What kind of game it is; of a blind one nothing that gives its window away."""
    if game.is_daily:
        return About("Today's window", "the window of the day, blind and ranked", None)
    if game.room_id is not None or (game.is_blind and not game.is_ranked):
        return _about_room(game)
    if game.is_ranked:
        return About("A blind window", "a blind window, ranked", None)
    season = f"season {game.season.normalize():f}, under real names"
    match game.mode:
        case GameMode.TURNS:
            return About("Practice", f"practice on {season}", None)
        case GameMode.LIVE:
            return About("Live", f"live beside {season}", 1)
        case GameMode.RUNNING:
            return About("Practice", f"practice on {season}", game.speed)


def _about_room(game: NewGame) -> About:
    """A game that others play beside it, on the same clock."""
    if game.is_blind:
        return About("A blind window", "a room with friends, blind", game.speed)
    told = f"a room with friends, on season {game.season.normalize():f}"
    return About("A window with friends", told, game.speed)


def games_of(request: Request) -> GameServices:
    """The games of this server.

    Raises:
        HTTPException: Nobody can play on it.
    """
    games = getattr(request.app.state, "games", None)
    if not isinstance(games, GameServices):
        raise HTTPException(HTTPStatus.NOT_FOUND, "Nobody can play on this server.")
    return games
