"""Guests: browsers that play without an account, and what becomes of their games."""

from fastapi import Request

from nof1_tracker.identity.secret_tokens import digest_of
from nof1_tracker.records.people.people import User
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.own_games import keep_games
from nof1_tracker.web.people.visits import Visit


def guest_digest(visit: Visit) -> str:
    """What is stored of a guest: the value that a browser's forms are tied to."""
    return digest_of(visit.visitor)


def keep_what_was_played(request: Request, visit: Visit, user: User) -> None:
    """Gives the games that a browser played as a guest to the one who signs in.

    Raises:
        DatabaseError: The database cannot be used.
    """
    games = getattr(request.app.state, "games", None)
    if isinstance(games, GameServices):
        keep_games(games, guest_digest(visit), user.id)
