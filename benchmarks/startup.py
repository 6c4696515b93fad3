"""Measures how soon the command line answers."""

from collections.abc import Iterator
from functools import partial

from benchmarks.databases import new_store
from benchmarks.measure import Comparison, Target
from benchmarks.parsed_payloads import conversations
from benchmarks.storing import store_in
from benchmarks.workshop import Workshop

APP = ("-c", "from nof1_tracker.main import app; app()")
"""What the installed `nof1-tracker` runs."""


def startup(workshop: Workshop) -> Iterator[Comparison]:
    """Measures --help and --version, in whole processes."""
    for option in ("--help", "--version"):
        yield workshop.compare(
            f"nof1-tracker {option}",
            "import typer",
            partial(workshop.run, [*APP, option]),
            partial(workshop.run, ["-c", "import typer"]),
            Target(ratio=2.5),
        )


def leaderboard(workshop: Workshop) -> Iterator[Comparison]:
    """Measures what is read most of a season in a file, in whole processes."""
    with new_store(workshop, "sqlite") as store:
        store_in(store, conversations())
        url = store.engine.url.render_as_string(hide_password=False)
        for words in (("leaderboard",), ("trades", "-n", "1")):
            yield workshop.compare(
                f"{' '.join(words)}, embedded season",
                "import sqlalchemy.orm",
                partial(workshop.run, [*APP, *words], NOF1_DATABASE_URL=url),
                partial(workshop.run, ["-c", "import sqlalchemy.orm"]),
                Target(ratio=1.75),
            )
