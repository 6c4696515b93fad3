"""The clocks of the program, as a task of an event loop meets them."""

import asyncio

import pytest

from nof1_tracker.cli.demo import ArenaClock
from nof1_tracker.clock import Clock, SystemClock
from nof1_tracker.demo import DemoSite
from tests.worlds import arena_of


@pytest.mark.parametrize("clock", [SystemClock(), ArenaClock(DemoSite(arena_of()))])
def test_other_tasks_go_on_during_a_pause(clock: Clock) -> None:
    async def order_of_events() -> list[str]:
        events: list[str] = []

        async def pause() -> None:
            events.append("pause begins")
            await clock.pause(0.02)
            events.append("pause ends")

        async def work() -> None:
            events.append("work")

        await asyncio.gather(pause(), work())
        return events

    assert asyncio.run(order_of_events()) == ["pause begins", "work", "pause ends"]
