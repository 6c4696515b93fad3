"""A PostgreSQL server of its own, to be stopped, started and cut off."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nof1_tracker.database.engine.schema import upgrade
from tests.faults.recorders import Truth, recording, truth
from tests.integration.monitor.test_leadership import end_sessions
from tests.integration.monitor.test_process import Process
from tests.worlds import engine_on

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
_SERVER = """
set -eu
root=$1
. "$root/scripts/lib/common.sh"
. "$root/scripts/lib/python.sh"
. "$root/scripts/lib/postgres.sh"
find_python
start_postgres || { echo "none: $postgres_reason"; exit; }
trap stop_postgres EXIT
echo "$TEST_DATABASE_URL"
echo "$postgres_folder $postgres_owner"
while read -r words; do
    as_owner "$postgres_programs/pg_ctl" --pgdata="$postgres_folder/data" \\
        --log="$postgres_folder/server.log" --wait --timeout=60 $words >&2
    echo "done: $words"
done
"""
"""A server that lives as long as its standard input, and obeys `start` and `stop`."""


class NoServerError(Exception):
    """There is no PostgreSQL to start; the message says why."""


@dataclass
class Server:
    """A private server.

    Attributes:
        url: Of its one database with the schema.
        folder: Where its files are.
        owner: Who owns them; empty where it is the user of the tests.
    """

    url: str
    folder: Path
    owner: str
    _shell: "subprocess.Popen[str]"

    def stop(self, mode: str = "fast") -> None:
        self._do(f"--mode={mode} stop")

    def start(self) -> None:
        self._do("start")

    def _do(self, words: str) -> None:
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{words}\n")
        self._shell.stdin.flush()
        assert self._shell.stdout.readline() == f"done: {words}\n"


@contextmanager
def private_server() -> Iterator[Server]:
    """A server on loopback that goes with the context.

    Raises:
        NoServerError: None can be started here.
    """
    shell = subprocess.Popen(
        ["sh", "-c", _SERVER, "server", str(SCRIPTS.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with shell:
        assert shell.stdout is not None
        url = shell.stdout.readline().strip()
        if not url.startswith("postgresql:"):
            raise NoServerError(url or "it did not start")
        folder, _, owner = shell.stdout.readline().strip().partition(" ")
        migrate(url)
        yield Server(url, Path(folder), owner, shell)


def migrate(url: str) -> None:
    with engine_on(url) as engine:
        upgrade(engine)


# --- what is done to it ---------------------------------------------------------


@dataclass
class OutageFigures:
    """What outages of the database left.

    Attributes:
        ended: How many sessions were ended from outside.
        exit_code: Of the one monitor that went through all of it.
    """

    outages: int = 0
    ended: int = 0
    exit_code: int | None = None
    missing: list[str] = field(default_factory=list)


def stop_and_start(server: Server, times: int, seed: int) -> OutageFigures:
    """Stops the server in the midst of a cycle, so many times, and starts it again."""
    rng = random.Random(seed)  # noqa: S311  reproducible, not secret
    figures = OutageFigures()
    patience = 60.0 * (times + 1)
    with truth() as world, recording(server.url, world, patience=patience) as process:
        process.until("cycle", leader=True)
        for _ in range(times):
            world.advance(2)
            _in_mid_cycle(world, rng)
            server.stop(rng.choice(["fast", "immediate"]))
            time.sleep(rng.uniform(0, 2))
            server.start()
            figures.outages += 1
            figures.missing += _after_recovery(server.url, world, process)
        process.send(signal.SIGTERM)
        figures.exit_code = process.ended(30)
    return figures


def cut_connections(url: str, times: int, seed: int) -> OutageFigures:
    """Ends every session of the monitor, so many times, at any moment."""
    rng = random.Random(seed)  # noqa: S311  reproducible, not secret
    figures = OutageFigures()
    patience = 60.0 * (times + 1)
    with truth() as world, recording(url, world, patience=patience) as process:
        process.until("cycle", leader=True)
        for _ in range(times):
            world.advance(2)
            _in_mid_cycle(world, rng)
            for name in rng.sample(["nof1-tracker", "nof1-tracker monitor"], 2):
                figures.ended += end_sessions(url, name)
            figures.outages += 1
            figures.missing += _after_recovery(url, world, process)
        process.send(signal.SIGTERM)
        figures.exit_code = process.ended(30)
    return figures


def _in_mid_cycle(world: Truth, rng: random.Random) -> None:
    world.wait_for_requests()
    time.sleep(rng.uniform(0, 0.3))


WHOLE = dict.fromkeys(("leaderboard", "trades", "model_chat"), "complete")


def _after_recovery(url: str, world: Truth, process: Process) -> list[str]:
    """What is missing after a whole cycle that began when all was well again."""
    asked = len(world.site.requests)
    process.until("cycle", leader=True, kinds=WHOLE)
    while len(world.site.requests) == asked:
        process.until("cycle", leader=True, kinds=WHOLE)
    process.until("cycle", leader=True, kinds=WHOLE)
    return sorted(world.missing(url))
