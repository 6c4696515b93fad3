"""What a site may do to a recorder, and what the recorder must make of it."""

import math
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import psutil

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site import faults as bad
from nof1_tracker.demo.site.faults import Fault
from nof1_tracker.demo.site.reply import Reply
from tests.memory import MemoryWatch
from tests.worlds import PROGRAM, arena_of, environment, midday

ARENA = arena_of(days=0.1)
NOW = midday(ARENA)
FROZEN_AT = NOW - timedelta(minutes=10)
"""When a site that stands still has stopped: its window of ModelChat is another one."""
TIMEOUTS = {"http": 2.0, "browser": 10.0}
"""Seconds that one answer may take, and a browser to start on a busy machine."""
ABOVE_IDLE = 200_000_000
"""Most bytes that a misbehaviour may cost."""


@dataclass(frozen=True)
class Misbehaviour:
    """A fault, and what becomes of a run that meets it.

    Attributes:
        where: As in `DemoSite.misbehave`.
        code: The exit code of `scrape` into an empty database.
        is_lasting: True if the next good cycle leaves something alone, as was asked.
    """

    where: str
    fault: Fault
    code: int
    is_lasting: bool = False

    def __str__(self) -> str:
        return f"{self.where}-{self.fault}"


SHORT = (
    Misbehaviour("*", bad.HeaderDrip(), 1),
    Misbehaviour("conversations", bad.EndlessEarlyHints(), 3),
    Misbehaviour("*", bad.Packed(megabytes=300), 1),
    Misbehaviour("*", bad.NotModifiedUnasked(), 1),
    Misbehaviour("analytics", bad.TooManyRequests(86_400), 3, is_lasting=True),
)
LONG = (
    Misbehaviour("*", bad.EndlessEarlyHints(), 1),
    Misbehaviour("trades", bad.HeaderDrip(), 3),
    Misbehaviour("*", bad.Hang(), 1),
    Misbehaviour("conversations", bad.Packed(megabytes=2000), 3),
    Misbehaviour("*", bad.Packed(layers=1), 1),
    Misbehaviour("trades", bad.Packed(layers=3), 3),
    Misbehaviour("*", bad.Oversize(200), 1),
    Misbehaviour("trades", bad.Oversize(200, is_announced=False), 3),
    Misbehaviour("*", bad.TooManyRequests(86_400), 1, is_lasting=True),
    Misbehaviour("*", bad.DeeplyNested(), 1),
    Misbehaviour("*", bad.Frozen(FROZEN_AT), 0),
    Misbehaviour("*", bad.DuplicatedRows(), 0),
    Misbehaviour("*", bad.ServerError(), 1),
    Misbehaviour("*", bad.Truncated(), 3),
)
EVERY = bool(os.environ.get("EVERY_FAULT"))
CASES = SHORT + LONG if EVERY else SHORT


def lived_through(transport: str) -> list[Misbehaviour]:
    """The cases for a monitor, those that leave something alone at the end.

    A browser waits for headers that drip until its time is up, twice a cycle. In the
    short form it does so in a single run only, and a monitor without a browser does.
    """
    cases = [
        case
        for case in CASES
        if EVERY or transport == "http" or not isinstance(case.fault, bad.HeaderDrip)
    ]
    return sorted(cases, key=lambda each: each.is_lasting)


@dataclass(frozen=True)
class Run:
    """A run of `scrape` as a process of its own.

    Attributes:
        seconds: From the first request, with which fetching starts, to its end.
        memory: The most bytes that it took, with its browser.
        said: What it wrote to stderr.
    """

    code: int
    seconds: float
    memory: int
    said: str


class TimedSite(DemoSite):
    """A simulated site that notes when a run begins to fetch.

    Attributes:
        asked_at: When it was first asked, on the monotonic clock; infinite until then.
    """

    asked_at: float = math.inf

    def reply(self, target: str, known_etag: str = "") -> Reply:
        self.asked_at = min(self.asked_at, time.monotonic())
        return super().reply(target, known_etag)


def in_time(transport: str) -> float:
    """Seconds of fetching and storing that a run may take, whatever the site does."""
    return 2 * TIMEOUTS[transport] + 10


def timeout_of(transport: str) -> str:
    """The setting, in milliseconds."""
    return str(int(1000 * TIMEOUTS[transport]))


def scrape(url: str, site: TimedSite, transport: str) -> Run:
    """Runs `scrape` once on that database and site."""
    site.asked_at = math.inf
    process = subprocess.Popen(
        [*PROGRAM, "scrape", "--transport", transport, "--base-url", site.url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(
            url,
            SCRAPER_TIMEOUT=timeout_of(transport),
            SCRAPER_RATE_LIMIT="100000",
        ),
    )
    with MemoryWatch(psutil.Process(process.pid)) as memory:
        _, said = process.communicate(timeout=120)
    ended = time.monotonic()
    assert site.asked_at < ended, said
    seconds = ended - site.asked_at
    return Run(process.returncode, seconds, memory.most, said)


@dataclass
class Answers:
    """What a monitor's health server answered while it was asked again and again.

    Attributes:
        failures: What was not an answer, or not one of the expected ones, in words.
        slowest: Most seconds that an answer took.
    """

    count: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0


@contextmanager
def asking(address: str) -> Iterator[Answers]:
    """Asks for health and metrics, every fifth of a second, in a thread beside the test."""
    answers, is_over = Answers(), threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=f"http://{address}", timeout=15) as client:
            while not is_over.wait(0.2):
                for path, good in (("/metrics", {200}), ("/healthz", {200, 503})):
                    _note(answers, client, path, good)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        thread.join(30)


def _note(answers: Answers, client: httpx.Client, path: str, good: set[int]) -> None:
    began = time.monotonic()
    try:
        status = client.get(path).status_code
    except httpx.HTTPError as error:
        answers.failures.append(f"{path}: {error!r}")
    else:
        answers.count += 1
        if status not in good:
            answers.failures.append(f"{path}: {status}")
    answers.slowest = max(answers.slowest, time.monotonic() - began)
