"""Several processes that begin, and end, as one.

Each child is a process of its own, because each takes the signals of its main thread for
itself. The parent only watches: it starts again what has ended by itself, ends all of
them on a signal, and a child whose parent was killed ends too.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

log = logging.getLogger(__name__)

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LASTING: Final = frozenset({2, 6})
"""Exit codes of what a new start does not correct: a wrong setting, a wrong archive."""
PATIENCE: Final = 11.0
"""Seconds from the signal until what still runs is killed; requests have ten of them."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
"""Seconds before a child that ends again and again is started once more."""
_AT_ONCE: Final = 1.0
"""The same as `PATIENCE` after a second signal."""

_SOME: Final = 64
"""Bytes to take from a pipe in which a few lie."""

_spawn = multiprocessing.get_context("spawn")


@dataclass(eq=False)
class Child:
    """A process of the tree.

    Attributes:
        name: What it is, for the log.
        run: What it does; a function that another process can import.
        words: Its arguments.
        process: The process while it runs; None before, and once its end was seen.
        due_at: When it is to be started, by the monotonic clock.
    """

    name: str
    run: Callable[..., None]
    words: tuple[Any, ...] = ()
    process: SpawnProcess | None = field(default=None, init=False)
    due_at: float = field(default=0.0, init=False)
    _begun_at: float = field(default=0.0, init=False)
    _pause: float = field(default=_FIRST_PAUSE, init=False)

    def start(self) -> None:
        """Begins it. Ctrl-C in the terminal does not reach it, from the beginning."""
        words = (self.run, self.words)
        self.process = _spawn.Process(target=_run_child, args=words, name=self.name)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._begun_at = time.monotonic()

    def note_end(self) -> int:
        """Its exit code, below 0 for a signal that killed it; it is due again later.

        The pause doubles until it has run for longer than the longest.
        """
        assert self.process is not None  # noqa: S101  it was waited for
        self.process.join()
        code = self.process.exitcode or 0
        self.process = None
        now = time.monotonic()
        has_lasted = now - self._begun_at > _LONGEST_PAUSE
        pause = _FIRST_PAUSE if has_lasted else self._pause
        self.due_at, self._pause = now + pause, min(pause * 2, _LONGEST_PAUSE)
        return code


def run_tree(children: Sequence[Child]) -> int:
    """Runs the children until a signal comes, or one ends that cannot be started again.

    Returns:
        The exit code: 0 after a signal, else that of the child.
    """
    with _signals() as (reading, came):
        for each in children:
            each.start()
        code = None
        while code is None:
            code = _watch(children, reading, came)
        _end(children, reading)
    return code


def _watch(children: Sequence[Child], reading: int, came: list[int]) -> int | None:
    """Waits for what happens next; the exit code, once there is one."""
    for each in children:
        if each.process is None and each.due_at <= time.monotonic():
            each.start()
    ready = wait([reading, *_sentinels(children)], _pause(children))
    if came:
        os.read(reading, _SOME)
        return 0
    for each in children:
        if each.process is not None and each.process.sentinel in ready:
            code = each.note_end()
            if code in LASTING:
                return code
            log.warning(
                "The %s ended (exit code %d); it is started again.", each.name, code
            )
    return None


def _sentinels(children: Sequence[Child]) -> list[int]:
    return [each.process.sentinel for each in children if each.process is not None]


def _pause(children: Sequence[Child]) -> float | None:
    """Seconds until a child is due; None if all run."""
    due = [each.due_at for each in children if each.process is None]
    return max(0.0, min(due) - time.monotonic()) if due else None


def _end(children: Sequence[Child], reading: int) -> None:
    """Ends what runs: in order, sooner after a second signal, else by force."""
    running = [each.process for each in children if each.process is not None]
    for process in running:
        process.terminate()
    until = time.monotonic() + PATIENCE
    while left := [each for each in running if each.is_alive()]:
        ready = wait([reading, *(each.sentinel for each in left)], _left(until))
        if reading in ready:
            os.read(reading, _SOME)
            until = min(until, time.monotonic() + _AT_ONCE)
            _interrupt(left)
        elif not ready:
            log.warning("Not all of it has ended in order: killed.")
            for process in left:
                process.kill()


def _interrupt(running: Iterable[SpawnProcess]) -> None:
    """The second signal of each: it ends without finishing what it has in hand."""
    for process in running:
        if process.pid is not None:
            os.kill(process.pid, signal.SIGINT)


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


@contextmanager
def _signals() -> Iterator[tuple[int, list[int]]]:
    """What can be waited for until a signal comes, and those that came."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    came: list[int] = []

    def note(number: int, _frame: object) -> None:
        came.append(number)
        os.write(writing, b"\0")

    before = {
        each: signal.signal(each, note)
        for each in SIGNALS
        if signal.getsignal(each) is not signal.SIG_IGN  # SIGHUP under nohup
    }
    try:
        yield reading, came
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(reading)
        os.close(writing)


def _run_child(run: Callable[..., None], words: tuple[Any, ...]) -> None:
    os.setpgid(0, 0)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # drops what came until now
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, before)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run(*words)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101  this is a child
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
