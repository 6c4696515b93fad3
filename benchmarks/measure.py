"""Measures our work and a floor by turns, and compares them."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Literal

LEAST_ROUNDS = 3
PATIENCE = 60.0
"""Most seconds for the rounds of one comparison."""
Timed = Callable[[], float]
"""Does the work once; returns the seconds it took, without preparation."""


@dataclass(frozen=True)
class Target:
    """The limits of a comparison; None means no limit.

    Attributes:
        ratio: Most that ours may take, divided by the floor.
        seconds, megabytes: Most that ours may take.
    """

    ratio: float | None = None
    seconds: float | None = None
    megabytes: float | None = None

    def __str__(self) -> str:
        parts = [] if self.ratio is None else [f"<= {self.ratio:.3g}x"]
        if self.seconds is not None:
            parts.append(f"<= {self.seconds * 1000:,.0f} ms")
        if self.megabytes is not None:
            parts.append(f"<= {self.megabytes:.0f} MB")
        return ", ".join(parts) or "-"


@dataclass(frozen=True)
class Comparison:
    """The measurements of one comparison.

    Attributes:
        against: What the floor does, in a few words.
        ours, floor: Seconds by round; both of one round ran one after the other.
        unit: "MB" if they are megabytes instead.
    """

    what: str
    against: str
    ours: tuple[float, ...]
    floor: tuple[float, ...]
    target: Target
    unit: Literal["s", "MB"] = "s"

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours divided by the floor, by round: neighbours share the machine's load."""
        return tuple(o / f for o, f in zip(self.ours, self.floor, strict=True))

    @property
    def ratio(self) -> float:
        """The median over the rounds."""
        return median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles of the ratios; half of the rounds lie between them."""
        if len(self.ratios) < 2:
            return self.ratio, self.ratio
        first, _, third = quantiles(self.ratios, n=4, method="inclusive")
        return first, third

    @property
    def verdict(self) -> str:
        """met or missed, by the medians; reported if there is no target."""
        if self.target == Target():
            return "reported"
        kept = self.target.ratio is None or self.ratio <= self.target.ratio
        for most in (self.target.seconds, self.target.megabytes):
            kept = kept and (most is None or median(self.ours) <= most)
        return "met" if kept else "missed"


def timed(work: Callable[[], object]) -> Timed:
    """The work as a function that returns its seconds."""

    def once() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return once


def by_turns(*works: Timed, rounds: int) -> tuple[tuple[float, ...], ...]:
    """Seconds by round for each work; the first round only warms up.

    If the rounds take longer than `PATIENCE` there are fewer, but at least three.
    """
    taken: list[list[float]] = []
    end = perf_counter() + PATIENCE
    while len(taken) <= min(rounds, LEAST_ROUNDS) or (
        len(taken) <= rounds and perf_counter() < end
    ):
        taken.append([work() for work in works])
    return tuple(zip(*taken[1:], strict=True))


def compare(
    what: str,
    against: str,
    ours: Timed,
    floor: Timed,
    *,
    rounds: int,
    target: Target | None = None,
) -> Comparison:
    """Measures both by turns."""
    our_seconds, floor_seconds = by_turns(ours, floor, rounds=rounds)
    return Comparison(what, against, our_seconds, floor_seconds, target or Target())
