"""Whether recording goes on, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.text import when

_WORDS = {
    Kind.LEADERBOARD: "equity",
    Kind.TRADES: "trades",
    Kind.MODEL_CHAT: "ModelChat",
}


@dataclass(frozen=True, slots=True)
class RecordingState:
    """Whether recording goes on.

    Attributes:
        is_healthy: Whether every kind is recorded, and has news where some is expected.
        newest: When anything was recorded last; None where nothing was.
        words: What is wrong, and what to do; empty where nothing is.
        is_over: True where nothing has to be recorded now, because the season is over;
            `words` then say if nobody looks for the next one.
    """

    is_healthy: bool
    newest: datetime | None
    words: str
    is_over: bool = False


def recording_state(
    freshness: Freshness, *, is_over: bool = False, looked_every: timedelta
) -> RecordingState:
    """How new the record is, in words.

    Args:
        is_over: Whether the newest season is over, so that nothing new is expected.
        looked_every: How often a monitor looks for the next season then.
    """
    successes = [each for each in freshness.successes.values() if each is not None]
    newest = max(successes, default=None)
    if newest is None:
        return RecordingState(False, None, "")
    if is_over and not freshness.is_healthy:
        is_watched = freshness.at - newest <= looked_every + freshness.max_age
        words = "" if is_watched else _unwatched(newest, freshness.at)
        return RecordingState(False, newest, words, is_over=True)
    return RecordingState(freshness.is_healthy, newest, _complaint(freshness))


def _unwatched(newest: datetime, at: datetime) -> str:
    return (
        "The season is over, and nothing new is expected of it. Nobody has looked for the"
        f" next one since {when(newest, at)}: `nof1-tracker monitor` does."
    )


def _complaint(freshness: Freshness) -> str:
    parts = []
    if freshness.stale:
        stale = ", ".join(_last(freshness, kind) for kind in freshness.stale)
        parts.append(
            f"Not being recorded: {stale}. `nof1-tracker monitor` goes on recording."
        )
    if freshness.silent:
        silent = ", ".join(_WORDS[kind] for kind in freshness.silent)
        parts.append(f"The site answers, and has had nothing new for long: {silent}.")
    return " ".join(parts)


def _last(freshness: Freshness, kind: Kind) -> str:
    success = freshness.successes[kind]
    if success is None:
        return f"{_WORDS[kind]} (never)"
    return f"{_WORDS[kind]} (last {when(success, freshness.at)})"
