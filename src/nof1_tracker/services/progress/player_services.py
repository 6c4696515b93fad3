"""What the use cases of players work with."""

from dataclasses import dataclass, field
from typing import Final

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.services.progress.kept_cases import KeptCases
from nof1_tracker.services.progress.kept_ranks import KeptRanks

PATIENCE: Final = 5.0
"""Seconds for which a change waits where somebody else writes."""


@dataclass(frozen=True)
class PlayerServices:
    """The database and the clock, and what is computed once for everybody.

    Attributes:
        engine: Of the database that holds the record and people's tables.
        cases: The cases of each season.
        ranks: The leaderboards.
    """

    engine: Engine
    clock: Clock
    cases: KeptCases = field(default_factory=KeptCases)
    ranks: KeptRanks = field(default_factory=KeptRanks)

    def reading(self) -> PeopleUnit:
        """A unit that reads."""
        return PeopleUnit(self.engine)

    def writing(self) -> PeopleUnit:
        """A unit that writes; it waits for others for 5 seconds at most."""
        return PeopleUnit(self.engine, writes=True, patience=PATIENCE)
