"""What surrounds the loop, as far as it is not the loop: all of it obeys the test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nof1_tracker.errors import ConfigurationError, DatabaseError
from nof1_tracker.monitor.cycle import CycleResult
from nof1_tracker.monitor.cycle_report import CycleReport, KindOutcome
from nof1_tracker.monitor.loop import Monitor, Rest
from nof1_tracker.records.enums import Kind, RunStatus
from tests.fakes import FakeClock

COMPLETE, FAILED = RunStatus.COMPLETE, RunStatus.FAILED
Play = Callable[[Sequence[Kind]], CycleResult | ConfigurationError]


def all_with(status: RunStatus) -> Play:
    return lambda kinds: CycleResult(tuple(KindOutcome(k, status, 1.0) for k in kinds))


def failing(*bad: Kind) -> Play:
    return lambda kinds: CycleResult(
        tuple(KindOutcome(k, FAILED if k in bad else COMPLETE, 1.0) for k in kinds)
    )


@dataclass
class PlayedCycle:
    """Plays what the test says; the last of it for ever.

    Attributes:
        ran: When each cycle began, and with which kinds.
    """

    clock: FakeClock
    plays: list[Play]
    seconds: float = 5.0
    ran: list[tuple[float, tuple[Kind, ...]]] = field(default_factory=list)
    closed: int = 0

    def run(self, kinds: Sequence[Kind]) -> CycleResult:
        self.ran.append((self.clock.monotonic() - 1000, tuple(kinds)))
        self.clock.advance(self.seconds)
        play = self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]
        result = play(kinds)
        if isinstance(result, ConfigurationError):
            raise result
        return result

    def close(self) -> None:
        self.closed += 1


@dataclass
class FixedWatch:
    parts: int = 1

    def before(self) -> None:
        """Nothing is stored."""

    def after(self) -> None:
        """Nothing was missed."""


@dataclass
class PlayedLeadership:
    """Held between the given seconds; the database is down between others."""

    clock: FakeClock
    spans: Sequence[tuple[float, float]] = ((0, 1e12),)
    down: Sequence[tuple[float, float]] = ()
    released: int = 0

    def hold(self) -> bool:
        now = self.clock.monotonic() - 1000
        if any(start <= now < end for start, end in self.down):
            raise DatabaseError("The database says: connection refused.")
        return any(start <= now < end for start, end in self.spans)

    def release(self) -> None:
        self.released += 1


@dataclass
class NoRest:
    """A season that is never over."""

    is_resting: bool = False

    def after(self, result: CycleResult) -> None:
        """Something always moves."""

    def look(self, kinds: Sequence[Kind]) -> CycleResult | None:
        raise AssertionError(f"nobody rests, but {kinds} were looked at")


@dataclass
class Audience:
    """A listener that keeps what it is told."""

    reports: list[CycleReport] = field(default_factory=list)

    def cycle_ended(self, report: CycleReport) -> None:
        self.reports.append(report)


class Stage:
    """A loop with everything around it."""

    def __init__(
        self,
        *plays: Play,
        seconds: float = 5.0,
        interval: float = 900,
        kinds: tuple[Kind, ...] = tuple(Kind),
        parts: int = 1,
        spans: Sequence[tuple[float, float]] = ((0, 1e12),),
        down: Sequence[tuple[float, float]] = (),
        rest: Rest | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.cycle = PlayedCycle(
            self.clock, list(plays) or [all_with(COMPLETE)], seconds
        )
        self.leadership = PlayedLeadership(self.clock, spans, down)
        self.audience = Audience()
        self.rest = rest or NoRest()
        self.monitor = Monitor(
            cycle=self.cycle,
            watch=FixedWatch(parts),
            rest=self.rest,
            leadership=self.leadership,
            clock=self.clock,
            kinds=kinds,
            interval=interval,
            listeners=[self.audience],
            jitter=lambda _: 0.0,
        )

    def run(self, cycles: int) -> list[CycleReport]:
        self.monitor.max_cycles = cycles
        self.monitor.run()
        return self.audience.reports

    @property
    def starts(self) -> list[float]:
        """Seconds from the start of the loop to each scrape."""
        return [at for at, _ in self.cycle.ran]
