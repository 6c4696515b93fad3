"""Parses the next payload of an import while the one before it is stored.

Parsing and storing take about as long as each other, so that two cores take half the time
of one. What cannot be parsed ahead is parsed when it is stored.
"""

import logging
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self, TypeVar

from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.stored import SettledHours
from nof1_tracker.scraper.parse import parse_payload

T = TypeVar("T")

log = logging.getLogger(__name__)

_PARSES: Final = "nof1_tracker.services.storing.parsing_process"
_WORTH_STARTING: Final = 10_000_000
"""Bytes that were parsed here before a process is started, which takes half a second."""
_ENDING: Final = 5.0
"""Seconds that the process may take to end after it was told to."""


class ParseAhead:
    """Hands out results one by one, and has the next one parsed meanwhile.

    Only one payload is on its way at a time, so that memory stays flat, and neither
    process waits for the other while it sends.

    Attributes:
        count: How many payloads were parsed ahead.
    """

    def __init__(self, worth_starting: int = _WORTH_STARTING) -> None:
        """Args: worth_starting: Bytes that are parsed here at first."""
        self.count = 0
        self._left = worth_starting
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._following: object = None
        self._sent: RawPayload | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def each(self, results: Iterable[T]) -> Iterator[T]:
        """The results, each handed out when the next one is there, or has failed."""
        coming = iter(results)
        present = next(coming, None)
        while present is not None:
            failure: Exception | None = None
            try:
                following = next(coming, None)
            except Exception as error:  # noqa: BLE001 - raised in its turn
                following, failure = None, error
            self._following = following
            yield present
            if failure is not None:
                raise failure
            present = following

    def parse(
        self, payload: RawPayload, settled: SettledHours | None = None
    ) -> ParsedPayload:
        """What is in the payload; see `parse_payload`."""
        parsed = self._received(payload) if settled is None else None
        self._send_following()
        if parsed is not None:
            self.count += 1
            return parsed
        self._left -= len(payload.body)
        with collector_paused():
            return parse_payload(payload, settled)

    def _received(self, payload: RawPayload) -> ParsedPayload | None:
        """What came of it if it was sent; None if it was not."""
        sent, self._sent = self._sent, None
        if sent is None or self._connection is None:
            return None
        try:
            with collector_paused():
                parsed: ParsedPayload | None = self._connection.recv()
        except (EOFError, OSError) as error:
            self._give_up(error)
            return None
        if parsed is None or replace(sent, origin=payload.origin) != payload:
            return None
        # An archive names a file by its name alone.
        return replace(parsed, origin=payload.origin)

    def _send_following(self) -> None:
        following = self._following
        if not isinstance(following, RawPayload) or self._left > 0 or self._sent:
            return
        try:
            if self._connection is None:
                self._start()
            if self._connection is not None:
                self._connection.send(following)
                self._sent = following
        except OSError as error:
            self._give_up(error)

    def _start(self) -> None:
        if _cores() < 2:
            self._left = sys.maxsize
            return
        ours, theirs = multiprocessing.Pipe()
        # Without -P, a file in the current folder could stand for a module of Python's.
        # In a session of its own, Ctrl-C leaves it to its parent's end.
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  a module of ours
                [sys.executable, "-P", "-m", _PARSES, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._connection = ours

    def _give_up(self, error: Exception) -> None:
        log.debug("The process that parses has ended: %r", error)
        self._end()
        self._left = sys.maxsize

    def _end(self) -> None:
        """Closing the connection ends the process."""
        connection, self._connection = self._connection, None
        process, self._process = self._process, None
        self._sent = None
        if connection is None or process is None:
            return
        connection.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING)
            return
        process.kill()
        process.wait()


def _cores() -> int:
    """Those that this process may use; macOS does not say, and has several."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
