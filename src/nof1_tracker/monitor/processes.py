"""The processes below this one: the browser and its driver."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the processes below this one take.

    Attributes:
        memory: Bytes of resident memory, shared pages counted in each.
    """

    processes: int
    memory: int


def footprint() -> Footprint:
    """Of all processes below this one, now."""
    sizes = []
    for child in psutil.Process().children(recursive=True):
        try:
            sizes.append(child.memory_info().rss)
        except psutil.Error:  # it has ended meanwhile
            continue
    return Footprint(len(sizes), sum(sizes))


def kill_children() -> None:
    """Kills them all at once, where there is no time for their own good end."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.Error:
            continue
