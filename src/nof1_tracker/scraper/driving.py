"""The thread in which a browser is driven, and the processes that this starts."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

log = logging.getLogger(__name__)

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
    loop.kill_children()
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
        # What a closing browser leaves unanswered is no news to the user.
        self.set_exception_handler(lambda _, context: log.debug("%s", context))

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["start_new_session"] = True
        transport, protocol = await super().subprocess_exec(*args, **kwargs)
        self._children.append(transport)
        return transport, protocol

    def kill_children(self) -> None:
        """Kills what still runs: the driver, if it did not end by itself."""
        for transport in self._children:
            if transport.get_returncode() is None:
                with contextlib.suppress(ProcessLookupError):
                    transport.kill()
            transport.close()
