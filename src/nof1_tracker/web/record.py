"""What every request reads from: the database, the clock, and the threads to do it in."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.web.workers import Workers


def _quick() -> Workers:
    return Workers(threads=8, waiting=64)


def _slow() -> Workers:
    return Workers(threads=2, waiting=8)


@dataclass(frozen=True)
class Record:
    """The record as it is served.

    Attributes:
        stale_after: Age of the newest success from which a kind counts as stale.
        quick: For answers of milliseconds.
        slow: For reports and comparisons, which take seconds.
    """

    engine: Engine
    clock: Clock
    stale_after: timedelta
    quick: Workers = field(default_factory=_quick)
    slow: Workers = field(default_factory=_slow)

    def stop(self) -> None:
        """Begins nothing more."""
        self.quick.stop()
        self.slow.stop()


def _record_of(request: Request) -> Record:
    record = request.app.state.record
    assert isinstance(record, Record)  # noqa: S101  the factory has set it
    return record


TheRecord = Annotated[Record, Depends(_record_of)]
