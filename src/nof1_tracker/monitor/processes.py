"""This process and its children, the browser and its driver: their memory, their end."""

import ctypes
import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import psutil


@dataclass(frozen=True, slots=True)
class Footprint:
    """Number and memory of the child processes.

    Attributes:
        memory: Bytes of resident memory, counting shared pages in each process.
    """

    processes: int
    memory: int


def footprint() -> Footprint:
    """The current footprint of all child processes, at any depth."""
    sizes = []
    for child in psutil.Process().children(recursive=True):
        try:
            sizes.append(child.memory_info().rss)
        except psutil.Error:  # it has ended meanwhile
            continue
    return Footprint(len(sizes), sum(sizes))


def kill_children() -> None:
    """Kills all child processes, if there is no time for them to end in order."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.Error:
            continue


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
