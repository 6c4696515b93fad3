"""Players and models in one table, each rank with its interval."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContestantResults:
    """What a player, or a model, ended ranked windows with.

    Attributes:
        contestant: Id of the player or of the account.
        is_model: Models take part in every window.
        returns: Total return by id of the window; a fraction.
    """

    contestant: str
    is_model: bool
    returns: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class RankInterval:
    """A rank, and the ranks between which it may truly be.

    Attributes:
        rank: 1 is the best; equal results share it.
        best, worst: The ends of its interval, which hold `rank`.
    """

    rank: int
    best: int
    worst: int

    @property
    def written(self) -> str:
        """As people read it: 3 (1-14)."""
        return f"{self.rank} ({self.best}-{self.worst})"


@dataclass(frozen=True, slots=True)
class RankedContestant:
    """A line of a table of ranks.

    Attributes:
        result: What it is ranked by; a fraction. In one window the total return, over
            several the mean of total returns less the models' mean in each window.
        windows: How many it rests on.
        is_settled: True where there are enough windows to say something.
        is_number_one: True for the first of all who are settled.
    """

    contestant: str
    is_model: bool
    place: RankInterval
    result: float
    windows: int
    is_settled: bool
    is_number_one: bool
