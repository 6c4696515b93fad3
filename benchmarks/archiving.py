"""Measures the time and memory of importing an archive."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from operator import add
from pathlib import Path

import psutil

from benchmarks.archives import make_archive
from benchmarks.databases import Rows, Store, kinds, new_store, stores
from benchmarks.measure import Comparison, Target, timed
from benchmarks.startup import APP
from benchmarks.workshop import Workshop

PAGES = 480
"""Files of 100 conversations in a season; 700 MB."""
PART = 4
"""Number of files imported in every round."""
_LOOK = 0.002
"""Seconds between two looks at a process, which limit the precision of the times."""
LOADS = ("-m", "benchmarks.floors.loads")


def archive(workshop: Workshop) -> Iterator[Comparison]:
    """Compares importing a few files with the floors; then imports a season once."""
    workshop.tell(f"  making up {PAGES * 100:,} conversations ...")
    season = workshop.folder / "archives"
    make_archive(season, PAGES)
    part = sorted(season.iterdir())[:PART]
    for kind in kinds(workshop):
        yield from _of_part(workshop, kind, part)
    yield from _of_season(workshop, season)


def _of_part(
    workshop: Workshop, kind: str, part: Sequence[Path]
) -> Iterator[Comparison]:
    """Compares one import with both floors."""
    with stores(workshop, kind) as (ours, floor):
        _importing(workshop, ours, part)
        rows = ours.rows()
        imports, loads, inserts = workshop.by_turns(
            lambda: _importing(workshop, ours, part),
            lambda: _loading(workshop, part),
            lambda: _inserting(floor, rows),
        )
    what = f"{ours.name}: import of {PART * 100:,} conversations"
    both = tuple(map(add, loads, inserts))
    yield Comparison(what, "reading, json.loads", imports, loads, Target())
    yield Comparison(what, "and bare inserts of the rows", imports, both, Target())


def _importing(workshop: Workshop, store: Store, paths: Sequence[Path]) -> float:
    store.empty()
    return _spent(workshop, *_import_into(store, paths))[0]


def _loading(workshop: Workshop, paths: Sequence[Path]) -> float:
    return _spent(workshop, [*LOADS, *map(str, paths)])[0]


def _inserting(store: Store, rows: Rows) -> float:
    store.empty()
    return timed(lambda: store.insert(rows))()


def _of_season(workshop: Workshop, season: Path) -> Iterator[Comparison]:
    """Imports the season only once, as the time of a part is known."""
    what = f"import of {PAGES * 100:,} conversations"
    with new_store(workshop, "sqlite") as store:
        least, floor = _spent(workshop, [*LOADS, str(season)])
        seconds, ours = _spent(workshop, *_import_into(store, [season]))
    against = "reading, json.loads"
    yield Comparison(f"SQLite: {what}", against, (seconds,), (least,), Target())
    yield Comparison(
        "SQLite: peak memory of it",
        against,
        (ours,),
        (floor,),
        Target(megabytes=300),
        unit="MB",
    )


def _import_into(store: Store, paths: Sequence[Path]) -> tuple[list[str], str]:
    url = store.engine.url.render_as_string(hide_password=False)
    return [*APP, "import", "--quiet", *map(str, paths)], url


def _spent(
    workshop: Workshop, arguments: list[str], url: str = ""
) -> tuple[float, float]:
    """Seconds and peak megabytes of a whole process, which records into a new folder."""
    environment = workshop.environment(
        NOF1_DATABASE_URL=url, NOF1_ARCHIVE_DIR=tempfile.mkdtemp(dir=workshop.folder)
    )
    start, most = time.perf_counter(), 0
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=workshop.folder, env=environment
    ) as process:
        # The system's own figure includes the memory of this process at the start.
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.Error):
                most = max(most, watched.memory_info().rss)
            time.sleep(_LOOK)
    assert process.returncode == 0, arguments
    return time.perf_counter() - start, most / 2**20
