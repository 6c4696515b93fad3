"""Calls wait for a thread: only so many, and only for a while."""

import asyncio
import threading

import pytest

from nof1_tracker.web.workers import BusyError, Workers


async def _held(workers: Workers, free: threading.Event) -> asyncio.Task[bool]:
    """A call that has its thread until it is let go."""
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> bool:
        loop.call_soon_threadsafe(begun.set)
        return free.wait(60)

    task = asyncio.create_task(workers.run(work))
    await begun.wait()
    return task


def test_a_call_waits_for_its_turn_and_is_done() -> None:
    async def asked() -> list[object]:
        workers, free = Workers(threads=1, waiting=1), threading.Event()
        first = await _held(workers, free)
        second = asyncio.create_task(workers.run(lambda: "second"))
        await asyncio.sleep(0)
        free.set()
        return list(await asyncio.gather(first, second))

    assert asyncio.run(asked()) == [True, "second"]


def test_a_call_that_is_not_begun_in_time_is_refused_and_never_begun() -> None:
    begun: list[str] = []

    async def asked() -> bool:
        workers = Workers(threads=1, waiting=1, patience=0.01)
        free = threading.Event()
        first = await _held(workers, free)
        with pytest.raises(BusyError):
            await workers.run(lambda: begun.append("second"))
        free.set()
        await workers.go_on(lambda: begun.append("third"))
        return await first

    assert asyncio.run(asked())
    assert begun == ["third"]


def test_a_failure_is_that_of_the_call() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(Workers(threads=1, waiting=0).run(lambda: 1 // 0))
