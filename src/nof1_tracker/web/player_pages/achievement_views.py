"""Achievements as their page shows them: what to do, how far one is, who has them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.people.player_pages import AchievementLine
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.rendering.text import percent, quantity, whole


class Shown(StrEnum):
    """Which achievements are shown."""

    ALL = "all"
    REACHED = "reached"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class AchievementView:
    """An achievement.

    Attributes:
        done, needed: In the unit of the criterion that lacks most.
        part: The one of the other, in words.
        had_by: How many per cent of the players have it, in words.
    """

    id: str
    name: str
    text: str
    rarity: Rarity
    xp: str
    done: Decimal
    needed: Decimal
    part: str
    reached_at: datetime | None
    had_by: str


@dataclass(frozen=True, slots=True)
class CategoryView:
    """The achievements of a category that are shown.

    Attributes:
        reached, total: Of the category, whatever is shown.
    """

    category: Category
    reached: int
    total: int
    achievements: tuple[AchievementView, ...]


def category_views(
    lines: Iterable[AchievementLine],
    shown: Shown = Shown.ALL,
    rarity: Rarity | None = None,
) -> Sequence[CategoryView]:
    """All categories.

    Args:
        rarity: The only one that is shown; None for all.
    """
    known = list(lines)
    return [
        CategoryView(
            category=category,
            reached=sum(each.reached_at is not None for each in mine),
            total=len(mine),
            achievements=tuple(_chosen(mine, shown, rarity)),
        )
        for category in Category
        if (mine := [each for each in known if each.category is category])
    ]


def reached_views(lines: Iterable[AchievementLine]) -> Sequence[AchievementView]:
    """What a player has reached, newest first."""
    reached = [(each.reached_at, each) for each in lines if each.reached_at is not None]
    newest = sorted(reached, key=lambda one: one[0], reverse=True)
    return [_view(each) for _, each in newest]


def _chosen(
    lines: Iterable[AchievementLine], shown: Shown, rarity: Rarity | None
) -> Iterator[AchievementView]:
    for each in lines:
        fits = shown is Shown.ALL or (each.reached_at is None) is (shown is Shown.OPEN)
        if fits and rarity in {None, each.rarity}:
            yield _view(each)


def _had_by(line: AchievementLine) -> str:
    if not line.share:
        return "Nobody has it yet"
    return f"{percent(line.share)} of players have it"


def _view(line: AchievementLine) -> AchievementView:
    return AchievementView(
        id=line.achievement_id,
        name=line.name,
        text=line.text,
        rarity=line.rarity,
        xp=whole(line.xp),
        done=line.done,
        needed=line.needed,
        part=f"{quantity(line.done)} of {quantity(line.needed)}",
        reached_at=line.reached_at,
        had_by=_had_by(line),
    )
