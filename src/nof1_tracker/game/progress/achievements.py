"""The achievements: data, read and checked, and what a player has reached of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from nof1_tracker.game.progress.earning import earned_entries
from nof1_tracker.game.progress.gather_facts import gather_facts
from nof1_tracker.game.progress.levels import LevelReached, level_at
from nof1_tracker.game.progress.xp_ledger import standing_entries, total_xp
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.player_facts import PlayerFacts
from nof1_tracker.records.progress.player_history import PlayerHistory
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource

_FACTS: Final = frozenset(field.name for field in fields(PlayerFacts))


def _known(fact: str) -> str:
    if fact not in _FACTS:
        raise ValueError(f"{fact!r} is not a fact of a player")
    return fact


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(_Checked):
    """A fact of a player, and the value from which it suffices."""

    fact: Annotated[str, AfterValidator(_known)]
    at_least: Annotated[Decimal, Field(gt=0)]


class Achievement(_Checked):
    """An achievement.

    Attributes:
        text: What a player has to do.
        criteria: All of them have to hold.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Annotated[str, Field(min_length=1)]
    category: Category
    rarity: Rarity
    xp: Annotated[int, Field(gt=0)]
    text: Annotated[str, Field(min_length=1)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]


@cache
def achievements() -> Mapping[str, Achievement]:
    """All achievements by id, in the order in which they are listed."""
    text = files(__package__).joinpath("achievements.json").read_bytes()
    return {each.id: each for each in read_achievements(text)}


def read_achievements(text: bytes | str) -> tuple[Achievement, ...]:
    """Achievements as JSON.

    Raises:
        ValueError: The JSON is not valid, or two have one id.
    """
    found = TypeAdapter(tuple[Achievement, ...]).validate_json(text)
    twice = len(found) - len({each.id for each in found})
    if twice:
        raise ValueError(f"{twice} achievements have the id of another one")
    return found


@dataclass(frozen=True, slots=True)
class AchievementProgress:
    """How far a player is: `done` of `needed`, of the criterion that lacks most."""

    done: Decimal
    needed: Decimal

    @property
    def is_reached(self) -> bool:
        """True where nothing is lacking."""
        return self.done >= self.needed


def progress_of(achievement: Achievement, facts: PlayerFacts) -> AchievementProgress:
    """How far a player with these facts is; no more is done than needed."""
    parts = (
        (Decimal(getattr(facts, each.fact)), each.at_least)
        for each in achievement.criteria
    )
    done, needed = min(parts, key=lambda part: part[0] / part[1])
    return AchievementProgress(min(done, needed), needed)


@dataclass(frozen=True, slots=True)
class PlayerProgress:
    """What a player has become.

    Attributes:
        entries: The whole ledger, oldest first.
        reached: Ids of achievements.
    """

    entries: tuple[XpEntry, ...]
    xp: int
    level: LevelReached
    facts: PlayerFacts
    reached: frozenset[str]


def progress_from(
    history: PlayerHistory, at: datetime, kept: Iterable[XpEntry] = ()
) -> PlayerProgress:
    """Everything that follows from a history.

    An achievement earns XP, XP makes levels, and levels reach achievements: it goes
    round until nothing new is reached.

    Args:
        at: When achievements are reached that are not in `kept`.
        kept: A ledger as kept before; what is in it stays.
    """
    ledger = [*kept, *earned_entries(history)]
    facts, reached = gather_facts(history), frozenset(_ids_in(ledger))
    while True:
        earned = [*ledger, *_entries_of(reached, at)]
        level = level_at(total_xp(earned))
        facts = replace(facts, level=level.level, achievements=len(reached))
        more = reached | _reached_by(facts)
        if more == reached:
            break
        reached = more
    entries = tuple(standing_entries(earned))
    return PlayerProgress(entries, total_xp(entries), level, facts, reached)


def _reached_by(facts: PlayerFacts) -> frozenset[str]:
    return frozenset(
        name
        for name, achievement in achievements().items()
        if progress_of(achievement, facts).is_reached
    )


def _entries_of(reached: Iterable[str], at: datetime) -> Iterator[XpEntry]:
    for name in reached:
        xp = achievements()[name].xp
        yield XpEntry(at, f"{XpSource.ACHIEVEMENT}:{name}", XpSource.ACHIEVEMENT, xp)


def _ids_in(entries: Iterable[XpEntry]) -> Iterator[str]:
    """The achievements of a ledger that there are still."""
    for entry in entries:
        name = entry.key.partition(":")[2]
        if entry.source is XpSource.ACHIEVEMENT and name in achievements():
            yield name
