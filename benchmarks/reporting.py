"""What a report of a large season costs, in time and in memory."""

from collections.abc import Iterator

from benchmarks.databases import Store, kinds, new_store
from benchmarks.measure import Comparison, Target
from benchmarks.seasons import Size, fill
from benchmarks.workshop import Workshop, child

SIZE = Size()


def report(workshop: Workshop) -> Iterator[Comparison]:
    """A report of a million snapshots beside the same rows, fetched and no more."""
    for kind in kinds(workshop):
        with new_store(workshop, kind) as store:
            workshop.tell(f"  making up a season on {store.name} ...")
            fill(store, SIZE)
            yield from _of_season(workshop, store)


def _of_season(workshop: Workshop, store: Store) -> Iterator[Comparison]:
    url = store.engine.url.render_as_string(hide_password=False)
    module = "benchmarks.reporter"
    with (
        child(workshop, module, "report", url) as ours,
        child(workshop, module, "fetch", url) as floor,
    ):
        yield workshop.compare(
            f"{store.name}: report of {SIZE}",
            "its rows by fetchall",
            ours.time,
            floor.time,
            Target(seconds=3),
        )
        yield Comparison(
            f"{store.name}: peak memory of it",
            "its rows by fetchall",
            (float(ours.ask("megabytes")),),
            (float(floor.ask("megabytes")),),
            Target(megabytes=500),
            unit="MB",
        )
