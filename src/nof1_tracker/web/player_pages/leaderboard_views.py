"""Leaderboards as their page shows them: each rank with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from nof1_tracker.game.progress.avatars import avatar_svg
from nof1_tracker.game.progress.characters import TRAITS
from nof1_tracker.records.progress.leaderboard_lines import (
    Leaderboard,
    LeaderboardKind,
    LeaderboardLine,
)
from nof1_tracker.records.progress.rank_rows import RankInterval
from nof1_tracker.rendering.html.cells import Cell, count, fraction
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke
from nof1_tracker.rendering.text import UNKNOWN

RANKED_BY = {
    LeaderboardKind.OVERALL: "Players and models by the mean of what they ended ranked"
    " windows with, each less the models' mean in that window",
    LeaderboardKind.FRIENDS: "You, your friends and the models by the same measure",
    LeaderboardKind.PROGRAMS: "Programs and models by the same measure; programs play"
    " against the models and each other, not against people",
    LeaderboardKind.XP: "Players by the XP that they have earned in total",
}
"""What the lines of a board are ordered by."""
INTERVAL = (
    "3 (1–14) reads: third by what was played, and with 95 % certainty, for all lines"  # noqa: RUF001
    " together, truly somewhere from first to fourteenth."
)
"""What an interval means, in one sentence."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a leaderboard.

    Attributes:
        rank: Empty where nothing is known of it.
        avatar: SVG of a player; empty for a model.
        stroke: Of a model; None for a player.
        path: Address of the model's or the player's page.
        about: Character and level of a player; empty for a model.
    """

    rank: str
    interval: str
    name: str
    avatar: str
    stroke: Stroke | None
    path: str
    about: str
    result: Cell
    windows: Cell
    is_own: bool
    is_settled: bool
    is_number_one: bool


def line_views(board: Leaderboard, strokes: Mapping[str, Stroke]) -> Sequence[LineView]:
    """The lines, the best first.

    Args:
        strokes: Colours of models, by account.
    """
    return [_view(each, board.kind, strokes) for each in board.lines]


def interval_text(place: RankInterval) -> str:
    """The ends of the interval; one number where they are one."""
    if place.best == place.worst:
        return f"({place.best})"
    return f"({place.best}–{place.worst})"  # noqa: RUF001


def _view(
    line: LeaderboardLine, kind: LeaderboardKind, strokes: Mapping[str, Stroke]
) -> LineView:
    by_xp = kind is LeaderboardKind.XP
    is_known = line.is_settled or by_xp
    player = line.player
    return LineView(
        rank=str(line.place.rank) if is_known else UNKNOWN,
        interval="" if by_xp else interval_text(line.place),
        name=line.name,
        avatar=avatar_svg(player.avatar) if player else "",
        stroke=None if player else strokes.get(line.account_id or "", BENCHMARK),
        path=_path(line),
        about=_about(line),
        result=(
            count(player.xp)
            if player and by_xp
            else fraction(line.result, signed=True, digits=2)
        ),
        windows=count(line.windows),
        is_own=line.is_own,
        is_settled=line.is_settled,
        is_number_one=line.is_number_one,
    )


def _path(line: LeaderboardLine) -> str:
    if line.player is not None:
        return f"/play/players/{quote(line.player.display_name)}"
    return f"/models/{quote(line.account_id or '', safe='')}"


def _about(line: LeaderboardLine) -> str:
    if line.player is None:
        return ""
    character = line.player.character
    name = TRAITS[character].name if character else "No character yet"
    return f"{name}, level {line.player.level}"
