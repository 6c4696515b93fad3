"""Pauses of Python's search for garbage, while very many rows are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Within it Python does not look for cycles of objects.

    Rows by the million are in none of them; to search them again and again takes a
    sixth of the time of a report, and a third of the time of storing a payload.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
