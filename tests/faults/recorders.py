"""Runs real monitor processes on a site whose time the tests advance."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from nof1_tracker.database.models import ModelChat, Trade
from nof1_tracker.demo import Arena, DemoSite
from tests.integration.monitor.test_process import Process, monitor
from tests.worlds import Rows, arena_of, engine_on, midday, rows_in

OFTEN = "0.02"
"""Minutes from start to start: one cycle follows another."""


@dataclass
class Truth:
    """A site whose time stands still, and what must be stored of it by now.

    Attributes:
        first: The time of the first fetch: what was gone by then is not expected.
    """

    site: DemoSite
    first: datetime

    @property
    def arena(self) -> Arena:
        return self.site.arena

    def advance(self, minutes: float) -> None:
        self.site.advance(timedelta(minutes=minutes))

    def conversations(self) -> set[str]:
        """Every conversation that was visible since the first fetch."""
        arena, first = self.arena, self.arena.seconds(self.first)
        shown = {each.conversation_id for each in arena.newest_turns(first, 100)}
        later = arena.conversations_between(self.first, self.site.now)
        return shown | {each.conversation_id for each in later}

    def trades(self) -> set[str]:
        """Every completed leg; none of the arena's models has more than 100."""
        legs = self.arena.legs_until(self.site.now)
        return {
            self.arena.trade_id(account, leg)
            for account, each in legs.items()
            for leg in each
        }

    def wait_for_requests(self, number: int = 1) -> None:
        """Waits until the site has had that many further requests.

        Raises:
            AssertionError: It had fewer within a minute.
        """
        wanted = len(self.site.requests) + number
        deadline = time.monotonic() + 60
        while len(self.site.requests) < wanted:
            assert time.monotonic() < deadline, "nobody asks the site"
            time.sleep(0.02)

    def missing(self, url: str) -> set[str]:
        """Ids that are not stored, or that are stored but do not exist on the site."""
        chats, trades = stored_ids(url)
        return (chats ^ self.conversations()) | (trades ^ self.trades())


@contextmanager
def truth() -> Iterator[Truth]:
    """A site of the first season whose time stands still."""
    arena = arena_of("1", 0.7)
    first = midday(arena)
    with DemoSite(arena, speed=0, at=first) as site:
        yield Truth(site, first)


def stored_ids(url: str) -> tuple[set[str], set[str]]:
    """The stored ids of conversations and of completed legs.

    Raises:
        AssertionError: An id is stored twice.
    """
    legs = select(Trade.trade_id).where(Trade.exit_price.is_not(None))
    with engine_on(url) as engine, engine.connect() as connection:
        chats = list(map(str, connection.scalars(select(ModelChat.conversation_id))))
        trades = [str(name) for name in connection.scalars(legs)]
    assert len(set(chats)) == len(chats)
    assert len(set(trades)) == len(trades)
    return set(chats), set(trades)


def incoherences(rows: Rows) -> list[str]:
    """Rows of which only half of a transaction is stored, in words."""
    told = []
    decided = Counter(row["model_chat_id"] for row in rows["chat_decisions"])
    for chat in rows["model_chats"]:
        response = chat["raw_data"]["llm_response"]
        served = sum(1 for each in response.values() if isinstance(each, dict))
        if decided[chat["id"]] != served:
            told.append(f"{chat['conversation_id']} has not its {served} decisions")
    held = Counter((row["model_id"], row["timestamp"]) for row in rows["positions"])
    for snapshot in rows["leaderboard_snapshots"]:
        place = snapshot["model_id"], snapshot["timestamp"]
        expected = snapshot["open_positions"]
        if expected is not None and held[place] != expected:
            told.append(f"the snapshot {place} has not its {expected} positions")
    return told


def read_incoherences(url: str) -> list[str]:
    with engine_on(url) as engine:
        return incoherences(rows_in(engine))


@contextmanager
def recording(
    url: str, truth: Truth, *, once: bool = False, patience: float = 120
) -> Iterator[Process]:
    """A monitor that records that site, cycle after cycle.

    Args:
        patience: Seconds after which it is killed, so that no test waits forever.
    """
    often = ("--once",) if once else ("--interval", OFTEN)
    with monitor(url, *often, "--base-url", truth.site.url) as process:
        watchdog = threading.Timer(patience, process.send, [signal.SIGKILL])
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
