"""How much memory a process takes, with all that it has started."""

import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_COUNTED = ("Pss_Anon:", "Pss_Shmem:")
"""What a process has written, in the kernel's words. Pages of files count differently from
one minute to the next: whoever else runs the same browser shares them."""


def memory_of(process: psutil.Process) -> int:
    """Bytes that the process and its descendants have written; shared ones count once."""
    taken = 0
    with suppress(psutil.NoSuchProcess):
        for each in [process, *process.children(recursive=True)]:
            with suppress(OSError):  # it has ended
                taken += _written_by(each.pid)
    return taken


def _written_by(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = [int(line.split()[1]) for line in lines if line.startswith(_COUNTED)]
    return 1024 * sum(sizes)


class MemoryWatch:
    """While entered, measures again and again how much a process takes.

    Attributes:
        idle: Bytes that it took at first.
        most: The most bytes that it took.
    """

    def __init__(self, process: psutil.Process | None = None) -> None:
        """Args: process: By default the one that runs the tests."""
        self._process = process or psutil.Process()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.idle = self.most = memory_of(self._process)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    @property
    def grown(self) -> int:
        """The most bytes that it took above the first ones."""
        return self.most - self.idle

    def _watch(self) -> None:
        while not self._is_over.wait(0.05):
            self.most = max(self.most, memory_of(self._process))
