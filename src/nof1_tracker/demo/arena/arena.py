"""A season of the simulated arena: everything that happens is decided in advance.

The same seed, season and length give the same season, to the last digit. Nothing
here reads a clock: every query is about a given instant.
"""

import heapq
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from nof1_tracker.demo.arena.book import INITIAL, Book, Leg
from nof1_tracker.demo.arena.market import COINS, MINUTE, Market, noise
from nof1_tracker.demo.arena.roster import (
    COMPETITIONS,
    MYSTERY,
    UNMASKED,
    Entrant,
    SeasonName,
    entrants,
    instruments,
)
from nof1_tracker.demo.arena.trader import Action, Cycles, Trader, hold_forever

START: Mapping[SeasonName, datetime] = {
    "1": datetime(2025, 10, 18, tzinfo=UTC),
    "1.5": datetime(2025, 11, 19, 15, tzinfo=UTC),
}
FAILED_JSON_SHARE = 0.015
UNMASKED_AFTER = 0.6
"""Share of the season after which the mystery model gets its real name."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One conversation, without its text.

    Attributes:
        account: Key of the account, e.g. "gpt-5", or the run_id in season 1.5.
        timestamp: Unix seconds of the answer.
        inserted_at: Unix seconds at which the site begins to serve it.
        failed: True where the model's answer was not JSON.
    """

    account: str
    cycle: int
    timestamp: float
    inserted_at: float
    failed: bool

    @property
    def conversation_id(self) -> str:
        """Unique; the number in it is a little later than the timestamp."""
        late = 0.0002 + noise(self.cycle) / 500
        return f"{self.account}_{round(self.timestamp + late, 6)}"


@dataclass(frozen=True, slots=True)
class _Hour:
    """The end of an hour: equity (USD), and sums over the hourly returns so far."""

    equity: float
    total: float
    squares: float

    def then(self, equity: float) -> "_Hour":
        change = equity / self.equity - 1
        return _Hour(equity, self.total + change, self.squares + change * change)

    def sharpe(self, hours: int) -> float:
        if hours < 2:
            return 0
        mean = self.total / hours
        variance = (self.squares - hours * mean * mean) / (hours - 1)
        return mean / math.sqrt(variance) if variance > 1e-18 else 0


@dataclass(frozen=True, slots=True)
class Contestant:
    """An account with its whole history.

    Attributes:
        phase: Seconds between the season's start and this account's start.
        actions: Decisions other than hold, by cycle.
    """

    index: int
    entrant: Entrant
    phase: float
    cycles: Cycles
    book: Book
    actions: Mapping[int, list[Action]]

    @property
    def key(self) -> str:
        return self.entrant.key


