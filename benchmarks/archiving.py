"""What the import of an archive costs, in time and in memory."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.archives import make_archive
from benchmarks.databases import Store, kinds, new_store, stores
from benchmarks.measure import Comparison, Target, timed
from benchmarks.startup import APP
from benchmarks.workshop import Workshop

PAGES = 480
"""Files of 100 conversations: a season, 700 MB."""
PART = 48
"""As many are imported in every round."""
_LOOK = 0.002
"""Seconds between two looks at a process: how exact the times are."""
LOADS = ("-m", "benchmarks.floors.loads")


def archive(workshop: Workshop) -> Iterator[Comparison]:
    """A tenth of a season by turns with the floors; then once a whole season."""
    part = _archive(workshop, "part", PART)
    for kind in kinds(workshop):
        yield from _of_part(workshop, kind, part)
    yield from _of_season(workshop, _archive(workshop, "season", PAGES))


def _archive(workshop: Workshop, name: str, pages: int) -> Path:
    workshop.tell(f"  making up {pages * 100:,} conversations ...")
    folder = workshop.folder / "archives" / name
    make_archive(folder, pages)
    return folder


def _of_part(workshop: Workshop, kind: str, part: Path) -> Iterator[Comparison]:
    with stores(workshop, kind) as (ours, floor):
        load = _loading(workshop, part)
        yield workshop.compare(
            f"{ours.name}: import of {PART * 100:,} conversations",
            "reading, json.loads",
            _importing(workshop, ours, part),
            load,
            Target(ratio=3),
        )
        rows = ours.rows()
        insert = timed(lambda: floor.insert(rows))

        def load_and_insert() -> float:
            floor.empty()
            return load() + insert()

        yield workshop.compare(
            f"{ours.name}: import of {PART * 100:,} conversations",
            "and executemany of the rows",
            _importing(workshop, ours, part),
            load_and_insert,
        )


def _importing(workshop: Workshop, store: Store, folder: Path) -> Callable[[], float]:
    def once() -> float:
        store.empty()
        return _spent(workshop, *_import_into(store, folder))[0]

    return once


def _loading(workshop: Workshop, folder: Path) -> Callable[[], float]:
    return lambda: _spent(workshop, [*LOADS, str(folder)])[0]


def _of_season(workshop: Workshop, season: Path) -> Iterator[Comparison]:
    """Once: what a round of a tenth of it takes is known."""
    what = f"import of {PAGES * 100:,} conversations"
    with new_store(workshop, "sqlite") as store:
        least, floor = _spent(workshop, [*LOADS, str(season)])
        seconds, ours = _spent(workshop, *_import_into(store, season))
    against = "reading, json.loads"
    yield Comparison(f"SQLite: {what}", against, (seconds,), (least,), Target(ratio=3))
    yield Comparison(
        "SQLite: peak memory of it",
        against,
        (ours,),
        (floor,),
        Target(megabytes=300),
        unit="MB",
    )


def _import_into(store: Store, folder: Path) -> tuple[list[str], str]:
    url = store.engine.url.render_as_string(hide_password=False)
    return [*APP, "import", "--quiet", str(folder)], url


def _spent(
    workshop: Workshop, arguments: list[str], url: str = ""
) -> tuple[float, float]:
    """Seconds and, at most, megabytes that a whole process took."""
    environment = workshop.environment(NOF1_DATABASE_URL=url)
    start, most = time.perf_counter(), 0
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=workshop.folder, env=environment
    ) as process:
        # The system's own account of it begins with the memory of this process.
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.Error):
                most = max(most, watched.memory_info().rss)
            time.sleep(_LOOK)
    assert process.returncode == 0, arguments
    return time.perf_counter() - start, most / 2**20
