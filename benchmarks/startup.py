"""How soon the command line answers, and what it imports for that."""

from collections.abc import Iterator
from functools import partial

from benchmarks.measure import Comparison, Target
from benchmarks.workshop import Workshop

APP = ("-c", "from nof1_tracker.main import app; app()")
"""What the installed `nof1-tracker` does."""


def startup(workshop: Workshop) -> Iterator[Comparison]:
    """--help and --version, in whole processes."""
    for option in ("--help", "--version"):
        yield workshop.compare(
            f"nof1-tracker {option}",
            "import typer",
            partial(workshop.run, [*APP, option]),
            partial(workshop.run, ["-c", "import typer"]),
            Target(ratio=3),
        )
