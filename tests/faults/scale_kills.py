"""Three monitors and two web processes over one divided PostgreSQL, killed by turns.

    python -m tests.faults.scale_kills [KILLS] [SECONDS]

Every SECONDS one of the five is killed (SIGKILL) and another takes its place. The site's
time runs on meanwhile. In the end, what is stored is compared with what the site served.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Engine, func, make_url, select, text
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.partitions.change_layout import change_layout, planned
from tests.databases import as_text, scratch_database, unused_port
from tests.faults.recorders import OFTEN, Truth, read_incoherences, recording, truth
from tests.integration.hours.test_refresh_hours import assert_hours_follow
from tests.worlds import PROGRAM, engine_on, environment

MONITORS, WEB = 3, 2
PACE = 1.0
"""Seconds after which the site's time has advanced by as many minutes."""


@dataclass
class Figures:
    """What happened, and what was wrong afterwards.

    Attributes:
        answers, refusals: Requests of the web processes that are not being replaced.
        wrong: In words.
    """

    kills: int = 0
    minutes: float = 0
    answers: int = 0
    refusals: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Started:
    """One of the five processes, whose words nobody reads."""

    def __init__(self, url: str, *arguments: str, **settings: str) -> None:
        self._process = subprocess.Popen(
            [*PROGRAM, *arguments],
            env=environment(url, SCRAPER_RATE_LIMIT="100000", **settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def end(self, number: int) -> None:
        self._process.send_signal(number)
        try:
            self._process.wait(60)
        finally:
            self._process.kill()


class Server(Started):
    """A web process."""

    def __init__(self, url: str, folder: Path) -> None:
        self.port = unused_port()
        super().__init__(
            *(url, "serve", "--port", str(self.port)), XDG_DATA_HOME=str(folder)
        )

    def answers(self) -> bool:
        """Whether it gives the standings."""
        address = f"http://127.0.0.1:{self.port}/api/v1/leaderboard"
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return bool(answer.status == 200 and answer.read())
        except (urllib.error.URLError, OSError):
            return False

    def until_ready(self) -> None:
        """Waits until it answers.

        Raises:
            AssertionError: It does not within two minutes.
        """
        end = time.monotonic() + 120
        while not self.answers():
            assert not self.has_ended, "a web process ended"
            assert time.monotonic() < end, "a web process does not answer"
            time.sleep(0.2)


class Crew:
    """The five processes."""

    def __init__(self, url: str, world: Truth, folder: Path) -> None:
        self._url, self._world, self._folder = url, world, folder
        self._monitors = [self._monitor(place) for place in range(MONITORS)]
        self.servers = [self._server(place) for place in range(WEB)]

    def _monitor(self, place: int) -> Started:
        """Each monitor has an archive of its own, as on machines of their own."""
        return Started(
            *(self._url, "monitor", "--transport", "http", "--interval", OFTEN),
            *("--base-url", self._world.site.url),
            NOF1_ARCHIVE_DIR=str(self._folder / f"archive-{place}"),
        )

    def _server(self, place: int) -> Server:
        server = Server(self._url, self._folder / f"web-{place}")
        server.until_ready()
        return server

    def kill(self, number: int) -> None:
        """Kills one of the five, each in its turn, and starts another."""
        place = number % (MONITORS + WEB)
        if place < MONITORS:
            self._monitors[place].end(signal.SIGKILL)
            self._monitors[place] = self._monitor(place)
        else:
            self.servers[place - MONITORS].end(signal.SIGKILL)
            self.servers[place - MONITORS] = self._server(place - MONITORS)

    def end(self) -> None:
        """Lets them end by themselves."""
        for each in (*self._monitors, *self.servers):
            each.end(signal.SIGTERM)


@contextmanager
def _crew(url: str, world: Truth) -> Iterator[Crew]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        crew = Crew(url, world, Path(folder))
        try:
            yield crew
        finally:
            crew.end()


def tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def run(url: str, kills: int, seconds: float) -> Figures:
    """Kills so many processes, and looks at what is stored."""
    figures = Figures()
    with engine_on(url) as engine:
        upgrade(engine)
        for each in planned(engine, undo=False):
            change_layout(engine, each.name, undo=False)
    began = time.monotonic()
    with truth() as world:
        with _crew(url, world) as crew:
            for number in range(kills):
                _let_time_pass(world, crew, seconds, figures)
                crew.kill(number)
                figures.kills += 1
                tell(f"{number + 1} of {kills} kills")
            _let_time_pass(world, crew, seconds, figures)
        with recording(url, world, once=True) as process:
            process.until("cycle")
            assert process.ended(120) == 0, process.lines
        figures.wrong += sorted(world.missing(url))
    figures.minutes = (time.monotonic() - began) / 60
    figures.wrong += read_incoherences(url)
    with engine_on(url) as engine:
        figures.rows = _counts(engine)
        with Session(engine) as session:
            assert_hours_follow(session)
    return figures


def _let_time_pass(world: Truth, crew: Crew, seconds: float, figures: Figures) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        world.advance(PACE)
        for server in crew.servers:
            if server.answers():
                figures.answers += 1
            else:
                figures.refusals += 1
        time.sleep(PACE)


def _counts(engine: Engine) -> dict[str, int]:
    tables = ("leaderboard_snapshots", "positions", "model_chats", "chat_decisions")
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(text(name))) or 0
            for name in (*tables, "trades", "equity_hourly")
        }


def main(kills: int = 5, seconds: float = 60) -> int:
    """Prints what happened; 1 if anything was lost or stored twice."""
    server: URL = make_url(os.environ["TEST_DATABASE_URL"])
    with scratch_database(server.set(drivername="postgresql+psycopg2")) as url:
        figures = run(as_text(url), kills, seconds)
    tell(str(figures))
    return int(bool(figures.wrong))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
