"""Kills monitors at any moment, alone or with another standing by."""

import random
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select

from nof1_tracker.database.models import ScrapeRun
from tests.faults.recorders import (
    Truth,
    read_incoherences,
    recording,
    stored_ids,
    truth,
)
from tests.worlds import engine_on

CATCH_UP_EVERY = 10
"""Kills after which one cycle may run to its end."""
MINUTES_BETWEEN = 1.0
"""Simulated minutes between two kills: ten are well within ModelChat's window."""


@dataclass
class KillFigures:
    """The state after the kills.

    Attributes:
        within: Kills that hit a run (it stays `running` in the journal forever).
        halves: Incoherences found, in words.
        missing: Ids that a cycle after the kills did not store.
    """

    kills: int
    within: int = 0
    caught_up: int = 0
    halves: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def kill_often(url: str, kills: int, seed: int) -> KillFigures:
    """Kills that many monitors on the database, each at a random moment."""
    rng = random.Random(seed)  # noqa: S311  reproducible, not secret
    figures = KillFigures(kills)
    with truth() as world:
        cycle = _catch_up(url, world, figures)
        for number in range(1, kills + 1):
            with recording(url, world) as process:
                world.wait_for_requests(rng.randint(1, cycle.requests))
                time.sleep(rng.uniform(0, cycle.seconds / cycle.requests))
                process.send(signal.SIGKILL)
            figures.halves += read_incoherences(url)
            stored_ids(url)
            world.advance(MINUTES_BETWEEN)
            if number % CATCH_UP_EVERY == 0 or number == kills:
                cycle = _catch_up(url, world, figures)
    figures.within = _unfinished(url)
    return figures


class _Cycle(NamedTuple):
    """Time that an undisturbed cycle takes to fetch and store."""

    seconds: float
    requests: int


def _catch_up(url: str, world: Truth, figures: KillFigures) -> _Cycle:
    """Runs one undisturbed cycle."""
    asked = len(world.site.requests)
    with recording(url, world, once=True) as process:
        line = process.until("cycle")
        assert process.ended(60) == 0, process.lines
    figures.missing += sorted(world.missing(url))
    figures.caught_up += 1
    return _Cycle(float(line["seconds"]), len(world.site.requests) - asked)


def _unfinished(url: str) -> int:
    with engine_on(url) as engine, engine.connect() as connection:
        statuses = list(connection.scalars(select(ScrapeRun.status)))
    return sum(status == "running" for status in statuses)


# --- two at once --------------------------------------------------------------------


@dataclass
class TakeoverFigures:
    """How the right to scrape moved between monitors.

    Attributes:
        seconds: Seconds from each kill until the other monitor had it.
        overlaps: Number of pairs of finished runs that fetched at the same time.
    """

    kills: int
    seconds: list[float] = field(default_factory=list)
    overlaps: int = 0
    missing: list[str] = field(default_factory=list)


def kill_leaders(url: str, kills: int) -> TakeoverFigures:
    """Runs two monitors and kills the one that scrapes, that many times."""
    figures = TakeoverFigures(kills)
    with truth() as world, ExitStack() as stack:
        pair = [stack.enter_context(recording(url, world)) for _ in range(2)]
        first, second = (bool(each.until("cycle")["leader"]) for each in pair)
        assert first is not second
        leader, standby = pair if first else reversed(pair)
        for _ in range(kills):
            standby.until("cycle", leader=False)
            world.advance(MINUTES_BETWEEN)
            killed = time.monotonic()
            leader.send(signal.SIGKILL)
            leader.close()
            standby.until("leadership", leader=True)
            figures.seconds.append(time.monotonic() - killed)
            leader = standby
            standby = stack.enter_context(recording(url, world))
            leader.until("cycle", leader=True)
            leader.until("cycle", leader=True)
            figures.missing += sorted(world.missing(url))
        for process in (leader, standby):
            process.send(signal.SIGTERM)
            assert process.ended(30) == 0
    figures.overlaps = _overlaps(url)
    return figures


def _overlaps(url: str) -> int:
    # What a killed monitor had recorded is stored within the next one's run, and noted
    # as a run of the archive: it fetches nothing.
    times = select(ScrapeRun.started_at, ScrapeRun.finished_at).where(
        ScrapeRun.finished_at.is_not(None), ScrapeRun.transport != "archive"
    )
    with engine_on(url) as engine, engine.connect() as connection:
        rows = connection.execute(times)
        runs = sorted((row.started_at, row.finished_at) for row in rows)
    return sum(run[1] > then[0] for run, then in pairwise(runs))
