"""A thread with an event loop, and the processes that a browser's driver starts in it."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

log = logging.getLogger(__name__)

_KILLED_SECONDS = 5.0
"""Seconds in which a killed process ends, unless its disk or its kernel hangs."""

T = TypeVar("T")


class DrivingThread:
    """An event loop that runs in a thread of its own from creation until `close`.

    Ctrl-C reaches only the caller, so the connections to the browser or to the site stay
    intact and can still be closed.
    """

    def __init__(self, name: str = "browser") -> None:
        self._loop = _DriverLoop()
        self._thread = Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Starts the work; the caller goes on meanwhile."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs the work and waits for it; to stop waiting cancels it."""
        future = self.begin(work)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """Ends the work in progress, the processes still running, and the thread."""
        try:
            self.run(_end(self._loop))
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


async def _end(loop: "_DriverLoop") -> None:
    await loop.end_children()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


class _DriverLoop(asyncio.SelectorEventLoop):
    """Knows Playwright's driver process, and keeps it out of Ctrl-C's reach."""

    def __init__(self) -> None:
        super().__init__()
        self._children: list[asyncio.SubprocessTransport] = []
        self._starts: set[asyncio.Task[Any]] = set()
        self._is_ending = False
        # What a closing browser leaves unanswered does not concern the user.
        self.set_exception_handler(lambda _, context: log.debug("%s", context))

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        if self._is_ending:
            raise asyncio.CancelledError
        start = self.create_task(self._start(*args, **kwargs))
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)
        # asyncio waits forever for a process whose start is cancelled midway.
        return await asyncio.shield(start)

    async def _start(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["start_new_session"] = True
        transport, protocol = await super().subprocess_exec(*args, **kwargs)
        self._children.append(transport)
        return transport, protocol

    async def end_children(self) -> None:
        """Kills what is still running, and waits until asyncio knows that it ended.

        If the loop closed earlier, the thread that waits for the process would fail.
        """
        self._is_ending = True
        await asyncio.gather(*self._starts, return_exceptions=True)
        for transport in self._children:
            if transport.get_returncode() is None:
                with contextlib.suppress(ProcessLookupError):
                    # transport.kill() checks whether the process has ended, and takes
                    # its exit code from asyncio, which then logs a warning.
                    os.kill(transport.get_pid(), signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KILLED_SECONDS):
                while any(each.get_returncode() is None for each in self._children):
                    await asyncio.sleep(0.001)
        for transport in self._children:
            transport.close()
