"""Keeps the memory of a process that runs for months small."""

import ctypes
import gc
from collections.abc import Callable
from functools import lru_cache


def give_memory_back() -> None:
    """Frees unreachable objects, and returns free memory to the system.

    Between cycles this delays nothing. Without the second step the C library keeps
    pages of which only a few bytes are in use, and more with each large payload.
    """
    gc.collect()
    _trim()(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int]:
    """glibc's malloc_trim; elsewhere a function that does nothing."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return lambda _: 0
    return trim
