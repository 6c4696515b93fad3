"""Whether what a database holds is real and of the present: pages say so at the top."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nof1_tracker.database.connection import Engine

SIMULATED_ARENA = "simulated-arena"
"""Name of the database that `nof1-tracker demo` leaves behind."""
SAMPLE = "sample"
"""Name of the database that `nof1-tracker sample` makes."""


def holds_sample(engine: Engine) -> bool:
    """True for the database of the sample, whose figures are of the past."""
    return Path(engine.url.database or "").stem == SAMPLE


def holds_simulation(engine: Engine) -> bool:
    """True for the database of the demo, whose numbers are invented."""
    return Path(engine.url.database or "").stem == SIMULATED_ARENA