class Arena:
    """A season that can be queried at any instant.

    Attributes:
        start, end: Aware UTC; nothing changes after `end`.
        accounts: By key, in the order in which the site lists them.
    """

    def __init__(
        self, seed: int = 7, season: SeasonName = "1", days: float = 3
    ) -> None:
        self.seed = seed
        self.season: SeasonName = season
        self.start = START[season]
        self.end = self.start + timedelta(days=days)
        traded = instruments(season)
        shown = traded if season == "1" else (*COINS, *traded)
        self.traded_symbols = tuple(each.symbol for each in traded)
        self._hours: dict[str, list[_Hour]] = {}
        self.length = days * 86_400
        self.market = Market(seed, shown, int(self.length / MINUTE))
        self.accounts = {
            entrant.key: self._contestant(index, entrant)
            for index, entrant in enumerate(entrants(season))
        }

    def _contestant(self, index: int, entrant: Entrant) -> Contestant:
        cycles = Cycles(self.seed, index, self.length)
        phase = 3.0 + round(50 * noise(self.seed, index, 99), 5)
        if entrant.is_benchmark:
            book = hold_forever(self.market, COINS[0].symbol)
            return Contestant(index, entrant, phase, cycles, book, {})
        rng = random.Random(self.seed * 7919 + index)
        market = self.market.only(self.traded_symbols)
        trader = Trader(entrant, market, cycles, rng)
        trader.trade()
        return Contestant(index, entrant, phase, cycles, trader.book, trader.actions)

    def seconds(self, at: datetime) -> float:
        """Seconds since the start, never past the end."""
        return min(max((at - self.start).total_seconds(), 0.0), self.length)

    def unix(self, seconds: float) -> float:
        """Unix seconds of an instant of the season, to the microsecond."""
        return round(self.start.timestamp() + seconds, 6)

    # --- true values, whatever the endpoints serve ----------------------------

    def equity(self, account: str, at: datetime) -> float:
        """Cash plus unrealized PnL, USD, whatever the endpoints serve."""
        return self.accounts[account].book.equity(self.seconds(at))

    def legs_until(self, at: datetime) -> dict[str, list[Leg]]:
        """Every leg closed so far, by account, including those no longer served."""
        seconds = self.seconds(at)
        return {
            key: each.book.legs_until(seconds)
            for key, each in self.accounts.items()
            if not each.entrant.is_benchmark
        }

    def trade_id(self, account: str, leg: Leg) -> str:
        """The `id` under which the trades endpoint serves that leg."""
        return f"{account}_{leg.uuid}"

    def conversations_between(self, after: datetime, until: datetime) -> list[Turn]:
        """Conversations first served in (after, until], oldest first."""
        first, last = self.seconds(after), self.seconds(until)
        turns = [
            self.turn(each, cycle)
            for each in self.talkers()
            for cycle in range(
                each.cycles.until(first) + 1, each.cycles.until(last) + 1
            )
        ]
        return sorted(turns, key=lambda turn: (turn.timestamp, turn.account))

    def newest_turns(
        self, at: float, limit: int, competition: int | None = None
    ) -> list[Turn]:
        """The conversations that the site shows, newest first."""
        streams = [
            self._turns_back(each, at)
            for each in self.talkers()
            if competition in (None, each.entrant.competition)
        ]
        merged = heapq.merge(*streams, key=lambda turn: turn.timestamp, reverse=True)
        return list(islice(merged, limit))

    # --- values for the payloads ----------------------------------------------

    def talkers(self) -> list[Contestant]:
        """All accounts except the benchmark."""
        return [
            each for each in self.accounts.values() if not each.entrant.is_benchmark
        ]

    def turn(self, who: Contestant, cycle: int) -> Turn:
        failed = cycle not in who.actions and self.fails(who, cycle)
        return Turn(
            account=who.key,
            cycle=cycle,
            timestamp=self.unix(who.cycles.answered(cycle)),
            inserted_at=self.unix(who.cycles.served(cycle)),
            failed=failed,
        )

    def fails(self, who: Contestant, cycle: int) -> bool:
        """Whether that answer is not JSON (cycles with an action never fail)."""
        return noise(self.seed, who.index, cycle, 3) < FAILED_JSON_SHARE

    def sharpe(self, who: Contestant, at: float) -> float:
        """Mean / deviation of the hourly returns so far, to three decimals."""
        hours = self._hours.setdefault(who.key, [_Hour(INITIAL, 0.0, 0.0)])
        complete = int(at // 3600)
        while len(hours) <= complete:
            hours.append(hours[-1].then(who.book.equity(len(hours) * 3600.0)))
        return round(hours[complete].sharpe(complete), 3)

    def model_name(self, entrant: Entrant, at: float) -> str:
        """The name that the site gives the model at that instant."""
        if entrant.model == MYSTERY and at >= UNMASKED_AFTER * self.length:
            return UNMASKED
        return entrant.model

    def run_name(self, entrant: Entrant, at: float) -> str:
        """Display name in season 1.5, e.g. "GROK-4 - 2: MONK MODE"."""
        model = self.model_name(entrant, at).partition(" (")[0].upper()
        number = entrant.competition or 1
        return f"{model} - {number}: {COMPETITIONS[number]}"

    def _turns_back(self, who: Contestant, at: float) -> Iterator[Turn]:
        for cycle in range(who.cycles.until(at), 0, -1):
            yield self.turn(who, cycle)
