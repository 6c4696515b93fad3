"""A private PostgreSQL server that tests stop, start and cut off."""

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
"""Runs a server until its standard input ends, and obeys `start` and `stop`."""


class NoServerError(Exception):
    """There is no PostgreSQL to start; the message says why."""


@dataclass
class Server:
    """A private server.

    Attributes:
        url: URL of its only database with the schema.
        folder: Folder of its files.
        owner: Owner of the files; empty if that is the user of the tests.
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
    """A server on loopback, ended with the context.

    Raises:
        NoServerError: No server can be started here.
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
    """The state after outages of the database.

    Attributes:
        ended: Number of sessions ended from outside.
        exit_code: Exit code of the one monitor that ran all the time.
    """

    outages: int = 0
    ended: int = 0
    exit_code: int | None = None
    missing: list[str] = field(default_factory=list)


def stop_and_start(server: Server, times: int, seed: int) -> OutageFigures:
    """Stops the server in the middle of a cycle and restarts it, that many times."""
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
    """Ends every session of the monitor at any moment, that many times."""
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
    """What is missing after a complete cycle that began once the database was back."""
    asked = len(world.site.requests)
    process.until("cycle", leader=True, kinds=WHOLE)
    while len(world.site.requests) == asked:
        process.until("cycle", leader=True, kinds=WHOLE)
    process.until("cycle", leader=True, kinds=WHOLE)
    return sorted(world.missing(url))
