"""What benchmarks share: how many rounds, a folder, and children to time."""

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
"""Seconds that a child may take."""
# What a person has set for his own use must not change what is measured.
_OURS = ("NOF1_", "SCRAPER_", "LOG_LEVEL", "REFRESH_INTERVAL", "PYTHON")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Workshop:
    """Where a run of the benchmarks takes place.

    Attributes:
        folder: Emptied afterwards.
        rounds: Rounds that count, per comparison.
        server: URL of a PostgreSQL server; None where there is none.
        tell: Told in a line what is skipped, and why.
    """

    folder: Path
    rounds: int
    server: str | None
    tell: Tell
    variables: Mapping[str, str] = field(default_factory=dict)

    def compare(
        self,
        what: str,
        against: str,
        ours: Timed,
        floor: Timed,
        target: Target | None = None,
    ) -> Comparison:
        """Ours against the floor, over the rounds of this run."""
        return compare(what, against, ours, floor, rounds=self.rounds, target=target)

    def by_turns(self, *works: Timed) -> tuple[tuple[float, ...], ...]:
        """Of each work its seconds, over the rounds of this run."""
        return by_turns(*works, rounds=self.rounds)

    def environment(self, **variables: str) -> dict[str, str]:
        """Of every child, ours and floor: the same, and with compiled modules kept.

        An installed program has its modules compiled; here the first round does it.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        here = {
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
        }
        return {**kept, **here, **variables}

    def run(self, arguments: Sequence[str], **variables: str) -> float:
        """Seconds that a whole process took; an error of it is one of ours.

        Arguments: those of python.
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
    """A process that was to be timed ended badly."""

    def __init__(self, command: Sequence[str], said: str) -> None:
        super().__init__(f"{' '.join(command)}\n{said}")


class Child:
    """A process that answers each line on its stdin with one on its stdout."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, line: str = "") -> str:
        """Its answer."""
        _pipe(self._process.stdin).write(f"{line}\n")
        _pipe(self._process.stdin).flush()
        return self.hear()

    def time(self) -> float:
        """Has it do its work once; the seconds that it measured."""
        return float(self.ask("once"))

    def hear(self) -> str:
        """The next line that it says."""
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise ChildFailedError([str(self._process.args)], "it ended early")
        return line.strip()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "opened with pipes"
    return pipe


@contextmanager
def child(workshop: Workshop, module: str, *arguments: str) -> Iterator[Child]:
    """A module of ours, run until the end of the context; ready when it says so."""
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
