"""What XP was earned by, in words."""

from collections.abc import Mapping
from typing import Final

from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource

_WORDS: Final[Mapping[XpSource, str]] = {
    XpSource.CASE: "Case completed",
    XpSource.CASE_ALL_RIGHT: "All answers of a case right at once",
    XpSource.MODULE: "Module completed",
    XpSource.FIRST_TRADE: "First trade",
    XpSource.TRADE: "Trade opened",
    XpSource.PROFITABLE_TRADE: "Trade closed with a profit",
    XpSource.LONG_HOLD: "Trade held long",
    XpSource.ACHIEVEMENT: "Achievement reached",
    XpSource.DAILY_SIGN_IN: "Signed in",
    XpSource.SEVEN_DAYS: "Seven days in a row",
}


def earned_words(entry: XpEntry) -> str:
    """What the entry was earned by."""
    if entry.source is XpSource.MODULE:
        season, _, module = subject_of(entry).partition(":")
        return f"Module {module} of season {season} completed"
    return _WORDS[entry.source]


def subject_of(entry: XpEntry) -> str:
    """The id of what earned it."""
    return entry.key.partition(":")[2]
