"""Leaderboards: players and models in one table, each rank with its interval."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from nof1_tracker.errors import TrackerError
from nof1_tracker.game.ranks.overall_ranks import SETTLED_WINDOWS
from nof1_tracker.records.asking.written_values import parse_season
from nof1_tracker.records.people.people import User
from nof1_tracker.records.progress.leaderboard_lines import LeaderboardKind
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.services.progress.rank_players import WantedBoard, read_leaderboard
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Frame, PageQuery, stroke_among
from nof1_tracker.web.people.form_pages import Form
from nof1_tracker.web.people.visits import ThePeople, Visit
from nof1_tracker.web.player_pages.leaderboard_views import (
    INTERVAL,
    RANKED_BY,
    line_views,
)
from nof1_tracker.web.player_pages.player_frame import (
    Players,
    ThePlayers,
    player_page,
    user_of,
)
from nof1_tracker.web.player_pages.profile_views import character_views

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_NAMES: Final = {
    LeaderboardKind.OVERALL: "Overall",
    LeaderboardKind.FRIENDS: "Friends",
    LeaderboardKind.PROGRAMS: "Programs",
    LeaderboardKind.XP: "XP",
}
_EMPTY: Final = {
    LeaderboardKind.OVERALL: "Nobody has finished a ranked window here yet.",
    LeaderboardKind.FRIENDS: "Neither you nor a friend has finished a ranked window"
    " here yet.",
    LeaderboardKind.PROGRAMS: "No program has finished a ranked window here yet.",
    LeaderboardKind.XP: "Nobody plays here yet.",
}


class BoardQuery(PageQuery):
    """Which leaderboard."""

    board: LeaderboardKind = LeaderboardKind.OVERALL
    character: Character | None = None

    @property
    def wanted(self) -> WantedBoard:
        """The same as the services ask it.

        Raises:
            ConfigurationError: The season is not a number.
        """
        number = parse_season(self.season)
        by_windows = self.board is not LeaderboardKind.XP
        return WantedBoard(self.board, number if by_windows else None, self.character)


@router.get("/play/leaderboards")
async def leaderboards(
    players: ThePlayers,
    people: ThePeople,
    asked: Annotated[BoardQuery, Query()],
) -> Response:
    """A leaderboard."""
    del people  # without accounts nobody is ranked

    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        frame = players.frame()
        view = {
            "kind": asked.board,
            "ranked_by": RANKED_BY[asked.board],
            "boards": list(_boards(asked)),
            "characters": character_views(),
            "character": asked.character,
            "seasons": list(_seasons(frame)),
            "season": asked.season,
            "by_xp": asked.board is LeaderboardKind.XP,
            **_board_view(players, user_of(visit), asked, frame),
        }
        return player_page(players, visit, "leaderboards.html", view, frame)

    return await players.show(show, is_slow=True)


def _board_view(
    players: Players, user: User | None, asked: BoardQuery, frame: Frame
) -> Mapping[str, Any]:
    needs = user is None and asked.board is LeaderboardKind.FRIENDS
    if needs:
        return {"needs": "A board of friends", "lines": ()}
    board = read_leaderboard(players.services, user, asked.wanted)
    strokes = {
        each.account_id: stroke_among(frame.accounts, each.account_id)
        for each in board.lines
        if each.account_id is not None
    }
    return {
        "needs": "",
        "lines": line_views(board, strokes),
        "explains": "" if asked.board is LeaderboardKind.XP else INTERVAL,
        "computed_at": board.computed_at,
        "settled": SETTLED_WINDOWS,
        "empty": _EMPTY[asked.board],
    }


def _boards(asked: BoardQuery) -> Iterator[tuple[str, str, bool]]:
    """Address and name of each board, and whether it is the one that is shown."""
    for kind, name in _NAMES.items():
        state = {"board": kind, "season": asked.season, "character": asked.character}
        query = urlencode({key: value for key, value in state.items() if value})
        yield f"/play/leaderboards?{query}", name, kind is asked.board


def _seasons(frame: Frame) -> Iterator[tuple[str, str]]:
    for each in frame.seasons:
        if each.last_observed_at is None:
            continue
        yield f"{each.span.number.normalize():f}", each.span.name
