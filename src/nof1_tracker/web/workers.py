"""Threads that wait for the database, so that the event loop never does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds within which a call is begun, or refused."""


class BusyError(Exception):
    """So much is waiting already that more would only wait in vain."""


class Workers:
    """A few threads, and a bounded number of calls that wait for them.

    Args:
        threads: How many calls run at once.
        waiting: How many more may wait.
        patience: For how many seconds each of them does.
    """

    def __init__(self, threads: int, waiting: int, patience: float = PATIENCE) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="database")
        self._most = threads + waiting
        self._patience = patience
        self._accepted = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What the call returns.

        Raises:
            BusyError: It was not begun, because too many wait, or it has waited long.
        """
        if self._accepted >= self._most:
            raise BusyError
        return await self._do(work, self._patience)

    async def go_on(self, work: Callable[[], T]) -> T:
        """As `run`, for an answer that has begun: it waits however many others do."""
        return await self._do(work, None)

    async def _do(self, work: Callable[[], T], patience: float | None) -> T:
        call = self._pool.submit(work)
        done = asyncio.wrap_future(call)
        self._accepted += 1
        try:
            await asyncio.wait([done], timeout=patience)
            if call.cancel():  # which what has begun cannot be
                raise BusyError
            return await done
        finally:
            done.cancel()  # of one who does not wait any longer
            self._accepted -= 1

    def stop(self) -> None:
        """Accepts nothing more, and does not begin what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Places:
    """How many answers may be under way at once, where each may take long.

    Args:
        most: How many.
    """

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self) -> None:
        """Takes a place, to be given back.

        Raises:
            BusyError: All are taken.
        """
        if self._left == 0:
            raise BusyError
        self._left -= 1

    def give_back(self) -> None:
        """Lets somebody else have the place."""
        self._left += 1
