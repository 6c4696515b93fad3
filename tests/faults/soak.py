"""The long form of the fault suite: python -m tests.faults.soak [SHARE [SEED [NAME...]]].

SHARE scales every count (1 is the full run, 0.1 a tenth); NAMEs choose some of the
promises. It prints its figures as a table and exits with 1 if a promise was broken. It
needs TEST_DATABASE_URL for PostgreSQL (scripts/postgres provides one).
"""

import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import OURS
from tests.databases import as_text, scratch_database, server_url
from tests.faults.disks import NoMountError, begin_read_only, small_disk, survive
from tests.faults.kills import kill_leaders, kill_often
from tests.faults.mutants import store_mutants, try_mutants
from tests.faults.outages import (
    NoServerError,
    cut_connections,
    migrate,
    private_server,
    stop_and_start,
)
from tests.faults.voyage import Figures, Taken, sail
from tests.worlds import engine_on


@dataclass(frozen=True)
class Line:
    """A line of the table.

    Attributes:
        is_kept: True if the promise was kept; None if it could not be tried.
    """

    what: str
    seen: str
    is_kept: bool | None


@dataclass(frozen=True)
class Soak:
    """The share of the full run, and the seed."""

    share: float
    seed: int
    folder: Path

    def count(self, whole: int) -> int:
        return max(1, round(whole * self.share))

    @contextmanager
    def database(self, kind: str) -> Iterator[str]:
        """A new database with the schema; PostgreSQL needs a server."""
        if kind == "sqlite":
            folder = Path(tempfile.mkdtemp(dir=self.folder))
            url = f"sqlite:///{folder / 'nof1.db'}"
            migrate(url)
            yield url
            return
        server = server_url()
        if server is None:
            raise NoServerError("TEST_DATABASE_URL is not set")
        with scratch_database(server) as scratch:
            migrate(as_text(scratch))
            yield as_text(scratch)


# --- the promises -----------------------------------------------------------------


def voyage(soak: Soak, kind: str, cycles: int, **options: object) -> Line:
    number = soak.count(cycles)
    with soak.database(kind) as url:
        figures = sail(url, number, soak.seed, **options)  # type: ignore[arg-type]
    transport = figures.transport
    what = f"{number} cycles in any weather, {kind}, {transport}"
    if options.get("season_stands"):
        what += ", of the same hour"
    seen = (
        f"{len(figures.served.conversations):,} conversations and"
        f" {len(figures.served.trades):,} trades served: {len(figures.lost)} lost,"
        f" {len(figures.twice)} twice, {len(figures.invented) + len(figures.wrong)}"
        f" wrong; kinds {_statuses(figures)}; {_growth(figures)}"
    )
    is_kept = figures.is_exact and _is_flat(figures, options)
    return Line(what, seen, is_kept)


def _statuses(figures: Figures) -> str:
    counts = sorted(figures.statuses.items())
    return ", ".join(f"{count} {name}" for name, count in counts)


def _growth(figures: Figures) -> str:
    memory = figures.slope(Taken.MEMORY) / 1000
    least, most = (value / 1e6 for value in figures.range(Taken.MEMORY))
    files = "-".join(map(str, figures.range(Taken.FILES)))
    browsers = "-".join(map(str, figures.range(Taken.BROWSERS)))
    return (
        f"memory {memory:+.2f} kB a cycle ({least:.0f}-{most:.0f} MB),"
        f" {figures.slope(Taken.BLOCKS):+.1f} blocks of Python's,"
        f" files {files}, browser processes {browsers}"
    )


def _is_flat(figures: Figures, options: Mapping[str, object]) -> bool:
    """True if neither open files nor memory grow.

    Memory is judged only over enough cycles to see a slope in the noise, and only if
    the bodies do not grow (in a running season they do, by 4 kB a cycle).
    """
    least, most = figures.range(Taken.FILES)
    is_judged = bool(options.get("season_stands")) and figures.cycles >= 500
    is_flat = not is_judged or figures.slope(Taken.MEMORY) < 1000
    return is_flat and most - least <= 12


def kills(soak: Soak, kind: str) -> Line:
    with soak.database(kind) as url:
        figures = kill_often(url, soak.count(200), soak.seed)
    seen = (
        f"{figures.within} hit a run; {len(figures.halves)} half transactions;"
        f" {figures.caught_up} times caught up, {len(figures.missing)} rows missing"
    )
    is_kept = not (figures.halves or figures.missing)
    return Line(f"{figures.kills} SIGKILLs, {kind}", seen, is_kept)


def takeovers(soak: Soak, kind: str) -> Line:
    with soak.database(kind) as url:
        figures = kill_leaders(url, soak.count(20))
    seen = (
        f"taken over within {max(figures.seconds):.1f} s at most;"
        f" {figures.overlaps} runs at once, {len(figures.missing)} rows missing"
    )
    is_kept = not (figures.overlaps or figures.missing)
    return Line(f"{figures.kills} leaders killed, {kind}", seen, is_kept)


