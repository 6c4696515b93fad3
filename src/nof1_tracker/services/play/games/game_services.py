"""What all use cases of games work with."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.identity.secret_tokens import keyed_digest
from nof1_tracker.services.play.games.playable_seasons import PlayableSeasons
from nof1_tracker.services.play.games.window_markets import WindowMarkets

PATIENCE = 5.0
"""Seconds for which a move waits where somebody else writes."""
GUESTS_KEPT = timedelta(days=30)
"""How long the games of guests are kept who make no account."""


@dataclass(frozen=True)
class GameServices:
    """The databases, the clock, and what draws windows.

    Attributes:
        people: Where games are stored.
        record: Where prices and models are read; it may not see people's tables.
        key: Of the server, at least 16 bytes: nobody else can foresee what it draws.
    """

    people: Engine
    record: Engine
    clock: Clock
    key: bytes = field(repr=False)

    @cached_property
    def markets(self) -> WindowMarkets:
        """The markets of windows that are played."""
        return WindowMarkets(self.record)

    @cached_property
    def seasons(self) -> PlayableSeasons:
        """Which windows can be played."""
        return PlayableSeasons(self.record)

    def reading(self) -> PeopleUnit:
        """A unit that reads games as they stand at one instant."""
        return PeopleUnit(self.people, frozen=True)

    def writing(self) -> PeopleUnit:
        """A unit that writes games; it waits for others for 5 seconds at most."""
        return PeopleUnit(self.people, writes=True, patience=PATIENCE)

    def drawn(self, purpose: str, text: str) -> bytes:
        """Bytes that follow from a text, and that nobody without the key can foresee."""
        return bytes.fromhex(keyed_digest(self.key, purpose, text))
