"""A player as a profile shows one: level, XP line by line, avatars, characters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from nof1_tracker.game.progress.achievements import achievements
from nof1_tracker.game.progress.avatars import AVATARS, avatar_svg
from nof1_tracker.game.progress.characters import TRAITS, Favour
from nof1_tracker.game.progress.earning import LONG_HOLD
from nof1_tracker.game.progress.favoured_trades import DIVERSIFIED_FROM, VOLATILE_FROM
from nof1_tracker.game.progress.levels import level_at
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from nof1_tracker.rendering.players.xp_words import earned_words, subject_of
from nof1_tracker.rendering.text import percent, whole

_FAVOURED = {
    Favour.CASES: "cases",
    Favour.TRADES: "trades",
    Favour.VOLATILE_TRADES: "volatile trades",
    Favour.DIVERSIFIED_TRADES: "diversified trades",
    Favour.LONG_HOLDS: "long holds",
}
_OF_CASES = frozenset({XpSource.CASE, XpSource.CASE_ALL_RIGHT})
_OF_GAMES = frozenset({XpSource.TRADE, XpSource.PROFITABLE_TRADE, XpSource.LONG_HOLD})

MEANINGS = {
    "Volatile": "A trade in a symbol whose price had an annualised volatility of at least"
    f" {percent(Decimal(VOLATILE_FROM), digits=0)} in the 24 hours before it was opened.",
    "Diversified": "A trade after which the account holds at least"
    f" {DIVERSIFIED_FROM} effective positions: one over the sum of the squared shares of"
    " gross exposure. Three equal positions are three.",
    "Long": f"A trade held for {LONG_HOLD.days} days of game time, or for a tenth of the"
    " season if that is shorter.",
}
"""What characters favour, defined."""


@dataclass(frozen=True, slots=True)
class LevelView:
    """How far a player is.

    Attributes:
        into, step: XP since the level was reached, and from it to the next; a `step`
            of None at the highest.
    """

    level: int
    xp: str
    into: int
    step: int | None
    words: str


@dataclass(frozen=True, slots=True)
class XpLine:
    """A line of the history of XP.

    Attributes:
        path: Address of what earned it; None where it has none.
        bonus: What the character added; 0 for nothing.
    """

    at: datetime
    words: str
    path: str | None
    base: int
    bonus: int
    xp: int


@dataclass(frozen=True, slots=True)
class AvatarView:
    """An avatar to choose."""

    name: str
    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class CharacterView:
    """A character to choose; `effects` are what it raises, in words."""

    character: Character
    name: str
    focus: str
    effects: tuple[str, ...]


def level_view(xp: int) -> LevelView:
    """The level that so much XP reaches, and how far the next one is."""
    reached = level_at(xp)
    if reached.step is None:
        words = "the highest level"
    else:
        left = whole(reached.step - reached.into)
        words = f"{left} XP to level {reached.level + 1}"
    return LevelView(reached.level, whole(xp), reached.into, reached.step, words)


def xp_lines(entries: Iterable[XpEntry]) -> Sequence[XpLine]:
    """The entries, in words."""
    return [
        XpLine(
            at=each.earned_at,
            words=_words(each),
            path=_path(each),
            base=each.base,
            bonus=each.bonus,
            xp=each.xp,
        )
        for each in entries
    ]


def avatar_views() -> Sequence[AvatarView]:
    """The avatars that there are."""
    return [
        AvatarView(name, each.title, avatar_svg(name)) for name, each in AVATARS.items()
    ]


def character_views() -> Sequence[CharacterView]:
    """The characters that there are."""
    return [character_view(each) for each in TRAITS]


def character_view(character: Character) -> CharacterView:
    """What a character is called, and what it raises."""
    traits = TRAITS[character]
    effects = tuple(
        f"{factor.normalize()}x XP on {_FAVOURED[favour]}"
        for favour, factor in traits.factors.items()
    )
    return CharacterView(character, traits.name, traits.focus, effects)


def _words(entry: XpEntry) -> str:
    words = earned_words(entry)
    if entry.source is not XpSource.ACHIEVEMENT:
        return words
    found = achievements().get(subject_of(entry))
    return words if found is None else f"{words}: {found.name}"


def _path(entry: XpEntry) -> str | None:
    subject = subject_of(entry)
    if entry.source in _OF_CASES:
        return f"/play/cases/{quote(subject, safe=':')}"
    if entry.source in _OF_GAMES:
        return f"/play/games/{subject.partition(':')[0]}"
    if entry.source is XpSource.ACHIEVEMENT:
        return f"/play/achievements#{subject}"
    return None