def outages(soak: Soak) -> Line:
    with private_server() as server:
        figures = stop_and_start(server, soak.count(20), soak.seed)
    seen = f"exit code {figures.exit_code}, {len(figures.missing)} rows missing"
    is_kept = figures.exit_code == 0 and not figures.missing
    return Line(f"{figures.outages} stops of PostgreSQL in mid-cycle", seen, is_kept)


def cuts(soak: Soak) -> Line:
    with soak.database("postgresql") as url:
        figures = cut_connections(url, soak.count(50), soak.seed)
    seen = (
        f"{figures.ended} sessions ended; exit code {figures.exit_code},"
        f" {len(figures.missing)} rows missing"
    )
    is_kept = figures.exit_code == 0 and not figures.missing
    return Line(f"{figures.outages} times all connections cut", seen, is_kept)


def disks(soak: Soak) -> Line:
    told = []
    with small_disk(soak.folder / "disk", 64) as disk:
        url = f"sqlite:///{disk / 'nof1.db'}"
        migrate(url)
        for figures in (survive(url, disk), begin_read_only(_fresh(url), disk)):
            told.append(f"{figures.told[0].split('.')[0]!r}")
            if figures.missing or figures.exit_code:
                return Line("disk full, read-only", "; ".join(told), is_kept=False)
    seen = f"told as {' and '.join(told)}; 0 rows missing"
    return Line("disk full, then read-only, SQLite", seen, is_kept=True)


def _fresh(url: str) -> str:
    """Another database next to that one."""
    other = url.replace("nof1.db", "other.db")
    migrate(other)
    return other


def mutants(soak: Soak) -> Line:
    trial = try_mutants(soak.seed, soak.count(100_000))
    seen = (
        f"{len(trial.crashed)} crashes, {len(trial.slow)} over 1 s (slowest"
        f" {trial.slowest * 1000:.0f} ms), {len(trial.lossy)} lost a sound row;"
        f" {trial.rows:,} rows read, {trial.rejected:,} bodies with rejects"
    )
    is_kept = not (trial.crashed or trial.slow or trial.lossy)
    return Line(f"{trial.tried:,} mutated payloads parsed", seen, is_kept)


def stored_mutants(soak: Soak, kind: str) -> Line:
    number = soak.count(5000)
    with soak.database(kind) as url, engine_on(url) as engine:
        failed = store_mutants(engine, soak.seed, number)
    seen = f"{len(failed)} not taken by the database {failed[:1] or ''}"
    return Line(f"{number:,} mutated payloads stored, {kind}", seen, not failed)


BOTH = ("sqlite", "postgresql")


def promises(soak: Soak) -> Sequence[tuple[str, Callable[[], Line]]]:
    """All promises; memory comes first, because it needs a fresh process."""
    return [
        ("memory", lambda: voyage(soak, "sqlite", 1000, season_stands=True)),
        ("cycles", lambda: voyage(soak, "sqlite", 1000)),
        ("disks", lambda: disks(soak)),
        ("outages", lambda: outages(soak)),
        ("cuts", lambda: cuts(soak)),
        ("mutants", lambda: mutants(soak)),
        *((f"stored {k}", lambda k=k: stored_mutants(soak, k)) for k in BOTH),
        *((f"takeovers {k}", lambda k=k: takeovers(soak, k)) for k in BOTH),
        *((f"kills {k}", lambda k=k: kills(soak, k)) for k in BOTH),
        ("season 1.5", lambda: voyage(soak, "sqlite", 50, season="1.5")),
        ("browser", lambda: voyage(soak, "sqlite", 60, transport="browser")),
        ("postgresql", lambda: voyage(soak, "postgresql", 200)),
    ]


def main(arguments: Sequence[str]) -> int:
    """Tries all promises in turn; returns 1 if one was broken."""
    for name in [each for each in os.environ if each.startswith(OURS)]:
        del os.environ[name]
    logging.disable(logging.CRITICAL)
    share = float(arguments[0]) if arguments else 1.0
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    chosen = set(arguments[2:])
    folder = Path(tempfile.mkdtemp(prefix="nof1-soak."))
    try:
        lines = [
            _kept(name, promise)
            for name, promise in promises(Soak(share, seed, folder))
            if not chosen or name.replace(" ", "-") in chosen
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(any(line.is_kept is False for line in lines))


def _kept(name: str, promise: Callable[[], Line]) -> Line:
    started = time.monotonic()
    try:
        line = promise()
    except (NoServerError, NoMountError) as error:
        line = Line(name, f"NOT TRIED: {error}", None)
    except Exception as error:  # noqa: BLE001  the others are still worth a try
        line = Line(name, f"{error!r:.1000}", is_kept=False)
    verdict = {True: "kept", False: "BROKEN", None: "-"}[line.is_kept]
    seconds = time.monotonic() - started
    sys.stdout.write(f"| {line.what} | {line.seen} | {verdict} | {seconds:.0f} s |\n")
    sys.stdout.flush()
    return line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
