"""The thread in which a browser is driven, and the processes that this starts."""

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
"""In which a killed process is gone, unless its disk or its kernel hangs."""

T = TypeVar("T")


class DrivingThread:
    """An event loop that runs in a thread of its own, from now on until `close`.

    Ctrl-C reaches the caller alone: the connection to the browser stays in order,
    and the browser can still be closed.
    """

    def __init__(self) -> None:
        self._loop = _DriverLoop()
        self._thread = Thread(target=self._serve, name="browser", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Has the work done beside what the caller does."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Has the work done, and waits for it; whoever stops waiting cancels it."""
        future = self.begin(work)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """Ends what is under way, the processes that still run, and the thread."""
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
        # What a closing browser leaves unanswered is no news to the user.
        self.set_exception_handler(lambda _, context: log.debug("%s", context))

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        if self._is_ending:
            raise asyncio.CancelledError
        start = self.create_task(self._start(*args, **kwargs))
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)
        # asyncio waits for ever for a process whose start is cancelled in the middle.
        return await asyncio.shield(start)

    async def _start(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["start_new_session"] = True
        transport, protocol = await super().subprocess_exec(*args, **kwargs)
        self._children.append(transport)
        return transport, protocol

    async def end_children(self) -> None:
        """Kills what still runs, and waits until asyncio knows that it is gone.

        A loop that closes earlier is missed by the thread that waits for the process.
        """
        self._is_ending = True
        await asyncio.gather(*self._starts, return_exceptions=True)
        for transport in self._children:
            if transport.get_returncode() is None:
                with contextlib.suppress(ProcessLookupError):
                    # transport.kill() looks whether the process has ended, and takes
                    # its exit code away from asyncio, which says so in the log.
                    os.kill(transport.get_pid(), signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KILLED_SECONDS):
                while any(each.get_returncode() is None for each in self._children):
                    await asyncio.sleep(0.001)
        for transport in self._children:
            transport.close()
