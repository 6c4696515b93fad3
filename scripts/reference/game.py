"""Generates the page of the game: levels, sources of XP, characters, achievements."""

from typing import Final

from scripts.reference.markdown import code, table
from scripts.reference.markdown import page as whole_page

from nof1_tracker.game.progress.achievements import (
    Achievement,
    achievements,
)
from nof1_tracker.game.progress.characters import TRAITS, CharacterTraits
from nof1_tracker.game.progress.earning import (
    LEAST_OF_TRADE,
    MOST_OF_TRADE,
    XP_OF,
    XP_OF_CASE,
)
from nof1_tracker.game.progress.levels import is_designed, step_to, total_to
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.xp_entries import XpSource

_SHOWN_LEVELS: Final = (*range(1, 27), 50, 75, 100)
_WHEN: Final = {
    XpSource.CASE: "a case is completed; by its module",
    XpSource.CASE_ALL_RIGHT: "all its answers were right at the first attempt",
    XpSource.MODULE: "every case of a module is completed",
    XpSource.FIRST_TRADE: "the first trade that counts is opened",
    XpSource.TRADE: "a trade that counts is opened; by notional / equity",
    XpSource.PROFITABLE_TRADE: "it is closed with a profit after fees",
    XpSource.LONG_HOLD: "it was held 30 days of game time, or a tenth of the season",
    XpSource.ACHIEVEMENT: "an achievement is reached",
    XpSource.DAILY_SIGN_IN: "a day of UTC with a sign-in",
    XpSource.SEVEN_DAYS: "seven such days in a row, and each seven more",
}


def page() -> str:
    """The page: levels, sources, characters, achievements."""
    return whole_page(
        "The game in numbers",
        "[Progress, cases and ranks in the game](../explanation/game-progress.md) explains them.",
        "## Sources of XP",
        table(
            ["source", "XP", "when"],
            [(code(each), _xp(each), _WHEN[each]) for each in XpSource],
        ),
        "## Characters",
        table(
            ["character", "focus", "XP is multiplied by"],
            [(each.name, each.focus, _factors(each)) for each in TRAITS.values()],
        ),
        "## Levels",
        "Every level from 26 to 100 takes as much as the one before.",
        table(
            ["level", "XP from the level before", "XP in total", "whose step"],
            [_level(each) for each in _SHOWN_LEVELS],
        ),
        "## Achievements",
        _counts(),
        *_by_category(),
    )


def _xp(source: XpSource) -> str:
    amounts = {
        XpSource.CASE: list(XP_OF_CASE.values()),
        XpSource.TRADE: [LEAST_OF_TRADE, MOST_OF_TRADE],
        XpSource.ACHIEVEMENT: [each.xp for each in achievements().values()],
    }.get(source)
    if amounts is None:
        return str(XP_OF[source])
    return f"{min(amounts):,} to {max(amounts):,}"


def _factors(traits: CharacterTraits) -> str:
    return ", ".join(
        f"{factor} on {favour.replace('_', ' ')}"
        for favour, factor in traits.factors.items()
    )


def _level(level: int) -> tuple[str, ...]:
    whose = "the design's" if is_designed(level) else "ours"
    return (
        str(level),
        f"{step_to(level):,}",
        f"{total_to(level):,}",
        "" if level == 1 else whose,
    )


def _counts() -> str:
    of_all = list(achievements().values())
    return f"There are {len(of_all)}, with {sum(each.xp for each in of_all):,} XP."


def _by_category() -> list[str]:
    parts: list[str] = []
    for category in Category:
        rows = [
            _achievement(each)
            for rarity in Rarity
            for each in achievements().values()
            if (each.category, each.rarity) == (category, rarity)
        ]
        parts.append(f"### {category.capitalize()}")
        parts.append(table(["achievement", "rarity", "XP", "what to do"], rows))
    return parts


def _achievement(achievement: Achievement) -> tuple[str, ...]:
    return (
        achievement.name,
        achievement.rarity.value,
        f"{achievement.xp:,}",
        achievement.text,
    )
