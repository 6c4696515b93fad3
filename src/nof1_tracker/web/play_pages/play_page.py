"""Where a game is begun, and where a player finds those that were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records.play.session.game_boards import Board, Unranked
from nof1_tracker.records.play.session.listed_games import ListedGame, PlayableSeason
from nof1_tracker.records.play.stored_games import GameMode, GameState, StoredGame
from nof1_tracker.rendering.text import when
from nof1_tracker.services.play.games.open_games import (
    AskedGame,
    open_daily,
    open_window,
)
from nof1_tracker.services.play.games.own_games import list_games
from nof1_tracker.services.play.games.playable_seasons import playable_seasons
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard, TheDashboard
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    go_to,
    show_page,
    take_form,
)
from nof1_tracker.web.people.visits import People, ThePeople, Visit
from nof1_tracker.web.play_pages.game_time import length
from nof1_tracker.web.play_pages.play_frame import play_page
from nof1_tracker.web.play_pages.seats import Seat, seat_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SPEEDS: Final = (
    ("", "in turns"),
    ("60", "60x, a minute a second"),
    ("600", "600x"),
    ("3600", "3600x, an hour a second"),
)
_MOST_LISTED: Final = 20
_BOARDS: Final[dict[Board | Unranked, str]] = {
    Board.PEOPLE: "ranked",
    Board.PROGRAMS: "ranked among programs",
    Unranked.GUEST: "not ranked: played as a guest",
    Unranked.ROOM: "played in a room",
    Unranked.NOT_BLIND: "practice",
    Unranked.PLAYED_BEFORE: "not ranked: you had played this window before",
    Unranked.NOT_FINISHED: "not over",
}


@dataclass(frozen=True, slots=True)
class GameLine:
    """A game of the player."""

    title: str
    begun: str
    state: str
    address: str
    deed: str


@dataclass(frozen=True, slots=True)
class SeasonChoice:
    """A season to practise on."""

    number: str
    name: str


@router.get("/play")
async def play(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """What can be played, and the player's games."""
    return await show_page(request, people, _page(request, dashboard, people))


@router.post("/play/open")
async def open_game(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """Opens the game that a form asks for."""

    def act(visit: Visit, form: Form) -> Response:
        stored = _opened(seat_of(request, visit), form)
        return go_to(f"/play/games/{stored.id}")

    show = _page(request, dashboard, people)
    return await take_form(request, people, act, show)


def _opened(seat: Seat, form: Form) -> StoredGame:
    match form.get("kind", ""):
        case "blind":
            return open_window(seat.services, seat.player, AskedGame(is_ranked=True))
        case "daily":
            return open_daily(seat.services, seat.player)
        case "practice":
            return open_window(seat.services, seat.player, _practice(form))
    raise ConfigurationError("There is no such game.", "Choose one of the page's.")


def _practice(form: Form) -> AskedGame:
    try:
        season, days = Decimal(form.get("season", "")), int(form.get("days", ""))
        speed = int(form["speed"]) if form.get("speed") else None
    except (InvalidOperation, ValueError):
        raise ConfigurationError(
            "This is not a form of the page.", "Open the page, and choose there."
        ) from None
    mode = GameMode.TURNS if speed is None else GameMode.RUNNING
    return AskedGame(mode=mode, season=season, days=days, speed=speed)


def _page(request: Request, dashboard: Dashboard, people: People) -> Show:
    def show(visit: Visit, _typed: Form, error: TrackerError | None) -> Response:
        seat = seat_of(request, visit)
        now = seat.services.clock.now()
        seasons = playable_seasons(seat.services.seasons, now)
        playable = [each for each in seasons if each.days]
        games = list_games(seat.services, seat.player)[:_MOST_LISTED]
        return play_page(
            dashboard,
            request,
            people,
            visit,
            "play.html",
            seasons=[season_choice(each) for each in playable],
            lengths=sorted({days for each in playable for days in each.days}),
            speeds=_SPEEDS,
            games=[game_line(each, now) for each in games],
            unplayable=None if playable else _unplayable(seasons),
            error=error,
        )

    return show


def season_choice(season: PlayableSeason) -> SeasonChoice:
    return SeasonChoice(f"{season.number.normalize():f}", season.name)


def _unplayable(seasons: Sequence[PlayableSeason]) -> ConfigurationError:
    """Why nothing can be played, and what would change that."""
    remedies = [each.remedy for each in seasons if each.remedy]
    if not remedies:
        return ConfigurationError(
            "No season is stored yet.",
            "`nof1-tracker monitor` records one that is running; `nof1-tracker demo` makes"
            " one that can be played at once.",
        )
    return ConfigurationError(
        "No two days in a row have enough prices to be played: that takes one in 95 % of"
        " the quarter hours.",
        f"`{remedies[0]}` fills in what still exists; `nof1-tracker demo` makes a season"
        " that can be played at once.",
    )


def game_line(game: ListedGame, now: datetime) -> GameLine:
    """A game as it is listed."""
    is_open = game.state is GameState.OPEN
    path = f"/play/games/{game.game_id}"
    return GameLine(
        title=_title(game),
        begun=when(game.opened_at, now),
        state=f"{length(game.left)} left" if is_open else _BOARDS[game.board],
        address=path if is_open else f"{path}/reveal",
        deed="Go on" if is_open else "See the reveal",
    )


def _title(game: ListedGame) -> str:
    lasts = length(game.length)
    if game.is_daily:
        return f"Window of {game.opened_at:%Y-%m-%d}, {lasts}"
    if game.is_blind:
        return f"Blind window of {lasts}"
    season = "" if game.season is None else f" on season {game.season.normalize():f}"
    return f"Practice{season}, {lasts}"
