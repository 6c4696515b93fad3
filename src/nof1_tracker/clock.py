"""The current time and waiting, behind a protocol that tests implement."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

MOST_AHEAD = timedelta(days=1)
"""How far a time that the source states may lie ahead and still be believed: ahead of
the observation it came with or, where that has no time, of our own clock."""


class Clock(Protocol):
    """The current time and waiting; tests have a clock of their own."""

    def now(self) -> datetime:
        """The current time, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after this many seconds."""
        ...

    async def pause(self, seconds: float) -> None:
        """As `sleep`, while the event loop goes on with its other tasks."""
        ...


# A clock that also counts while the machine is suspended, if the system has one.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return utc_now()

    def monotonic(self) -> float:
        return time.clock_gettime(_STEADY)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def pause(self, seconds: float) -> None:
        import asyncio  # noqa: PLC0415  `--help` imports this module, and is not async

        await asyncio.sleep(seconds)


def utc_now() -> datetime:
    """The current time, aware UTC."""
    return datetime.now(UTC)


def latest_believed(now: datetime | None = None) -> datetime:
    """The latest time that a stored row may have to be taken for an observation.

    Args:
        now: Our clock; by default the system's.
    """
    return (now or utc_now()) + MOST_AHEAD


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None if absent or not readable."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  likewise

    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
