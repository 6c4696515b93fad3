"""Games: an account that somebody trades over a window of recorded prices."""

from enum import StrEnum


class GameMode(StrEnum):
    """How game time passes."""

    TURNS = "turns"
    """From one decision to the next, when the player says so."""
    RUNNING = "running"
    """By itself, as fast as the player chose."""
    LIVE = "live"
    """As fast as real time, beside a season that is running."""


class GameState(StrEnum):
    """How far a game is."""

    OPEN = "open"
    FINISHED = "finished"
    ABANDONED = "abandoned"
