"""What benchmarks share: the number of rounds, a folder, and timed child processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks.measure import Comparison, Target, Timed, by_turns, compare

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0
"""Most seconds that a child may take."""
# The user's own settings must not change what is measured.
_OURS = ("NOF1_", "SCRAPER_", "LOG_LEVEL", "REFRESH_INTERVAL", "PYTHON")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Workshop:
    """The environment of a benchmark run.

    Attributes:
        folder: Folder for files; emptied afterwards.
        rounds: Rounds that count, per comparison.
        server: URL of a PostgreSQL server; None if there is none.
        tell: Receives one line for what is skipped, and why.
        is_full: Whether what may take an hour does.
    """

    folder: Path
    rounds: int
    server: str | None
    tell: Tell
    variables: Mapping[str, str] = field(default_factory=dict)
    is_full: bool = False

    def compare(
        self,
        what: str,
        against: str,
        ours: Timed,
        floor: Timed,
        target: Target | None = None,
    ) -> Comparison:
        """Compares ours with the floor, over the rounds of this run."""
        return compare(what, against, ours, floor, rounds=self.rounds, target=target)

    def by_turns(self, *works: Timed) -> tuple[tuple[float, ...], ...]:
        """Seconds of each work, over the rounds of this run."""
        return by_turns(*works, rounds=self.rounds)

    def environment(self, **variables: str) -> dict[str, str]:
        """The environment of every child, the same for ours and the floor.

        Compiled modules are kept, as in an installed program; the first round compiles
        them.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        here = {
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
        }
        return {**kept, **here, **variables}

    def run(self, arguments: Sequence[str], **variables: str) -> float:
        """Seconds that a whole process took.

        Args:
            arguments: Arguments of python.

        Raises:
            ChildFailedError: The process failed.
        """
        command = [sys.executable, *arguments]
        environment = self.environment(**variables)
        start = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise ChildFailedError(command, done.stderr.decode(errors="replace"))
        return seconds


class ChildFailedError(Exception):
    """A process to be timed failed."""

    def __init__(self, command: Sequence[str], said: str) -> None:
        super().__init__(f"{' '.join(command)}\n{said}")


class Child:
    """A process that answers each line on stdin with one on stdout."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, line: str = "") -> str:
        """Sends a line; returns the answer."""
        _pipe(self._process.stdin).write(f"{line}\n")
        _pipe(self._process.stdin).flush()
        return self.hear()

    def time(self) -> float:
        """Makes it do its work once; returns the seconds that it measured."""
        return float(self.ask("once"))

    def hear(self) -> str:
        """The next line of its output."""
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise ChildFailedError([str(self._process.args)], "it ended early")
        return line.strip()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "opened with pipes"
    return pipe


@contextmanager
def child(workshop: Workshop, module: str, *arguments: str) -> Iterator[Child]:
    """Runs a module until the end of the context; it says itself when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=workshop.folder,
        env=workshop.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Child(process)
    finally:
        _pipe(process.stdin).close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _pipe(process.stdout).close()
