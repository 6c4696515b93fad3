"""Threads that wait for the database, so that the event loop never does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class BusyError(Exception):
    """So much is waiting already that more would only wait in vain."""


class Workers:
    """A few threads, and a bounded number of calls that wait for them.

    Args:
        threads: How many calls run at once.
        waiting: How many more may wait.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="database")
        self._most = threads + waiting
        self._accepted = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What the call returns.

        Raises:
            BusyError: It was not accepted, because too many wait.
        """
        if self._accepted >= self._most:
            raise BusyError
        return await self.go_on(work)

    async def go_on(self, work: Callable[[], T]) -> T:
        """As `run`, for an answer that has begun: it waits however many others do."""
        self._accepted += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, work)
        finally:
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
