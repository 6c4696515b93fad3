"""Ends the monitor on a signal: in order at the first, at once at the second.

An open transaction is finished first. Whatever else happens, a thread makes sure that
the process ends in time, even while the main thread waits for a database that no longer
answers: what is not committed is rolled back, so nothing is damaged.

A cycle that does not end is ended in the same way, by an alarm.

Signals arrive between any two instructions of the main thread, also in a destructor or a
callback of the garbage collector. Python cannot raise an error from there and drops it, so
such an error is raised again a moment later.
"""

import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Self

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""SIGHUP comes from a terminal that closes; under nohup it stays ignored."""
PATIENCE = 8.0
"""Seconds from the first signal until the process is ended by force."""
_QUICK = 0.5
"""Seconds that ending may take before a message is due."""
_OVER = b"\0"
_REMINDER = signal.SIGVTALRM
"""Sent by ourselves alone, to raise an error that was dropped."""
_REMIND_AFTER = 0.02
"""Seconds, in which a destructor has most likely ended."""


class StoppedError(KeyboardInterrupt):
    """Raised in the main thread at the first signal, like Ctrl-C."""


class OverrunError(KeyboardInterrupt):
    """Raised in the main thread when a cycle has taken too long.

    Like Ctrl-C it passes through what survives ordinary errors.
    """

    def __init__(self, seconds: float) -> None:
        self.message = f"It did not end within {seconds:.0f} s: given up."
        super().__init__(self.message)


class StopSignals:
    """While entered, signals raise StoppedError, but never within a transaction.

    Attributes:
        is_stopping: True once a signal has arrived.
    """

    def __init__(
        self,
        abandon: Callable[[], None],
        patience: float = PATIENCE,
        leave: Callable[[int], Any] = os._exit,
    ) -> None:
        """Args:
        abandon: Ends what would outlive the process; called from another thread.
        leave: Ends the process with an exit code, without cleaning up.
        """
        self.is_stopping = False
        self._abandon = abandon
        self._patience = patience
        self._leave = leave
        self._in_transaction = False
        self._is_raised = False
        self._overrun: OverrunError | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._reminder: threading.Timer | None = None

    def __enter__(self) -> Self:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        self._before_fd = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        self._before = {
            each: signal.signal(each, self._on_signal)
            for each in SIGNALS
            if not _is_ignored_hangup(each)
        }
        self._before[_REMINDER] = signal.signal(_REMINDER, self._on_reminder)
        self._hook_before, sys.unraisablehook = sys.unraisablehook, self._on_dropped
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.unraisablehook = self._hook_before
        signal.signal(_REMINDER, signal.SIG_IGN)
        if self._reminder is not None:
            self._reminder.cancel()
            self._reminder.join()
        signal.set_wakeup_fd(self._before_fd)
        for each, handler in self._before.items():
            signal.signal(each, handler)
        os.write(self._writing, _OVER)
        self._watcher.join()
        os.close(self._writing)
        os.close(self._reading)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A signal that arrives within waits for the end of the transaction."""
        self._in_transaction = True
        try:
            yield
        finally:
            self._in_transaction = False
            if self.is_stopping:
                self._raise()
            self._raise_overrun()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Ends what is done within by OverrunError, though never a transaction.

        If the main thread does not react for as long again, the process is ended with
        exit code 1, so that systemd or Docker start it again and a standby can
        take over. A transaction is left to the time-outs of the database even then,
        because a migration may rightly take long.
        """

        def ring(_number: int, _frame: FrameType | None) -> None:
            self._overrun = OverrunError(seconds)
            if not self._in_transaction:
                self._raise_overrun()

        before = signal.signal(signal.SIGALRM, ring)
        last = threading.Timer(2 * seconds, self._end_stuck, args=(2 * seconds,))
        last.daemon = True
        last.start()
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            last.cancel()
            signal.signal(signal.SIGALRM, before)
            self._overrun = None

    def _raise_overrun(self) -> None:
        overrun, self._overrun = self._overrun, None
        if overrun is not None:
            raise overrun

    def _end_stuck(self, seconds: float) -> None:
        if self._in_transaction:
            log.error("A transaction has kept the cycle from ending for %g s.", seconds)
            return
        log.critical(
            "The cycle cannot be ended after %g s: ending the process.", seconds
        )
        self._end(1)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True
        if not self._in_transaction:
            self._raise()

    def _raise(self) -> None:
        """Raises only once: cleaning up after the first must not be interrupted."""
        if not self._is_raised:
            self._is_raised = True
            raise StoppedError

    def _on_dropped(self, dropped: "sys.UnraisableHookArgs") -> None:
        """Sees to it that an error of ours is raised again where it can be."""
        error = dropped.exc_value
        if isinstance(error, StoppedError):
            self._is_raised = False
        elif isinstance(error, OverrunError):
            self._overrun = error
        else:
            self._hook_before(dropped)
            return
        main = threading.main_thread().ident
        self._reminder = threading.Timer(
            _REMIND_AFTER, signal.pthread_kill, (main, _REMINDER)
        )
        self._reminder.start()

    def _on_reminder(self, _number: int, _frame: FrameType | None) -> None:
        if self._in_transaction:
            return
        if self.is_stopping:
            self._raise()
        self._raise_overrun()

    def _watch(self) -> None:
        """Watches for signals, whatever the main thread is busy with."""
        if (first := self._next_signal(None)) is None:
            return
        second = self._next_signal(_QUICK)
        if second == 0:
            name = signal.Signals(first).name
            log.info("%s: finishing what is in hand; a second one ends at once.", name)
            second = self._next_signal(self._patience - _QUICK)
        if second == 0:
            log.warning("Not finished within %g s: left unfinished.", self._patience)
        if second is not None:
            self._end(128 + second if second else 0)

    def _next_signal(self, seconds: float | None) -> int | None:
        """The next signal's number; 0 when the time is up, None when watching ended."""
        while True:
            if not select.select([self._reading], [], [], seconds)[0]:
                return 0
            byte = os.read(self._reading, 1)
            if byte == _OVER:
                return None
            if byte[0] in SIGNALS:
                return byte[0]

    def _end(self, code: int) -> None:
        with suppress(Exception):
            self._abandon()
        self._leave(code)


def _is_ignored_hangup(number: signal.Signals) -> bool:
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
