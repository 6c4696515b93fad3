"""The child processes of this one: the browser and its driver."""

from dataclasses import dataclass

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
