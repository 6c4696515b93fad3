"""Measures the time, memory and size of a report on a large season."""

from collections.abc import Iterator
from operator import add

from benchmarks.databases import Store, kinds, new_store
from benchmarks.measure import Comparison, Target
from benchmarks.seasons import Size, fill
from benchmarks.workshop import Workshop, child

SIZE = Size()


def report(workshop: Workshop) -> Iterator[Comparison]:
    """Compares a report on a million snapshots with only reading its columns."""
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
        child(workshop, module, "columns", url) as floor,
    ):
        reports, renderings, reads = workshop.by_turns(
            ours.time, lambda: float(ours.ask("html")), floor.time
        )
        yield Comparison(
            f"{store.name}: report of {SIZE}",
            "its columns into NumPy",
            reports,
            reads,
            Target(ratio=3, seconds=3),
        )
        yield Comparison(
            f"{store.name}: peak memory of it",
            "its columns into NumPy",
            (float(ours.ask("megabytes")),),
            (float(floor.ask("megabytes")),),
            Target(megabytes=500),
            unit="MB",
        )
        yield Comparison(
            f"{store.name}: HTML report of it",
            "the report without HTML",
            tuple(map(add, reports, renderings)),
            reports,
            Target(seconds=5),
        )
        yield Comparison(
            f"{store.name}: size of its page",
            "1 MB",
            (float(ours.ask("size")),),
            (1.0,),
            Target(megabytes=3),
            unit="MB",
        )
