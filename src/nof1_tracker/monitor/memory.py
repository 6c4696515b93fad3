"""Memory of a process that runs for months."""

import ctypes
import gc
from collections.abc import Callable
from functools import lru_cache


def give_memory_back() -> None:
    """Frees what is unreachable, and returns what is free to the system.

    Between cycles it costs nobody anything. Without the second half, the C library
    keeps pages that hold a few bytes of use, more of them with each large payload.
    """
    gc.collect()
    _trim()(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int]:
    """glibc's malloc_trim; elsewhere nothing."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return lambda _: 0
    return trim
